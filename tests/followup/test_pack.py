"""The council's papers: what they say, who reads them, that they stay as they were, and reach the council."""

import datetime
import re
from hashlib import sha256
from io import BytesIO
from urllib.parse import quote

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.http import Http404
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from docx import Document
from openpyxl import load_workbook

from followup.models import CouncilPack, Outcome
from followup.opened_round import OpenedRound
from followup.pack import Kind, file_of, make_packs, material_for, material_of
from followup.pack_letters import letters_to, send_pack
from followup.pack_paper import pack_paper
from followup.services import close_round
from lib import typeset
from lib.db import Frozen
from parties.models import Mail, Role
from parties.services import join
from tests import factories as make
from tests.actionplans.test_papers import HOSTILE, headings, tables, words

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def round():
    return council_round()


def council_round():
    """An open round before a council's meeting: an answer with counts, one that deviates and asks, a silent party."""
    body = make.BodyFactory(name="Rådet")
    round = make.RoundFactory(
        label="2026:1", meeting=make.MeetingFactory(body=body, held_on=datetime.date(2026, 11, 12)),
        agreement__published_on="2026-01-01", agreement__status="in_force", agreement__short_name="Exempel",
    )  # fmt: skip
    agreement = round.agreement
    make.MandateFactory(agreement=agreement, body=body, level="deciding")
    area = make.PriorityAreaFactory(agreement=agreement, name="Boende")
    edition = make.EditionFactory(plan__agreement=agreement, plan__name="Handlingsplan", label="2026:1")
    round.plan = edition.plan
    on = {"edition": edition, "area": area}
    pilot = make.ActivityFactory(**on, number="B1", title="Pröva boskola", counts="adults")
    make.ReportFactory(
        round=round, activity=pilot, party__name="Heby kommun", submitted=True, text="Vi har prövat.",
        numbers={"women": 41, "men": 3},
    )  # fmt: skip
    late = make.ActivityFactory(**on, number="B2", title="Bygga bostäder")
    make.ReportFactory(
        round=round, activity=late, party__name="Tierps kommun", submitted=True, status="deviating",
        deviation_cause="Personal saknas", deviation_measure="Vi anställer", decision_asked="Ska vi gå vidare?",
    )  # fmt: skip
    make.ReportFactory(round=round, activity=late, party__name="Knivsta kommun", text="UTKAST")
    for report in round.reports.all():
        make.AccessionFactory(agreement=agreement, party=report.party)
    make.adopt(edition)
    return round


@pytest.fixture
def closed(round):
    close_round(round=round, by=make.UserFactory())
    return round


def sitting(round, **seat):
    """A person who sits in the round's council."""
    user = make.UserFactory()
    hat = join(user=user, party=make.PartyFactory(), role=Role.COUNCIL_MEMBER, group=round.meeting.body.group())
    make.SeatFactory(body=round.meeting.body, membership=hat, **seat)
    return user


def person(role, party):
    user = make.UserFactory()
    join(user=user, party=party, role=role)
    return user


def propose_next(round):
    """The next edition, proposed: what the council is asked to adopt."""
    edition = make.EditionFactory(
        plan=round.plan, label="2027:1", starts_on=datetime.date(2027, 1, 1), ends_on=datetime.date(2027, 6, 30)
    )
    make.ActivityFactory(edition=edition, title="Något nytt")
    edition.propose(by=make.UserFactory())
    return edition


def content_of(pack):
    with pack.file.open() as file:
        return file.read()


# --- Kept -------------------------------------------------------------------------------------------------------------


def test_make_packs_keeps_each_kind_once_with_its_hash(closed):
    packs = make_packs(round=closed, by=make.UserFactory())
    assert [pack.kind for pack in packs] == ["pdf", "docx", "xlsx"]
    for pack in packs:
        content = content_of(pack)
        assert (sha256(content).hexdigest(), len(content)) == (pack.sha256, pack.size)
    assert make_packs(round=closed, by=make.UserFactory()) == packs
    with pytest.raises(Frozen):
        packs[0].save()
    with pytest.raises(Frozen):
        packs[0].delete()


def test_make_packs_needs_a_closed_round(round):
    with pytest.raises(Frozen, match="Stäng den först"):
        make_packs(round=round, by=make.UserFactory())


def test_what_was_made_of_an_earlier_closing_stays(closed):
    user = make.UserFactory()
    former = make_packs(round=closed, by=user)
    closed.reopen(by=user, reason="Fel siffra.")
    close_round(round=closed, by=user)
    later = make_packs(round=closed, by=user)
    assert len({pack.pk for pack in [*former, *later]}) == 6
    assert [sha256(content_of(pack)).hexdigest() == pack.sha256 for pack in CouncilPack.objects.all()] == [True] * 6


def test_material_is_what_was_stored_whatever_is_renamed(closed):
    for report in closed.reports.all():
        report.party.name = "Ny kommun"
        report.party.save()
    said = str(pack_paper(material_of(closed)))
    assert ("Heby kommun" in said, "Ny kommun" in said) == (True, False)


READERS = ("coordinator", "member", "party", "anonymous")


@pytest.mark.parametrize(
    ("state", "proposal", "readers"),
    [
        ("closed", False, {"coordinator", "member"}),
        ("published", False, {"coordinator", "member", "party", "anonymous"}),
        ("published", True, {"coordinator", "member", "party"}),  # a proposal is read by the parties and not by all
    ],
)
def test_visible_to_is_for_those_who_read_every_answer(closed, state, proposal, readers):
    if proposal:
        propose_next(closed)
    make_packs(round=closed, by=make.UserFactory())
    if state == "published":
        closed.publish(by=make.UserFactory())
    people = {
        "coordinator": person(Role.COORDINATOR, closed.agreement.coordinating_party),
        "member": sitting(closed),
        "party": person(Role.REPORTER, closed.reports.first().party),
        "anonymous": AnonymousUser(),
    }
    found = {name for name, user in people.items() if CouncilPack.objects.visible_to(user).count() == 3}
    assert found == readers
    assert {name for name, user in people.items() if packs_on_page(closed, user)} == readers


def packs_on_page(round, user):
    """What the round's page leads to; somebody who may not read the page reads none."""
    try:
        return OpenedRound(user, round.agreement.slug, round.label).packs()
    except Http404:
        return []


# --- What they say ----------------------------------------------------------------------------------------------------


def test_pack_paper_says_how_it_goes_what_is_asked_and_every_answer(closed):
    propose_next(closed)
    paper = pack_paper(material_of(closed))
    said = str(paper["blocks"])
    assert (paper["title"], paper["kicker"]) == ("Uppföljning 2026:1", "Exempel · Underlag till Rådet 2026-11-12")
    assert paper["marks"] == []
    assert [text for level, text in headings(paper) if level == 2] == [
        "Läget", "Detta ska rådet ta ställning till", "Det som avviker", "Parter som inte har svarat",
        "Detta ska rådet ta ställning till", "Det som avviker", "Hela uppföljningen", "Parterna",
        "Handlingsplan: från 2026:1 till 2027:1", "Om underlaget",
    ]  # fmt: skip
    asked = next(table for table in tables(paper) if table["title"] == "Frågor och förslag till beslut")
    assert [words(row)[:2] for row in asked["rows"]] == [
        ["1", f"Fastställa {closed.plan} 2027:1."],
        ["2", "Ska vi gå vidare?"],
    ]
    for text in (
        "Personal saknas",
        "Vi anställer",
        "Vi har prövat.",
        "kvinnor 41, män döljs",
        "Knivsta kommun (1 av 1)",
    ):
        assert text in said
    assert "UTKAST" not in said


def test_every_table_of_statuses_adds_up(closed):
    paper = pack_paper(material_of(closed))
    for title, first in (("Svar per status", 1), ("Svar per part", 1)):
        rows = next(table for table in tables(paper) if table["title"] == title)["rows"]
        assert sum(int(words(row[first])[0]) for row in rows) == 3


def test_preliminary_papers_say_so_and_hold_no_draft(round):
    coordinator = person(Role.COORDINATOR, round.agreement.coordinating_party)
    paper = pack_paper(material_for(round, coordinator))
    assert paper["marks"] == ["Preliminärt, omgången är inte stängd"]
    assert "UTKAST" not in str(paper)


def test_summary_is_two_pages_however_much_there_is(closed):
    facts = closed.outcomes.get().facts
    figures = closed.outcomes.get().figures
    row = next(row for row in facts["activities"] if row["title"] == "Bygga bostäder")
    said = next(report for report in row["reports"] if report["status"])
    long = "Det här är en lång mening om något som har hänt i kommunen. " * 12
    row["reports"] = [{**said, "cause": long, "measure": long, "decision_asked": long}] * 40
    goal = {"key": "g", "number": "1.1", "text": long, "area": "", "assessment": None, "before": None}
    trend = {"name": long[:200], "trend": {"label": "Bättre"}, "series": [], "definitions": [], "source_line": ""}
    facts["goals"] = {"areas": [], "goals": [{**goal, "indicators": [indicator(**trend)] * 3}] * 40, "indicators": []}
    figures["parties"] = [{**figures["parties"][0], "name": long[:100], "shares": {"not_reported": 1}}] * 60
    figures["areas"] = [{**figures["areas"][0], "name": long[:120]}] * 30
    Outcome.objects.filter(round=closed).update(facts=facts, figures=figures)
    paper = pack_paper(material_of(closed))
    breaks = [place for place, block in enumerate(paper["blocks"]) if block["kind"] == "break"]
    made = typeset.pdf({**paper, "blocks": paper["blocks"][: breaks[0]]})
    assert typeset.page_count(made) == 2


def indicator(**changed):
    return {
        "goal": "", "unit": "", "decimals": 0, "breaks": [], "target": None, "main": "", "has_hidden": False,
        "is_count": False, "better": "", **changed,
    }  # fmt: skip


@pytest.mark.parametrize("kind", Kind)
def test_an_empty_round_has_papers_too(kind):
    round = make.RoundFactory()
    close_round(round=round, by=make.UserFactory())
    assert file_of(material_of(round), kind)


def test_facts_of_an_older_shape_have_papers_too(closed):
    facts = closed.outcomes.get().facts
    older = {name: facts[name] for name in ("round", "total", "shares", "parties", "activities", "numbers")}
    Outcome.objects.filter(round=closed).update(facts={**older, "shape": 1}, figures={})
    assert "Tierps kommun" in str(pack_paper(material_of(closed)))


def test_hostile_text_is_text_in_every_kind(round):
    report = round.reports.get(status="deviating")
    party = report.party
    for number, text in enumerate(HOSTILE):
        activity = make.ActivityFactory(edition__plan__agreement=round.agreement, title=text[:250] or "tom")
        make.ReportFactory(
            round=round, activity=activity, party=party, submitted=True, status="deviating", text=text,
            deviation_cause=text[:1000], decision_asked=text[:1000], on_behalf=f"{number}",
        )  # fmt: skip
    close_round(round=round, by=make.UserFactory())
    material = material_of(round)
    assert file_of(material, Kind.PDF)[:5] == b"%PDF-"
    document = Document(BytesIO(file_of(material, Kind.WORD)))
    cells = "\n".join(cell.text for table in document.tables for row in table.rows for cell in row.cells)
    assert HOSTILE[0] in cells
    book = load_workbook(BytesIO(file_of(material, Kind.EXCEL)))
    kinds = {(cell.value, cell.data_type) for sheet in book for row in sheet for cell in row if cell.value}
    assert ("=1+1", "s") in kinds
    assert "f" not in {kind for _value, kind in kinds}


def test_sheet_has_numbers_and_days_as_what_they_are(closed):
    book = load_workbook(BytesIO(file_of(material_of(closed), Kind.EXCEL)))
    assert book.sheetnames[:4] == ["Om filen", "Svar per status", "Områden", "Parter"]
    status = {row[0]: row[2] for row in book["Svar per status"].iter_rows(min_row=2, values_only=True)}
    assert {code: count for code, count in status.items() if count} == {
        "ongoing": 1, "deviating": 1, "not_reported": 1,
    }  # fmt: skip
    people = list(book["Antal personer"].iter_rows(min_row=2, values_only=True))
    assert [(row[2], row[3], row[4]) for row in people] == [("Kvinnor", 41, 0), ("Män", None, 1), ("Summa", None, 1)]


def test_pdf_says_which_standards_it_follows(closed):
    made = file_of(material_of(closed), Kind.PDF)
    standards = ("<pdfuaid:part>1<", "<pdfaid:part>2<", "<pdfaid:conformance>A<")
    said = (*standards, "/Lang(sv-SE)", "/Marked true", "/S/TH", "/Alt")
    assert [part for part in said if part.encode() not in made] == []


def test_registry_numbers_stand_in_the_papers(round):
    board = round.agreement.coordinating_party
    make.RegistryNumberFactory(round=round, party=board, number="100-2026")
    make.RegistryNumberFactory(round=round, party=round.reports.first().party, number="KS 7")
    close_round(round=round, by=make.UserFactory())
    paper = pack_paper(material_of(round))
    assert paper["registry_number"] == "100-2026"
    assert "KS 7" in str(tables(paper)[-1])


# --- Pages ------------------------------------------------------------------------------------------------------------


def address(name, round, *args):
    return reverse(f"followup:{name}", args=[round.agreement.slug, round.label, *args])


def test_pack_create_and_download_by_page(client, login_as, closed):
    login_as(Role.COORDINATOR, party=closed.agreement.coordinating_party)
    answer = client.get(address("pack_download", closed, "pdf"), follow=True)
    assert "Underlaget är inte skapat än." in answer.text
    client.post(address("pack_create", closed))
    pack = CouncilPack.objects.get(kind="pdf")
    answer = client.get(address("pack_download", closed, "pdf"))
    assert sha256(answer.getvalue()).hexdigest() == pack.sha256
    assert f'filename="underlag-{closed.agreement.slug}-2026-1.pdf"' in answer["Content-Disposition"]
    assert pack.sha256 in client.get(address("round_pack", closed)).text


def test_pack_download_gives_preliminary_and_former_papers(client, login_as, closed):
    user = make.UserFactory()
    former = make_packs(round=closed, by=user)[2]
    closed.reopen(by=user, reason="Fel siffra.")
    login_as(Role.COORDINATOR, party=closed.agreement.coordinating_party)
    url = address("pack_download", closed, "xlsx")
    answer = client.get(url)
    assert "preliminart.xlsx" in answer["Content-Disposition"]
    about = dict(
        load_workbook(BytesIO(answer.getvalue()))["Om filen"].iter_rows(min_row=2, max_col=2, values_only=True)
    )
    assert about["Läge"] == "Preliminärt: omgången är inte stängd"
    kept = client.get(url, {"stangning": former.outcome_id}).getvalue()
    assert sha256(kept).hexdigest() == former.sha256
    assert client.get(address("pack_download", closed, "exe")).status_code == 404


def test_registry_edit_saves_what_was_changed_and_overwrites_nothing(client, login_as, round):
    login_as(Role.COORDINATOR, party=round.agreement.coordinating_party)
    board, heby = round.agreement.coordinating_party, round.reports.first().party
    make.RegistryNumberFactory(round=round, party=board, number="100-2026")
    url = address("registry_edit", round)
    shown = {
        f"was_{board.pk}": "100-2026",
        f"party_{board.pk}": "100-2026",
        f"was_{heby.pk}": "",
        f"party_{heby.pk}": "",
    }
    make.RegistryNumberFactory(round=round, party=heby, number="KS 7")  # somebody else, meanwhile
    answer = client.post(url, {**shown, f"party_{heby.pk}": "KS 8", f"party_{board.pk}": "101-2026"})
    assert "Någon har skrivit KS 7 här" in answer.text
    assert numbers(round) == {board.pk: "100-2026", heby.pk: "KS 7"}
    again = dict(re.findall(r'type="hidden" name="(was_\d+)"(?: value="([^"]*)")?', answer.text))
    client.post(url, {**again, f"party_{heby.pk}": "", f"party_{board.pk}": "101-2026"})
    assert numbers(round) == {board.pk: "101-2026"}


def numbers(round):
    return dict(round.registry_numbers.values_list("party", "number"))


@pytest.mark.parametrize("count", [1, 30])
def test_round_pack_asks_the_same_whatever_the_rows(client, closed, count):
    closed.publish(by=make.UserFactory())
    make.RegistryNumberFactory.create_batch(count, round=closed)
    client.get(address("round_pack", closed))
    with CaptureQueriesContext(connection) as asked:
        client.get(address("round_pack", closed))
    assert len(asked) <= 14


# --- Letters ----------------------------------------------------------------------------------------------------------


def test_send_pack_writes_to_each_member_once(closed):
    first, second = sitting(closed), sitting(closed, role="alternate")
    sitting(closed, ends_on=datetime.date(2026, 1, 1))
    with pytest.raises(Frozen, match="inte skapat"):
        send_pack(round=closed, by=first)
    make_packs(round=closed, by=first)
    assert send_pack(round=closed, by=make.UserFactory(name="Sara Samordnare")) == (2, 0)
    assert send_pack(round=closed, by=first) == (0, 0)
    mails = Mail.objects.order_by("pk")
    assert [(mail.user, mail.kind) for mail in mails] == [(first, "pack"), (second, "pack")]
    assert f"?next={quote(address('round_pack', closed))}" in mails[0].body
    assert "Det behandlas i mötet Rådet 2026-11-12." in mails[0].body
    assert CouncilPack.objects.filter(sent_at__isnull=True).count() == 0
    assert letters_to([second, make.UserFactory()], closed.outcomes.get())[0] == (second, mails[1])


def test_send_pack_heeds_pauses_and_alternates(closed):
    today = timezone.localdate()
    paused, away, other = sitting(closed), sitting(closed), sitting(closed)
    make.MailSettingsFactory(user=paused, paused_until=today)
    make.MailSettingsFactory(user=away, away_from=today, alternate=other)
    make_packs(round=closed, by=other)
    assert send_pack(round=closed, by=other) == (1, 1)
    letter = Mail.objects.get()
    assert letter.user == other
    assert f"i stället för {away}" in letter.body


def test_send_pack_needs_members(closed):
    make_packs(round=closed, by=make.UserFactory())
    with pytest.raises(Frozen, match="ingen ledamot"):
        send_pack(round=closed, by=make.UserFactory())
