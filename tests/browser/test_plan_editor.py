"""The editor in the browser: the coordinator's long way from one edition to the next, and each tool of the table."""

import datetime
import re

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from actionplans.models import Activity
from parties.models import Role
from parties.services import join
from tests import factories


@pytest.fixture
def draft():
    """A draft that builds on nothing, of an agreement of its own: two areas, three rows, one of them incomplete."""
    area = factories.PriorityAreaFactory(name="Boende")
    agreement = area.agreement
    edition = factories.EditionFactory(plan__agreement=agreement)
    work = factories.PriorityAreaFactory(agreement=agreement, name="Arbete", order=2)
    actors = [factories.ActorFactory(agreement=agreement, name=name) for name in ("Länsstyrelsen", "Region Uppsala")]
    dates = {"starts_on": datetime.date(2026, 7, 1), "ends_on": datetime.date(2026, 12, 31)}
    common = {"edition": edition, "indicator": "Rutin beslutad", **dates}
    for number, place, responsible in (("B1", area, actors[0]), ("B2", area, None), ("A1", work, actors[1])):
        factories.ActivityFactory(
            **common, number=number, order=int(number[1]) * 10, area=place, responsible=responsible,
            title=f"Ta fram {number}",
        )  # fmt: skip
    return edition


@pytest.fixture
def coordinator(draft):
    user = factories.UserFactory(name="Sam Samordnare")
    join(user=user, party=draft.plan.agreement.coordinating_party, role=Role.COORDINATOR)
    return user


def open_editor(page, edition, query=""):
    plan = edition.plan
    page.goto(reverse("actionplans:edition_edit", args=[plan.agreement.slug, plan.key, edition.label]) + query)
    page.locator("table[role=grid]").wait_for()


@pytest.fixture
def editor(page, sign_in, coordinator, draft):
    """The page at 1280 px with the draft open."""
    sign_in(page, coordinator)
    open_editor(page, draft)
    return page


@pytest.fixture
def pocket(phone, sign_in, coordinator, draft):
    """The same at 360 px."""
    sign_in(phone, coordinator)
    open_editor(phone, draft)
    return phone


def activity(draft, number):
    return Activity.objects.get(edition=draft, number=number)


def cell(page, row, field):
    return page.locator(f"#a{row.pk} > tr:first-child > [data-field={field}]")


def press(page, *keys):
    for key in keys:
        page.keyboard.press(key)


def status(page, text):
    page.locator("#editor-status", has_text=text).wait_for()


def saved(page):
    status(page, re.compile(r"^Sparat \d\d:\d\d$"))


def focused(page):
    """(number of the row, name of the field) where the focus is; to walk by, see ``expect_focus``."""
    return page.evaluate("""() => {
        const cell = document.activeElement.closest("[data-field]");
        const row = cell?.closest("tbody.act");
        return row && [row.querySelector("[data-field=number]").innerText.trim(), cell.dataset.field];
    }""")


def expect_focus(page, number, field):
    """The focus is in that cell, or on something in it, at once or soon."""
    row = page.locator("tbody.act", has=page.locator("[data-field=number]", has_text=re.compile(rf"^\s*{number}\s*$")))
    expect(row.locator(f"[data-field={field}]:focus-within")).to_be_visible()


def expect_order(page, numbers):
    """The rows stand in this order, at once or soon."""
    expect(page.locator("tbody.act [data-field=number]")).to_have_text(numbers, use_inner_text=True)


def use(page, row, tool):
    """Choose a tool in the row's menu."""
    page.locator(f"#a{row.pk} .handle").click()
    page.locator("#row-menu").get_by_role("button", name=tool).click()


# --- from one edition to the next -------------------------------------------------------------------------------------


@pytest.fixture
def plan():
    """A plan whose edition 2026:2 is adopted: eleven activities, one without indicator, one ended by nobody yet."""
    party = factories.PartyFactory(name="Region Uppsala")
    agreement = factories.AccessionFactory(party=party).agreement
    actor = factories.ActorFactory(agreement=agreement, party=party)
    area = factories.PriorityAreaFactory(agreement=agreement, name="Boende")
    factories.GoalFactory(area=area)
    plan = factories.ActionPlanFactory(agreement=agreement, name="Handlingsplan", key="handlingsplan")
    edition = factories.EditionFactory(plan=plan, label="2026:2")
    for number in range(1, 12):
        factories.ActivityFactory(
            edition=edition, number=f"B{number}", order=number * 10, area=area, responsible=actor,
            title=f"Ta fram underlag {number}", indicator="" if number == 11 else f"Underlag {number}",
            starts_on=datetime.date(2026, 7, 1), ends_on=datetime.date(2026, 12, 31),
        )  # fmt: skip
    factories.adopt(edition)
    return plan


def test_the_next_edition_is_prepared_from_the_last_one(page, sign_in, plan, screenshot):
    """Carry over, write ten cells by keyboard, mend two remarks, propose, adopt."""
    user = factories.UserFactory(name="Sam Samordnare")
    join(user=user, party=plan.agreement.coordinating_party, role=Role.COORDINATOR)
    sign_in(page, user)
    carry_over(page, plan)
    write_ten_cells(page)
    mend_remarks(page)
    screenshot(page, "editor-ready")
    page.get_by_role("button", name="Föreslå för beslut").click()
    page.get_by_role("link", name="Fastställ", exact=True).click()
    page.locator("select[name=mandate]").select_option(index=1)
    page.get_by_role("button", name="Fastställ").click()
    page.get_by_text("är fastställd").first.wait_for()
    states = list(plan.editions.order_by("starts_on").values_list("label", "state"))
    assert states == [("2026:2", "superseded"), ("2027:1", "adopted")]
    assert texts_of(plan, "2027:1") == {f"B{n}": (f"Pröva väg {n}", f"Väg {n} är prövad") for n in range(2, 7)} | {
        f"B{n}": (f"Ta fram underlag {n}", f"Underlag {n}") for n in range(7, 11)
    } | {"B11": ("Ta fram underlag 11", "Elva är klar")}
    lineages = [set(edition.activities.values_list("lineage", flat=True)) for edition in plan.editions.all()]
    assert lineages[0] == lineages[1]


def texts_of(plan, label):
    rows = Activity.objects.filter(edition__plan=plan, edition__label=label).standing()
    return {number: (title, indicator) for number, title, indicator in rows.values_list("number", "title", "indicator")}


def carry_over(page, plan):
    """Make 2027:1 from 2026:2; the first activity is struck, its reason is left for later."""
    page.goto(reverse("followup:edition_create", args=[plan.agreement.slug, plan.key]))
    page.locator("[name=label]").fill("2027:1")
    page.locator("[name=starts_on]").fill("2027-01-01")
    page.locator("[name=ends_on]").fill("2027-06-30")
    page.get_by_label("B1 i nya versionen").select_option("cancelled")
    page.get_by_role("button", name="Gör utkastet").click()
    page.locator("table[role=grid]").wait_for()


def write_ten_cells(page):
    """The titles and indicators of five rows, by keyboard from the top of the page."""
    for _tab in range(60):
        press(page, "Tab")
        if page.evaluate("Boolean(document.activeElement.closest('tbody.act'))"):
            break
    go_to(page, ["B2", "title"])
    for number in range(2, 7):
        press(page, "Enter", "Control+A")
        page.keyboard.type(f"Pröva väg {number}")
        press(page, "Enter")
    go_to(page, ["B2", "indicator"])
    for number in range(2, 7):
        press(page, "Enter", "Control+A")
        page.keyboard.type(f"Väg {number} är prövad")
        press(page, "Enter")
    saved(page)


def go_to(page, place):
    """Walk to a cell with the arrows, from wherever in the table."""
    press(page, "Control+Home")
    while focused(page) is None or focused(page)[0] != place[0]:
        press(page, "ArrowRight" if focused(page) is None else "ArrowDown")
    while focused(page)[1] != place[1]:
        press(page, "ArrowRight")


def mend_remarks(page):
    """A struck row without reason stops the edition; a missing indicator is good to look over."""
    checks = page.locator("#editor-checks")
    checks.get_by_role("link", name=re.compile("B1 .*utan skäl")).click()
    page.locator("tr.edit [name=ending_reason]").fill("Görs i ett annat projekt")
    page.locator("tr.edit").get_by_role("button", name="Spara").click()
    checks.locator("[data-level=stop]").wait_for(state="detached")
    checks.get_by_role("link", name="B11 Indikator saknas").click()
    press(page, "Enter")
    page.keyboard.type("Elva är klar")
    press(page, "Enter")
    checks.get_by_text("Indikator saknas").wait_for(state="detached")


# --- by keyboard ------------------------------------------------------------------------------------------------------


def test_arrows_walk_the_table_and_tab_leaves_it(editor, draft):
    cell(editor, activity(draft, "B1"), "title").focus()
    for key, number, field in (
        ("ArrowRight", "B1", "responsible"), ("ArrowDown", "B2", "responsible"), ("ArrowLeft", "B2", "title"),
    ):  # fmt: skip
        press(editor, key)
        expect_focus(editor, number, field)
    press(editor, "Control+End", "Control+Home", "ArrowRight", "ArrowRight")
    expect_focus(editor, "B1", "number")
    press(editor, "Tab")
    expect(editor.locator("tbody.act :focus")).to_have_count(0)


def test_one_place_in_the_table_is_reached_by_tab(editor):
    expect(editor.locator(".act [tabindex='0']")).to_have_count(1)


def test_enter_writes_tab_goes_right_and_escape_leaves_unchanged(editor, draft):
    row = activity(draft, "B1")
    cell(editor, row, "title").focus()
    press(editor, "Enter", "Control+A")
    editor.keyboard.type("Enas om en rutin")
    press(editor, "Tab")
    expect_focus(editor, "B1", "responsible")
    saved(editor)
    press(editor, "F2", "ArrowDown", "Escape")
    expect_focus(editor, "B1", "responsible")
    press(editor, "Shift+Tab")
    row.refresh_from_db()
    assert (row.title, row.responsible.name) == ("Enas om en rutin", "Länsstyrelsen")


def test_a_choice_and_an_open_end_are_written_by_keyboard(editor, draft):
    row = activity(draft, "B2")
    cell(editor, row, "responsible").focus()
    press(editor, "Enter")
    editor.keyboard.type("Region")
    press(editor, "Tab")
    cell(editor, row, "ends_on").focus()
    press(editor, "Enter", "Control+A")
    editor.keyboard.type("löpande")
    press(editor, "Enter")
    saved(editor)
    row.refresh_from_db()
    assert (row.responsible.name, row.ends_on, row.is_continuous) == ("Region Uppsala", None, True)
    expect(cell(editor, row, "ends_on")).to_have_text("Löpande", use_inner_text=True)


def test_keys_add_copy_move_and_undo(editor, draft):
    cell(editor, activity(draft, "B1"), "title").focus()
    press(editor, "Alt+n")
    editor.locator(".cell-box textarea").fill("Pröva något nytt")
    press(editor, "Enter")
    saved(editor)
    expect_order(editor, ["B1", "B3", "B2", "A1"])
    cell(editor, activity(draft, "B3"), "title").focus()
    press(editor, "Alt+ArrowDown")
    expect_order(editor, ["B1", "B2", "B3", "A1"])
    expect_focus(editor, "B3", "title")
    press(editor, "Control+z")
    status(editor, "Ångrat")
    expect_order(editor, ["B1", "B3", "B2", "A1"])
    press(editor, "Alt+c")
    editor.locator("tbody.act").nth(4).wait_for()
    assert [row.title for row in draft.activities.filter(title="Pröva något nytt")] == ["Pröva något nytt"] * 2


def test_keys_can_be_turned_off(editor, draft):
    editor.locator("#keys summary").click()
    editor.get_by_label("Stäng av Alt-tangenterna").check()
    cell(editor, activity(draft, "B1"), "title").focus()
    press(editor, "Alt+n", "Control+z")
    editor.wait_for_timeout(300)
    expect_order(editor, ["B1", "B2", "A1"])


# --- rows -------------------------------------------------------------------------------------------------------------


def test_the_whole_row_is_written_field_by_field(editor, draft, axe, screenshot):
    row = activity(draft, "B1")
    cell(editor, row, "title").get_by_role("link").click()
    form = editor.locator(f"#a{row.pk} tr.edit form")
    form.get_by_label("Önskad effekt").fill("Fler hittar en bostad")
    form.get_by_label("Önskad effekt").blur()
    saved(editor)
    axe(editor)
    screenshot(editor, "editor-row-open")
    form.get_by_role("button", name="Klar med B1").click()
    expect_focus(editor, "B1", "title")
    row.refresh_from_db()
    assert row.desired_effect == "Fler hittar en bostad"


def test_a_field_of_the_whole_row_is_refused_at_its_row(editor, draft):
    row = activity(draft, "B1")
    cell(editor, row, "title").get_by_role("link").click()
    form = editor.locator(f"#a{row.pk} tr.edit form")
    form.locator("[name=ends_on]").fill("2026-01-01")
    form.locator("[name=ends_on]").blur()
    editor.locator(f"#a{row.pk} .row-note").wait_for()
    expect(form.locator("[name=ends_on]")).to_have_value("2026-01-01")
    form.locator("[name=ends_on]").fill("2026-11-30")
    form.locator("[name=ends_on]").blur()
    saved(editor)
    row.refresh_from_db()
    assert row.ends_on == datetime.date(2026, 11, 30)
    expect(editor.locator(".row-note")).to_have_count(0)


def test_a_row_is_struck_with_its_reason_in_the_table(editor, draft, axe):
    row = activity(draft, "B1")
    use(editor, row, "Avsluta eller stryk")
    form = editor.locator(f"#a{row.pk} tr.edit form")
    form.wait_for()
    axe(editor)
    form.locator("[name=ending][value=cancelled]").check()
    form.get_by_label(re.compile("Skäl")).fill("Görs i ett annat projekt")
    form.get_by_role("button", name="Spara").click()
    editor.locator(f"#a{row.pk}.cut").wait_for()
    row.refresh_from_db()
    assert (row.ending, row.ending_reason) == ("cancelled", "Görs i ett annat projekt")


def test_comments_open_in_the_row(editor, draft, axe):
    row = activity(draft, "B1")
    use(editor, row, "Kommentarer")
    talk = editor.locator(f"#a{row.pk} tr.edit")
    talk.get_by_label("Ny kommentar").fill("Vem gör det?")
    talk.get_by_role("button", name="Kommentera").click()
    talk.get_by_text("Sam Samordnare").first.wait_for()
    axe(editor)
    assert [comment.text for comment in row.comments.all()] == ["Vem gör det?"]


def test_a_comment_that_is_not_sent_is_not_lost(editor, draft):
    row = activity(draft, "B1")
    use(editor, row, "Kommentarer")
    written = editor.locator(f"#a{row.pk} tr.edit").get_by_label("Ny kommentar")
    written.fill("Vem gör det?")
    press(editor, "Escape")
    use(editor, row, "Avsluta eller stryk")
    expect(written).to_be_focused()
    expect(written).to_have_value("Vem gör det?")


def test_a_row_is_removed_and_brought_back(editor, draft):
    use(editor, activity(draft, "B2"), "Ta bort")
    expect_order(editor, ["B1", "A1"])
    editor.get_by_role("button", name="Ångra").click()
    status(editor, "Ångrat")
    expect_order(editor, ["B1", "B2", "A1"])


def drag(page, row, x, y):
    box = page.locator(f"#a{row.pk} .handle").bounding_box()
    page.mouse.move(box["x"] + 5, box["y"] + 5)
    page.mouse.down()
    page.mouse.move(x, y, steps=8)
    page.mouse.up()


def test_a_row_is_dragged_to_another_area(editor, draft):
    target = editor.locator(f"#a{activity(draft, 'A1').pk}").bounding_box()
    drag(editor, activity(draft, "B1"), target["x"] + 200, target["y"] + target["height"] - 4)
    expect_order(editor, ["B2", "A1", "B1"])
    assert activity(draft, "B1").area.name == "Arbete"


def test_a_row_dropped_outside_the_table_stays(editor, draft):
    panel = editor.locator("#editor-checks").bounding_box()
    drag(editor, activity(draft, "B1"), panel["x"] + 50, panel["y"] + 20)
    status(editor, "ligger kvar")
    expect_order(editor, ["B1", "B2", "A1"])


# --- many rows, columns, checks ---------------------------------------------------------------------------------------


def test_chosen_rows_are_changed_at_once_and_undone(editor, draft, axe, screenshot):
    boxes = editor.locator("input[name=rad]")
    boxes.nth(0).check()
    boxes.nth(2).click(modifiers=["Shift"])
    bar = editor.locator("#flera")
    expect(bar.locator("[data-count]")).to_have_text("3 rader valda")
    bar.get_by_text("Byt ansvarig").click()
    axe(editor)
    screenshot(editor, "editor-bulk")
    bar.locator("select").first.select_option(label="Region Uppsala")
    bar.get_by_role("button", name="Ändra valda rader").first.click()
    status(editor, "3 rader är ändrade")
    assert [row.responsible.name for row in draft.activities.all()] == ["Region Uppsala"] * 3
    expect(bar).to_be_hidden()
    editor.get_by_role("button", name="Ångra").click()
    status(editor, "Ångrat")
    names = [row.responsible and row.responsible.name for row in draft.activities.order_by("number")]
    assert names == ["Region Uppsala", "Länsstyrelsen", None]


def test_chosen_columns_stay_when_a_row_is_saved(editor, draft):
    open_editor(editor, draft, "?kolumner=responsible&kolumner=financing")
    row = activity(draft, "B1")
    cell(editor, row, "financing").focus()
    press(editor, "Enter")
    editor.keyboard.type("Statsbidrag")
    press(editor, "Enter")
    saved(editor)
    expect(editor.locator(f"#a{row.pk} > tr:first-child > *")).to_have_count(5)
    expect(cell(editor, row, "financing")).to_have_text("Statsbidrag", use_inner_text=True)


def test_what_an_activity_counts_is_chosen_and_comes_back_with_the_row(editor, draft):
    open_editor(editor, draft, "?kolumner=responsible&kolumner=counts")
    row = activity(draft, "B1")
    cell(editor, row, "counts").focus()
    press(editor, "Enter")
    editor.keyboard.type("Kvinnor och")
    press(editor, "Enter")
    saved(editor)
    expect(cell(editor, row, "counts")).to_have_attribute("data-value", "adults")
    expect(cell(editor, row, "counts")).to_have_text("Kvinnor och män", use_inner_text=True)


def test_a_line_of_the_checks_leads_to_its_cell_and_goes_when_it_is_mended(editor, draft):
    link = editor.locator("#editor-checks a", has_text="B2").first
    link.click()
    expect_focus(editor, "B2", "responsible")
    press(editor, "Enter", "ArrowDown", "Enter")
    saved(editor)
    editor.locator("#editor-checks li[data-level=stop]").first.wait_for(state="detached")


def test_the_editor_passes_axe_with_a_cell_open(editor, draft, axe, screenshot):
    axe(editor)
    for field in ("title", "responsible"):
        cell(editor, activity(draft, "B1"), field).focus()
        press(editor, "Enter")
        editor.locator(".cell-box").wait_for()
        axe(editor)
        screenshot(editor, f"editor-cell-{field}")
        press(editor, "Escape")
    editor.locator(f"#a{activity(draft, 'B1').pk} .handle").click()
    editor.locator("#row-menu").wait_for()
    axe(editor)


def test_the_phone_has_the_same_functions(pocket, draft, axe, screenshot):
    row = activity(draft, "B1")
    cell(pocket, row, "indicator").click()
    pocket.locator(".cell-box :is(input, textarea)").fill("Skrivet i telefonen")
    axe(pocket)
    screenshot(pocket, "editor-cell")
    press(pocket, "Enter")
    saved(pocket)
    use(pocket, row, "Öppna hela raden")
    pocket.locator(f"#a{row.pk} tr.edit form").wait_for()
    axe(pocket)
    screenshot(pocket, "editor-row-open")
    row.refresh_from_db()
    assert row.indicator == "Skrivet i telefonen"


def test_touch_targets_of_the_phone_are_big_enough(pocket, draft):
    sizes = pocket.locator(".handle, tbody.act td[data-field]").evaluate_all(
        "nodes => nodes.map(node => node.getBoundingClientRect().height)"
    )
    assert min(sizes) >= 44
