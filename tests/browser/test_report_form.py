"""The report form as an official meets it: by keyboard alone, logged out in the middle, together with a colleague."""

import datetime
import re
from contextlib import contextmanager
from types import SimpleNamespace

import pytest
from django.contrib.sessions.models import Session
from django.urls import reverse
from playwright.sync_api import expect

from actionplans.models import Activity
from followup.models import Report, ReportStatus
from parties.models import Role
from parties.services import join
from tests import factories
from tests.browser.conftest import Watched

UNSAVED = "Inte sparat än. Texten finns kvar här; vi försöker igen om 10 sekunder."
TITLES = (
    "Ta fram en gemensam bild av bostadsbehovet för barnfamiljer",
    "Enas om en rutin för mottagande när volymerna ändras snabbt",
    "Erbjuda sfi i kombination med praktik",
    "Nå utrikes födda kvinnor utanför arbetskraften",
    "Ge vägledning till akademiker i hela länet",
    "Följa övergången från språkintroduktion till nationellt program",
    "Erbjuda hälsosamtal inom tre månader",
    "Sprida information om föräldrastöd på fler språk",
)


def make_office(activities):
    """A municipality that is asked about ``activities`` in an open round, and answered all of them the round before."""
    place = factories.RespondentFactory(
        party__name="Ekeby kommun",
        round__due_on=datetime.date.today() + datetime.timedelta(days=3),
        round__agreement__coordinating_party__name="Länsstyrelsen i Ekeby län",
    )
    agreement = place.round.agreement
    factories.AccessionFactory(agreement=agreement, party=place.party)
    earlier = factories.RoundFactory(
        agreement=agreement,
        label="2025:2",
        period_starts_on=datetime.date(2025, 7, 1),
        period_ends_on=datetime.date(2025, 12, 31),
    )
    edition = factories.EditionFactory(plan__agreement=agreement)
    for number, title in enumerate(TITLES[:activities], 1):
        activity = factories.ActivityFactory(edition=edition, number=f"A{number}", order=number, title=title)
        text = "Vägledare på öppna förskolan fyra gånger. Uppsökning i ytterområdena planeras till hösten. " * 2
        factories.ReportFactory(round=earlier, activity=activity, party=place.party, submitted=True, text=text)
        factories.ReportFactory(round=place.round, activity=activity, party=place.party)
    form = reverse("followup:party_form", args=[agreement.slug, place.round.label, place.party.key])
    return SimpleNamespace(place=place, round=place.round, party=place.party, form=form, agreement=agreement)


@pytest.fixture
def office(site):
    return make_office(8)


def official(office, name="Elin Lund"):
    user = factories.UserFactory(name=name)
    join(user=user, party=office.party, role=Role.REPORTER)
    return user


@contextmanager
def window(browser, site, width=1280):
    watched = Watched(browser, site, width)
    yield watched.page
    watched.context.close()
    assert watched.complaints == []


@pytest.fixture
def colleagues(browser, site, sign_in, office):
    """Two windows with the form open, each of somebody of its own in the same office."""
    with window(browser, site) as one, window(browser, site) as other:
        for page, name in ((one, "Elin Lund"), (other, "Omar Berg")):
            sign_in(page, official(office, name))
            page.goto(office.form)
        yield one, other


def reports(office):
    return list(Report.objects.filter(round=office.round).order_by("activity__order"))


def stored(office, field="text", place=0):
    return getattr(reports(office)[place], field)


def opened(page):
    return page.locator("article.act:has(form.act__form)")


def field(page, name):
    return opened(page).locator(f'[data-field="{name}"] :is(textarea, input)').first


def note(page, name):
    return opened(page).locator(f'[data-field="{name}"] .row-note')


def saved(page):
    page.locator("#saved", has_text=re.compile(r"^Sparat \d\d:\d\d$")).wait_for()


def wait_for_stored(page, office, text, name="text"):
    for _try in range(100):
        if stored(office, name) == text:
            return
        page.wait_for_timeout(100)
    assert stored(office, name) == text


def write(page, name, text):
    field(page, name).fill(text)
    field(page, name).blur()


class Keyboard:
    """Counts what is pressed; a text that is typed is one."""

    def __init__(self, page):
        self.page, self.count = page, 0

    def press(self, key):
        self.count += 1
        self.page.keyboard.press(key)

    def type(self, text):
        self.count += 1
        self.page.keyboard.type(text)

    def tab_to(self, selector, limit=25):
        """Walk with Tab to the first element that fits; it must be met within ``limit``."""
        for _step in range(limit):
            self.press("Tab")
            if self.page.evaluate("selector => document.activeElement.matches(selector)", selector):
                return
        raise AssertionError(f"{selector} is not reached by Tab")


TODO = ".act:not(.act--done, .act--open), .act--open:has(.act__state[data-done=false])"


def expect_waiting(page, left):
    """``left`` activities still need something."""
    expect(page.locator(TODO)).to_have_count(left)


def wait_until(page, left):
    """Wait until ``left`` activities still need something and the focus has gone on."""
    page.wait_for_function("([todo, left]) => document.querySelectorAll(todo).length === left", arg=[TODO, left])
    page.wait_for_function("() => !document.querySelector('[data-busy]') && document.activeElement !== document.body")


def answer_as_last_time(keys, left):
    """One activity; gives how many interactions it took."""
    before = keys.count
    keys.press("o")
    wait_until(keys.page, left)
    return keys.count - before


def tell_of_deviation(keys):
    """Open the activity that has the focus, tell why it deviates, and go on."""
    keys.press("Enter")
    field(keys.page, "text").wait_for()
    keys.page.wait_for_function("() => document.activeElement.name === 'status'")
    keys.press("Space")
    while keys.page.evaluate("document.activeElement.value") != "deviating":
        keys.press("ArrowDown")
    for name, text in (
        ("text", "Två träffar i stället för sju."),
        ("deviation_cause", "Två tjänster är vakanta"),
        ("deviation_measure", "Delar vägledare med en grannkommun"),
        ("new_end_date", "2027-06-30"),
    ):
        keys.tab_to(f"[name={name}]")
        keys.type(text)
    saved(keys.page)
    keys.tab_to("[name=next]")
    keys.press("Enter")


def hand_in(keys, office):
    """From the checklist, where the focus is, over the page where one reads it all once more."""
    keys.page.wait_for_function("() => document.activeElement.closest('#checklist') !== null")
    keys.press("Enter")
    keys.page.wait_for_url("**/lamna-in/")
    keys.tab_to("main form[method=post] button")
    keys.press("Enter")
    keys.page.wait_for_url(f"**{office.form}")


def test_official_answers_eight_activities_by_keyboard_on_a_phone(phone, sign_in, office, screenshot):
    user = official(office)
    sign_in(phone, user)
    phone.goto(office.form)
    keys = Keyboard(phone)
    spent = [answer_as_last_time(keys, left) for left in range(7, 1, -1)]
    tell_of_deviation(keys)
    wait_until(phone, 1)
    keys.press("u")
    wait_until(phone, 0)
    screenshot(phone, "report-form-complete")
    hand_in(keys, office)
    screenshot(phone, "report-form-submitted")
    print(f"\n{keys.count} tryckningar för åtta aktiviteter, per oförändrad aktivitet {spent}")
    assert max(spent) <= 3
    found = reports(office)
    assert [report.state for report in found] == ["submitted"] * 8
    assert [report.is_unchanged for report in found] == [True] * 6 + [False] * 2
    assert (found[6].status, found[6].deviation_cause) == (ReportStatus.DEVIATING, "Två tjänster är vakanta")
    assert str(found[6].new_end_date) == "2027-06-30"
    assert {report.submitted_by for report in found} == {user}


def test_unchanged_takes_three_interactions_with_the_keys_turned_off(page, sign_in, office):
    sign_in(page, official(office))
    page.goto(office.form)
    page.locator("#keys-off").check()
    keys = Keyboard(page)
    page.locator("article.act .act__head a").nth(1).focus()
    keys.press("o")
    expect_waiting(page, 8)
    keys.tab_to("button[value=unchanged]")
    keys.press("Enter")
    wait_until(page, 7)
    assert keys.count - 1 <= 3
    page.reload()
    expect(page.locator("#keys-off")).to_be_checked()


def test_one_activity_is_open_at_a_time(page, sign_in, office):
    sign_in(page, official(office))
    page.goto(office.form)
    for report in reports(office)[1:4]:
        page.locator(f"#r{report.pk} .act__head a").click()
        page.locator(f"#r{report.pk} form.act__form").wait_for()
        page.wait_for_function("() => !document.querySelector('[data-busy]')")
        expect(opened(page)).to_have_count(1)
        expect(page).to_have_url(re.compile(rf"\?oppen={report.pk}$"))
    page.locator("[data-close]").click()
    opened(page).wait_for(state="detached")
    expect(page).not_to_have_url(re.compile("oppen=$"))


def test_keys_do_nothing_while_one_types(page, sign_in, office):
    sign_in(page, official(office))
    page.goto(office.form)
    field(page, "text").focus()
    page.keyboard.type("joue")
    saved(page)
    assert stored(office) == "joue"
    expect_waiting(page, 8)


def test_session_that_ends_in_the_middle_loses_nothing(page, sign_in, office, axe, screenshot):
    user = official(office)
    sign_in(page, user)
    page.goto(office.form)
    write(page, "text", "Skrivet före")
    saved(page)
    Session.objects.all().delete()
    write(page, "text", "Skrivet före och efter utloggningen")
    page.locator("#saved", has_text="Du är utloggad").wait_for()
    page.get_by_role("dialog").get_by_role("button", name="Stäng").click()
    write(page, "effect", "Också skrivet utloggad")
    axe(page)
    screenshot(page, "report-form-signed-out")
    assert stored(office) == "Skrivet före"
    sign_in(page, user)  # in another tab
    page.evaluate("dispatchEvent(new Event('online'))")  # as the clock does every ten seconds
    saved(page)
    assert (stored(office), stored(office, "effect")) == (
        "Skrivet före och efter utloggningen",
        "Också skrivet utloggad",
    )


def test_without_contact_the_text_waits_and_leaving_asks_first(page, sign_in, office, axe, screenshot):
    sign_in(page, official(office))
    page.goto(office.form)
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    page.context.set_offline(True)
    write(page, "text", "Skrivet utan nät")
    page.locator("#saved", has_text=UNSAVED).wait_for()
    axe(page)
    screenshot(page, "report-form-offline")
    page.close(run_before_unload=True)
    page.wait_for_timeout(300)
    page.context.set_offline(False)
    saved(page)
    assert (stored(office), asked) == ("Skrivet utan nät", ["beforeunload"])


def test_colleagues_in_the_same_field_see_both_texts(colleagues, office, axe, screenshot):
    one, other = colleagues
    write(one, "text", "Elins text")
    saved(one)
    write(other, "text", "Omars text")
    for words in ("Elin Lund", "Elins text", "Omars text"):
        expect(note(other, "text")).to_contain_text(words)
    expect(field(other, "text")).to_have_value("Omars text")
    assert stored(office) == "Elins text"
    axe(other)
    screenshot(other, "report-form-conflict")
    note(other, "text").locator("[data-action=keep-mine]").click()
    saved(other)
    expect(note(other, "text")).to_have_count(0)
    assert stored(office) == "Omars text"


def test_colleague_takes_the_others_text(colleagues, office):
    one, other = colleagues
    write(one, "text", "Elins text")
    saved(one)
    write(other, "text", "Omars text")
    note(other, "text").locator("[data-action=take-theirs]").click()
    note(other, "text").wait_for(state="detached")
    expect(field(other, "text")).to_have_value("Elins text")
    write(other, "text", "Elins text, och min")
    wait_for_stored(other, office, "Elins text, och min")


def test_colleagues_in_other_fields_do_not_disturb_each_other(colleagues, office):
    one, other = colleagues
    write(one, "text", "Elins text")
    saved(one)
    write(other, "effect", "Omars effekt")
    saved(other)
    write(other, "effect", "Omars effekt, längre")
    wait_for_stored(other, office, "Omars effekt, längre", "effect")
    assert (stored(office), stored(office, "effect")) == ("Elins text", "Omars effekt, längre")
    other.evaluate("document.dispatchEvent(new Event('visibilitychange'))")  # as the clock does every fifteen seconds
    other.wait_for_function("() => document.querySelector('[name=text]').value === 'Elins text'")
    expect(note(other, "effect")).to_have_count(0)


def test_colleague_sees_who_is_where(colleagues):
    one, other = colleagues
    one.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    other.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    other.locator("#presence", has_text="Elin Lund (A1)").wait_for()


def test_form_goes_on_on_another_device(page, phone, sign_in, office):
    user = official(office)
    for one in (page, phone):
        sign_in(one, user)
    page.goto(office.form)
    field(page, "text").press_sequentially("Påbörjat vid datorn")  # and no more: it is saved by itself
    wait_for_stored(page, office, "Påbörjat vid datorn")
    phone.goto(page.url)
    expect(field(phone, "text")).to_have_value("Påbörjat vid datorn")
    write(phone, "text", "Påbörjat vid datorn, klart på bussen")
    saved(phone)
    assert stored(office) == "Påbörjat vid datorn, klart på bussen"


def test_refused_field_keeps_what_was_typed(page, sign_in, office, axe, screenshot):
    sign_in(page, official(office))
    page.goto(office.form)
    opened(page).locator("[name=status][value=deviating]").check(force=True)
    write(page, "new_end_date", "nästa vår")
    note(page, "new_end_date").wait_for()
    expect(field(page, "new_end_date")).to_have_value("nästa vår")
    assert stored(office, "new_end_date") is None
    axe(page)
    screenshot(page, "report-form-error")
    write(page, "new_end_date", "2027-06-30")
    saved(page)
    expect(note(page, "new_end_date")).to_have_count(0)
    assert str(stored(office, "new_end_date")) == "2027-06-30"


@pytest.mark.parametrize("width", [1280, 360])
def test_numbers_are_saved_together_and_missing_is_no_zero(width, browser, site, sign_in, office, axe, screenshot):
    first = reports(office)[0]
    Activity.objects.filter(pk=first.activity_id)._chain().update(counts=Activity.Counts.ADULTS)
    with window(browser, site, width) as page:
        sign_in(page, official(office))
        page.goto(office.form)
        for group, count in (("women", "1 034"), ("men", "3"), ("other", "5")):
            page.locator(f"[name=numbers_{group}]").fill(count)
        page.locator("[name=numbers_other_missing]").check()
        expect(page.locator("[data-sum]")).to_have_text("1037")
        page.locator("[name=decision_asked]").focus()
        wait_for_stored(page, office, {"women": 1034, "men": 3, "other": None}, "numbers")
        page.locator("[name=numbers_total]").fill("20")
        page.locator("[name=decision_asked]").focus()
        note(page, "numbers").wait_for()
        expect(page.locator("[name=numbers_total]")).to_have_value("20")
        axe(page)
        screenshot(page, "report-form-numbers")
        page.locator("[name=numbers_total]").fill("")
        page.locator("[name=decision_asked]").focus()
        note(page, "numbers").wait_for(state="detached")


def test_personal_number_is_warned_of_and_can_be_kept(page, sign_in, office):
    sign_in(page, official(office))
    page.goto(office.form)
    write(page, "text", "Ärende 811218-9876 är klart")
    note(page, "text").wait_for()
    assert stored(office) == ""
    note(page, "text").locator("[data-action=not-personal]").click()
    saved(page)
    assert stored(office) == "Ärende 811218-9876 är klart"


def test_text_written_when_the_round_closes_stays_to_be_copied(page, sign_in, office, axe, screenshot):
    sign_in(page, official(office))
    page.goto(office.form)
    office.round.closed_at, office.round.closed_by = office.round.opened_at, office.round.opened_by
    office.round.save()
    write(page, "text", "En sekund för sent")
    expect(note(page, "text")).to_contain_text("stängd")
    expect(field(page, "text")).to_have_value("En sekund för sent")
    axe(page)
    screenshot(page, "report-form-closed")
    note(page, "text").get_by_role("button", name="Stäng").click()


@pytest.mark.parametrize("width", [1280, 360])
def test_form_is_accessible_open_and_handed_in(width, browser, site, sign_in, office, axe, screenshot):
    with window(browser, site, width) as page:
        sign_in(page, official(office))
        page.goto(office.form)
        axe(page)
        screenshot(page, "report-form")
        page.locator("article.act").nth(2).locator(".act__head a").click()
        page.locator("article.act:nth-of-type(3) form.act__form, li:nth-child(3) form.act__form").first.wait_for()
        axe(page)
        for report in reports(office):
            report.save_answers({"status": "ongoing"}, version=report.version, by=None)
            report.submit(by=official(office))
        page.goto(office.form)
        axe(page)
        screenshot(page, "report-form-handed-in")


def test_form_works_without_script(plain_page, sign_in, office, screenshot):
    sign_in(plain_page, official(office))
    plain_page.goto(office.form)
    screenshot(plain_page, "report-form-plain")
    opened(plain_page).locator("[name=status][value=ongoing]").check(force=True)
    field(plain_page, "text").fill("Skrivet utan skript")
    opened(plain_page).locator("[name=next]").click()
    expect_waiting(plain_page, 7)
    assert (stored(office), stored(office, "status")) == ("Skrivet utan skript", "ongoing")
    for left in range(6, -1, -1):
        plain_page.locator("article.act:not(.act--done) button[value=unchanged]").first.click()
        expect_waiting(plain_page, left)
    plain_page.locator("#checklist :is(a.ds-button, button)").first.click()
    plain_page.wait_for_url("**/lamna-in/")
    plain_page.locator("main form[method=post] button").first.click()
    plain_page.wait_for_url(f"**{office.form}")
    assert [report.state for report in reports(office)] == ["submitted"] * 8
