"""Notice: which day is the last, what stands in the way, and what it does when it is confirmed or taken back."""

import calendar
import datetime

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from agreements import leaving
from agreements.models import Accession, Agreement, Document, LifeEvent, Termination, Validity
from lib.db import Frozen, VersionConflict
from parties.models import Mail, Role
from parties.services import join
from tests import factories as make

TODAY = datetime.date(2026, 11, 22)
DAYS = st.dates(min_value=datetime.date(1990, 1, 1), max_value=datetime.date(2100, 12, 31))


def day(text):
    return datetime.date.fromisoformat(text)


# --- Which day --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("received", "months", "last"),
    [
        (["2026-03-15"], 9, "2026-12-15"),
        (["2026-01-31"], 1, "2026-02-28"),  # no such day: the month's last
        (["2028-01-31"], 1, "2028-02-29"),  # leap year
        (["2028-02-29"], 12, "2029-02-28"),
        (["2027-02-28"], 12, "2028-02-28"),  # not the last of February, but the same number
        (["2026-05-31"], 6, "2026-11-30"),
        (["2026-12-31"], 2, "2027-02-28"),
        (["2026-11-30"], 9, "2027-08-30"),
        (["2026-06-01"], 0, "2026-06-01"),
        (["2026-06-01"], 120, "2036-06-01"),
        (["2026-01-10", "2026-02-03", "2026-01-31"], 9, "2026-11-03"),  # received by the last party
        (["2026-04-05"], 1, "2026-05-05"),
        (["2026-11-24"], 1, "2026-12-24"),  # a holiday is a day like others
    ],
)
def test_last_day_is_the_same_day_of_the_month(received, months, last):
    assert leaving.last_day(map(day, received), months) == day(last)


def test_last_day_of_what_nobody_got_is_unknown():
    assert leaving.last_day([], 9) is None


@given(st.lists(DAYS, min_size=1, max_size=30), st.integers(0, 120))
def test_last_day_holds_for_any_days(received, months):
    start, last = max(received), leaving.last_day(received, months)
    month = start.year * 12 + start.month + months - 1
    assert (last.year, last.month) == divmod(month, 12)[:1] + (month % 12 + 1,)
    assert last.day == min(start.day, calendar.monthrange(last.year, last.month)[1])
    assert last >= start
    assert leaving.last_day([start], months) == last  # the order and the earlier ones do not matter
    assert leaving.last_day([*received, min(received)], months) == last
    later = start + datetime.timedelta(days=1)
    assert leaving.last_day([*received, later], months) >= last


# --- An agreement with three parties ----------------------------------------------------------------------------------


class World:
    """An agreement with three parties of which the first gives notice, its coordinator and its approver."""

    def __init__(self, *, scope="leaving_party", months=6, end="2030-12-31", status="in_force"):
        self.agreement = make.AgreementFactory(status=status)
        rules = {"notice_scope": scope, "notice_period_months": months}
        make.ValidityFactory(agreement=self.agreement, start="2020-01-01", end=end, open_ended=not end, **rules)
        self.accessions = [
            make.AccessionFactory(
                agreement=self.agreement, signed_on="2020-03-01", signature_status="signed", party__name=name
            )
            for name in ("Arboga", "Bålsta", "Cementa")
        ]
        self.parties = [row.party for row in self.accessions]
        self.coordinator = self.person(self.agreement.coordinating_party, Role.COORDINATOR)
        self.approver = self.person(self.parties[0], Role.APPROVER)
        self.reader = self.person(self.parties[0], Role.READER)

    def person(self, party, role):
        user = make.UserFactory()
        join(user=user, party=party, role=role)
        return user

    def notice(self, party=0, given_on="2026-01-15", **values):
        row = Termination(agreement=self.agreement, party=self.parties[party], given_on=day(given_on), **values)
        return leaving.give_notice(termination=row, by=self.coordinator)

    def received(self, notice, *days):
        others = [party.pk for party in self.parties if party.pk != notice.party_id]
        days = dict(zip(others, [text and day(text) for text in days], strict=True))
        return leaving.note_receipts(termination=notice, version=notice.version, days=days, by=self.coordinator)

    def confirmed(self, *days, **values):
        notice = self.received(self.notice(**values), *(days or ("2026-10-20", "2026-10-31")))
        return leaving.confirm(termination=notice, version=notice.version, by=self.coordinator)

    def facts(self):
        """What a refused write may not have touched."""
        return [
            list(model.objects.order_by("pk").values()) for model in (Termination, Accession, Validity, LifeEvent)
        ] + list(Agreement.objects.values_list("status", "version"))


@pytest.fixture
def world(db):
    return World()


# --- Giving notice ----------------------------------------------------------------------------------------------------


def test_give_notice_takes_period_and_scope_from_the_agreement(world):
    notice = world.notice(months=1, scope="whole_agreement")
    assert (notice.months, notice.scope, notice.last_day) == (6, "leaving_party", None)


def test_give_notice_takes_them_from_who_gives_it_where_the_agreement_is_silent(db):
    notice = World(scope="", months=None).notice(months=3, scope="leaving_party")
    assert (notice.months, notice.scope) == (3, "leaving_party")


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"given_on": "2020-02-29"}, "Uppsägningen är daterad före anslutningen 2020-03-01. Kontrollera datumet."),
        ({"given_on": "2999-01-01"}, "Dagen har inte varit än. Fyll i den dag uppsägningen är daterad."),
    ],
)
def test_give_notice_refuses_a_day_that_cannot_be(world, values, message):
    before = world.facts()
    with pytest.raises(ValidationError) as refused:
        world.notice(**values)
    assert (refused.value.messages, world.facts()) == ([message], before)


def test_give_notice_refuses_a_second_one(world):
    world.notice()
    before = world.facts()
    with pytest.raises(ValidationError, match="Parten har redan sagt upp överenskommelsen."):
        world.notice()
    assert world.facts() == before


@pytest.mark.parametrize(
    ("status", "may"),
    [(status, status in ("adopted", "signed", "in_force")) for status in Agreement.Status.values],
)
def test_give_notice_is_for_agreements_that_stand(db, status, may):
    world = World(status=status)
    before = world.facts()
    if may:
        assert world.notice().pk
    else:
        with pytest.raises(ValidationError, match="Bara en överenskommelse som är antagen eller gäller kan sägas upp"):
            world.notice()
        assert world.facts() == before


def test_give_notice_is_for_coordinators_and_the_partys_approvers(world):
    for user, other in ((world.approver, 1), (world.reader, 0)):
        row = Termination(agreement=world.agreement, party=world.parties[other], given_on=day("2026-01-15"))
        with pytest.raises(PermissionDenied):
            leaving.give_notice(termination=row, by=user)
    own = Termination(agreement=world.agreement, party=world.parties[0], given_on=day("2026-01-15"))
    assert leaving.give_notice(termination=own, by=world.approver).pk


# --- Received, confirmed ----------------------------------------------------------------------------------------------


def test_note_receipts_counts_from_the_last_party(world):
    notice = world.received(world.notice(), "2026-08-31", "2026-01-20")
    assert (notice.counted_from, notice.last_day) == (day("2026-08-31"), day("2027-02-28"))


def test_note_receipts_knows_no_day_while_somebody_has_not_got_it(world):
    notice = world.received(world.notice(), "2026-08-31", None)
    assert (notice.counted_from, notice.last_day) == (None, None)
    assert leaving.unready(notice) == ["Fyll i när Cementa fick uppsägningen."]


def test_confirm_lets_the_party_leave_the_day_after_the_last(world):
    world.confirmed()
    row = Accession.objects.get(party=world.parties[0])
    assert (row.notice_received_on, row.left_on) == (day("2026-10-31"), day("2027-05-01"))
    event = LifeEvent.objects.get()
    assert (event.kind, event.party, event.effective_on) == ("notice", world.parties[0], day("2027-05-01"))
    assert event.text == "Arboga sade upp överenskommelsen och är part till och med 2027-04-30."
    assert Validity.objects.count() == 1


@pytest.mark.parametrize(
    ("today", "text"), [("2027-04-30", "är part till och med 2027-04-30"), ("2027-05-01", "lämnade 2027-05-01")]
)
def test_accession_list_says_how_long_it_is_a_party(client, world, monkeypatch, today, text):
    world.confirmed()
    monkeypatch.setattr(timezone, "localdate", lambda *args: day(today))
    page = client.get(reverse("agreements:accession_list", args=[world.agreement.slug])).content.decode()
    assert text in page


@pytest.mark.parametrize(("today", "reads"), [("2027-04-30", True), ("2027-05-01", False)])
def test_confirm_lets_the_party_read_through_the_last_day(world, monkeypatch, today, reads):
    world.confirmed()
    Agreement.objects.update(published_on=None)
    monkeypatch.setattr(timezone, "localdate", lambda *args: day(today))
    assert Agreement.objects.visible_to(world.reader).exists() is reads


def test_confirm_ends_the_whole_agreement_where_it_says_so(db):
    world = World(scope="whole_agreement", end="")
    world.confirmed()
    old, new = Validity.objects.all()
    assert (old.end, old.open_ended, new.end, new.open_ended) == ("", True, "2027-04-30", False)
    assert (new.basis, new.note, new.notice_period_months) == ("external", "Uppsagd av Arboga.", 6)
    assert list(Accession.objects.values_list("left_on", flat=True)) == [None, None, None]


def test_confirm_leaves_an_end_that_comes_before(db):
    world = World(scope="whole_agreement", end="2026-12")
    world.confirmed()
    assert [row.end for row in Validity.objects.all()] == ["2026-12"]


def test_confirm_refuses_what_is_not_ready(world):
    notice = world.received(world.notice(), "2026-08-31", None)
    before = world.facts()
    with pytest.raises(ValidationError, match="Fyll i när Cementa fick uppsägningen."):
        leaving.confirm(termination=notice, version=notice.version, by=world.coordinator)
    assert world.facts() == before


@pytest.mark.parametrize(
    ("who", "moved", "error"), [("approver", 0, PermissionDenied), ("coordinator", -1, VersionConflict)]
)
def test_confirm_is_for_coordinators_who_saw_what_is_stored(world, who, moved, error):
    notice = world.received(world.notice(), "2026-08-31", "2026-08-31")
    before = world.facts()
    with pytest.raises(error):
        leaving.confirm(termination=notice, version=notice.version + moved, by=getattr(world, who))
    assert world.facts() == before


def test_confirm_is_once_and_freezes(world):
    notice = world.confirmed()
    before = world.facts()
    for write in (
        lambda: leaving.confirm(termination=notice, version=notice.version, by=world.coordinator),
        lambda: world.received(notice, "2026-02-01", "2026-02-01"),
        lambda: Termination.objects.update(last_day="2030-01-01"),
        lambda: setattr(notice, "months", 1) or notice.save(),
        notice.delete,
    ):
        with pytest.raises(Frozen, match="Uppsägningen är bekräftad och kan inte ändras."):
            write()
    assert world.facts() == before


# --- Taken back -------------------------------------------------------------------------------------------------------


def taken_back(world, notice, by=None):
    return leaving.take_back(termination=notice, version=notice.version, why="Nytt beslut", by=by or world.coordinator)


def test_take_back_undoes_what_confirming_did(world):
    notice = taken_back(world, world.confirmed())
    row = Accession.objects.get(party=world.parties[0])
    assert (row.notice_received_on, row.left_on, notice.withdrawn_on) == (None, None, timezone.localdate())
    assert not world.agreement.agreementgroupobjectpermission_set.exclude(until=None).exists()
    assert world.notice().pk  # notice may be given again


def test_take_back_gives_the_agreement_its_end_again(db):
    world = World(scope="whole_agreement", end="2030-12-31")
    taken_back(world, world.confirmed())
    assert [row.end for row in Validity.objects.all()] == ["2030-12-31", "2027-04-30", "2030-12-31"]


def test_take_back_leaves_the_end_that_another_notice_gave(db):
    world = World(scope="whole_agreement", end="2030-12-31")
    first = world.confirmed()
    world.confirmed("2026-11-01", "2026-11-02", party=1)
    taken_back(world, first)
    assert [row.end for row in Validity.objects.all()] == ["2030-12-31", "2027-04-30", "2027-05-02"]


def test_take_back_is_too_late_after_the_last_day(world, monkeypatch):
    notice = world.confirmed()
    before = world.facts()
    monkeypatch.setattr(timezone, "localdate", lambda *args: day("2027-05-01"))
    with pytest.raises(ValidationError, match="Sista dagen 2027-04-30 har varit. Parten kan ansluta sig på nytt."):
        taken_back(world, notice)
    assert world.facts() == before


def test_take_back_is_the_partys_own_until_it_is_confirmed(world):
    notice = world.notice()
    with pytest.raises(PermissionDenied):
        taken_back(world, notice, by=world.reader)
    assert taken_back(world, notice, by=world.approver).withdrawn_on
    with pytest.raises(PermissionDenied):
        taken_back(world, world.confirmed(), by=world.approver)


# --- Letters ----------------------------------------------------------------------------------------------------------


def test_letters_go_to_those_whom_it_concerns_but_not_to_who_did_it(world):
    """Given: the coordinators. Confirmed and taken back: every party's approvers too."""
    other = world.person(world.parties[1], Role.APPROVER)
    row = Termination(agreement=world.agreement, party=world.parties[0], given_on=day("2026-01-15"))
    notice = leaving.give_notice(termination=row, by=world.approver)
    notice = world.received(notice, "2026-10-20", "2026-10-31")
    leaving.confirm(termination=notice, version=notice.version, by=world.coordinator)
    notice.refresh_from_db()
    taken_back(world, notice)
    told = [(mail.user, mail.key.split(":")[2]) for mail in Mail.objects.order_by("pk")]
    assert told == [
        (world.coordinator, "given"),
        (world.approver, "confirmed"),
        (other, "confirmed"),
        (world.approver, "withdrawn"),
        (other, "withdrawn"),
    ]
    body = Mail.objects.get(key__contains="confirmed", user=other).body
    assert "Arboga har sagt upp" in body
    assert "är part till och med 2027-04-30." in body


def test_a_party_is_told_of_the_notice_that_its_coordinator_registers(world):
    notice = world.notice()
    leaving.take_back(termination=notice, version=notice.version, why="Fel part", by=world.coordinator)
    told = [(mail.user, mail.key.split(":")[2]) for mail in Mail.objects.order_by("pk")]
    assert told == [(world.approver, "given"), (world.approver, "withdrawn")]
    assert "Stämmer det inte kan ni ta tillbaka den:" in Mail.objects.get(key__contains="given").body


# --- Pages ------------------------------------------------------------------------------------------------------------


def test_termination_create_by_the_party_asks_what_the_agreement_does_not_say(client, world):
    client.force_login(world.approver)
    url = reverse("agreements:termination_create", args=[world.agreement.slug])
    fields = client.get(url).context["form"].fields
    assert list(fields) == ["party", "given_on", "registry_number", "reason"]
    answer = client.post(url, {"party": world.parties[0].pk, "given_on": "2026-01-15", "reason": "Nytt uppdrag"})
    notice = Termination.objects.get()
    assert answer.url == reverse("portal:leaving_effects", args=[world.agreement.slug, notice.pk])
    assert (notice.months, notice.reason) == (6, "Nytt uppdrag")


def test_termination_create_keeps_what_was_typed(client, world):
    client.force_login(world.coordinator)
    url = reverse("agreements:termination_create", args=[world.agreement.slug])
    answer = client.post(url, {"party": world.parties[0].pk, "given_on": "2020-02-01", "reason": "Skälet"})
    text = answer.content.decode()
    assert "Uppsägningen är daterad före anslutningen 2020-03-01. Kontrollera datumet." in text
    assert ("Skälet" in text, Termination.objects.count()) == (True, 0)


def test_termination_create_keeps_the_paper_that_the_coordinator_sends(client, world, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    client.force_login(world.coordinator)
    url = reverse("agreements:termination_create", args=[world.agreement.slug])
    about = {"party": world.parties[0].pk, "given_on": "2026-01-15", "registry_number": "12-2026", "reason": "Skälet"}
    for name, content, advice in (
        ("uppsagning.pdf", b"<script>", "Filen är inte en vanlig pdf-fil, trots namnet."),
        ("uppsagning.exe", b"%PDF-1.7", "Filen är inte av ett slag som tas emot."),
    ):
        refused = client.post(url, {**about, "paper": SimpleUploadedFile(name, content)})
        assert (advice in refused.text, "Skälet" in refused.text) == (True, True)
    assert (Termination.objects.count(), Document.objects.count()) == (0, 0)
    answer = client.post(url, {**about, "paper": SimpleUploadedFile("uppsagning.pdf", b"%PDF-1.7 brev")})
    paper = Termination.objects.get().document
    assert (paper.title, paper.kind, paper.is_public) == ("Uppsägning, Arboga", "attachment", False)
    assert (paper.dated_on, paper.registry_number) == (day("2026-01-15"), "12-2026")
    download = reverse("agreements:document_download", args=[world.agreement.slug, paper.pk])
    for user, status in ((world.coordinator, 200), (world.approver, 404)):  # nobody is led to what is not theirs
        client.force_login(user)
        fetched = client.get(download)
        fetched.close()
        assert (fetched.status_code, download in client.get(answer.url).text) == (status, status == 200)


def test_termination_create_takes_one_paper_and_none_of_a_party(client, world):
    url = reverse("agreements:termination_create", args=[world.agreement.slug])
    chosen = make.DocumentFactory(agreement=world.agreement)
    about = {"party": world.parties[0].pk, "given_on": "2026-01-15", "document": chosen.pk}
    sent = SimpleUploadedFile("uppsagning.pdf", b"%PDF-1.7 brev")
    client.force_login(world.coordinator)
    assert "Välj ett dokument eller skicka en fil, inte båda." in client.post(url, {**about, "paper": sent}).text
    client.force_login(world.approver)
    sent.seek(0)
    client.post(url, {**about, "paper": sent})
    assert (Termination.objects.get().document, Document.objects.count()) == (None, 1)


def test_termination_receipts_takes_one_day_for_all_and_some_apart(client, world):
    client.force_login(world.coordinator)
    notice = world.notice()
    url = reverse("agreements:termination_receipts", args=[world.agreement.slug, notice.pk])
    early = client.post(url, {"version": 1, "for_all": "2026-01-14"})
    assert "Dagen är före uppsägningens datum, 2026-01-15." in early.content.decode()
    client.post(url, {"version": 1, "for_all": "2026-02-01", f"mottagen_{world.parties[2].pk}": "2026-02-28"})
    notice.refresh_from_db()
    assert (notice.counted_from, notice.last_day) == (day("2026-02-28"), day("2026-08-28"))


def test_termination_receipts_of_an_old_page_keeps_both(client, world):
    client.force_login(world.coordinator)
    notice = world.notice()
    world.received(notice, "2026-02-01", "2026-02-02")
    url = reverse("agreements:termination_receipts", args=[world.agreement.slug, notice.pk])
    late = client.post(url, {"version": 1, "for_all": "2026-03-03"})
    assert (late.status_code, "2026-03-03" in late.text, "2026-02-02" in late.text) == (409, True, True)
    assert sorted(str(row.received_on) for row in notice.receipts.all()) == ["2026-02-01", "2026-02-02"]


def test_termination_list_tells_others_of_what_is_confirmed_only(client, world):
    url = reverse("agreements:termination_list", args=[world.agreement.slug])
    world.notice(party=1)
    assert "Ingen part har sagt upp överenskommelsen." in client.get(url).content.decode()
    world.confirmed()
    assert "Arboga" in client.get(url).content.decode()


@pytest.mark.parametrize(
    ("who", "before", "after"),
    [("coordinator", True, True), ("approver", True, True), ("reader", False, True), (None, False, True)],
)
def test_history_keeps_a_notice_to_its_party_until_it_is_confirmed(client, world, who, before, after):
    if who:
        client.force_login(getattr(world, who))
    url = reverse("portal:agreement_history", args=[world.agreement.slug])
    notice = world.notice(reason="Ett hemligt skäl")
    assert ("Ett hemligt skäl" in client.get(url).content.decode()) is before
    notice = world.received(notice, "2026-10-20", "2026-10-31")
    leaving.confirm(termination=notice, version=notice.version, by=world.coordinator)
    assert ("uppsägning" in client.get(url).content.decode().lower()) is after


@pytest.mark.parametrize("number", [1, 30])
def test_termination_list_asks_as_often_whatever_it_lists(client, world, django_assert_num_queries, number):
    for _each in range(number):
        make.TerminationFactory(agreement=world.agreement, last_day="2027-01-01", confirmed_at="2026-01-01T00:00Z")
    with django_assert_num_queries(4):
        client.get(reverse("agreements:termination_list", args=[world.agreement.slug]))
