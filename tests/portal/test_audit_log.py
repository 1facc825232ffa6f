"""The page of the log and its files: who reads which lines, how they are found, and that their number costs nothing."""

import csv
import datetime
from io import BytesIO, StringIO

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from parties.models import AuditEvent, Role
from parties.services import join
from tests import factories

pytestmark = pytest.mark.django_db
Kind = AuditEvent.Kind
URL = "portal:audit_log"


def make(about, kind=Kind.EXPORTED, **values):
    return factories.AuditEventFactory(kind=kind, about=about, **values)


def told(client, **query):
    """What the lines of the page are about, newest first; without the line of its own log-in."""
    response = client.get(reverse(URL), query)
    assert response.status_code == 200
    return [event.about for event in response.context["page_obj"] if event.about]


@pytest.fixture
def world():
    """Lines about an agreement, its party, one of its people, and as many elsewhere; made in the order of the keys."""
    agreement = factories.AgreementFactory()
    party = factories.AccessionFactory(agreement=agreement).party
    person = factories.UserFactory(name="Åsa Öhrn")
    join(user=person, party=party, role=Role.REPORTER)
    make("fil ur överenskommelsen", agreement=agreement.slug, actor=person)
    make("fil ur en annan", agreement=factories.AgreementFactory().slug)
    make("roll i parten", Kind.GRANTED, party=party, person=person)
    make("roll i en annan", Kind.GRANTED, party=factories.PartyFactory())
    make("partens inloggning", Kind.LOGIN, person=person, actor=person)
    make("annans inloggning", Kind.LOGIN)
    return {"agreement": agreement, "party": party, "person": person}


ACCOUNTS = ["annans inloggning", "partens inloggning", "roll i en annan", "roll i parten"]


@pytest.mark.parametrize(
    ("role", "whose", "lines"),
    [
        (Role.AUDITOR, "coordinating_party", ["fil ur överenskommelsen"]),
        (Role.AUDITOR, "party", ["roll i parten"]),
        (Role.PARTY_ADMINISTRATOR, "party", ["partens inloggning", "roll i parten"]),
        (Role.PARTY_ADMINISTRATOR, "nobody", []),
        (Role.AUDITOR, "nobody", []),
    ],
)
def test_audit_log_shows_what_the_reader_audits_or_administers(client, login_as, world, role, whose, lines):
    parties = {"coordinating_party": world["agreement"].coordinating_party, "party": world["party"]}
    login_as(role, party=parties.get(whose))
    assert told(client) == lines


def test_audit_log_shows_caretakers_accounts_and_rights_but_no_content(client, world):
    client.force_login(factories.UserFactory(is_superuser=True, is_staff=True))
    assert told(client) == ACCOUNTS


@pytest.mark.parametrize("role", [Role.READER, Role.REPORTER, Role.APPROVER, Role.COORDINATOR, Role.COUNCIL_MEMBER])
@pytest.mark.parametrize("url", [reverse(URL), reverse("portal:audit_export", args=["csv"])])
def test_audit_log_is_closed_to_others(client, login_as, url, role):
    login_as(role)
    assert client.get(url).status_code == 403


def test_audit_log_is_closed_once_the_role_has_ended(client, login_as):
    person = login_as(Role.AUDITOR)
    assert client.get(reverse(URL)).status_code == 200
    person.memberships.update(ends_on=timezone.localdate() - datetime.timedelta(days=1), starts_on="2026-01-01")
    assert client.get(reverse(URL)).status_code == 403


@pytest.mark.parametrize(
    ("query", "lines"),
    [
        ({"person": "åsa"}, ["partens inloggning", "roll i parten"]),
        ({"person": "ÖHRN"}, ["partens inloggning", "roll i parten"]),
        ({"person": "ingen sådan\0"}, []),
        ({"kind": "granted"}, ["roll i en annan", "roll i parten"]),
        ({"first": "2026-01-01", "last": "2026-01-01"}, ["gammal"]),
        ({"last": "2025-12-31"}, []),
        ({"first": "2026-02-30"}, []),
        ({"first": "2026-02-02", "last": "2026-02-01"}, []),
        ({"kind": "finns inte"}, []),
    ],
)
def test_audit_log_finds_by_person_kind_and_period(client, world, query, lines):
    make("gammal", Kind.CREDENTIALS, at=timezone.make_aware(datetime.datetime(2026, 1, 1, 23, 59)))
    client.force_login(factories.UserFactory(is_superuser=True, is_staff=True))
    assert told(client, **query) == lines


def test_audit_log_says_what_is_wrong_with_the_question(client, login_as):
    login_as(Role.AUDITOR)
    content = client.get(reverse(URL), {"first": "igår", "last": "2026-02-01"}).content.decode()
    assert "till exempel 2027-06-30" in content
    assert 'value="igår"' in content


def test_audit_log_queries_do_not_grow_with_rows(client, world):
    client.force_login(factories.UserFactory(is_superuser=True, is_staff=True))
    numbers = []
    for times in (1, 30):
        for _number in range(times):
            make("mer", Kind.GRANTED, party=factories.PartyFactory(), person=factories.UserFactory())
        with CaptureQueriesContext(connection) as queries:
            client.get(reverse(URL))
        numbers.append(len(queries))
    assert numbers[0] == numbers[1] <= 12


def export(client, kind, **query):
    response = client.get(reverse("portal:audit_export", args=[kind]), query)
    assert response.status_code == 200
    content = b"".join(response.streaming_content)
    if kind == "csv":
        return list(csv.reader(StringIO(content.decode("utf-8-sig")), delimiter=";"))
    return [["" if cell is None else cell for cell in row] for row in load_workbook(BytesIO(content)).active.values]


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_audit_export_holds_the_lines_that_are_asked_for(client, login_as, world, kind):
    at = timezone.make_aware(datetime.datetime(2026, 1, 1, 12, 0))
    make("=1+1", Kind.CHANGED, at=at, party=world["party"], person=world["person"], changes={"roll": ["läsare", None]})
    login_as(Role.PARTY_ADMINISTRATOR, party=world["party"])
    heading, line = export(client, kind, first="2026-01-01", last="2026-01-01")
    apostrophe = "'" if kind == "csv" else ""
    assert heading[:4] == ["När", "Händelse", "Vem", "I rollen"]
    assert line[:2] + line[4:9] == [
        "2026-01-01 12:00:00", "behörighet ändrad", "Åsa Öhrn", str(world["party"]), "", f"{apostrophe}=1+1",
        "roll: läsare → –",
    ]  # fmt: skip


def test_audit_export_is_itself_in_the_log(client, login_as):
    person = login_as(Role.AUDITOR)
    export(client, "csv", first="2026-01-01", last="2026-01-02")
    row = AuditEvent.objects.get(kind=Kind.EXPORTED)
    assert (row.actor, row.about) == (person, "handelselogg-2026-01-01--2026-01-02.csv, /handelselogg/handelser.csv")


def test_audit_export_of_a_wrong_question_leads_back_to_it(client, login_as):
    login_as(Role.AUDITOR)
    response = client.get(reverse("portal:audit_export", args=["csv"]), {"first": "igår"})
    assert response.url == "/handelselogg/?first=ig%C3%A5r"
    assert client.get(reverse("portal:audit_export", args=["pdf"])).status_code == 404


@pytest.mark.parametrize(("roles", "links"), [([Role.READER], 0), ([Role.AUDITOR, Role.PARTY_ADMINISTRATOR], 1)])
def test_work_leads_to_the_log_those_who_read_it(client, roles, links):
    person = factories.UserFactory()
    for role in roles:
        join(user=person, party=factories.PartyFactory(), role=role)
    client.force_login(person)
    assert client.get(reverse("portal:work")).content.decode().count(f'href="{reverse(URL)}"') == links
