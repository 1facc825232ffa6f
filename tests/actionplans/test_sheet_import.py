"""What a file that was written in becomes: row by row, against what the portal has now."""

import pytest

from actionplans import steps
from actionplans.models import Activity
from actionplans.sheet_import import Moved
from lib.db import Frozen
from lib.workbook import CHANGED, NEW, UNCHANGED
from tests import factories as make
from tests.actionplans.sheets import coordinator_of, make_edition, opened, read_in, refusals

pytestmark = pytest.mark.django_db


def texts(edition, name="title"):
    return dict(edition.activities.order_by("number").values_list("number", name))


def in_portal(edition, number, **fields):
    """Somebody changes an activity in the portal."""
    activity = edition.activities.get(number=number)
    for name, value in fields.items():
        setattr(activity, name, value)
    activity.save_version(activity.version)
    return activity


# --- what is read in --------------------------------------------------------------------------------------------------


def test_changed_cells_are_shown_with_both_texts_and_saved():
    edition = make_edition("1", "2")
    book = opened(edition)
    book.write("1", Aktivitet="Ta fram en rutin", Start="2026-09-01", Löpande="ja")
    preview = read_in(book, edition, save=False)
    (row,) = preview.changed
    assert [(change.column, change.old, change.new) for change in row.changes] == [
        ("aktivitet", "Ta fram 1", "Ta fram en rutin"), ("start", "", "2026-09-01"), ("löpande", "", "ja"),
    ]  # fmt: skip
    assert [piece.text for piece in row.changes[0].pieces[1] if piece.is_changed] == ["en rutin"]
    assert texts(edition) == {"1": "Ta fram 1", "2": "Ta fram 2"}
    assert read_in(book, edition).counts == preview.counts == "0 nya, 1 ändrad, 1 oförändrad"
    activity = edition.activities.get(number="1")
    assert (activity.title, str(activity.starts_on), activity.is_continuous) == ("Ta fram en rutin", "2026-09-01", True)


def test_names_are_read_as_people_write_them():
    edition = make_edition("1")
    agreement = edition.plan.agreement
    make.ActorFactory(agreement=agreement, name="Kommunerna, alla")
    make.ActorFactory(agreement=agreement, name="Region öst")
    area = make.PriorityAreaFactory(agreement=agreement, name="Boende")
    inside = make.CollaborationAreaFactory(area=area, name="Långsiktigt")
    book = opened(edition)
    book.write("1", Ansvarig="KOMMUNERNA,  alla", Medverkar="Region öst; kommunerna, alla", Område="boende",
               Samverkansområde="Långsiktigt", Bidrar_även_till="Långsiktigt")  # fmt: skip
    read_in(book, edition)
    activity = edition.activities.get()
    assert (str(activity.responsible), activity.area, activity.collaboration_area) == ("Kommunerna, alla", area, inside)
    assert sorted(map(str, activity.participants.all())) == ["Kommunerna, alla", "Region öst"]
    assert list(activity.serves.all()) == [inside]


def test_names_called_the_same_are_told_apart_by_key():
    edition = make_edition("1")
    for key in ("a", "b"):
        make.ActorFactory(agreement=edition.plan.agreement, name="Rådet", key=key)
    book = opened(edition)
    book.write("1", Ansvarig="Rådet (b)")
    read_in(book, edition)
    assert edition.activities.get().responsible.key == "b"


def test_new_row_lands_where_it_was_written():
    edition = make_edition()
    area = make.PriorityAreaFactory(agreement=edition.plan.agreement, name="Boende")
    inside = make.CollaborationAreaFactory(area=area, name="Långsiktigt")
    for number in ("B1", "B2"):
        make.ActivityFactory(edition=edition, number=number, area=area, collaboration_area=inside, responsible=None,
                             order=int(number[1]))  # fmt: skip
    book = opened(edition)
    book.insert("B1", Aktivitet="Mellan")
    book.insert("Långsiktigt", Aktivitet="Först")
    result = read_in(book, edition)
    assert [(row.label, row.kind) for row in result.outcomes] == [
        ("B3", NEW), ("B1", UNCHANGED), ("B4", NEW), ("B2", UNCHANGED),
    ]  # fmt: skip
    rows = edition.activities.order_by("order").values_list("number", "title", "area", "collaboration_area")
    assert [row[0] for row in rows] == ["B3", "B1", "B4", "B2"]
    assert {row[2:] for row in rows} == {(area.pk, inside.pk)}


def test_new_row_with_its_own_number_and_area():
    edition = make_edition("1")
    area = make.PriorityAreaFactory(agreement=edition.plan.agreement, name="Hälsa")
    book = opened(edition)
    book.insert("1", Nummer="H1", Aktivitet="Erbjuda samtal", Område="Hälsa")
    read_in(book, edition)
    assert edition.activities.get(number="H1").area == area


def test_new_rows_without_number_avoid_the_numbers_of_the_file():
    edition = make_edition("1")
    book = opened(edition)
    book.insert("1", Nummer="2", Aktivitet="B")
    book.insert("1", Aktivitet="A")
    read_in(book, edition)
    assert texts(edition) == {"1": "Ta fram 1", "2": "B", "3": "A"}


def test_copied_row_becomes_a_new_activity():
    edition = make_edition("1")
    book = opened(edition)
    hidden = {head: book.cell("1", head).value for head in ("Släktskap", "Radversion")}
    row = book.insert("1", Nummer="2", Aktivitet="Kopian", **hidden)
    result = read_in(book, edition)
    assert (result.counts, result.new[0].note) == ("1 ny, 0 ändrade, 1 oförändrad", f"Kopia av rad {row - 1}.")
    assert texts(edition) == {"1": "Ta fram 1", "2": "Kopian"}


def test_numbers_may_be_exchanged():
    edition = make_edition("1", "2", "3")
    book = opened(edition)
    rows = [book.row(number) for number in "123"]
    for row, number in zip(rows, "231", strict=True):
        book.sheet.cell(row, 1).value = number
    assert read_in(book, edition).counts == "0 nya, 3 ändrade, 0 oförändrade"
    assert texts(edition) == {"1": "Ta fram 3", "2": "Ta fram 1", "3": "Ta fram 2"}


def test_activity_that_is_moved_stands_last_in_its_new_place():
    edition = make_edition("1", "2")
    area = make.PriorityAreaFactory(agreement=edition.plan.agreement, name="Boende")
    in_portal(edition, "2", area=area, order=5)
    book = opened(edition)
    book.write("1", Område="Boende")
    read_in(book, edition)
    assert list(edition.activities.order_by("order").values_list("number", "area")) == [("2", area.pk), ("1", area.pk)]


def test_activity_that_was_carried_over_is_changed_then():
    edition = make_edition("1", "2")
    edition.activities.update(origin=Activity.Origin.CARRIED)
    user = coordinator_of(edition)
    book = opened(edition)
    book.write("1", Aktivitet="Annat")
    read_in(book, edition, by=user)
    assert texts(edition, "origin") == {"1": Activity.Origin.REVISED, "2": Activity.Origin.CARRIED}
    steps.undo_latest(edition=edition, by=user)
    assert texts(edition, "origin") == {"1": Activity.Origin.CARRIED, "2": Activity.Origin.CARRIED}


def test_emptied_cells_are_emptied_but_a_number_stays():
    edition = make_edition("1")
    in_portal(edition, "1", indicator="Antal", starts_on="2026-08-01")
    book = opened(edition)
    row = book.row("1")
    for heading in ("Nummer", "Indikator", "Start"):
        book.sheet.cell(row, book.columns[heading]).value = None
    read_in(book, edition)
    activity = edition.activities.get()
    assert (activity.number, activity.indicator, activity.starts_on) == ("1", "", None)


def test_rows_and_columns_that_are_left_out_are_left_alone():
    edition = make_edition("1", "2")
    book = opened(edition)
    book.sheet.delete_rows(book.row("2"))
    book.sheet.delete_cols(book.columns["Ursprung"])
    result = read_in(book, edition)
    assert (result.counts, [row.number for row in result.missing]) == ("0 nya, 0 ändrade, 1 oförändrad", ["2"])
    assert texts(edition) == {"1": "Ta fram 1", "2": "Ta fram 2"}


def test_order_of_the_rows_is_not_read():
    edition = make_edition("1", "2")
    book = opened(edition)
    first, second = book.row("1"), book.row("2")
    for column in range(1, book.sheet.max_column + 1):
        one, other = book.sheet.cell(first, column), book.sheet.cell(second, column)
        one.value, other.value = other.value, one.value
    assert read_in(book, edition).counts == "0 nya, 0 ändrade, 2 oförändrade"


def test_import_is_one_step_that_can_be_undone():
    edition = make_edition("1", "2")
    user = coordinator_of(edition)
    book = opened(edition)
    book.write("1", Aktivitet="Annat")
    book.insert("2", Aktivitet="Ny")
    read_in(book, edition, by=user, name="plan.xlsx")
    assert [step.label for step in edition.steps.all()] == ["Läste in plan.xlsx"]
    steps.undo_latest(edition=edition, by=user)
    assert texts(edition) == {"1": "Ta fram 1", "2": "Ta fram 2"}


def test_import_stands_in_the_history_with_who_and_why():
    edition = make_edition("1")
    user = coordinator_of(edition)
    book = opened(edition)
    book.write("1", Aktivitet="Annat")
    read_in(book, edition, by=user, name="plan.xlsx")
    entry = edition.activities.get().history.first()
    assert (entry.history_user, entry.history_change_reason) == (user, "Import av arbetsbok plan.xlsx")


# --- what the portal changed meanwhile --------------------------------------------------------------------------------


def test_change_in_the_portal_alone_stays():
    edition = make_edition("1", "2")
    book = opened(edition)
    in_portal(edition, "1", title="I portalen")
    book.write("2", Aktivitet="I filen")
    result = read_in(book, edition)
    assert (result.counts, [row.label for row in result.behind]) == ("0 nya, 1 ändrad, 1 oförändrad", ["1"])
    assert texts(edition) == {"1": "I portalen", "2": "I filen"}


def test_same_change_on_both_sides_is_no_conflict():
    edition = make_edition("1")
    book = opened(edition)
    in_portal(edition, "1", title="Lika")
    book.write("1", Aktivitet="Lika")
    assert read_in(book, edition).counts == "0 nya, 0 ändrade, 1 oförändrad"


@pytest.mark.parametrize(
    ("choice", "title", "counts"),
    [
        ("mine", "I filen", "0 nya, 1 ändrad, 0 oförändrade"),
        ("theirs", "I portalen", "0 nya, 0 ändrade, 1 oförändrad"),
    ],
)
def test_change_on_both_sides_is_chosen_about(choice, title, counts):
    edition = make_edition("1")
    book = opened(edition)
    activity = in_portal(edition, "1", title="I portalen", indicator="Antal")
    book.write("1", Aktivitet="I filen")
    preview = read_in(book, edition)
    (row,) = preview.unchosen
    assert (preview.saved, preview.counts) == (False, "0 nya, 0 ändrade, 0 oförändrade, 1 att välja om")
    assert [(cell.exported, cell.old, cell.new) for cell in row.changes] == [("Ta fram 1", "I portalen", "I filen")]
    result = read_in(book, edition, choices={str(activity.lineage): choice}, expected=preview.fingerprint)
    assert (result.saved, result.counts) == (True, counts)
    activity.refresh_from_db()
    assert (activity.title, activity.indicator) == (title, "Antal")  # what only the portal changed stands


def test_lists_changed_on_both_sides_are_chosen_about():
    edition = make_edition("1")
    agreement = edition.plan.agreement
    first, second = (make.ActorFactory(agreement=agreement, name=name) for name in ("A", "B"))
    activity = edition.activities.get()
    activity.participants.add(first)
    book = opened(edition)
    activity.save_version(activity.version)
    activity.participants.add(second)
    book.write("1", Medverkar=None)
    (cell,) = read_in(book, edition).unchosen[0].changes
    assert (cell.exported, cell.old, cell.new) == ("A", "A\nB", "")


@pytest.mark.parametrize("version", [None, "x", 99])
def test_row_whose_version_was_written_over_is_chosen_about(version):
    edition = make_edition("1")
    book = opened(edition)
    book.write("1", Aktivitet="I filen", Radversion=version)
    (cell,) = read_in(book, edition).unchosen[0].changes
    assert (cell.exported, cell.old, cell.new) == (None, "Ta fram 1", "I filen")


def test_row_removed_in_the_portal_is_not_added_again():
    edition = make_edition("1", "2")
    book = opened(edition)
    edition.activities.get(number="2").delete()
    result = read_in(book, edition)
    assert (result.counts, [row.label for row in result.gone]) == ("0 nya, 0 ändrade, 2 oförändrade", ["2"])
    assert texts(edition) == {"1": "Ta fram 1"}


@pytest.mark.parametrize(("choice", "titles"), [("mine", {"1": "I filen"}), ("theirs", {})])
def test_row_removed_in_the_portal_and_changed_in_the_file_is_chosen_about(choice, titles):
    edition = make_edition("1")
    book = opened(edition)
    activity = edition.activities.get()
    lineage = activity.lineage
    activity.delete()
    book.write("1", Aktivitet="I filen")
    (row,) = read_in(book, edition).unchosen
    assert row.is_gone
    read_in(book, edition, choices={str(lineage): choice})
    assert texts(edition) == titles
    assert set(edition.activities.values_list("lineage", flat=True)) <= {lineage}


# --- what is refused --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cells", "column", "message"),
    [
        ({"Start": "i höst"}, "start", "”i höst” är inget giltigt datum. Skriv till exempel 2026-06-30."),
        ({"Aktivitet": None}, "aktivitet", "Cellen är tom. Kolumnen måste fyllas i."),
        ({"Aktivitet": "å" * 10_000}, "aktivitet", "Texten är 10000 tecken. Gränsen är 250. Korta texten."),
        ({"Belopp_i_kronor": "en miljon"}, "belopp i kronor", "”en miljon” är inget tal. Skriv till exempel 1234,5."),
        ({"Löpande": "kanske"}, "löpande", "”kanske” går inte att förstå. Skriv ja eller nej."),
        ({"Löpande": "ja", "Slut": "2026-12-01"}, "slut", "En löpande aktivitet har inget slutdatum. Ta bort det ena."),
        ({"Start": "2026-12-01", "Slut": "2026-11-01"}, "slut", "Slutdatum kan inte vara före startdatum."),
        (
            {"Ansvarig": "Okända bolaget"},
            "ansvarig",
            "”Okända bolaget” finns inte bland överenskommelsens parter och andra aktörer. "
            "De som finns är: Kommunerna.",
        ),
        (
            {"Medverkar": "Kommunerna\nKomunerna"},
            "medverkar",
            "”Komunerna” finns inte bland överenskommelsens parter och andra aktörer. Menar du ”Kommunerna”?",
        ),
        ({"Samverkansområde": "Del"}, "samverkansområde", "Samverkansområdet hör till ett annat område."),
        (
            {"Delmoment": "Rutinen är beslutad"},
            "delmoment",
            "”Rutinen är beslutad” saknar datum först. Skriv en per rad, till exempel 2027-03-31 Rutinen är beslutad.",
        ),
        ({"Nummer": "2"}, "nummer", "Numret finns redan i versionen. Välj ett annat."),
        ({"Avslut": "kanske"}, "avslut", "”kanske” går inte att välja. Skriv något av: avslutad, struken."),
    ],
)
def test_cell_is_refused_with_row_and_column(cells, column, message):
    edition = make_edition("1", "2")
    agreement = edition.plan.agreement
    make.ActorFactory(agreement=agreement, name="kommunerna")
    make.CollaborationAreaFactory(area=make.PriorityAreaFactory(agreement=agreement), name="Del")
    book = opened(edition)
    book.write("1", **cells)
    assert refusals(book, edition) == [(5, column, message)]
    assert texts(edition) == {"1": "Ta fram 1", "2": "Ta fram 2"}


def test_number_of_two_new_rows_is_refused():
    edition = make_edition("1")
    book = opened(edition)
    book.insert("1", Nummer="2", Aktivitet="B")
    book.insert("1", Nummer="2", Aktivitet="A")
    assert refusals(book, edition) == [(7, "nummer", "Numret 2 står redan på rad 6. Byt eller töm det ena.")]


@pytest.mark.parametrize("place", [0, 1, 2])
def test_one_refused_row_stops_all_the_others(place):
    edition = make_edition("1", "2", "3")
    before = list(Activity.history.values_list("history_id", flat=True))
    book = opened(edition)
    for number in "123":
        book.write(number, Aktivitet="Annat")
    book.write("123"[place], Slut="snart")
    assert len(refusals(book, edition)) == 1
    assert texts(edition) == {"1": "Ta fram 1", "2": "Ta fram 2", "3": "Ta fram 3"}
    assert list(Activity.history.values_list("history_id", flat=True)) == before
    assert edition.steps.count() == 0


def test_all_refused_rows_are_told_at_once():
    edition = make_edition("1", "2", "3")
    book = opened(edition)
    book.write("1", Start="snart")
    book.write("3", Slut="sedan", Aktivitet=None)
    assert [problem[:2] for problem in refusals(book, edition)] == [(5, "start"), (7, "aktivitet"), (7, "slut")]


def test_number_of_an_activity_that_is_not_in_the_file_is_refused():
    edition = make_edition("1", "2")
    book = opened(edition)
    book.sheet.delete_rows(book.row("2"))
    book.write("1", Nummer="2")
    assert refusals(book, edition) == [(5, "nummer", "Numret finns redan i versionen. Välj ett annat.")]


def test_copy_with_the_number_of_the_original_is_refused():
    edition = make_edition("1")
    book = opened(edition)
    hidden = {head: book.cell("1", head).value for head in ("Nummer", "Släktskap", "Radversion")}
    book.insert("1", Aktivitet="Kopian", **hidden)
    message = "Raden är en kopia av rad 5. Ge den ett eget nummer, eller töm numret."
    assert refusals(book, edition) == [(6, "nummer", message)]


def test_row_from_another_edition_is_refused():
    edition, other = make_edition("1"), make_edition("1")
    book = opened(edition)
    book.insert("1", Nummer="2", Aktivitet="B", Släktskap=str(other.activities.get().lineage), Radversion=1)
    message = "Raden kommer från en annan version. Skriv av den på en tom rad om den ska med, och ta bort den."
    assert refusals(book, edition) == [(6, "aktivitet", message)]


def test_file_of_another_edition_is_refused():
    edition, other = make_edition("1"), make_edition("1")
    message = "Filen är hämtad från en annan plan eller version. Läs in den där, eller hämta en ny härifrån."
    assert refusals(opened(other), edition) == [(None, "", message)]


def test_file_of_an_edition_with_a_new_name_is_its_own():
    edition = make_edition("1")
    book = opened(edition)
    edition.label = "2027:9"
    edition.save()
    assert read_in(book, edition).all_problems == []


@pytest.mark.parametrize(
    ("heading", "text", "message"),
    [
        (
            "Aktivitet",
            "Aktivitett",
            "Kolumnen finns inte på arket. Menar du ”aktivitet”? Byt rubrik eller ta bort kolumnen.",
        ),
        ("Start", "Slut", "Rubriken står två gånger. Ta bort den ena kolumnen."),
        (
            "Släktskap",
            None,
            "Den dolda kolumnen saknas, så raderna går inte att känna igen. Hämta en ny fil och skriv i den.",
        ),
    ],
)
def test_changed_column_head_is_refused(heading, text, message):
    book = opened(edition := make_edition("1"))
    book.sheet.cell(book.head, book.columns[heading]).value = text
    assert [problem[::2] for problem in refusals(book, edition)] == [(book.head, message)]


def test_file_without_the_plans_columns_is_refused():
    edition = make_edition("1")
    book = opened(edition)
    book.sheet.delete_rows(1, book.head)
    message = "Filen har inget blad med planens kolumner. Hämta en ny fil och skriv i den."
    assert refusals(book, edition) == [(None, "", message)]


def test_merged_cells_are_refused():
    book = opened(edition := make_edition("1", "2"))
    book.sheet.merge_cells("B5:B6")
    message = "Cellerna B5:B6 är sammanslagna. Dela dem och fyll i varje cell."
    assert refusals(book, edition) == [(5, "Aktivitet", message)]


def test_activity_written_into_a_heading_is_refused():
    book = opened(edition := make_edition("1"))
    book.write("Utan område", Aktivitet="Här")
    message = "Raden är en rubrik. Infoga en rad under den och skriv aktiviteten där."
    assert refusals(book, edition) == [(4, "Aktivitet", message)]


def test_what_is_not_read_is_told():
    book = opened(edition := make_edition("1", "2"))
    book.write("Utan område", Nummer="Eget namn")
    book.sheet.row_dimensions[6].hidden = True
    book.workbook.create_sheet("Mina anteckningar").append(["Ring Eva"])
    result = read_in(book, edition)
    assert [str(note) for note in result.notes] == [
        "Arket Mina anteckningar: Bladet läses inte in.",
        "Arket Handlingsplan, rad 4: Rubriken ”Eget namn” läses inte in. Områden ändras i överenskommelsen.",
        "Arket Handlingsplan, rad 6: Raden är dold i filen men läses in som de andra.",
    ]


# --- between preview and import (T9) ----------------------------------------------------------------------------------


def test_import_is_refused_where_its_row_changed_since_the_preview():
    edition = make_edition("1", "2")
    book = opened(edition)
    book.write("1", Aktivitet="I filen")
    preview = read_in(book, edition, save=False)
    in_portal(edition, "1", indicator="Antal")
    with pytest.raises(Moved) as moved:
        read_in(book, edition, expected=preview.fingerprint)
    assert (len(moved.value.result.unchosen), texts(edition)["1"]) == (1, "Ta fram 1")


def test_import_is_not_stopped_by_a_row_that_it_leaves_alone():
    edition = make_edition("1", "2")
    book = opened(edition)
    book.write("1", Aktivitet="I filen")
    preview = read_in(book, edition, save=False)
    in_portal(edition, "2", title="I portalen")
    assert read_in(book, edition, expected=preview.fingerprint).saved
    assert texts(edition) == {"1": "I filen", "2": "I portalen"}


@pytest.mark.parametrize("save", [True, False])
def test_adopted_edition_takes_no_file(save):
    edition = make_edition("1")
    book = opened(edition)
    book.write("1", Aktivitet="I filen")
    make.adopt(edition)
    with pytest.raises(Frozen):
        read_in(book, edition, save=save)
    assert texts(edition) == {"1": "Ta fram 1"}


def test_reader_imports_nothing():
    edition = make_edition("1")
    book = opened(edition)
    book.write("1", Aktivitet="I filen")
    with pytest.raises(Frozen):
        read_in(book, edition, by=make.UserFactory())
    assert texts(edition) == {"1": "Ta fram 1"}


def test_counts_are_what_the_database_shows():
    edition = make_edition(*map(str, range(6)))
    book = opened(edition)
    in_portal(edition, "4", title="I portalen")
    for number in "0145":
        book.write(number, Aktivitet="I filen")
    book.insert("5", Aktivitet="Ny 1")
    book.insert("5", Aktivitet="Ny 2")
    before, rows = {row.pk: row.version for row in edition.activities.all()}, edition.activities
    result = read_in(book, edition, choices={str(rows.get(number="4").lineage): "mine"})
    after = {row.pk: row.version for row in edition.activities.all()}
    new, changed = len(after) - len(before), sum(after[pk] == version + 1 for pk, version in before.items())
    assert (len(result.of_kind(NEW)), len(result.of_kind(CHANGED)), len(result.of_kind(UNCHANGED))) == (2, 4, 2)
    assert (new, changed, sum(after[pk] == version for pk, version in before.items())) == (2, 4, 2)
