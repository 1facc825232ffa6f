"""The end of an agreement: extended, past, over; and the series in which another takes its place."""

import datetime

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from agreements import ending, extending, series
from agreements.lifecycle import take
from agreements.models import Agreement, AgreementSeries, LifeEvent, Validity
from followup.inbox import tasks_of
from followup.services import open_round
from lib.db import Frozen, VersionConflict
from parties.models import Role
from parties.services import join
from tests import factories as make

TOLD = {"decided_by": "Rådet", "decided_on": datetime.date(2026, 5, 4)}


def agreement_with(end, *, status="in_force", start="2020", **values):
    agreement = make.AgreementFactory(status=status, **values)
    make.ValidityFactory(agreement=agreement, start=start, end=end, open_ended=not end)
    agreement.refresh_from_db()
    return agreement


def coordinator_of(agreement):
    user = make.UserFactory()
    join(user=user, party=agreement.coordinating_party, role=Role.COORDINATOR)
    return user


def facts():
    models = (Agreement, Validity, LifeEvent)
    return [list(model.objects.order_by("pk").values()) for model in models]


def extended(agreement, end, **told):
    by = coordinator_of(agreement)
    return extending.extend(agreement=agreement, by=by, version=agreement.version, end=end, **TOLD, **told)


# --- Extended ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new", "status", "open_ended"),
    [
        ("2025", "2027", "in_force", False),
        ("2025", "2026-06", "expired", False),
        ("2025-12-31", "2026-01-01", "in_force", False),
        ("2025", "", "in_force", True),
    ],
)
def test_extend_adds_a_row_and_keeps_the_old_end(db, old, new, status, open_ended):
    agreement = agreement_with(old, status=status)
    extended(agreement, new)
    rows = list(Validity.objects.values_list("end", "open_ended", "start"))
    assert rows == [(old, False, "2020"), (new, open_ended, "2020")]
    event = LifeEvent.objects.get()
    assert (event.kind, event.to_status, Agreement.objects.get().status) == ("extended", "in_force", "in_force")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("2027", "2027-12-31", "Det nya slutet måste vara efter det gamla, 2027-12-31."),
        ("2027", "2026", "Det nya slutet måste vara efter det gamla, 2027-12-31."),
        ("2027", "2019", "Det nya slutet måste vara efter det gamla, 2027-12-31."),  # before the start too
        ("", "2029", "Överenskommelsen har inget slutdatum att förlänga."),
    ],
)
def test_extend_refuses_an_end_that_is_no_later(db, old, new, message):
    agreement = agreement_with(old)
    before = facts()
    with pytest.raises(ValidationError) as refused:
        extended(agreement, new)
    assert (refused.value.messages, facts()) == ([message], before)


@pytest.mark.parametrize("status", sorted(set(Agreement.Status.values) - {"in_force", "expired"}))
def test_extend_is_for_what_is_or_was_in_force(db, status):
    agreement = agreement_with("2027", status=status)
    before = facts()
    with pytest.raises(ValidationError, match="Bara en som gäller eller har gått ut kan förlängas."):
        extended(agreement, "2029")
    assert facts() == before


def test_extend_waits_until_a_notice_is_taken_back(db):
    agreement = agreement_with("2030")
    make.TerminationFactory(
        agreement=agreement, scope="whole_agreement", last_day="2027-04-30", confirmed_at="2026-10-01T00:00Z"
    )
    with pytest.raises(ValidationError, match="Uppsägningen behöver tas tillbaka först."):
        extended(agreement, "2032")


def test_extend_refuses_what_somebody_changed_meanwhile(db):
    agreement = agreement_with("2027")
    by, before = coordinator_of(agreement), facts()
    with pytest.raises(VersionConflict):
        extending.extend(agreement=agreement, by=by, version=agreement.version + 1, end="2029", **TOLD)
    assert facts() == before


def test_extension_create_asks_for_an_end_or_none_and_keeps_the_paper(client, db):
    agreement = agreement_with("2027")
    client.force_login(coordinator_of(agreement))
    url = reverse("agreements:extension_create", args=[agreement.slug])
    sent = {"version": agreement.version, "decided_by": "Rådet", "decided_on": "2026-05-04", "reason": "Mer tid"}
    nothing = client.post(url, sent).content.decode()
    both = client.post(url, {**sent, "end": "2029", "until_notice": "on"}).content.decode()
    assert "Fyll i det nya slutet, eller kryssa i att den gäller tills vidare." in nothing
    assert "Fyll i ett slut eller kryssa i tills vidare, inte båda." in both
    assert ("Mer tid" in both, Validity.objects.count()) == (True, 1)
    paper = SimpleUploadedFile("beslut.pdf", b"%PDF-1.7 beslut")
    assert client.post(url, {**sent, "end": "2029", "paper": paper}).status_code == 302
    assert [row.end for row in Validity.objects.all()] == ["2027", "2029"]
    assert LifeEvent.objects.get().document.title == "Beslut om förlängning, Rådet"


# --- Past and over ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("end", "today", "past"),
    [
        ("2027", "2027-12-31", False),
        ("2027", "2028-01-01", True),
        ("2028-02", "2028-02-29", False),
        ("2028-02", "2028-03-01", True),
        ("2027-06-30", "2027-07-01", True),
        ("", "2099-01-01", False),
    ],
)
def test_is_past_from_the_day_after_the_last(db, monkeypatch, end, today, past):
    agreement = agreement_with(end)
    monkeypatch.setattr(timezone, "localdate", lambda *args: datetime.date.fromisoformat(today))
    assert ending.is_past(agreement) is past
    user = coordinator_of(agreement)
    assert [task.kind for task in tasks_of(user)] == (["ending"] if past else [])


@pytest.mark.parametrize(
    ("status", "end", "text"),
    [
        ("in_force", "2020", "Överenskommelsen gällde till och med 2020-12-31. Allt går fortfarande att läsa."),
        ("expired", "2020", "Överenskommelsen gällde till och med 2020-12-31. Allt går fortfarande att läsa."),
        ("superseded", "2020", "Överenskommelsen är ersatt av en senare. Allt går fortfarande att läsa."),
        ("terminated", "2099", "Överenskommelsen gäller inte längre. Allt går fortfarande att läsa."),
        ("in_force", "2099", None),
        ("draft", "2020", None),
    ],
)
def test_band_says_that_an_agreement_does_not_hold(db, status, end, text):
    band = ending.band(agreement_with(end, status=status))
    assert (band and band.text) == text


PAGES = [
    "agreements:agreement_detail",
    "agreements:accession_list",
    "agreements:process_detail",
    "agreements:agreement_life",
    "agreements:termination_list",
    "governance:agreement_governance",
    "actionplans:plan_list",
    "followup:round_list",
    "portal:agreement_history",
    "portal:agreement_year",
]


@pytest.mark.parametrize("name", PAGES)
def test_every_page_says_at_once_that_the_end_is_past(client, db, name):
    agreement = agreement_with("2020-12-31", series=make.AgreementSeriesFactory())
    page = client.get(reverse(name, args=[agreement.slug])).content.decode()
    assert "Överenskommelsen gällde till och med 2020-12-31." in page
    assert reverse("portal:series_current", args=[agreement.series.slug]) in page


def test_terminate_ends_on_the_day_it_says(db):
    agreement = agreement_with("2030")
    document = make.DocumentFactory(agreement=agreement)
    told = {**TOLD, "document": document, "reason": "Målen är nådda", "effective_on": datetime.date(2026, 6, 30)}
    take("terminate", agreement=agreement, by=coordinator_of(agreement), version=agreement.version, **told)
    agreement = Agreement.objects.get()
    assert (ending.is_over(agreement), ending.end_of(agreement)) == (True, datetime.date(2026, 6, 30))


@pytest.mark.parametrize(
    ("stated", "shown"),
    [("2030", ["2030", "2026-06-30"]), ("", ["", "2026-06-30"]), (None, ["2026-06-30"]), ("2025", ["2025"])],
)
def test_end_early_gives_way_to_the_end_that_was_decided(db, stated, shown):
    agreement = agreement_with(stated) if stated is not None else make.AgreementFactory(status="in_force")
    told = {**TOLD, "document": make.DocumentFactory(agreement=agreement), "reason": "Målen är nådda"}
    told["decided_on"] = datetime.date(2026, 6, 30)
    extending.end_early(agreement=agreement, by=coordinator_of(agreement), version=agreement.version, **told)
    agreement = Agreement.objects.get()
    assert (agreement.status, agreement.validity.open_ended) == ("terminated", False)
    assert [row.end for row in agreement.validity_set.all()] == shown


@pytest.mark.parametrize(("starts_on", "opens"), [("2020-07-01", True), ("2021-01-01", False)])
def test_open_round_follows_up_what_was_but_nothing_after_the_end(db, starts_on, opens):
    agreement = agreement_with("2020")
    ends_on = datetime.date.fromisoformat(starts_on) + datetime.timedelta(days=100)
    round = make.RoundFactory(agreement=agreement, period_starts_on=starts_on, period_ends_on=ends_on, opened_at=None)
    round.refresh_from_db()
    if opens:
        assert open_round(round=round, by=make.UserFactory()) == 0
    else:
        with pytest.raises(Frozen, match="gällde till och med 2020-12-31, och perioden börjar efter det"):
            open_round(round=round, by=make.UserFactory())
        round.refresh_from_db()
        assert round.opened_at is None


def test_notices_wait_for_the_coordinators_alone(db):
    notice = make.TerminationFactory(agreement=agreement_with("2030"))
    approver = make.UserFactory()
    join(user=approver, party=notice.party, role=Role.APPROVER)
    waiting = {user: [task.kind for task in tasks_of(user)] for user in (coordinator_of(notice.agreement), approver)}
    assert list(waiting.values()) == [["notice"], []]


# --- The series -------------------------------------------------------------------------------------------------------


@pytest.fixture
def row():
    return make.AgreementSeriesFactory(slug="upplands-integration")


@pytest.mark.parametrize(
    ("told", "current"),
    [
        ([("2020", "2022", "expired"), ("2023", "2099", "in_force")], 1),
        ([("2020", "2022", "superseded"), ("2023", "2099", "signed")], None),
        ([("2020", "2099", "in_force"), ("2023", "2099", "in_force")], 1),  # two overlap: the newest
        ([("2020", "2099", "in_force"), ("2090", "2099", "in_force")], 0),  # one that has not begun
        ([("2020", "2022", "in_force")], None),  # past, whatever the status says
        ([("2020", "2022", "expired")], None),
    ],
)
def test_series_current_leads_to_the_one_in_force(client, db, row, told, current):
    made = [agreement_with(end, status=status, start=start, series=row) for start, end, status in told]
    answer = client.get("/serier/upplands-integration/gallande/")
    urls = [agreement.get_absolute_url() for agreement in made]
    assert answer.url == ("/serier/upplands-integration/" if current is None else urls[current])


def test_series_hides_what_the_visitor_may_not_read(client, db, row):
    hidden = agreement_with("2099", series=row, published_on=None)
    for url in ("/serier/upplands-integration/", "/serier/upplands-integration/gallande/"):
        assert client.get(url).status_code == 404
    client.force_login(coordinator_of(hidden))
    assert client.get("/serier/upplands-integration/gallande/").url == hidden.get_absolute_url()
    shown = agreement_with("2022", status="expired", series=row)
    client.logout()
    assert client.get("/serier/upplands-integration/gallande/").url == "/serier/upplands-integration/"
    page = client.get("/serier/upplands-integration/").content.decode()
    assert (shown.title in page, hidden.title in page) == (True, False)


@pytest.mark.parametrize("number", [1, 30])
def test_series_detail_asks_as_often_whatever_it_lists(client, db, row, django_assert_num_queries, number):
    for _each in range(number):
        make.SeriesEntryFactory(agreement=agreement_with("2022", series=row))
    with django_assert_num_queries(4):
        client.get("/serier/upplands-integration/")


@pytest.mark.parametrize(
    ("start", "message"),
    [
        ("2019", "Efterföljaren kan inte börja före den som den ersätter, 2020."),
        ("2019-12-31", "Efterföljaren kan inte börja före den som den ersätter, 2020."),
        ("2020", None),
        ("2023", None),
    ],
)
def test_check_successor_refuses_one_that_begins_earlier(db, start, message):
    predecessor = agreement_with("2022")
    if message is None:
        series.check_successor(predecessor=predecessor, start=start)
    else:
        with pytest.raises(ValidationError) as refused:
            series.check_successor(predecessor=predecessor, start=start)
        assert refused.value.messages == [message]


def test_agreement_edit_refuses_a_second_successor(client, db):
    first = agreement_with("2022", short_name="Den första")
    agreement_with("2025", predecessor=first)
    other = agreement_with("2026")
    client.force_login(coordinator_of(other))
    url = reverse("agreements:agreement_edit", args=[other.slug])
    form = client.get(url).context["form"]
    values = {name: form[name].value() for name in form.fields}
    sent = {name: value for name, value in values.items() if value not in (None, False)}
    answer = client.post(url, {**sent, "predecessor": first.pk})
    text = "Den första har redan en efterföljare. En överenskommelse kan bara ersättas av en."
    other.refresh_from_db()
    assert (text in answer.content.decode(), other.predecessor) == (True, None)


def test_join_puts_both_in_a_series(db):
    before = agreement_with("2022", slug="forst")
    after = agreement_with("2025", predecessor=before)
    series.join(after)
    before.refresh_from_db()
    assert (after.series, before.series) == (AgreementSeries.objects.get(), AgreementSeries.objects.get())
    assert after.series.slug == "forst"
