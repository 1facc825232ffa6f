"""The tab Historik: what changed, by whom and why, and above all what it keeps from whom."""

import datetime
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from actionplans.models import Edition
from agreements.models import Actor, Agreement, Goal
from governance.services import seat_person
from parties.models import Role
from parties.services import join
from portal.differences import Change
from tests import factories

pytestmark = pytest.mark.django_db


def read(client, agreement, **query):
    response = client.get(reverse("portal:agreement_history", args=[agreement.slug]), query)
    assert response.status_code == 200
    return response


def lines(client, agreement, **query):
    """(what was done, kind, name, [(field, before, after)] ) of each line, newest first."""
    return [
        (str(event.word), event.kind, event.name, [(row.label, row.old, row.new) for row in event.changes])
        for event in read(client, agreement, **query).context["page_obj"]
    ]


def changes(client, agreement, **query):
    """What the lines say was changed in rows that were there already."""
    return [line for line in lines(client, agreement, **query) if line[0] == "Ändrad"]


def edit(row, *, by=None, why="", **values):
    for name, value in values.items():
        setattr(row, name, value)
    row._history_user = by
    row.save_version(row.version, reason=why)


def import_rows(moment, *rows):
    """Save the rows as an import does: one reason and one moment."""
    for row in rows:
        row._change_reason, row._history_date = "Import av arbetsbok lan.xlsx", moment
        row.save()


@pytest.fixture
def agreement():
    return factories.AgreementFactory()


@pytest.fixture
def goal(agreement):
    return factories.GoalFactory(area__agreement=agreement, text="Fler i arbete")


@pytest.fixture
def coordinate(login_as, agreement):
    return lambda: login_as(Role.COORDINATOR, party=agreement.coordinating_party)


def member_of(agreement):
    return factories.AccessionFactory(agreement=agreement).party


# --- What is told -----------------------------------------------------------------------------------------------------


def test_agreement_history_shows_old_and_new_value_with_reason(client, agreement, goal):
    edit(goal, text="Dubbelt så många i arbete", target_year="2027", why="Rådets beslut § 4")
    assert changes(client, agreement) == [
        (
            "Ändrad",
            "Mål",
            "Dubbelt så många i arbete",
            [("Mål", "Fler i arbete", "Dubbelt så många i arbete"), ("Målår", "", "2027")],
        )
    ]
    assert "Rådets beslut § 4" in read(client, agreement).content.decode()


def test_agreement_history_is_newest_first(client, agreement, goal):
    for text in ("ett", "två", "tre"):
        edit(goal, text=text)
    assert [name for _word, _kind, name, _changes in changes(client, agreement)] == ["tre", "två", "ett"]


def test_agreement_history_shows_what_a_removed_row_held(client, agreement, goal):
    goal.delete()
    word, kind, name, fields = lines(client, agreement)[0]
    assert (word, kind, name) == ("Borttagen", "Mål", "Fler i arbete")
    assert ("Mål", "Fler i arbete", "") in fields


def test_agreement_history_shows_changed_references_by_name(client, agreement):
    area = factories.PriorityAreaFactory(agreement=agreement, name="Hälsa")
    row = factories.ResponsibilityFactory(area=area, actor__name="Rådet")
    lead = factories.ActorFactory(agreement=agreement, name="Regionen")
    row.leads.set([lead])
    edit(row, actor=lead)
    assert changes(client, agreement) == [
        ("Ändrad", "Ansvar för område", "Hälsa, Regionen", [("Ansvarig", "Rådet", "Regionen")]),
        ("Ändrad", "Ansvar för område", "Hälsa, Rådet", [("Leds av", "", "Regionen")]),
    ]


@pytest.mark.parametrize(
    ("field", "old", "new", "shown"),
    [
        ("status", "draft", "in_force", ("Status", "utkast", "gällande")),
        ("agenda2030_mentioned", None, True, ("Nämner Agenda 2030", "", "ja")),
        ("is_example", True, False, ("Exempeldata", "ja", "nej")),
        (
            "published_on",
            datetime.date(2020, 1, 1),
            datetime.date(2020, 2, 1),
            ("Publicerad", "2020-01-01", "2020-02-01"),
        ),
    ],
)
def test_agreement_history_writes_values_as_people_do(client, field, old, new, shown):
    agreement = factories.AgreementFactory(**{field: old})
    edit(agreement, **{field: new})
    assert changes(client, agreement)[0][3] == [shown]


@pytest.mark.parametrize(
    ("values", "shown"),
    [
        ({"target_value": Decimal("12.50")}, ("Målvärde", "", "12,5")),
        ({"field_basis": {"target_year": "inferred"}}, ("Grund per fält", "", "målår: tolkad")),
        ({"field_basis": {"retired": "own word"}}, ("Grund per fält", "", "retired: own word")),
    ],
)
def test_agreement_history_writes_figures_and_exceptions_as_people_do(client, agreement, goal, values, shown):
    edit(goal, **values)
    assert changes(client, agreement)[0][3] == [shown]


def test_agreement_history_writes_times_as_people_do(client, coordinate, agreement):
    coordinate()
    meeting = factories.MeetingFactory(body=factories.MandateFactory(agreement=agreement).body)
    edit(meeting, starts_at=datetime.time(9, 5))
    edition = factories.adopt(factories.EditionFactory(plan__agreement=agreement))
    adopted = timezone.localtime(edition.adopted_at).strftime("%Y-%m-%d %H:%M")
    assert changes(client, agreement, slag="meeting")[0][3] == [("Börjar", "", "09.05")]
    assert ("Fastställd", "", adopted) in changes(client, agreement, slag="edition")[0][3]


def test_agreement_history_covers_rows_of_the_bodies_and_plans(client, agreement, coordinate):
    coordinate()
    body = factories.MandateFactory(agreement=agreement).body
    factories.SeatFactory(body=body)
    factories.MeetingFactory(body=body)
    factories.DecisionFactory(body=body)
    factories.ActivityFactory(edition__plan__agreement=agreement)
    factories.RoundFactory(agreement=agreement)
    kinds = {kind for _word, kind, _name, _changes in lines(client, agreement)}
    assert {"Organ", "Plats", "Möte", "Beslut", "Aktivitet", "Version av handlingsplan", "Uppföljningsomgång"} <= kinds


# --- Imports ----------------------------------------------------------------------------------------------------------


def test_agreement_history_tells_an_import_in_one_line(client, agreement):
    moment = timezone.now()
    area = factories.PriorityAreaFactory.build(agreement=agreement)
    import_rows(moment, area)
    goals = [Goal(agreement=agreement, area=area, level="subgoal", text=f"Mål {n}") for n in range(3)]
    import_rows(moment, *goals)
    area.other_parties.set([factories.ActorFactory(agreement=agreement)])  # as the import does: the row, then its lists
    import_rows(moment + datetime.timedelta(hours=1), factories.GoalFactory.build(agreement=agreement, area=area))
    events = [event for event in read(client, agreement).context["page_obj"] if event.created]
    assert [(event.reason, event.who, event.created) for event in events] == [
        ("Import av arbetsbok lan.xlsx", "import", [("mål", 1)]),
        ("Import av arbetsbok lan.xlsx", "import", [("mål", 3), ("prioriterat område", 1)]),
    ]
    assert changes(client, agreement) == []


def test_agreement_history_tells_each_change_of_an_import(client, agreement, goal):
    goal.text = "Ännu fler i arbete"
    import_rows(timezone.now(), goal)
    assert [line[3] for line in changes(client, agreement)] == [[("Mål", "Fler i arbete", "Ännu fler i arbete")]]


# --- Who may read what ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("hat", "who"),
    [
        ("public", "samordnare för {}"),
        ("outsider", "samordnare för {}"),
        ("member", "Siv Exempel, samordnare för {}"),
        ("coordinator", "Siv Exempel, samordnare för {}"),
    ],
)
def test_agreement_history_names_people_only_to_those_who_share_the_agreement(
    client, login_as, agreement, goal, hat, who
):
    parties = {"outsider": None, "member": member_of(agreement), "coordinator": agreement.coordinating_party}
    siv = factories.UserFactory(name="Siv Exempel")
    join(user=siv, party=agreement.coordinating_party, role=Role.COORDINATOR)
    join(user=siv, party=factories.PartyFactory(), role=Role.APPROVER)
    edit(goal, text="Nytt mål", by=siv)
    if hat != "public":
        login_as(Role.COORDINATOR if hat == "coordinator" else Role.READER, party=parties[hat])
    response = read(client, agreement)
    assert response.context["page_obj"][0].who == who.format(agreement.coordinating_party)
    assert ("Siv" in response.content.decode()) is ("Siv" in who)


@pytest.mark.parametrize(("named", "shown"), [(False, "en person"), (True, "Bo Exempel: rådsledamot, ")])
def test_agreement_history_hides_who_sits_where_from_the_public(client, coordinate, agreement, named, shown):
    body = factories.MandateFactory(agreement=agreement).body
    seat = factories.SeatFactory(body=body, party=member_of(agreement))
    seat_person(seat=seat, user=factories.UserFactory(name="Bo Exempel"), party=seat.party)
    if named:
        coordinate()
    (label, old, new), *_others = changes(client, agreement, slag="seat")[0][3]
    assert (label, old) == ("Person", "")
    assert new.startswith(shown)
    assert ("Bo Exempel" in read(client, agreement).content.decode()) is named


@pytest.mark.parametrize(("role", "status"), [(None, 404), (Role.READER, 404), (Role.COORDINATOR, 200)])
def test_agreement_history_of_a_draft_is_its_coordinators(client, login_as, role, status):
    agreement = factories.AgreementFactory(draft=True)
    if role:
        login_as(role, party=agreement.coordinating_party)
    assert client.get(reverse("portal:agreement_history", args=[agreement.slug])).status_code == status


def published_after_a_draft():
    """An agreement and its goal, both changed as drafts, published, and the goal changed again."""
    agreement = factories.AgreementFactory(draft=True, title="Utkastets titel")
    goal = factories.GoalFactory(area__agreement=agreement, text="första")
    edit(goal, text="andra")
    edit(agreement, title="Rätt titel", status="in_force", published_on=timezone.localdate())
    edit(goal, text="tredje")
    return agreement


def test_agreement_history_begins_at_publication_for_the_public(client):
    agreement = published_after_a_draft()
    change, (*publication, values) = lines(client, agreement)
    assert [change, tuple(publication)] == [
        ("Ändrad", "Mål", "tredje", [("Mål", "andra", "tredje")]),
        ("Publicerad", "Överenskommelse", agreement.short_name),
    ]
    assert ("Titel", "", "Rätt titel") in values
    content = read(client, agreement).content.decode()
    assert "Utkastets titel" not in content
    assert "första" not in content


def test_agreement_history_begins_with_the_draft_for_its_coordinators(client, login_as):
    agreement = published_after_a_draft()
    login_as(Role.COORDINATOR, party=agreement.coordinating_party)
    assert ("Ändrad", "Mål", "andra", [("Mål", "första", "andra")]) in lines(client, agreement)


def test_agreement_history_begins_anew_when_the_agreement_was_withdrawn(client):
    agreement = published_after_a_draft()
    edit(agreement, published_on=None)
    edit(agreement, published_on=timezone.localdate())
    assert [line[:2] for line in lines(client, agreement)] == [("Publicerad", "Överenskommelse")]


def test_agreement_history_begins_with_the_day_where_publication_left_no_record(client, agreement, goal):
    Agreement.history.all().delete()
    edit(goal, text="Nytt mål")
    assert len(changes(client, agreement)) == 1


@pytest.mark.parametrize(
    ("before", "after", "words", "old"),
    [
        (False, False, [], False),
        (True, False, [], False),
        (False, True, ["Publicerad"], False),
        (True, True, ["Ändrad", "Tillagd"], True),
    ],
)
def test_agreement_history_keeps_working_papers_to_the_coordinators(
    client, coordinate, agreement, before, after, words, old
):
    document = factories.DocumentFactory(agreement=agreement, title="Hemlig titel", is_public=before)
    edit(document, title="Ny titel", is_public=after)
    assert [line[0] for line in lines(client, agreement, slag="document")] == words
    assert ("Hemlig titel" in read(client, agreement).content.decode()) is old
    coordinate()
    assert ("Titel", "Hemlig titel", "Ny titel") in changes(client, agreement)[0][3]


def test_agreement_history_does_not_name_a_working_paper_as_source(client, coordinate, agreement, goal):
    edit(goal, source_document=factories.DocumentFactory(agreement=agreement, title="Hemlig titel", is_public=False))
    assert changes(client, agreement)[0][3] == [("Källa", "", "borttagen rad")]
    coordinate()
    assert changes(client, agreement)[0][3] == [("Källa", "", "Hemlig titel")]


@pytest.mark.parametrize(
    ("hat", "labels"),
    [
        (None, ["fastställd"]),
        (Role.READER, ["fastställd", "föreslagen"]),
        (Role.COORDINATOR, ["fastställd", "föreslagen", "utkast"]),
    ],
)
def test_agreement_history_shows_editions_as_far_as_they_have_come(client, login_as, agreement, hat, labels):
    party = agreement.coordinating_party if hat == Role.COORDINATOR else member_of(agreement)
    plan = factories.ActionPlanFactory(agreement=agreement)
    for state in ("fastställd", "föreslagen", "utkast"):
        edition = factories.EditionFactory(plan=plan, label=state)
        if state != "utkast":
            edit(edition, state=Edition.State.PROPOSED)
        if state == "fastställd":
            factories.adopt(edition)
    if hat:
        login_as(hat, party=party)
    named = {name.rpartition(", ")[2] for _word, _kind, name, _changes in lines(client, agreement, slag="edition")}
    assert sorted(named) == labels


@pytest.mark.parametrize(("hat", "word"), [(None, "Publicerad"), (Role.READER, "Tillagd")])
def test_agreement_history_tells_a_plan_as_new_when_it_is_first_seen(client, login_as, agreement, hat, word):
    party = member_of(agreement)
    edition = factories.EditionFactory(plan__agreement=agreement, label="2026:1")
    if hat:
        login_as(hat, party=party)
        edit(edition, state=Edition.State.PROPOSED)
    else:
        factories.adopt(edition)
    first, kind, _name, values = lines(client, agreement, slag="edition")[-1]
    assert (first, kind) == (word, "Version av handlingsplan")
    assert ("Version", "", "2026:1") in values


@pytest.mark.parametrize(("hat", "seen"), [(None, False), (Role.READER, False), (Role.COORDINATOR, True)])
def test_agreement_history_keeps_drafted_activities_to_the_coordinators(client, login_as, agreement, hat, seen):
    party = agreement.coordinating_party if hat == Role.COORDINATOR else member_of(agreement)
    activity = factories.ActivityFactory(edition__plan__agreement=agreement)
    edit(activity, title="Ny aktivitet")
    factories.adopt(activity.edition)
    if hat:
        login_as(hat, party=party)
    assert bool(lines(client, agreement, slag="activity")) is seen


@pytest.mark.parametrize(("hat", "seen"), [(None, ["2025:2"]), (Role.READER, ["2025:2", "2026:1"])])
def test_agreement_history_shows_the_public_only_published_rounds(client, login_as, agreement, hat, seen):
    party = member_of(agreement)
    now, user = timezone.now(), factories.UserFactory()
    factories.RoundFactory(agreement=agreement, label="2026:1")
    factories.RoundFactory(
        agreement=agreement, label="2025:2", closed_at=now, closed_by=user, published_at=now, published_by=user
    )
    if hat:
        login_as(hat, party=party)
    assert sorted(name for _word, _kind, name, _changes in lines(client, agreement, slag="round")) == seen


def test_agreement_history_never_shows_reports(client, coordinate, agreement):
    coordinate()
    round_ = factories.RoundFactory(agreement=agreement)
    factories.ReportFactory(round=round_, text="Ett utkast hos en kommun")
    assert "Ett utkast hos en kommun" not in read(client, agreement).content.decode()


def test_agreement_history_leaves_out_actors_that_only_mirror_others(client, agreement):
    factories.ActorFactory(agreement=agreement, party=factories.PartyFactory())
    factories.ActorFactory(agreement=agreement, name="Svenska kyrkan")
    assert [name for _word, _kind, name, _changes in lines(client, agreement, slag="actor")] == ["Svenska kyrkan"]
    assert Actor.history.count() == 2


def test_agreement_history_is_of_this_agreement_only(client, agreement, goal):
    other = factories.GoalFactory()
    edit(other, text="Annat läns mål")
    mandate = factories.MandateFactory(agreement=agreement)
    hidden = factories.AgreementFactory(draft=True, county=agreement.county)
    factories.MandateFactory(agreement=hidden, body=mandate.body)
    factories.DecisionFactory(body=mandate.body, agreement=hidden, title="Hemligt beslut")
    factories.DecisionFactory(body=factories.BodyFactory(), title="Annat organs beslut")
    names = " ".join(name for _word, _kind, name, _changes in lines(client, agreement))
    for words in ("Annat läns mål", "Hemligt beslut", "Annat organs beslut"):
        assert words not in names
    assert mandate.body.name in names


# --- Finding one's way ------------------------------------------------------------------------------------------------


def test_agreement_history_filters_by_kind_of_row(client, agreement, goal):
    factories.TargetGroupFactory(agreement=agreement)
    assert {kind for _word, kind, _name, _changes in lines(client, agreement, slag="targetgroup")} == {"Målgrupp"}
    assert len(lines(client, agreement, slag="x\x00y")) == len(lines(client, agreement))
    assert [label for label, _name in read(client, agreement).context["kinds"]] == [
        "Mål", "Målgrupper", "Prioriterade områden", "Överenskommelser",
    ]  # fmt: skip


def test_agreement_history_without_changes_of_the_kind_offers_the_way_back(client, agreement):
    assert "Inga ändringar av det slaget." in read(client, agreement, slag="goal").content.decode()


def test_agreement_history_pages_cut_through_imports_and_changes(client, agreement, goal):
    now = timezone.now()
    for number in range(20):
        edit(goal, text=f"före {number}")
    import_rows(now + datetime.timedelta(minutes=5), factories.GoalFactory.build(agreement=agreement, area=goal.area))
    goal._history_date = now + datetime.timedelta(minutes=6)
    for number in range(10):
        edit(goal, text=f"efter {number}")
    first, second = (list(read(client, agreement, sida=page).context["page_obj"]) for page in (1, 2))
    assert (len(first), len(second)) == (25, 9)  # 30 changes, one import, and three rows that were made one by one
    assert first[10].created == [("mål", 1)]
    assert [event.name for event in (first[0], first[9], first[11], first[24], second[0])] == [
        "efter 9", "efter 0", "före 19", "före 6", "före 5",
    ]  # fmt: skip


def change_goal(agreement):
    edit(factories.GoalFactory(area__agreement=agreement), text="nytt")


def change_responsibility(agreement):
    row = factories.ResponsibilityFactory(area__agreement=agreement)
    row.leads.add(row.actor)


def change_mandate(agreement):
    superior = factories.MandateFactory(agreement=agreement)
    edit(factories.MandateFactory(agreement=agreement), reports_to=superior)


@pytest.mark.parametrize(
    ("kind", "change"), [("goal", change_goal), ("responsibility", change_responsibility), ("mandate", change_mandate)]
)
def test_agreement_history_queries_do_not_grow_with_rows(client, coordinate, agreement, kind, change):
    coordinate()
    numbers = []
    for times in (1, 30):
        for _number in range(times):
            change(agreement)
        with CaptureQueriesContext(connection) as queries:
            read(client, agreement, slag=kind)
        numbers.append(len(queries))
    assert numbers[0] == numbers[1] <= 20


# --- Words ------------------------------------------------------------------------------------------------------------


def test_change_marks_the_words_that_differ():
    pieces = Change("Text", "minst 10 %", "minst 20 %").pieces
    marked = [[piece.text for piece in side if piece.is_changed] for side in pieces]
    assert marked == [["10"], ["20"]]


@pytest.mark.parametrize(
    ("facts", "role", "expected"),
    [
        ({}, Role.READER, set()),
        ({"called_at": "2026-01-01T00:00Z"}, Role.READER, {"punkt på dagordningen", "uppdrag från beslut"}),
        ({}, Role.COORDINATOR, {"punkt på dagordningen", "uppdrag från beslut"}),
    ],
)
def test_agreement_history_tells_of_an_agenda_as_the_agenda_is_read(client, login_as, agreement, facts, role, expected):
    meeting = factories.MeetingFactory(body=factories.MandateFactory(agreement=agreement).body, **facts)
    factories.AgendaItemFactory(meeting=meeting, agreement=agreement)
    decision = factories.DecisionFactory(body=meeting.body, meeting=meeting, agreement=agreement)
    factories.AssignmentFactory(decision=decision)
    party = factories.AccessionFactory(agreement=agreement).party
    login_as(role, party=agreement.coordinating_party if role == Role.COORDINATOR else party)
    kinds = {str(line[1]).lower() for line in lines(client, agreement)}
    assert kinds & {"punkt på dagordningen", "uppdrag från beslut"} == expected
