"""The sheets of the action plans: every field there and back, and activities that keep who they are."""

import pytest

from actionplans.importing import ActivityResource
from actionplans.models import Activity, Edition
from tests import factories as make
from tests.workbook.books import book_for, book_of, read_in, refusal

pytestmark = pytest.mark.django_db

TEXTS = {
    "description": "Beskrivning", "desired_effect": "Effekt", "responsible_function": "Enhetschef",
    "indicator": "Andel", "indicator_base": "12 %", "indicator_target": "20 %",
    "counts": "adults",
    "milestones": "2026-10-01 Rutinen är beslutad\n2026-12-01 Rutinen används", "financing": "Statsbidrag",
    "followed_up_how": "Enkät", "followed_up_when": "Varje halvår", "local_plans": "Lokal överenskommelse",
    "equality": "Lika för alla", "children": "Barnens bästa", "target_group_voice": "Samråd", "change_reason": "Ny lag",
    "ending": "closed", "ending_reason": "Klar", "origin": "proposed",
}  # fmt: skip


def make_edition(**titles):
    """A draft with activities, number → title given as n1="Ta fram"."""
    edition = make.EditionFactory()
    for number, title in titles.items():
        make.ActivityFactory(edition=edition, number=number[1:], title=title, responsible=None)
    return edition


def rows_of(edition):
    """number → row of the edition's activities as the workbook has them."""
    place = f"{edition.plan.key}/{edition.label}"
    rows = book_of(edition.plan.agreement, "Aktiviteter")["Aktiviteter"]
    return {row["nummer"]: row for row in rows if row["version"] == place}


def read_rows(edition, rows, **options):
    return read_in(book_for(edition.plan.agreement, Aktiviteter=rows), save=True, **options)


def titles(edition):
    return dict(edition.activities.order_by("number").values_list("number", "title"))


def test_every_field_of_an_activity_comes_back():
    edition = make_edition()
    agreement = edition.plan.agreement
    actor, area = make.ActorFactory(agreement=agreement), make.PriorityAreaFactory(agreement=agreement)
    inside, also = (make.CollaborationAreaFactory(area=area) for _ in range(2))
    activity = make.ActivityFactory(
        edition=edition, number="1", area=area, collaboration_area=inside, responsible=actor, followed_up_by=actor,
        proposed_by=actor, amount=1_250_000, **TEXTS,
    )  # fmt: skip
    activity.serves.add(also)
    activity.participants.add(actor)
    activity.goals.add(make.GoalFactory(area=area))
    book = book_of(agreement)
    (row,) = book["Aktiviteter"]
    assert [heading for heading, text in row.items() if not text] == ["start", "slut"]
    activity.delete()
    assert read_in(book, save=True).all_problems == []
    assert book_of(agreement) == book


def test_edition_is_read_in_as_proposed_and_as_an_early_replacement():
    edition = make.EditionFactory()
    row = {"handlingsplan": edition.plan.key, "version": edition.label}
    more = {"läge": "föreslagen", "föreslagen": "2026-06-01 10:00", "ersätter i förtid": "ja"}
    book = book_for(edition.plan.agreement, Versioner=[{**row, **more}])
    assert read_in(book, save=True).counts == "0 nya, 1 ändrade, 1 oförändrade, 0 avvisade"
    edition.refresh_from_db()
    assert (edition.state, edition.is_correction) == (Edition.State.PROPOSED, True)
    assert read_in(book).counts == "0 nya, 0 ändrade, 2 oförändrade, 0 avvisade"


def test_plan_is_marked_as_example_data():
    plan = make.ActionPlanFactory()
    read_in(book_for(plan.agreement, Handlingsplaner=[{"nyckel": plan.key, "exempeldata": "ja"}]), save=True)
    plan.refresh_from_db()
    assert plan.is_example


def test_workbook_from_before_the_new_columns_is_read_in():
    edition = make_edition()
    place = f"{edition.plan.key}/{edition.label}"
    old = {"version": place, "nummer": "1", "ordning": "1", "aktivitet": "Ta fram", "löpande": "", "släktskap": ""}
    assert read_rows(edition, [old]).counts == "1 nya, 0 ändrade, 1 oförändrade, 0 avvisade"
    plan = {"handlingsplan": edition.plan.key, "version": "2027:1"}
    period = {"gäller från": "2027-01-01", "gäller till och med": "2027-06-30", "läge": "utkast"}
    assert read_in(book_for(edition.plan.agreement, Versioner=[{**plan, **period}]), save=True).saved


def test_internal_notes_are_on_no_sheet():
    note = make.InternalNoteFactory(text="Bara för oss")
    assert "Bara för oss" not in str(book_of(note.activity.edition.plan.agreement))


@pytest.mark.parametrize(
    ("numbers", "expected"),
    [
        ({"1": "9"}, {"2": "B", "3": "C", "9": "A"}),
        ({"1": "2", "2": "1"}, {"1": "B", "2": "A", "3": "C"}),
        ({"1": "2", "2": "3", "3": "4"}, {"2": "A", "3": "B", "4": "C"}),
        ({"3": "2", "2": "1", "1": "3"}, {"1": "B", "2": "C", "3": "A"}),
    ],
)
def test_activity_with_a_new_number_is_the_same_activity(numbers, expected):
    edition = make_edition(n1="A", n2="B", n3="C")
    before = dict(edition.activities.values_list("lineage", "pk"))
    rows = rows_of(edition)
    changed = [{**row, "nummer": numbers.get(number, number)} for number, row in rows.items()]
    assert (
        read_rows(edition, changed).counts
        == f"0 nya, {len(numbers)} ändrade, {4 - len(numbers)} oförändrade, 0 avvisade"
    )
    assert (titles(edition), dict(edition.activities.values_list("lineage", "pk"))) == (expected, before)


def test_new_activity_may_take_the_number_of_one_that_moves_on():
    edition = make_edition(n1="A")
    row = rows_of(edition)["1"]
    new = {**row, "aktivitet": "Ny", "släktskap": ""}
    result = read_rows(edition, [new, {**row, "nummer": "2"}])
    assert result.counts == "1 nya, 1 ändrade, 1 oförändrade, 0 avvisade"
    assert titles(edition) == {"1": "Ny", "2": "A"}


def test_new_activity_where_an_imported_one_stood_is_told_apart_from_it():
    edition = make_edition()
    place = {"version": f"{edition.plan.key}/{edition.label}", "nummer": "1"}
    read_rows(edition, [{**place, "aktivitet": "A"}])
    row = rows_of(edition)["1"]
    read_rows(edition, [{**row, "nummer": "2"}])
    read_rows(edition, [{**place, "aktivitet": "Ny"}])
    assert titles(edition) == {"1": "Ny", "2": "A"}


def test_number_of_an_activity_that_stays_is_refused():
    edition = make_edition(n1="A", n2="B")
    row = rows_of(edition)["1"]
    problem = refusal(book_for(edition.plan.agreement, Aktiviteter=[{**row, "nummer": "2"}]))
    assert problem[3] == "Numret finns redan i versionen. Välj ett annat."
    assert titles(edition) == {"1": "A", "2": "B"}


def test_lineage_twice_in_an_edition_is_refused():
    edition = make_edition(n1="A")
    row = rows_of(edition)["1"]
    problem = refusal(book_for(edition.plan.agreement, Aktiviteter=[row, {**row, "nummer": "2"}]))
    message = "Släktskapet står redan på rad 2. Ta bort den ena raden, eller töm cellen i den nya."
    assert problem == ("Aktiviteter", 3, "släktskap", message)


def test_amount_larger_than_a_number_of_the_database_is_refused():
    edition = make_edition(n1="A")
    row = {**rows_of(edition)["1"], "belopp i kronor": "3000000000"}
    problem = refusal(book_for(edition.plan.agreement, Aktiviteter=[row]))
    assert problem[2:] == ("belopp i kronor", "Talet 3000000000 är för stort. Skriv högst 2147483647.")


def test_sheet_holds_every_field_that_people_fill_in():
    hidden = {"id", "version", "search_text"}
    fields = {field.name for field in (*Activity._meta.concrete_fields, *Activity._meta.many_to_many)}
    assert set(ActivityResource._meta.fields) == fields - hidden
