"""A form whose session has ended: its text comes back after the log-in, to nobody but who wrote it."""

import html
import re
from datetime import timedelta

import pytest
import time_machine
from django.contrib.sessions.models import Session
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from lib.form_marks import mark_of
from parties.models import Membership, Role, User
from tests import factories as make
from tests.filled_form import Forms
from tests.form_table import FORMS, ONCE, address_of, build_world
from tests.form_table import writer as writer_of
from tests.rows import sent

pytestmark = pytest.mark.django_db
TEXT = "En sammanfattning som tog en timme att skriva."


@pytest.fixture
def agreement():
    return make.AgreementFactory()


@pytest.fixture
def writer(login_as, agreement):
    return login_as(Role.COORDINATOR, party=agreement.coordinating_party)


@pytest.fixture
def url(agreement):
    return reverse("agreements:agreement_edit", args=[agreement.slug])


def end_session(client):
    Session.objects.filter(pk=client.session.session_key).delete()


def fields_of(page):
    """What the page's form would send."""
    found = {}
    for name, value in re.findall(r'<input[^>]*name="([^"]*)"[^>]*value="([^"]*)"', page):
        found[name] = html.unescape(value)
    return found


def sent_late(client, writer, url, **data):
    """The address that the log-in leads back to."""
    opened = sent(client.get(url).context["form"])
    end_session(client)
    return led_back(client, client.post(url, {**opened, "form_mark": mark_of(writer), "summary": TEXT, **data}))


def led_back(client, answer):
    assert answer.status_code == 302
    return client.get(answer.url).context["redirect_field_value"]


def test_form_bears_the_mark_of_whom_it_was_made_for(client, writer, url):
    assert fields_of(client.get(url).content.decode())["form_mark"] == mark_of(writer)
    client.logout()
    assert "form_mark" not in fields_of(client.get(reverse("account_login")).content.decode())


def test_late_form_comes_back_with_everything_typed(client, writer, url, agreement):
    back = sent_late(client, writer, url, title="Min titel")
    client.force_login(writer)
    page = client.get(back)
    agreement.refresh_from_db()
    form = page.context["form"]
    assert (form["summary"].value(), form["title"].value(), form["version"].value()) == (TEXT, "Min titel", "1")
    assert ("Du hade blivit utloggad" in page.content.decode(), agreement.version) == (True, 1)
    assert client.get(url).context["form"]["summary"].value() != TEXT


def test_late_form_is_forgotten_once_it_is_stored(client, writer, url, agreement):
    back = sent_late(client, writer, url)
    client.force_login(writer)
    data = sent(client.get(back).context["form"])
    rows = Session.objects.count()
    assert client.post(back, data).status_code == 302
    agreement.refresh_from_db()
    assert (agreement.summary, Session.objects.count()) == (TEXT, rows - 1)
    assert client.get(back).context["form"]["summary"].value() == TEXT  # as stored


def test_late_form_of_an_older_version_is_a_conflict_after_all(client, writer, url, agreement):
    back = sent_late(client, writer, url)
    agreement.summary = "Kollegans"
    agreement.save_version(1)
    client.force_login(writer)
    answer = client.post(back, sent(client.get(back).context["form"]))
    assert (answer.status_code, answer.context["form"]["summary"].value()) == (409, TEXT)


def another_person(client, agreement):
    client.force_login(make.MembershipFactory(role=Role.COORDINATOR, party=agreement.coordinating_party).user)


def another_browser(client, agreement):
    client.cookies.clear()


def an_hour_later(client, agreement):
    Session.objects.update(expire_date=timezone.now() - timedelta(seconds=1))


@pytest.mark.parametrize("change", [another_person, another_browser, an_hour_later])
def test_late_form_is_shown_to_nobody_else_and_not_for_long(client, writer, url, agreement, change):
    back = sent_late(client, writer, url)
    change(client, agreement)
    if change is not another_person:
        client.force_login(writer)
    page = client.get(back)
    assert (page.status_code, TEXT in page.content.decode()) == (200, False)


def test_late_form_is_kept_an_hour(client, writer, url):
    with time_machine.travel(timezone.now(), tick=False) as now:
        back = sent_late(client, writer, url)
        now.shift(timedelta(minutes=61))
        client.force_login(writer)
        assert TEXT not in client.get(back).content.decode()


def test_late_form_of_a_closed_account_is_not_kept(client, writer, url):
    User.objects.filter(pk=writer.pk).update(is_active=False)
    end_session(client)
    answer = client.post(url, {"form_mark": mark_of(writer), "summary": TEXT})
    assert (answer.status_code, "_kvar" in answer.url) == (302, False)


@pytest.mark.parametrize("mark", ["", "skräp", "1", "1:falsk"])
def test_late_form_without_a_true_mark_is_not_kept(client, writer, url, mark):
    back = sent_late(client, writer, url, form_mark=mark)
    client.force_login(writer)
    assert (back, TEXT in client.get(back).content.decode()) == (url, False)


def test_late_form_is_never_kept_with_files_or_passwords(client, writer, agreement):
    url = reverse("agreements:row_create", args=[agreement.slug, "dokument"])
    end_session(client)
    file = SimpleUploadedFile("a.pdf", b"%PDF-")
    data = {"form_mark": mark_of(writer), "title": "Ett papper", "password1": "hemligt", "file": file}
    back = led_back(client, client.post(url, data))
    stored = [row.get_decoded()["kept"] for row in Session.objects.all() if "kept" in row.get_decoded()]
    assert [(kept["fields"], kept["had_files"]) for kept in stored] == [([["title", ["Ett papper"]]], True)]
    client.force_login(writer)
    page = client.get(back).content.decode()
    assert ("Välj filen igen" in page, "Ett papper" in page) == (True, True)


@pytest.mark.parametrize("name", ["account_change_password", "admin:parties_user_add"])
def test_late_form_of_accounts_is_not_kept(client, writer, name):
    end_session(client)
    answer = client.post(reverse(name), {"form_mark": mark_of(writer), "oldpassword": "hemligt", "name": "Ett namn"})
    assert (answer.status_code, "_kvar" in answer.url) == (302, False)


def test_late_verb_is_asked_for_again(client, writer, agreement):
    """An address that only takes posts has no form to fill: what was sent is shown, and sent again by a button."""
    activity = make.ActivityFactory(edition__plan__agreement=agreement)
    url = f"{activity.edition.get_absolute_url()}aktivitet/{activity.pk}/kopiera/"
    end_session(client)
    back = led_back(client, client.post(url, {"form_mark": mark_of(writer)}))
    client.force_login(writer)
    page = client.get(back)
    assert (page.status_code, "Skicka igen" in page.content.decode()) == (200, True)
    assert client.post(back, fields_of(page.content.decode())).status_code == 302
    assert activity.edition.activities.count() == 2


def test_late_report_is_sent_again(client, agreement):
    """The report's form stands on another page than the one it is sent to."""
    place = make.RespondentFactory()
    report = make.ReportFactory(round=place.round, party=place.party)
    reporter = make.MembershipFactory(role=Role.REPORTER, party=place.party).user
    url = reverse("followup:report_edit", args=[place.round.agreement.slug, place.round.label, report.pk])
    data = {"form_mark": mark_of(reporter), "status": "ongoing", "text": TEXT, "version": report.version}
    back = led_back(client, client.post(url, data))
    client.force_login(reporter)
    page = client.get(back).content.decode()
    assert (TEXT in page, "Skicka igen" in page) == (True, True)
    client.post(back, fields_of(page))
    report.refresh_from_db()
    assert report.text == TEXT


def test_late_form_whose_right_has_ended_can_be_copied(client, writer, url):
    back = sent_late(client, writer, url)
    Membership.objects.filter(user=writer).delete()
    client.force_login(writer)
    page = client.get(back)
    assert (page.status_code, TEXT in page.content.decode(), "Skicka igen" in page.content.decode()) == (
        403,
        True,
        False,
    )


def test_htmx_without_session_leaves_the_page_as_it_is(client, writer, url):
    end_session(client)
    answers = [send(url, headers={"HX-Request": "true"}) for send in (client.get, client.post)]
    assert [(answer.status_code, answer.content) for answer in answers] == [(401, b"")] * 2


def test_form_of_another_person_in_the_same_browser_is_refused(client, writer, url, agreement):
    other = make.UserFactory()
    answers = [
        client.post(url, {"form_mark": mark_of(other), "version": 1, "summary": TEXT}),
        client.post(url, {"version": 1, "summary": TEXT}, headers={"X-Form-Mark": mark_of(other)}),
    ]
    agreement.refresh_from_db()
    assert [(answer.status_code, TEXT in answer.content.decode()) for answer in answers] == [(403, False)] * 2
    assert agreement.version == 1


@pytest.mark.parametrize(
    ("is_own", "is_in", "status"), [(True, True, 302), (True, False, 302), (False, True, 403), (False, False, 403)]
)
def test_form_with_a_token_from_before_the_login(writer, url, is_own, is_in, status):
    """The token is renewed at each log-in. The text comes back, but nothing is stored by a token that is not right."""
    browser = Client(enforce_csrf_checks=True)
    if is_in:
        browser.force_login(writer)
    mark = mark_of(writer) if is_own else ""
    answer = browser.post(url, {"form_mark": mark, "version": 1, "summary": TEXT, "csrfmiddlewaretoken": "a" * 32})
    assert answer.status_code == status
    if is_own and is_in:
        assert browser.get(answer.url).context["form"]["summary"].value() == TEXT


# Every form with the text that is written in it and by whom; the reasons of a return come back to be sent again.
WRITTEN = FORMS | {name: (next(iter(typed)), role) for name, (role, typed, _made) in ONCE.items() if typed}
del WRITTEN["followup:report_return"]


def late(client, world, name, told):
    """(status, the text in the own form of the page that the log-in leads to); empty where it has no such form."""
    field, role = told[0].format(**world), told[1]
    client.force_login(user := writer_of(role, world))
    url = address_of(name, world)
    form = Forms(client.get(url).content.decode()).with_field(field) | {field: [TEXT]}
    end_session(client)
    back = led_back(client, client.post(url, form))
    client.force_login(user)
    page = client.get(back)
    shown = [form[field] for form in Forms(page.content.decode()).forms if field in form]
    return page.status_code, [] if "Skicka igen" in page.content.decode() else shown and shown[0]


def test_late_form_of_every_kind_comes_back(client, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    world = build_world()
    found = {name: late(client, world, name, told) for name, told in WRITTEN.items()}
    assert {name: answer for name, answer in found.items() if answer != (200, [TEXT])} == {}


def test_late_figures_come_back_in_their_places(client, login_as):
    indicator = make.IndicatorFactory()
    writer = login_as(Role.COORDINATOR, party=indicator.agreement.coordinating_party)
    url = reverse("followup:measurement_edit", args=[indicator.agreement.slug, indicator.key]) + "?ar=2025"
    form = client.get(url).context["form"]
    cell = next(iter(form.keys))
    end_session(client)
    back = led_back(client, client.post(url, {"form_mark": mark_of(writer), cell: "12,5", f"was_{cell}": ""}))
    client.force_login(writer)
    page = client.get(back)
    assert (page.context["form"][cell].value(), "Skicka igen" in page.content.decode()) == ("12,5", False)
    assert not indicator.measurements.exists()
