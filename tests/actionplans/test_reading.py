"""Reading a plan: what each page shows and to whom, and that rows multiply neither questions nor bytes."""

import datetime
import re
from html import unescape

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from lib.db import renew_stamp
from parties.models import Role
from tests import factories as make

pytestmark = pytest.mark.django_db
VIEWS = ["edition_detail", "edition_timeline", "edition_matrix", "edition_print"]


def address(name, edition):
    place = [edition.plan.agreement.slug, edition.plan.key, edition.label]
    return reverse(f"actionplans:{name}", args=place[:1] if name == "plan_list" else place)


def read(client, name, edition, **query):
    response = client.get(address(name, edition), query)
    assert response.status_code == 200
    return response.content.decode()


def words_of(page):
    """The words of a page's main part, without what only screen readers and machines read."""
    main = re.sub(r"<(title|svg|head).*?</\1>", "", page.split("<main")[1], flags=re.S)
    return " ".join(re.sub(r"<[^>]+>", " ", main).split())


@pytest.fixture
def edition():
    """An adopted edition in force with an activity that has everything, and one that was struck."""
    today = timezone.localdate()
    edition = make.EditionFactory(
        label="2026:2", starts_on=today - datetime.timedelta(days=30), ends_on=today + datetime.timedelta(days=30)
    )
    agreement = edition.plan.agreement
    part = make.CollaborationAreaFactory(area__agreement=agreement, area__name="Hälsa", name="Tidiga insatser")
    activity = make.ActivityFactory(
        edition=edition, number="H1", title="Erbjuda hälsosamtal", area=part.area, collaboration_area=part,
        description="Alla får ett samtal", desired_effect="Bättre hälsa", responsible_function="Vårdcentralen",
        indicator="Andel samtal", indicator_base="40 %", indicator_target="60 %", counts="adults", ends_on="2027-06-30",
        milestones="2027-03-31 Rutinen är beslutad", financing="Egen budget", amount=120000,
        followed_up_how="Enkät", followed_up_when="varje halvår", local_plans="Hälsoplanen", equality="Lika för alla",
        children="Barn hörs", target_group_voice="Ett råd", change_reason="Avvek", origin="revised",
        responsible=make.ActorFactory(agreement=agreement, name="regionen"),
        followed_up_by=make.ActorFactory(agreement=agreement, name="rådet"),
    )  # fmt: skip
    make.ActivityParticipantFactory(activity=activity, actor=make.ActorFactory(agreement=agreement, name="kommunen"))
    make.ActivityGoalFactory(activity=activity, goal=make.GoalFactory(area=part.area, text="Fler mår bra"))
    make.ActivityFileFactory(activity=activity, name="underlag.pdf")
    make.InternalNoteFactory(activity=activity, text="Bara för oss")
    make.CommentFactory(activity=activity, text="Vem gör det?", is_shared=True)
    make.ActivityFactory(
        edition=edition, number="H2", title="Sprida foldrar", ending="cancelled", ending_reason="Finns redan"
    )
    return make.adopt(edition)


def test_edition_detail_shows_every_public_fact(client, edition):
    words = words_of(read(client, "edition_detail", edition))
    facts = [
        "H1", "Erbjuda hälsosamtal", "Hälsa", "Tidiga insatser", "Regionen", "till 2027-06-30",
        "Andel samtal (från 40 % till 60 %)", "Om H1 Alla får ett samtal", "Önskad effekt Bättre hälsa",
        "Mål Fler mår bra", "Ansvarig funktion Vårdcentralen", "Medverkar Kommunen",
        "Delmoment 2027-03-31 Rutinen är beslutad", "Finansiering Egen budget 120 000 kronor",
        "Uppföljning Enkät Varje halvår, av rådet",
        "Antal i uppföljningen Kvinnor och män", "Lokala överenskommelser och planer Hälsoplanen",
        "Jämställdhet Lika för alla", "Barns rättigheter Barn hörs", "Målgruppens röst Ett råd", "Ursprung Ändrad",
        "Varför den ändras Avvek", "Bilagor underlag.pdf", "Avslutade och strukna", "Struken. Finns redan",
    ]  # fmt: skip
    assert [fact for fact in facts if fact not in words.replace("\xa0", " ")] == []


@pytest.mark.parametrize(
    ("texts", "times"),
    [
        (["varje halvår", "varje halvår"], 1),
        (["varje halvår", "varje år"], 1),
        (["varje halvår", ""], 1),
        (["", ""], 0),
    ],
)
def test_edition_detail_says_once_how_all_activities_are_followed_up(client, texts, times):
    edition = make.EditionFactory()
    for text in texts:
        make.ActivityFactory(edition=edition, followed_up_when=text)
    words = words_of(read(client, "edition_detail", make.adopt(edition)))
    assert words.count("Varje halvår") == times
    assert ("Uppföljning av alla aktiviteter: Varje halvår" in words) is (texts[0] == texts[1] != "")


@pytest.mark.parametrize("name", VIEWS)
@pytest.mark.parametrize("role", [Role.COORDINATOR, None])
def test_nothing_internal_is_read_with_an_edition(client, login_as, edition, name, role):
    if role:
        login_as(role, party=edition.plan.agreement.coordinating_party)
    page = read(client, name, edition)
    assert [word for word in ("Bara för oss", "Vem gör det?") if word in page] == []


@pytest.mark.parametrize(
    ("name", "shown"),
    [("edition_detail", True), ("edition_timeline", False), ("edition_matrix", False), ("edition_print", True)],
)
def test_what_has_ended_is_told_apart_and_counted_nowhere(client, edition, name, shown):
    assert ("Sprida foldrar" in read(client, name, edition)) is shown


def test_edition_detail_marks_what_is_missing(client):
    edition = make.EditionFactory()
    make.ActivityFactory(edition=edition, responsible=None, starts_on=None, ends_on=None)
    assert read(client, "edition_detail", make.adopt(edition)).count('<td><span class="gap">Saknas</span>') == 2


HOSTILE = """<script>alert(1)</script> & "{pk}" '{0}' <b>{title}</b>"""


def test_edition_detail_shows_hostile_texts_as_they_were_written(client):
    edition = make.EditionFactory()
    fields = ("title", "description", "indicator", "indicator_base", "financing", "local_plans", "change_reason")
    texts = dict.fromkeys(fields, HOSTILE) | {"number": "<i>{pk}"}
    responsible = make.ActorFactory(agreement=edition.plan.agreement, name=HOSTILE)
    activity = make.ActivityFactory(edition=edition, responsible=responsible, **texts)
    make.ActivityFileFactory(activity=activity, name=HOSTILE)
    make.ActivityFactory(edition=edition, number="H2", title=HOSTILE, ending="cancelled", ending_reason=HOSTILE)
    page = read(client, "edition_detail", make.adopt(edition))
    rows = page[page.index("<tbody") :]
    assert page.count("<script>alert") == rows.count("<b>{") == rows.count("<i>{") == 0
    assert unescape(rows).count(HOSTILE) >= len(fields) + 4
    assert rows.count("{pk}") == unescape(rows).count(HOSTILE) + rows.count("&lt;i&gt;{pk}")


def test_plan_list_counts_what_is_to_be_done(client, edition):
    (plan,) = client.get(address("plan_list", edition)).context["plans"]
    assert [(row.label, row.activity_count) for row in plan.current] == [("2026:2", 1)]


def test_plan_list_folds_what_was_superseded_and_puts_the_newest_first(client, login_as, edition):
    later = make.EditionFactory(plan=edition.plan, label="2027:1", starts_on="2027-01-01", ends_on="2027-06-30")
    make.adopt(later)
    make.EditionFactory(plan=edition.plan, label="2027:2", starts_on="2027-07-01", ends_on="2027-12-31")
    login_as(Role.COORDINATOR, party=edition.plan.agreement.coordinating_party)
    (plan,) = client.get(address("plan_list", edition)).context["plans"]
    labels = [[row.label for row in rows] for rows in (plan.current, plan.former)]
    assert (labels, plan.draft.label) == ([["2027:2", "2027:1"], ["2026:2"]], "2027:2")


def test_edition_detail_leads_to_its_neighbours_and_tells_what_applies(client, edition):
    later = make.EditionFactory(
        plan=edition.plan, label="2027:1", starts_on=edition.ends_on + datetime.timedelta(days=1),
        ends_on=edition.ends_on + datetime.timedelta(days=90), based_on=edition,
    )  # fmt: skip
    make.adopt(later)
    later_page, own_page = (read(client, "edition_detail", row) for row in (later, edition))
    assert "Läs 2026:2, som gäller till och med" in later_page
    assert "Det här är inte den version som gäller i dag" not in own_page
    assert f'href="{address("edition_detail", edition)}" rel="prev"' in later_page
    assert f'href="{address("edition_detail", later)}" rel="next"' in own_page


def test_edition_detail_labels_its_cards_as_its_columns(client, edition):
    """On narrow screens the words of the head stand in the style sheet, once and not in each row."""
    page = read(client, "edition_detail", edition)
    head = re.findall(r'<th scope="col">([^<]+)', page.partition("</thead>")[0])
    css = (settings.BASE_DIR / "static/css/portal.css").read_text()
    labels = re.findall(r'\.reading > tbody > tr\[id\] > td.*:nth-child\((\d)\)::before \{ content: "(\w+)"', css)
    assert [(int(place), word) for place, word in labels] == [
        (place, word) for place, word in enumerate(head, start=1) if word != "Aktivitet"
    ]


def test_edition_detail_does_not_lead_to_a_draft_that_is_hidden(client, edition):
    draft = make.EditionFactory(plan=edition.plan, label="2027:1", starts_on="2027-01-01", ends_on="2027-06-30")
    assert address("edition_detail", draft) not in read(client, "edition_detail", edition)


def test_edition_detail_names_its_decision(client, edition):
    decision = edition.decision
    decision.paragraph, decision.registry_number = "§ 7", "123-2026"
    decision.save()
    words = words_of(read(client, "edition_detail", edition))
    assert f"Beslut § 7 {decision.decided_on} , {decision.body.name}, dnr 123-2026" in words


@pytest.mark.parametrize("name", VIEWS)
def test_invented_plan_of_a_real_agreement_is_marked(client, edition, name):
    plan = edition.plan
    plan.is_example = True
    plan.save()
    assert "Överenskommelsen är verklig." in read(client, name, edition)


@pytest.mark.parametrize("name", ["plan_list", *VIEWS])
def test_queries_do_not_follow_rows(client, login_as, name):
    edition = make.EditionFactory(based_on=make.EditionFactory())
    agreement = edition.plan.agreement
    login_as(Role.COORDINATOR, party=agreement.coordinating_party)

    def add():
        area = make.PriorityAreaFactory(agreement=agreement)
        activity = make.ActivityFactory(edition=edition, area=area, starts_on="2026-08-01")
        make.ActivityParticipantFactory(activity=activity)
        make.ActivityGoalFactory(activity=activity)
        make.AccessionFactory(agreement=agreement)
        make.EditionFactory(plan=edition.plan)

    def queries():
        read(client, name, edition)
        renew_stamp(type(edition).objects.filter(pk=edition.pk))
        with CaptureQueriesContext(connection) as captured:
            read(client, name, edition)
        return len(captured)

    add()
    with_one = queries()
    for _ in range(29):
        add()
    assert queries() == with_one


@pytest.mark.parametrize(("again", "most"), [(False, 7), (True, 4)])
def test_edition_detail_of_200_activities_stays_within_its_budget(client, login_as, again, most):
    """Seven questions when something has changed (one of the agreement's end), four when nothing has, and 120 kB."""
    edition = make.EditionFactory()
    make.ActivityFactory(edition=edition)
    row = edition.activities.get()
    rows = [
        type(row)(edition=edition, number=f"N{number}", title="Ta fram en rutin", description="Samla uppgifter " * 10)
        for number in range(199)
    ]
    type(row).objects.bulk_create(rows)
    make.adopt(edition)
    login_as(Role.COORDINATOR, party=edition.plan.agreement.coordinating_party)
    if again:
        read(client, "edition_detail", edition)
    with CaptureQueriesContext(connection) as captured:
        page = read(client, "edition_detail", edition)
    assert (len(captured) <= most, len(page.encode()) <= 120_000) == (True, True)
