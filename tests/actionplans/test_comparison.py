"""What differs between two editions: every activity once, every field in words, and nothing internal."""

import datetime

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.test.utils import CaptureQueriesContext

from actionplans.comparison import Kind, compare
from actionplans.models import Activity
from actionplans.wording import FIELDS
from tests import factories as make
from tests.actionplans.pairs import carry, fill, pair

pytestmark = pytest.mark.django_db

# Fields that are not compared: what holds the row together, and what is told in another way.
LEFT_OUT = {
    "id", "version", "edition", "lineage", "search_text",
    "order",  # its place in the table; nobody decided it
    "is_continuous",  # part of ends_on
    "origin", "proposed_by",  # told of what is new
    "change_reason", "ending", "ending_reason",  # told as why
}  # fmt: skip


@pytest.fixture
def editions():
    return pair()


@pytest.fixture
def old(editions):
    return editions[0]


@pytest.fixture
def new(editions):
    return editions[1]


@pytest.fixture
def every_kind(old, new):
    fill(old, new)


def test_every_field_is_compared_or_left_out_on_purpose():
    names = {field.name for field in (*Activity._meta.fields, *Activity._meta.many_to_many)}
    assert names - LEFT_OUT == set(FIELDS) - {"files"}


@pytest.mark.parametrize(
    ("before", "after", "sentence"),
    [
        ({"number": "A2"}, {"number": "A3"}, "A3 hade tidigare nummer A2."),
        ({"title": "Starta kurser"}, {"title": "Driva kurser"}, "A3 heter nu ”Driva kurser”."),
        ({"description": "Ett"}, {"description": "Två"}, "A3 har ändrad beskrivning."),
        ({}, {"description": "Två"}, "A3 får en beskrivning."),
        ({"description": "Ett"}, {"description": ""}, "A3 har ingen beskrivning längre."),
        ({"ends_on": datetime.date(2026, 12, 31)}, {"ends_on": datetime.date(2027, 6, 30)},
         "A3 slutar 2027-06-30 i stället för 2026-12-31."),
        ({"ends_on": datetime.date(2026, 12, 31)}, {"ends_on": None, "is_continuous": True},
         "A3 blir löpande i stället för att sluta 2026-12-31."),
        ({"is_continuous": True}, {"is_continuous": False, "ends_on": datetime.date(2026, 12, 31)},
         "A3 slutar 2026-12-31 i stället för att vara löpande."),
        ({"is_continuous": True}, {"is_continuous": False}, "A3 är inte längre löpande."),
        ({}, {"is_continuous": True}, "A3 blir löpande."),
        ({"amount": 100_000}, {"amount": 150_000},
         "A3 får nytt belopp: 150\xa0000 kr i stället för 100\xa0000 kr."),
        ({"amount": 100_000}, {"amount": 0}, "A3 får nytt belopp: 0 kr i stället för 100\xa0000 kr."),
        ({}, {"counts": "adults"}, "A3 frågar efter antal i uppföljningen: kvinnor och män."),
        ({"counts": "number"}, {"counts": "adults"},
         "A3 frågar efter andra antal i uppföljningen: kvinnor och män i stället för ett antal."),
        ({"counts": "number"}, {"counts": ""},
         "A3 frågar inte längre efter antal i uppföljningen. Tidigare: ett antal."),
        ({}, {"equality": "Så"}, "A3 får en text om jämställdhet."),
        ({"milestones": "2027-03-31 Rutinen är beslutad"}, {"milestones": "2027-06-30 Rutinen är beslutad"},
         "Delmomentet ”Rutinen är beslutad” i A3 flyttas till 2027-06-30 från 2027-03-31."),
        ({"milestones": "2027-03-31 Ett"}, {"milestones": "2027-03-31 Ett\n2027-04-30 Två"},
         "A3 får nya delmoment: 2027-04-30 Två."),
        ({"milestones": "utan datum"}, {"milestones": "2027-04-30 Två"},
         "A3 får nya delmoment: 2027-04-30 Två i stället för utan datum."),
        ({"financing": "Egna medel " * 20}, {"financing": ""},
         "A3 har ingen finansiering längre. Tidigare: " + ("Egna medel " * 20)[:119] + "…."),
    ],
)  # fmt: skip
def test_compare_says_each_change_in_one_sentence(old, new, before, after, sentence):
    activity = make.ActivityFactory(edition=old, **{"number": "A3", **before})
    carry(activity, new, **after)
    (change,) = compare(old, new).changes
    assert change.sentences == [sentence]


def test_compare_names_the_responsible_and_whoever_else_takes_part(old, new):
    agreement = old.plan.agreement
    names = ["kommunerna", "Arbetsförmedlingen", "Heby kommun", "Knivsta kommun"]
    together, agency, heby, knivsta = [make.ActorFactory(agreement=agreement, name=name) for name in names]
    activity = make.ActivityFactory(edition=old, number="A3", responsible=together)
    make.ActivityParticipantFactory(activity=activity, actor=heby)
    carry(activity, new, responsible=agency, participants=[knivsta, together])
    (change,) = compare(old, new).changes
    assert change.sentences == [
        "A3 får ny ansvarig: Arbetsförmedlingen i stället för kommunerna.",
        "I A3 medverkar nu även Knivsta kommun och kommunerna, men inte längre Heby kommun.",
    ]


def test_compare_names_goals_areas_and_files(old, new):
    agreement = old.plan.agreement
    area = make.PriorityAreaFactory(agreement=agreement, name="Arbete")
    other = make.PriorityAreaFactory(agreement=agreement, name="Språk")
    part = make.CollaborationAreaFactory(area=other, name="Föräldralediga")
    goal = make.GoalFactory(area=area, number="2", text="Fler i arbete")
    activity = make.ActivityFactory(edition=old, number="A3", area=area)
    row = carry(activity, new, area=other, collaboration_area=part, goals=[goal], serves=[part])
    make.ActivityFileFactory(activity=row, name="karta.pdf")
    (change,) = compare(old, new).changes
    assert change.sentences == [
        "A3 flyttas till området Språk från Arbete.",
        "A3 läggs under samverkansområdet Föräldralediga.",
        "A3 bidrar till fler mål: 2 Fler i arbete.",
        "A3 bidrar nu även till Föräldralediga.",
        "A3 får nya bilagor: karta.pdf.",
    ]


def test_field_change_marks_the_words_of_a_text_and_the_lines_of_a_list(old, new):
    activity = make.ActivityFactory(
        edition=old, desired_effect="Minst 10 kurser", milestones="2027-01-01 Ett\n2027-02-01 Två"
    )
    carry(activity, new, desired_effect="Minst 20 kurser", milestones="2027-01-01 Ett\n2027-02-02 Två")
    (change,) = compare(old, new).changes
    marked = [[[piece.text for piece in side if piece.is_changed] for side in field.pieces] for field in change.fields]
    assert [field.label for field in change.fields] == ["Önskad effekt", "Delmoment"]
    assert marked == [[["10"], ["20"]], [["2027-02-01 Två"], ["2027-02-02 Två"]]]


@pytest.mark.usefixtures("every_kind")
def test_compare_counts_every_activity_once(old, new):
    comparison = compare(old, new)
    assert comparison.counts == {
        Kind.UNCHANGED: 2, Kind.CHANGED: 2, Kind.MOVED: 1, Kind.ADDED: 2,
        Kind.CLOSED: 1, Kind.STRUCK: 1, Kind.REMOVED: 1,
    }  # fmt: skip
    assert comparison.summary == (
        "10 aktiviteter jämförda: 2 oförändrade, 2 ändrade, 1 flyttad, 2 nya, 1 avslutad, 1 struken, 1 borttagen."
    )
    gone = sum(comparison.counts[kind] for kind in (Kind.CLOSED, Kind.STRUCK, Kind.REMOVED))
    assert old.activities.standing().count() == comparison.total - comparison.counts[Kind.ADDED]
    assert new.activities.standing().count() == comparison.total - gone


@pytest.mark.usefixtures("every_kind")
def test_compare_tells_what_became_of_each(old, new):
    comparison = compare(old, new)
    told = {change.shown.values["title"]: (change.sentences[0], change.reasons) for change in comparison.changes}
    number = {change.shown.values["title"]: change.shown.number for change in comparison.changes}
    assert told["avslutad"] == (f"{number['avslutad']} avslutas.", [("Skäl", "Målet är nått.")])
    assert told["struken"] == (f"{number['struken']} stryks.", [("Skäl", "Pengarna är slut.")])
    assert told["borttagen"] == (
        f"{number['borttagen']} finns inte med i 2026:2.", [("Skäl", "Inget skäl är angivet.")]
    )  # fmt: skip
    assert told["ny"] == (f"{number['ny']} är ny.", [])
    assert told["upptagen igen"] == (f"{number['upptagen igen']} tas upp igen.", [])


def test_compare_names_who_proposed_what_is_new(old, new):
    heby = make.ActorFactory(agreement=old.plan.agreement, name="Heby kommun")
    make.ActivityFactory(edition=new, number="H4", proposed_by=heby, desired_effect="Fler får jobb")
    (change,) = compare(old, new).changes
    assert change.sentences == ["H4 är ny, föreslagen av Heby kommun."]
    assert [field.name for field in change.fields] == ["desired_effect", "responsible"]


@pytest.mark.parametrize(
    ("before", "after", "reasons"),
    [
        ("", "Ny lag", [("Varför", "Ny lag")]),
        ("Ny lag", "Ännu en lag", [("Varför", "Ännu en lag")]),
        ("Ny lag", "Ny lag", []),  # said of the change before
        ("Ny lag", "", []),
    ],
)
def test_compare_tells_why_this_time(old, new, before, after, reasons):
    activity = make.ActivityFactory(edition=old, change_reason=before)
    carry(activity, new, change_reason=after, indicator="Antal")
    (change,) = compare(old, new).changes
    assert change.reasons == reasons


@pytest.mark.parametrize(
    ("adopted", "kind", "sentence", "reason"),
    [
        (True, Kind.STRUCK, "A1 ströks i 2026:2.", "Pengarna är slut."),
        (False, Kind.REMOVED, "A1 finns inte med i 2027:1.", "Inget skäl är angivet."),
    ],
)
def test_compare_finds_the_reason_in_an_edition_between_that_may_be_read(old, new, adopted, kind, sentence, reason):
    activity = make.ActivityFactory(edition=old, number="A1")
    carry(activity, new, ending="cancelled", ending_reason="Pengarna är slut.")
    if adopted:
        make.adopt(new)
    last = make.EditionFactory(
        plan=old.plan, label="2027:1", starts_on=datetime.date(2027, 1, 1), ends_on=datetime.date(2027, 6, 30)
    )
    (change,) = compare(old, last, AnonymousUser()).changes
    assert (change.kind, change.sentences, change.reasons) == (kind, [sentence], [("Skäl", reason)])


def test_compare_is_in_the_order_of_the_plan(old, new):
    first, second = [make.PriorityAreaFactory(agreement=old.plan.agreement, order=order) for order in (1, 2)]
    make.ActivityFactory(edition=new, title="utan område", area=None)
    make.ActivityFactory(edition=new, title="d", area=second, order=1)
    make.ActivityFactory(edition=new, title="c", area=first, order=2)
    make.ActivityFactory(edition=old, title="b", area=first, order=1)
    make.ActivityFactory(edition=new, title="a", area=first, order=0)
    comparison = compare(old, new)
    assert [change.shown.values["title"] for change in comparison.changes] == ["a", "b", "c", "d", "utan område"]
    assert [(area, len(rows)) for area, rows in comparison.by_area()] == [(first.name, 3), (second.name, 1), ("", 1)]


@pytest.mark.parametrize(
    ("rows", "summary"),
    [
        ([], "Ingen av versionerna har någon aktivitet."),
        ([{}], "Inget skiljer mellan versionerna: aktiviteterna är desamma."),
        ([{"indicator": "Antal"}], "1 aktivitet jämförd: 1 ändrad."),
    ],
)
def test_comparison_summary(old, new, rows, summary):
    for changed in rows:
        carry(make.ActivityFactory(edition=old), new, **changed)
    assert compare(old, new).summary == summary


def test_compare_tells_nothing_internal(old, new):
    activity = make.ActivityFactory(edition=old)
    row = carry(activity, new, indicator="Antal")
    for secret in (activity, row):
        make.InternalNoteFactory(activity=secret, text="HEMLIGT")
        make.CommentFactory(activity=secret, text="HEMLIGT")
    assert "HEMLIGT" not in repr(compare(old, new, AnonymousUser()))


def test_compare_asks_the_same_number_of_questions_for_1_and_30(old, new):
    numbers = []
    for times in (1, 29):
        for _number in range(times):
            activity = make.ActivityFactory(edition=old)
            make.ActivityParticipantFactory(activity=activity)
            carry(activity, new, indicator="Antal", goals=[make.GoalFactory(area__agreement=old.plan.agreement)])
            make.ActivityFactory(edition=old)
        with CaptureQueriesContext(connection) as queries:
            [field.pieces for change in compare(old, new, AnonymousUser()).changes for field in change.fields]
        numbers.append(len(queries))
    assert numbers == [10, 10]
