"""A person's own reminders: what can be chosen, who can stand in, and the log of letters."""

import datetime

import pytest
import time_machine
from django.urls import reverse

from parties.models import Mail, MailSettings, Role
from parties.services import join
from tests import factories as make

pytestmark = pytest.mark.django_db
URL = "/mina-paminnelser/"
TODAY = datetime.date(2026, 11, 22)


@pytest.fixture(autouse=True)
def _today():
    with time_machine.travel(datetime.datetime(2026, 11, 22, 9, tzinfo=datetime.UTC)):
        yield


@pytest.fixture
def official(login_as):
    return login_as(Role.REPORTER)


def colleague(official, role=Role.REPORTER, **hat):
    user = make.UserFactory()
    join(user=user, party=official.memberships.get().party, role=role, **hat)
    return user


def save(client, **typed):
    return client.post(URL, {"pace": "at_once", **typed})


def test_mail_settings_saves_what_is_chosen(client, official):
    stand_in = colleague(official)
    typed = {"pace": "weekly", "paused_until": "2026-12-01", "away_from": "2026-12-20", "away_until": "2027-01-06"}
    assert save(client, **typed, alternate=stand_in.pk).status_code == 302
    row = MailSettings.objects.get(user=official)
    assert (row.pace, row.paused_until, row.alternate) == ("weekly", datetime.date(2026, 12, 1), stand_in)
    assert save(client, version=1, pace="at_once").status_code == 302
    row.refresh_from_db()
    assert (row.pace, row.paused_until, row.alternate, row.version) == ("at_once", None, None, 2)


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ({"paused_until": "2026-11-21"}, "Dagen har redan varit."),
        ({"paused_until": "i morgon"}, "Skriv datumet med år, månad och dag"),
        ({"paused_until": "2028-11-22"}, "högst ett år"),
        ({"away_from": "2026-12-02", "away_until": "2026-12-01"}, "Slutdatum kan inte vara före startdatum."),
        ({"away_until": "2026-11-01"}, "Dagen har redan varit."),
        ({"alternate": "colleague"}, "Ange vilka dagar du är borta"),
        ({"alternate": "stranger", "away_from": "2026-12-01"}, "Det du valde finns inte"),
        ({"alternate": "myself", "away_from": "2026-12-01"}, "Det du valde finns inte"),
        ({"alternate": "9" * 30, "away_from": "2026-12-01"}, "Det du valde finns inte"),
        ({"pace": "never"}, "Det du valde finns inte"),
    ],
)
def test_mail_settings_says_what_is_wrong(client, official, typed, says):
    people = {"colleague": colleague(official).pk, "stranger": make.UserFactory().pk, "myself": official.pk}
    typed = {
        **typed,
        **({"alternate": people.get(typed["alternate"], typed["alternate"])} if "alternate" in typed else {}),
    }
    response = save(client, **typed)
    assert (response.status_code, says in response.content.decode()) == (200, True)
    assert not MailSettings.objects.exists()


@pytest.mark.parametrize(
    ("role", "hat", "offered"),
    [
        (Role.REPORTER, {}, True),
        (Role.APPROVER, {}, True),
        (Role.READER, {}, False),
        (Role.REPORTER, {"starts_on": TODAY, "ends_on": TODAY}, True),
        (Role.REPORTER, {"starts_on": "2026-01-01", "ends_on": "2026-11-21"}, False),
    ],
)
def test_mail_settings_offers_those_who_answer_for_the_same_party(client, official, role, hat, offered):
    stand_in = colleague(official, role, **hat)
    assert (f'<option value="{stand_in.pk}"' in client.get(URL).content.decode()) is offered


def test_mail_settings_keeps_an_old_pause_that_is_not_changed(client, official):
    make.MailSettingsFactory(user=official, paused_until="2026-11-01")
    assert save(client, version=1, paused_until="2026-11-01", pace="weekly").status_code == 302


def test_mail_settings_saved_in_two_tabs_shows_both(client, official):
    make.MailSettingsFactory(user=official, version=4, paused_until="2026-12-24")
    response = save(client, version=3, paused_until="2026-12-01")
    assert response.status_code == 409
    assert {"2026-12-24", "2026-12-01"} <= set(response.content.decode().replace("<", ">").replace('"', ">").split(">"))


def test_mail_settings_shows_only_own_letters(client, official):
    mine = make.MailFactory(user=official, subject="Mitt brev", body="Hej <b>du</b>")
    make.MailFactory(subject="Någon annans")
    page = client.get(URL).content.decode()
    assert ("Mitt brev" in page, "Någon annans" in page, "<b>du" in page) == (True, False, False)
    assert list(Mail.objects.visible_to(official)) == [mine]


@pytest.mark.parametrize("number", [1, 30])
def test_mail_settings_has_the_same_queries_whatever_the_letters(
    client, official, number, django_assert_num_queries, django_assert_max_num_queries
):
    make.MailFactory.create_batch(number, user=official, instead_of=make.UserFactory())
    with django_assert_max_num_queries(15) as counted:
        client.get(URL)
    with django_assert_num_queries(len(counted)):
        client.get(URL)


def test_mail_settings_is_reached_from_my_work(client, official):
    assert f'href="{URL}"' in client.get(reverse("portal:work")).content.decode()
