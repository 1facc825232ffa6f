"""The committed agreements through the front door: nothing refused, nothing lost, and all that differs is there."""

import datetime
import io
from collections import Counter

import pytest
from django.core.management import call_command
from django.db import transaction
from django.db.models import Count, F, Sum
from django.utils import timezone

from actionplans.models import Activity, Edition
from agreements import models as agreements
from agreements.models import Agreement
from followup.models import Report, ReportStatus, Round
from governance import models as governance
from parties.models import County, Party, PartyKind
from tests.test_architecture import ROOT

FIXTURES = ROOT / "fixtures"
SLUGS = {
    "uppsala": "uppsala-2019-2021",
    "stockholm": "stockholm-ksl-2008",
    "kronoberg": "kronoberg-sok-2019-2025",
    "ostergotland": "ostergotland-2021-2025",
    "vastmanland": "vastmanland-2008-2014",
    "exempel": "exempel-uppsala",
}
FIVE = [name for name in SLUGS if name != "exempel"]


def call(command, *arguments):
    """What a management command printed, line by line."""
    out = io.StringIO()
    call_command(command, *map(str, arguments), stdout=out)
    return out.getvalue().splitlines()


def load(folder):
    return call("import_agreement", folder, "--relative-dates")


@pytest.fixture(scope="module")
def imported(django_db_setup, django_db_blocker):
    """Folder → the last line of its import. Loaded once for the module, in a transaction that is rolled back."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield {name: load(FIXTURES / name)[-1] for name in SLUGS}
        transaction.set_rollback(True)


@pytest.fixture
def of(imported, db):
    """of(name): the agreement of a folder."""
    return lambda name: Agreement.objects.get(slug=SLUGS[name])


# --- The door ---------------------------------------------------------------------------------------------------------


def test_fixtures_are_all_known():
    assert sorted(path.name for path in FIXTURES.iterdir() if path.is_dir()) == sorted(SLUGS)


@pytest.mark.parametrize("name", SLUGS)
def test_import_refuses_nothing(imported, name):
    assert imported[name].endswith(" nya, 0 ändrade, 0 oförändrade, 0 avvisade")


@pytest.mark.parametrize("name", SLUGS)
def test_import_of_export_changes_nothing(of, name, tmp_path):
    call("export_agreement", of(name).slug, tmp_path)
    last = call("import_agreement", tmp_path)[-1]
    assert last.startswith("0 nya, 0 ändrade, ")
    assert last.endswith(", 0 avvisade")


@pytest.mark.parametrize("name", FIVE)
def test_export_is_what_was_imported(of, name, tmp_path):
    call("export_agreement", of(name).slug, tmp_path)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {
        path.name: path.read_bytes() for path in (FIXTURES / name).iterdir()
    }


# --- How many ---------------------------------------------------------------------------------------------------------

COUNTS = {
    #                              C, AB,  G,  E,  U, example
    agreements.Accession: (19, 27, 15, 17, 16, 16),
    agreements.Outsider: (0, 0, 1, 0, 0, 0),
    agreements.TargetGroup: (1, 2, 2, 2, 1, 2),
    agreements.PriorityArea: (3, 4, 4, 5, 4, 3),
    agreements.Goal: (3, 2, 9, 2, 14, 5),
    agreements.CollaborationArea: (6, 0, 15, 0, 0, 6),
    agreements.GlobalGoalLink: (0, 0, 7, 5, 0, 3),
    agreements.Provision: (13, 31, 16, 23, 23, 13),
    agreements.RelatedStrategy: (1, 1, 3, 2, 1, 1),
    agreements.Commitment: (0, 0, 0, 0, 2, 0),
    agreements.Financing: (0, 2, 0, 0, 4, 1),
    agreements.Statistic: (0, 1, 0, 0, 13, 0),
    agreements.ProcessStep: (5, 8, 5, 4, 5, 5),
    agreements.Consultation: (1, 1, 1, 1, 1, 1),
    agreements.FollowUpRule: (1, 1, 1, 1, 1, 1),
    agreements.StatedIndicator: (0, 0, 0, 2, 2, 1),
    agreements.PlanRule: (1, 1, 1, 1, 1, 1),
    agreements.SeriesEntry: (1, 0, 1, 2, 2, 1),
    agreements.Annotation: (6, 6, 9, 7, 9, 1),
    agreements.Document: (1, 4, 1, 1, 1, 3),
    governance.Mandate: (7, 5, 7, 4, 6, 5),
    governance.Responsibility: (0, 0, 7, 0, 11, 3),
}
PROVISIONS = {
    "purpose": (3, 3, 2, 3, 2, 3),
    "definition": (1, 1, 2, 0, 1, 1),
    "principle": (7, 7, 9, 6, 5, 4),
    "commitment": (0, 7, 0, 0, 0, 2),
    "responsibility": (0, 2, 0, 4, 11, 2),
    "direction": (0, 0, 0, 7, 0, 0),
    "section": (0, 7, 0, 0, 0, 0),
    "special": (2, 4, 3, 3, 4, 1),
}
SIGNATORIES = (15, 26, 15, 17, 16, 15)
SEATS = (17, 10, 22, 18, 24, 42)


def per_agreement(queryset, path="agreement"):
    counts = Counter(queryset.values_list(f"{path}__slug", flat=True))
    return tuple(counts[slug] for slug in SLUGS.values())


@pytest.mark.parametrize("model", COUNTS, ids=lambda model: model.__name__)
def test_rows_are_as_many_as_in_the_documents(of, model):
    assert per_agreement(model.objects.all()) == COUNTS[model]


@pytest.mark.parametrize("kind", PROVISIONS)
def test_provisions_are_as_many_as_in_the_documents(of, kind):
    assert per_agreement(agreements.Provision.objects.filter(kind=kind)) == PROVISIONS[kind]


def test_signatories_and_seats_are_as_many_as_in_the_documents(of):
    assert per_agreement(agreements.Accession.objects.signatories()) == SIGNATORIES
    assert per_agreement(governance.Seat.objects.all(), "body__mandates__agreement") == SEATS


# --- What differs: one row per feature, one value per agreement (C, AB, G, E, U) --------------------------------------


def values(queryset, *fields):
    return list(queryset.values_list(*fields, flat=len(fields) == 1))


def validity(agreement):
    return values(agreement.validity_set, "basis", "start", "start_precision", "end", "open_ended")[0]


def municipalities(agreement):
    """(named, implied) in the document."""
    rows = agreement.accession_set.filter(party__kind=PartyKind.MUNICIPALITY)
    return rows.filter(implied=False).count(), rows.filter(implied=True).count()


def signed(agreement):
    return Counter(values(agreement.accession_set.exclude(signatory_name=""), "signed_on", "signed_place"))


def unusual_kinds(agreement):
    usual = (PartyKind.MUNICIPALITY, PartyKind.REGION, PartyKind.COUNTY_BOARD, PartyKind.STATE_AGENCY)
    return set(values(agreement.accession_set.exclude(party__kind__in=usual), "party__kind"))


def wider_council(agreement):
    """Who sits in a body without having signed, and how many seats are co-opted."""
    seats = governance.Seat.objects.filter(body__mandates__agreement=agreement)
    signatories = agreement.accession_set.signatories().values("party")
    outside = seats.filter(party__isnull=False).exclude(party__in=signatories)
    return set(values(outside, "party__key")), seats.filter(role="coopted").count()


def provisions(kind, *fields):
    return lambda agreement: values(agreement.provision_set.filter(kind=kind), *fields)


def principles(agreement):
    """(all, numbered, with heading)"""
    rows = agreement.provision_set.filter(kind="principle")
    return rows.count(), rows.exclude(number="").count(), rows.exclude(heading="").count()


def goal_levels(agreement):
    return dict(Counter(values(agreement.goal_set.filter(area__isnull=False), "level")))


def quantified(agreement):
    return values(agreement.goal_set.filter(measurable="quantified"), "operator", "factor", "target_value")


def collaboration_numbers(agreement):
    """The numbers printed, area by area."""
    areas = agreement.priorityarea_set.prefetch_related("collaboration_areas")
    return [[row.number for row in area.collaboration_areas.all()] for area in areas]


def responsible_kinds(agreement):
    return dict(Counter(values(agreement.responsibility_set, "actor__kind")))


def areas_without_body(agreement):
    return values(agreement.responsibility_set.filter(actor__mandate__body__state="planned"), "area__key", "scope")


def split_areas(agreement):
    """Cross-cutting area → who answers for which of its collaboration areas."""
    rows = agreement.responsibility_set.filter(area__cross_cutting=True)
    return {
        (row.area.key, row.actor.key): values(row.collaboration_areas, "number")
        for row in rows.select_related("area", "actor")
    }


def agenda(agreement):
    links = agreement.globalgoallink_set
    return agreement.agenda2030_mentioned, agreement.agenda2030_numbers_stated, values(links, "number", "basis")


def levels(agreement):
    return set(values(agreement.mandate_set, "level"))


def chairs(agreement):
    return values(agreement.mandate_set.exclude(chair=""), "body__key", "chair")


def meetings(agreement):
    rows = agreement.mandate_set.filter(meetings_per_year__isnull=False)
    return values(rows, "body__key", "meetings_per_year", "meetings_rule")


def local(agreement):
    groups = values(agreement.mandate_set.filter(level="local"), "body__multiplicity")
    return groups + values(agreement.provision_set.filter(subject="lokala överenskommelser"), "subject")


def steps(agreement):
    """(of the agreement, of the plan, with a time)"""
    rows = agreement.processstep_set
    return (
        rows.filter(scope="agreement").count(),
        rows.filter(scope="action_plan").count(),
        rows.exclude(when="").count(),
    )


def remiss(agreement):
    return values(agreement.consultation_set, "held", "registry_number", "sent_on", "deadline")[0]


def plan(agreement):
    return values(agreement.planrule_set, "exists", "name", "cadence", "updates_per_year", "plan_count")[0]


def plan_adopted_by(agreement):
    return agreement.planrule_set.get().adopted_by_id and agreement.planrule_set.get().adopted_by.key


def follow_up(agreement):
    return values(agreement.followuprule_set, "frequency", "times_per_year", "receiver__key", "first_follow_up")[0]


def statistics(agreement):
    """(all, with a period, approximate)"""
    rows = agreement.statistic_set
    return rows.count(), rows.exclude(period="").count(), rows.filter(approximate=True).count()


def special(agreement):
    return set(provisions("special", "subject")(agreement)) & {"särskilda avtal mellan parter", "uppsägning"}


def day(text):
    return datetime.date.fromisoformat(text)


SIGNED_2020 = (day("2020-03-26"), "Växjö")
UNSAID = (None, "", None, None)
FEATURES = [
    (
        "status in the document",
        lambda agreement: agreement.status_in_document,
        ("adopted", "consultation", "signed", "in_force", "adopted"),
    ),
    (
        "start and end of validity",
        validity,
        (
            ("external", "2019", "year", "2021", False),
            ("stated", "", "event", "", True),
            ("stated", "2019", "year", "2025", False),
            ("stated", "2021", "year", "2025", False),
            ("stated", "2008", "year", "2014", False),
        ),
    ),
    (
        "months of notice",
        lambda agreement: agreement.validity_set.get().notice_period_months,
        (None, 9, None, None, None),
    ),
    (
        "signed after the period began",
        lambda agreement: agreement.adoption_set.get().signed_date,
        (None, None, day("2020-03-26"), None, None),
    ),
    ("municipalities listed by name", municipalities, ((0, 8), (0, 26), (7, 0), (13, 0), (0, 10))),
    (
        "named signatories with date and place",
        signed,
        ({}, {(None, "Stockholm"): 1}, {SIGNED_2020: 15}, {}, {}),
    ),
    (
        "foreword",
        lambda agreement: agreement.document_set.get(key="kalla").foreword_by,
        ("", "", "", "", "Mats Svegfors, landshövding"),
    ),
    (
        "municipality of the county missing",
        lambda agreement: values(agreement.outsider_set, "party__key"),
        ([], [], ["kommun-0767"], [], []),
    ),
    (
        "party types beyond state, region, municipality",
        unusual_kinds,
        (
            {"university", "police", "knowledge_centre"},
            {"association_of_municipalities"},
            {"university", "coordination_association"},
            set(),
            {"association_of_municipalities"},
        ),
    ),
    (
        "council wider than the parties",
        wider_council,
        (
            ({"polismyndigheten", "aklagarmyndigheten", "kriminalvarden", "nck"}, 0),
            ({"ksl"}, 0),
            (set(), 2),
            (set(), 6),
            (set(), 0),
        ),
    ),
    (
        "definitions of terms",
        provisions("definition", "heading", "years_min", "years_max"),
        (
            [("nyanländ", 2, 3)],
            [("nyanlända", None, None)],
            [("nyanländ", None, None), ("asylsökande", None, None)],
            [],
            [("introduktionstiden", 3, 3)],
        ),
    ),
    (
        "primary and secondary target group",
        lambda agreement: values(agreement.targetgroup_set, "rank"),
        (["single"], ["primary", "conditional"], ["primary", "secondary"], ["primary", "secondary"], ["single"]),
    ),
    ("principles", principles, ((7, 0, 0), (7, 0, 0), (9, 0, 0), (6, 0, 0), (5, 5, 5))),
    ("numbered paragraphs", provisions("section", "number"), ([], list("1234567"), [], [], [])),
    (
        "numbered chapters",
        lambda agreement: agreement.adoption_set.get().source_section[:1].isdigit(),
        (False, False, False, False, True),
    ),
    ("numbered commitments for all", provisions("commitment", "number"), ([], list("1234567"), [], [], [])),
    (
        "responsibility per actor",
        lambda agreement: len(set(provisions("responsibility", "actor__key")(agreement))),
        (0, 2, 0, 3, 7),
    ),
    (
        "priority areas, and how many are derived",
        lambda agreement: (
            agreement.priorityarea_set.count(),
            agreement.priorityarea_set.filter(derived=True, basis="inferred").count(),
        ),
        ((3, 0), (4, 4), (4, 0), (5, 0), (4, 0)),
    ),
    (
        "overarching goals",
        lambda agreement: values(agreement.goal_set.overarching(), "number"),
        ([], ["", ""], [], ["1", "2"], [""] * 5),
    ),
    (
        "goals per area",
        goal_levels,
        ({"direction": 3}, {}, {"subgoal": 9}, {}, {"individual": 4, "collaboration": 5}),
    ),
    ("quantified target", quantified, ([], [], [(">=", 2, None)], [], [("", None, 0)])),
    (
        "collaboration areas per area",
        collaboration_numbers,
        (
            [["", ""]] * 3,
            [[]] * 4,
            [list("1234"), list("123"), list("12345"), list("123")],
            [[]] * 5,
            [[]] * 4,
        ),
    ),
    ("responsible per area", responsible_kinds, ({}, {}, {"body": 7}, {}, {"body": 4, "party": 4, "collective": 3})),
    (
        "area without existing body",
        areas_without_body,
        ([], [], [("boende", "planned"), ("delaktighet", "partial")], [], []),
    ),
    (
        "cross-cutting area split on several bodies",
        split_areas,
        (
            {},
            {},
            {
                ("delaktighet", "ask"): ["1", "3"],
                ("delaktighet", "boende-ny-grupp"): [],
                ("delaktighet", "sol-hsl"): ["2"],
            },
            {},
            {},
        ),
    ),
    (
        "Agenda 2030",
        agenda,
        (
            (False, None, []),
            (False, None, []),
            (True, False, [(number, "inferred") for number in (4, 8, 11, 3, 5, 10, 16)]),
            (True, False, [(number, "stated") for number in (11, 3, 4, 5, 8)]),
            (False, None, []),
        ),
    ),
    ("related strategies", lambda agreement: agreement.relatedstrategy_set.count(), (1, 1, 3, 2, 1)),
    (
        "governance levels",
        levels,
        (
            {"deciding", "steering", "operative", "preparing"},
            {"deciding", "steering", "operative", "preparing"},
            {"deciding", "preparing", "operative", "network"},
            {"deciding", "preparing", "coordination", "prioritising"},
            {"steering", "operative", "local", "preparing"},
        ),
    ),
    (
        "chair named",
        chairs,
        (
            [("radet-for-social-hallbarhet", "Landshövdingen i Uppsala län")],
            [("uppfoljningsgruppen", "KSL (leder och samordnar)")],
            [("forum", "Landshövdingen i Kronobergs län")],
            [("integrationsradet", "Landshövdingen i Östergötlands län")],
            [],
        ),
    ),
    (
        "meetings per year",
        meetings,
        ([], [], [("forum", 2, "")], [("processmotet", 1, "")], [("styrgruppen", 2, "minimum")]),
    ),
    (
        "kind of minutes",
        lambda agreement: values(agreement.mandate_set.exclude(minutes=""), "minutes"),
        ([], [], [], ["protokoll", "minnesanteckningar"], []),
    ),
    ("local level", local, (["lokala överenskommelser"], [], [], [], ["per_municipality_or_joint"])),
    ("process steps", steps, ((5, 0, 0), (8, 0, 5), (5, 0, 2), (0, 4, 0), (5, 0, 3))),
    (
        "remiss with dates and registry number",
        remiss,
        (
            (True, "", None, None),
            (True, "2008/0022", day("2008-06-24"), day("2008-10-30")),
            (False, "", None, None),
            UNSAID,
            UNSAID,
        ),
    ),
    (
        "action plan",
        plan,
        (
            (True, "Handlingsplan", "semiannual", 2, None),
            (False, "", "", None, None),
            (False, "", "", None, None),
            (True, "Aktivitetsplan", "annual", 1, None),
            (True, "Arbetsplan per område", "", None, 4),
        ),
    ),
    ("who adopts the plan", plan_adopted_by, (None, None, None, "integrationsradet", None)),
    (
        "follow-up",
        follow_up,
        (
            ("semiannual", 2, "radet-for-social-hallbarhet", ""),
            ("annual", 1, "ksl-styrelse", ""),
            ("annual", 1, "forum", ""),
            ("annual", 1, "integrationsradet", ""),
            ("annual", 1, "regeringen", "Årsskiftet 2010/2011"),
        ),
    ),
    (
        "indicators with source",
        lambda agreement: values(agreement.statedindicator_set, "source_system"),
        ([], [], [], ["Kolada", "Skolverket"], ["Nationellt framtagna", "Länsstyrelsen"]),
    ),
    (
        "financing",
        lambda agreement: values(agreement.financing_set, "kind"),
        (
            [],
            ["statlig ersättning", "köp och byte mellan kommuner"],
            [],
            [],
            ["fondmedel", "EU-fond", "statsbidrag", "EU-fond"],
        ),
    ),
    ("statistics with year", statistics, ((0, 0, 0), (1, 0, 1), (0, 0, 0), (0, 0, 0), (13, 13, 0))),
    (
        "bilateral agreements, termination",
        special,
        (set(), {"särskilda avtal mellan parter", "uppsägning"}, set(), set(), set()),
    ),
    (
        "several documents in one",
        lambda agreement: values(agreement.document_set, "key"),
        (["kalla"], ["kalla", "remissbrev", "bilaga-1", "bilaga-2"], ["kalla"], ["kalla"], ["kalla"]),
    ),
]


@pytest.mark.parametrize(
    ("name", "query", "expected"),
    [
        pytest.param(name, query, expected, id=f"{feature}: {name}")
        for feature, query, row in FEATURES
        for name, expected in zip(FIVE, row, strict=True)
    ],
)
def test_agreement_keeps_what_is_its_own(of, name, query, expected):
    assert query(of(name)) == expected


# --- What the model must hold because of it ---------------------------------------------------------------------------


def test_municipality_belongs_to_a_county_without_being_party(of):
    kronoberg = of("kronoberg")
    belonging = Party.objects.municipalities_of(kronoberg.county)
    signatories = kronoberg.accession_set.signatories().values("party")
    assert values(belonging.exclude(pk__in=signatories), "name") == ["Markaryds kommun"]


@pytest.mark.parametrize(("on", "county"), [("2006-12-31", "19"), ("2007-01-01", "03")])
def test_municipality_changes_county(of, on, county):
    heby = Party.objects.get(key="kommun-0331")
    counties = County.objects.filter(pk__in=heby.counties.on(day(on)).values("county"))
    assert values(counties, "code") == [county]


def test_council_member_is_not_a_party(of):
    police = Party.objects.get(key="polismyndigheten")
    seats = governance.Seat.objects.filter(party=police, body__mandates__agreement=of("uppsala"))
    assert (seats.count(), police.accessions.signatories().count()) == (1, 0)


@pytest.mark.parametrize(
    ("name", "key", "then", "today"),
    [
        ("stockholm", "ksl", "Kommunförbundet Stockholms Län (KSL)", "Storsthlm"),
        ("vastmanland", "landstinget-vastmanland", "Landstinget Västmanland", "Region Västmanland"),
    ],
)
def test_party_keeps_the_name_it_had(of, name, key, then, today):
    accession = of(name).accession_set.select_related("party").get(party__key=key)
    assert (accession.name_at_signing, accession.party.name) == (then, today)
    assert values(accession.party.names, "name") == [then]


def test_responsibility_points_at_body_party_and_collective(of):
    rows = of("vastmanland").responsibility_set.filter(area__key="individplanering")
    assert set(values(rows, "actor__key", "actor__kind")) == {
        ("arbetsgrupper", "body"),
        ("vkl", "party"),
        ("kommunerna", "collective"),
    }
    assert values(rows.get(actor__key="arbetsgrupper").leads.order_by("key"), "key") == ["kommunerna", "vkl"]
    assert rows.get(actor__key="kommunerna").actor.expand().count() == 10


def test_draft_has_pending_parties(of):
    statuses = Counter(values(of("stockholm").accession_set, "role", "signature_status"))
    assert statuses == {("signatory", "pending"): 26, ("cooperating", "unknown"): 1}


def test_goals_stand_on_three_levels(of):
    assert dict(Counter(values(of("vastmanland").goal_set, "level"))) == {
        "overarching": 5,
        "individual": 4,
        "collaboration": 5,
    }


def test_numbering_restarts_per_area(of):
    firsts = of("kronoberg").collaborationarea_set.filter(number="1")
    assert values(firsts, "area__key") == ["arbetsmarknad-kompetens", "boende", "halsa", "delaktighet"]


def test_area_is_dropped_in_mid_period(of):
    dropped = of("kronoberg").priorityarea_set.get(dropped_on__isnull=False)
    assert (dropped.key, dropped.dropped_on, dropped.basis) == ("boende", day("2023-03-20"), "stated")
    assert dropped.field_basis["dropped_on"] == "external:E2"
    assert values(dropped.annotations, "code") == ["E2"]


def test_bodies_are_in_every_state(of):
    states = governance.Body.objects.filter(mandates__agreement__slug__in=[SLUGS[name] for name in FIVE])
    assert set(values(states, "state")) == set(governance.Body.State.values)
    assert set(values(states.exclude(multiplicity=""), "multiplicity")) == set(governance.Body.Multiplicity.values)
    assert values(states.filter(pre_existing=True).order_by("key"), "key") == ["ask", "kommunchefsnatverket", "sol-hsl"]


def test_plan_and_follow_up_have_their_own_cadence(of):
    vastmanland = of("vastmanland")
    assert (vastmanland.planrule_set.get().cadence, vastmanland.followuprule_set.get().frequency) == ("", "annual")


def test_figures_that_contradict_each_other_are_stored_as_given(of):
    total = of("vastmanland").statistic_set.get(key="jobbgap-totalt")
    assert (total.value, total.parts.aggregate(sum=Sum("value"))["sum"]) == (4736, 4719)
    assert total.difference(total.parts.all()) == 17


def test_commitments_stand_against_outcome(of):
    rows = of("vastmanland").commitment_set
    assert values(rows, "period", "agreed", "outcome") == [("2007", 865, 805), ("2006", 610, 1012)]


def test_agreements_come_in_series(of):
    entries = agreements.SeriesEntry.objects.filter(agreement__slug__in=[SLUGS[name] for name in FIVE])
    assert Counter(values(entries, "relation", "basis")) == {
        ("predecessor", "external"): 4,
        ("successor", "external"): 2,
    }


# --- The living example -----------------------------------------------------------------------------------------------


def test_example_is_marked_and_in_force(of):
    marked = Agreement.objects.filter(is_example=True)
    assert values(marked, "slug", "status") == [(SLUGS["exempel"], "in_force")]


def test_example_has_one_adopted_and_one_draft_edition(of):
    editions = Edition.objects.filter(plan__agreement=of("exempel"))
    assert values(editions.order_by("starts_on"), "label", "state") == [("1", "adopted"), ("2", "draft")]
    adopted = editions.get(state="adopted")
    assert adopted.starts_on < timezone.localdate() < adopted.ends_on
    assert adopted.decision.kind == "adopt_edition"


def test_example_draft_carries_activities_over(of):
    editions = Edition.objects.filter(plan__agreement=of("exempel"))
    adopted, draft = (set(values(editions.get(label=label).activities, "lineage")) for label in "12")
    assert (len(adopted & draft), len(adopted - draft), len(draft - adopted)) == (9, 1, 2)
    origins = Counter(values(Activity.objects.filter(edition__in=editions.filter(label="2")), "origin"))
    assert origins == {"carried": 3, "revised": 6, "new": 2}


def test_example_activities_serve_every_area(of):
    activities = Activity.objects.filter(edition__plan__agreement=of("exempel"), edition__label="1")
    by_area = activities.values("area__order").annotate(count=Count("pk")).order_by("area__order")
    assert [row["count"] for row in by_area] == [3, 5, 2]
    assert not activities.exclude(collaboration_area__area=F("area")).exists()


def test_example_has_one_published_and_one_open_round(of):
    rounds = Round.objects.filter(agreement=of("exempel")).order_by("period_starts_on")
    assert [(round.label, round.state) for round in rounds] == [("1", "published"), ("2", "open")]
    assert rounds[1].due_on > timezone.localdate()


@pytest.mark.parametrize(
    ("label", "expected"),
    [("1", {"approved": 29, "empty": 2}), ("2", {"submitted": 6, "draft": 4, "empty": 21})],
)
def test_example_reports_are_in_every_state(of, label, expected):
    reports = Report.objects.filter(round__agreement=of("exempel"), round__label=label)
    assert Counter(report.state for report in reports) == expected


def test_example_reports_use_every_status(of):
    reports = Report.objects.filter(round__agreement=of("exempel"), round__label="1")
    assert set(values(reports, "status")) == {"", *ReportStatus.values}


def test_example_meetings_are_behind_and_ahead(of):
    meetings = governance.Meeting.objects.filter(body__mandates__agreement=of("exempel"), body__key="exempel-radet")
    assert (meetings.count(), meetings.upcoming().count()) == (3, 1)
