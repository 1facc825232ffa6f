"""The editor: what is saved, what is refused, that nothing typed is lost, and that rows do not multiply queries."""

import datetime
import re
import uuid
from html import unescape

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from actionplans.models import Activity, ActivityGoal, ActivityParticipant, Presence
from parties.models import Role
from tests.factories import (
    AccessionFactory,
    ActivityFactory,
    ActorFactory,
    CollaborationAreaFactory,
    CommentFactory,
    EditionFactory,
    GoalFactory,
    MembershipFactory,
    PriorityAreaFactory,
    UserFactory,
    adopt,
)

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def edition():
    before = EditionFactory(label="2026:2")
    return EditionFactory(plan=before.plan, label="2027:1", based_on=before)


@pytest.fixture
def agreement(edition):
    return edition.plan.agreement


@pytest.fixture
def user(agreement, client):
    """A coordinator, logged in."""
    user = MembershipFactory(role=Role.COORDINATOR, party=agreement.coordinating_party).user
    client.force_login(user)
    return user


@pytest.fixture
def post(client, edition, user):
    """post(path, **data): as the script does, below the edition's address."""

    def post(path, **data):
        return client.post(edition.get_absolute_url() + path, data, headers=HTMX)

    return post


@pytest.fixture
def get(client, edition, user):
    def get(path, **data):
        return client.get(edition.get_absolute_url() + path, data)

    return get


def cell(post, row, field, value, version=None):
    row.refresh_from_db()
    return post(f"aktivitet/{row.pk}/cell/", field=field, value=value, version=version or row.version)


def text_of(response):
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", response.content.decode())).split())


def numbers(response):
    return re.findall(r'data-field="number"><a[^>]*>([^<]*)', response.content.decode())


# --- the page -----------------------------------------------------------------------------------------------------


def test_edition_edit_groups_rows_by_area_and_collaboration_area(get, edition, agreement):
    area = PriorityAreaFactory(agreement=agreement, name="Hälsa", order=1)
    part = CollaborationAreaFactory(area=area, name="Tidiga insatser")
    ActivityFactory(edition=edition, number="3")
    ActivityFactory(edition=edition, number="1", area=area)
    ActivityFactory(edition=edition, number="2", area=area, collaboration_area=part, ending="cancelled")
    response = get("redigera/")
    heads = re.findall(r'scope="rowgroup">([^<]*)<span>([^<]*)', response.content.decode())
    assert heads == [
        ("Hälsa", "1 aktivitet, 1 struken"),
        ("Tidiga insatser", "1"),
        ("Utan område", "1 aktivitet"),
    ]
    assert numbers(response) == ["2", "1", "3"]


@pytest.mark.parametrize(
    ("old", "ending", "expected"),
    [
        (None, "", "Ny"),
        ({}, "", "Oförändrad"),
        ({"title": "Annat"}, "", "Ändrad"),
        ({"number": "99"}, "", "Oförändrad"),
        ({}, "cancelled", "Struken"),
        ({}, "closed", "Avslutad"),
    ],
)
def test_edition_edit_says_what_changed_since_the_edition_before(get, edition, old, ending, expected):
    row = ActivityFactory(edition=edition, title="Pröva", ending=ending)
    if old is not None:
        copied = {"title": row.title, "responsible": row.responsible} | old
        ActivityFactory(edition=edition.based_on, lineage=row.lineage, **copied)
    assert re.search(r'data-field="since"[^>]*><span[^>]*>([^<]*)', get("redigera/").content.decode())[1] == expected


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, ["1", "2", "3"]),
        ({"omrade": "AREA"}, ["1"]),
        ({"omrade": "inget"}, ["2", "3"]),
        ({"part": "ACTOR"}, ["2", "3"]),
        ({"sok": "ÅTERSÖK"}, ["2"]),
        ({"visa": "anmarkningar"}, ["1"]),
        ({"sortera": "title"}, ["2", "3", "1"]),
        ({"sortera": "nonsens", "omrade": "nonsens"}, []),
    ],
)
def test_edition_edit_filters_and_sorts(get, edition, agreement, query, expected):
    area, (actor, other) = (
        PriorityAreaFactory(agreement=agreement),
        (ActorFactory(agreement=agreement, party=AccessionFactory(agreement=agreement).party) for _ in range(2)),
    )
    fine = {"indicator": "Antal", "starts_on": edition.starts_on, "ends_on": edition.ends_on}
    ActivityFactory(edition=edition, number="1", title="Öva", area=area, responsible=None)
    ActivityFactory(edition=edition, number="2", title="Anmäl", description="återsök", responsible=actor, **fine)
    ActivityFactory(edition=edition, number="3", title="Bygg", responsible=other, **fine).participants.add(actor)
    names = {"AREA": area.pk, "ACTOR": actor.pk}
    assert numbers(get("redigera/", **{key: names.get(value, value) for key, value in query.items()})) == expected


def test_edition_edit_remembers_the_columns(get, edition):
    ActivityFactory(edition=edition)
    asked = get("redigera/", kolumner=["financing", "responsible", "nonsens"])
    later = get("redigera/")
    heads = [re.findall(r'data-column="([^"]*)"', page.content.decode()) for page in (asked, later)]
    assert heads == [["number", "title", "responsible", "financing"]] * 2


def test_edition_edit_counts_the_unresolved_threads_of_each_row(get, edition, user):
    talked_of, silent = ActivityFactory(edition=edition), ActivityFactory(edition=edition)
    thread = CommentFactory(activity=talked_of)
    CommentFactory(activity=talked_of, reply_to=thread)
    CommentFactory(activity=talked_of)
    CommentFactory(activity=silent, resolved_at=timezone.now(), resolved_by=user)
    told = re.findall(r'class="talk" href="([^"]*)">([^<]*)<', get("redigera/").content.decode())
    assert told == [(f"../aktivitet/{talked_of.pk}/kommentarer/", "2 kommentarer")]


def test_edition_edit_leaves_out_parties_that_left_but_says_so_where_one_is_named(get, edition, agreement):
    gone, kept = (AccessionFactory(agreement=agreement, left_on="2026-01-01").party for _ in range(2))
    actors = [ActorFactory(agreement=agreement, party=party) for party in (gone, kept)]
    ActivityFactory(edition=edition, responsible=actors[1])
    template = re.search(r'<template id="edit-responsible">(.*?)</template>', get("redigera/").content.decode(), re.S)[
        1
    ]
    assert (gone.name in template, f"{kept.name} (har lämnat)" in template) == (False, True)


def fill(edition, count):
    agreement = edition.plan.agreement
    part = CollaborationAreaFactory(area=PriorityAreaFactory(agreement=agreement))
    actors = [ActorFactory(agreement=agreement) for _ in range(3)]
    goal = GoalFactory(agreement=agreement)
    rows = Activity.objects.bulk_create(
        Activity(
            edition=edition,
            number=f"B{number}",
            title="Nå utrikes födda kvinnor utanför arbetskraften med uppsökande arbete",
            area=part.area,
            collaboration_area=part,
            responsible=actors[number % 3],
            indicator="Antal nådda kvinnor per halvår",
            starts_on=edition.starts_on,
            ends_on=edition.ends_on,
        )
        for number in range(count)
    )
    ActivityGoal.objects.bulk_create(ActivityGoal(activity=row, goal=goal) for row in rows)
    ActivityParticipant.objects.bulk_create(
        ActivityParticipant(activity=row, actor=actor) for row in rows for actor in actors
    )


def test_edition_edit_costs_the_same_whatever_the_rows(get, edition):
    counts = []
    for count in (1, 29):
        fill(edition, count)
        get("redigera/")
        with CaptureQueriesContext(connection) as queries:
            get("redigera/")
        counts.append(len(queries))
        edition.activities.filter(number="B0").update(number=f"A{count}")
    assert counts[0] == counts[1] <= 25


def test_edition_edit_of_two_hundred_rows_is_light(get, edition):
    fill(edition, 200)
    assert len(get("redigera/").content) <= 300_000


# --- cells --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("field", "value", "expected"),
    [
        ("title", "Enas om en rutin", {"title": "Enas om en rutin"}),
        ("number", "B9", {"number": "B9"}),
        ("indicator", "", {"indicator": ""}),
        ("starts_on", "2026-08-01", {"starts_on": datetime.date(2026, 8, 1)}),
        ("ends_on", "2026-08-01", {"ends_on": datetime.date(2026, 8, 1), "is_continuous": False}),
        ("ends_on", "Löpande", {"ends_on": None, "is_continuous": True}),
        ("is_continuous", "on", {"is_continuous": True}),
        ("amount", "1 200", {"amount": 1200}),
        ("counts", "adults", {"counts": "adults"}),
        ("milestones", "2026-09-01 Klart", {"milestones": "2026-09-01 Klart"}),
        ("change_reason", "Avvek", {"change_reason": "Avvek"}),
    ],
)
def test_activity_cell_saves_one_field(post, edition, field, value, expected):
    row = ActivityFactory(edition=edition, indicator="Förut")
    response = cell(post, row, field, value)
    row.refresh_from_db()
    assert {name: getattr(row, name) for name in expected} == expected
    assert (response.status_code, row.version) == (200, 2)
    assert re.fullmatch(r"\d+ \d\d:\d\d", f"{response['X-Stamp']} {response['X-Saved-At']}")
    assert re.findall(r'<tbody class="act" id="a(\d+)"[^>]*data-version="2"', response.content.decode()) == [
        str(row.pk)
    ]


def test_activity_cell_saves_keys_and_lists(post, edition, agreement):
    row, actors = ActivityFactory(edition=edition), [ActorFactory(agreement=agreement) for _ in range(2)]
    cell(post, row, "responsible", actors[0].pk)
    cell(post, row, "participants", [actor.pk for actor in actors])
    row.refresh_from_db()
    assert (row.responsible, set(row.participants.all())) == (actors[0], set(actors))
    cell(post, row, "participants", "")
    assert not row.participants.exists()


def test_activity_cell_of_a_collaboration_area_brings_its_area(post, edition, agreement):
    row, part = (
        ActivityFactory(edition=edition),
        CollaborationAreaFactory(area=PriorityAreaFactory(agreement=agreement)),
    )
    cell(post, row, "collaboration_area", part.pk)
    row.refresh_from_db()
    assert (row.area, row.collaboration_area) == (part.area, part)
    cell(post, row, "area", "")
    row.refresh_from_db()
    assert (row.area, row.collaboration_area) == (None, None)


def test_activity_cell_changes_origin_of_what_was_carried_over(post, edition):
    row = ActivityFactory(edition=edition, origin="carried")
    cell(post, row, "number", "B9")
    row.refresh_from_db()
    assert row.origin == "carried"
    cell(post, row, "title", "Annat")
    row.refresh_from_db()
    assert row.origin == "revised"


LONG = "ö" * 10_000
REFUSALS = {
    "too long": ("title", LONG, "Texten är 10 000 tecken. Här får 250 plats."),
    "empty title": ("title", "", "måste fyllas i"),
    "taken number": ("number", "B2", "Numret finns redan i versionen."),
    "no date": ("starts_on", "i vår", "Skriv datumet med år, månad och dag"),
    "end before start": ("ends_on", "2026-06-30", "Slutdatum kan inte vara före startdatum."),
    "start after end": ("starts_on", "2027-01-01", "Slutdatum kan inte vara före startdatum."),
    "continuous with an end": ("is_continuous", "on", "En löpande aktivitet har inget slutdatum."),
    "no milestone": ("milestones", "snart klart", "saknar datum först"),
    "no such field": ("lineage", "1", "Det fältet går inte att ändra här."),
    "nobody": ("responsible", "999999", "Det du valde finns inte att välja här."),
    "no number": ("responsible", "abc", "Det du valde finns inte att välja här."),
}


@pytest.mark.parametrize(("field", "value", "message"), REFUSALS.values(), ids=REFUSALS.keys())
def test_activity_cell_refused_keeps_what_was_typed(post, edition, field, value, message):
    dates = {"starts_on": datetime.date(2026, 7, 1), "ends_on": datetime.date(2026, 12, 31)}
    row = ActivityFactory(edition=edition, number="B1", title="Pröva", **dates)
    ActivityFactory(edition=edition, number="B2")
    response = cell(post, row, field, value)
    assert response.status_code == 422
    assert message in text_of(response)
    assert f'data-field="{field}" data-typed="{value}"' in response.content.decode()
    assert Activity.objects.get(pk=row.pk).version == 1


def test_activity_cell_refuses_a_party_that_left(post, edition, agreement):
    party = AccessionFactory(agreement=agreement, left_on="2026-01-01").party
    actor, row = ActorFactory(agreement=agreement, party=party), ActivityFactory(edition=edition)
    assert cell(post, row, "responsible", actor.pk).status_code == 422
    row.responsible = actor
    row.save()
    assert cell(post, row, "responsible", actor.pk).status_code == 200


def test_activity_cell_cleans_text_pasted_from_word(post, edition):
    row = ActivityFactory(edition=edition)
    cell(post, row, "description", "Rad ett\r\n\x0bRad\u00a0två <b>fet</b>\x00\u202e –\u00ad •\tpunkt")
    row.refresh_from_db()
    assert row.description == "Rad ett\n\nRad\u00a0två <b>fet</b> –\u00ad •\tpunkt"
    response = cell(post, row, "title", "<p class=MsoNormal>Enas\nom</p>")
    assert "&lt;p class=MsoNormal&gt;Enas om&lt;/p&gt;" in response.content.decode()


def test_activity_cell_shows_both_texts_when_a_colleague_saved_the_same_cell(post, edition):
    row = ActivityFactory(edition=edition, title="Förut")
    row.title, row._history_user = "Elins", UserFactory(name="Elin Lund")
    row.save_version(1)
    response = cell(post, row, "title", "Min text", version=1)
    assert response.status_code == 409
    assert re.search(r"Elin Lund ändrade aktivitet \d\d:\d\d.*Din text Min text Sparad text Elins", text_of(response))
    assert 'data-version="2"' in response.content.decode()
    assert cell(post, row, "title", "Min text", version=2).status_code == 200


def test_activity_cell_is_saved_beside_a_colleagues_cell(post, edition):
    row = ActivityFactory(edition=edition)
    row.title = "Elins"
    row.save_version(1)
    assert cell(post, row, "indicator", "Min", version=1).status_code == 200
    row.refresh_from_db()
    assert (row.title, row.indicator, row.version) == ("Elins", "Min", 3)


def test_activity_cell_beside_a_colleagues_is_still_checked_against_it(post, edition):
    row = ActivityFactory(edition=edition, starts_on=datetime.date(2026, 7, 1))
    row.starts_on = datetime.date(2026, 10, 1)
    row.save_version(1)
    assert cell(post, row, "ends_on", "2026-08-01", version=1).status_code == 422


@pytest.mark.parametrize("version", ["0", "", "abc", "9" * 30, "-1"])
def test_activity_cell_with_a_version_nobody_has_is_a_conflict(post, edition, version):
    row = ActivityFactory(edition=edition)
    assert post(f"aktivitet/{row.pk}/cell/", field="title", value="Ny", version=version).status_code == 409


def test_activity_cell_of_a_row_that_is_gone_gives_the_text_back(post, edition):
    row = ActivityFactory(edition=edition)
    pk, row._history_user = row.pk, UserFactory(name="Elin Lund")
    row.delete()
    response = post(f"aktivitet/{pk}/cell/", field="title", value="Min text", version="1")
    assert response.status_code == 404
    assert "Elin Lund tog bort raden medan du skrev. Det här skrev du." in text_of(response)
    assert "Min text" in text_of(response)


def test_activity_cell_costs_few_queries(post, edition):
    row = ActivityFactory(edition=edition)
    cell(post, row, "title", "Första")
    with CaptureQueriesContext(connection) as queries:
        response = post(f"aktivitet/{row.pk}/cell/", field="title", value="Andra", version=str(row.version + 1))
    asked = [query["sql"] for query in queries if not query["sql"].startswith(("SAVEPOINT", "RELEASE"))]
    assert (response.status_code, response.content.count(b"<tbody")) == (200, 1)
    assert len(asked) <= 28


def test_activity_row_is_the_row_as_stored(get, edition):
    row = ActivityFactory(edition=edition, title="Pröva")
    response = get(f"aktivitet/{row.pk}/rad/")
    assert (response.status_code, response.content.count(b"<tbody")) == (200, 1)
    assert get("aktivitet/999999/rad/").status_code == 404


# --- the whole row --------------------------------------------------------------------------------------------------


def whole(row, **changes):
    return {"number": row.number, "title": row.title, "origin": row.origin, "version": row.version} | changes


def test_activity_edit_shows_the_old_value_under_what_changed(get, edition):
    row = ActivityFactory(edition=edition, title="Enas om en rutin för mottagande", indicator="Nytt")
    old = {"title": "Enas om en gemensam rutin för mottagande", "responsible": row.responsible, "number": row.number}
    ActivityFactory(edition=edition.based_on, lineage=row.lineage, **old)
    page = get(f"aktivitet/{row.pk}/").content.decode()
    was = [unescape(re.sub(r"\s+", " ", found)) for found in re.findall(r'<p class="was">(.*?)</p>', page, re.S)]
    assert was == ["2026:2: Enas om en <del>gemensam </del>rutin för mottagande", "2026:2: tomt"]


def test_activity_edit_gives_the_script_the_form_alone(client, edition, user):
    row = ActivityFactory(edition=edition)
    page = client.get(f"{edition.get_absolute_url()}aktivitet/{row.pk}/", headers=HTMX).content.decode()
    assert ("<h1" in page, 'data-field="title"' in page, 'data-do="close"' in page) == (False, True, True)


def test_activity_edit_saves_the_whole_row(client, edition, user, agreement):
    row, goal = ActivityFactory(edition=edition), GoalFactory(agreement=agreement)
    data = whole(row, title="Annat", goals=goal.pk, amount="12 000", equality="Lika", followed_up_when="Varje vår")
    response = client.post(f"{edition.get_absolute_url()}aktivitet/{row.pk}/", data)
    row.refresh_from_db()
    assert response.url == f"{edition.get_absolute_url()}redigera/#a{row.pk}"
    assert (row.title, row.amount, row.equality, row.followed_up_when) == ("Annat", 12000, "Lika", "Varje vår")
    assert list(row.goals.all()) == [goal]


def test_activity_edit_keeps_my_text_when_a_colleague_saved(client, edition, user):
    row = ActivityFactory(edition=edition)
    stale = whole(row, title="Min text")
    row.title = "Elins"
    row.save_version(1)
    response = client.post(f"{edition.get_absolute_url()}aktivitet/{row.pk}/", stale)
    page = response.content.decode()
    assert response.status_code == 409
    assert re.search(r'name="title"[^>]*>\s*Min text</textarea>', page)
    assert "Elins" in page


def test_activity_edit_of_a_row_that_is_gone_gives_the_text_back(client, edition, user):
    row = ActivityFactory(edition=edition)
    url, data = f"{edition.get_absolute_url()}aktivitet/{row.pk}/", whole(row, title="Min text")
    row.delete()
    response = client.post(url, data)
    assert (response.status_code, "Min text" in text_of(response)) == (404, True)
    assert client.get(url).status_code == 404


def test_activity_create_gives_the_next_number_below_the_row(client, edition, user, agreement):
    area = PriorityAreaFactory(agreement=agreement)
    first, _second = (ActivityFactory(edition=edition, area=area, number=f"B{n}", order=n) for n in (1, 2))
    data = {"title": "Ny", "area": area.pk, "after": first.pk, "once": uuid.uuid4()}
    for _again in range(2):
        response = client.post(f"{edition.get_absolute_url()}ny-aktivitet/", data)
    added = edition.activities.get(title="Ny")
    assert response.url == f"{edition.get_absolute_url()}redigera/#a{added.pk}"
    assert list(edition.activities.order_by("order").values_list("number", flat=True)) == ["B1", "B3", "B2"]


def test_activity_create_refused_keeps_what_was_typed(client, edition, user):
    response = client.post(f"{edition.get_absolute_url()}ny-aktivitet/", {"title": LONG, "description": "Min text"})
    assert (response.status_code, LONG in response.content.decode()) == (200, True)
    assert not edition.activities.exists()


def test_activity_create_by_script_is_an_empty_row_at_once(post, edition):
    row = ActivityFactory(edition=edition, number="B1")
    response = post("ny-aktivitet/", after=row.pk, once=str(uuid.uuid4()))
    added = edition.activities.exclude(pk=row.pk).get()
    assert (response["X-Row"], added.number, added.title) == (str(added.pk), "B2", "Ny aktivitet")
    assert numbers(response) == ["B1", "B2"]


def test_activity_duplicate_answers_with_the_table(post, edition):
    row = ActivityFactory(edition=edition, number="B1")
    once = str(uuid.uuid4())
    answers = [post(f"aktivitet/{row.pk}/kopiera/", once=once) for _ in range(2)]
    assert {numbers(answer)[-1] for answer in answers} == {"B2"}


def test_activity_duplicate_without_script_leads_to_the_copy(client, edition, user):
    row = ActivityFactory(edition=edition, number="B1")
    response = client.post(f"{edition.get_absolute_url()}aktivitet/{row.pk}/kopiera/")
    copy = edition.activities.get(number="B2")
    assert response.url == f"{edition.get_absolute_url()}aktivitet/{copy.pk}/"


@pytest.mark.parametrize(
    ("data", "status", "expected"),
    [
        ({"direction": "up"}, 200, ["B2", "B1", "H1"]),
        ({"after": "H1"}, 200, ["B1", "H1", "B2"]),
        ({"after": "", "area": "AREA", "part": ""}, 200, ["B1", "B2", "H1"]),
        ({"after": "", "area": "", "part": ""}, 200, ["B2", "B1", "H1"]),
        ({"after": "999999"}, 422, ["B1", "B2", "H1"]),
        ({}, 422, ["B1", "B2", "H1"]),
        ({"direction": "sideways"}, 422, ["B1", "B2", "H1"]),
    ],
)
def test_activity_move(post, edition, agreement, data, status, expected):
    area = PriorityAreaFactory(agreement=agreement)
    rows = {
        "B1": ActivityFactory(edition=edition, number="B1", order=1),
        "B2": ActivityFactory(edition=edition, number="B2", order=2),
        "H1": ActivityFactory(edition=edition, number="H1", area=area, order=1),
    }
    names = {name: row.pk for name, row in rows.items()} | {"AREA": area.pk}
    response = post(f"aktivitet/{rows['B2'].pk}/flytta/", **{k: names.get(v, v) for k, v in data.items()})
    found = numbers(response)
    in_area = [found.index("H1") < found.index("B1")]
    assert response.status_code == status
    assert sorted(found) == sorted(expected)
    if not any(in_area):
        assert found == expected


def test_activity_delete_asks_then_deletes(client, edition, user):
    row = ActivityFactory(edition=edition, number="B1")
    url = f"{edition.get_absolute_url()}aktivitet/{row.pk}/ta-bort/"
    assert "kan tas bort" in text_of(client.get(url))
    assert client.post(url, {"version": row.version}).status_code == 302
    assert not edition.activities.exists()


def test_activity_delete_leads_on_to_ending_what_stood_before(client, edition, user):
    row = ActivityFactory(edition=edition)
    ActivityFactory(edition=edition.based_on, lineage=row.lineage)
    url = f"{edition.get_absolute_url()}aktivitet/{row.pk}/ta-bort/"
    assert "Avsluta eller stryk den med skäl i stället." in text_of(client.get(url))
    assert client.post(url, {"version": row.version}, headers=HTMX).status_code == 409
    assert edition.activities.exists()


def test_activity_delete_of_a_row_that_moved_on_leaves_it(post, edition):
    row = ActivityFactory(edition=edition)
    row.save_version(1)
    assert post(f"aktivitet/{row.pk}/ta-bort/", version="1").status_code == 409
    assert edition.activities.exists()


def test_activity_end_and_reopen(post, edition):
    row = ActivityFactory(edition=edition, number="B1")
    answer = post(f"aktivitet/{row.pk}/avsluta/", ending="cancelled", ending_reason="Ingen bar den", version="1")
    row.refresh_from_db()
    assert (answer.status_code, row.ending, row.ending_reason) == (200, "cancelled", "Ingen bar den")
    assert 'class="act cut"' in answer.content.decode()
    post(f"aktivitet/{row.pk}/avsluta/", ending="", ending_reason="", version="2")
    row.refresh_from_db()
    assert row.ending == ""


def test_activity_end_without_reason_is_marked(post, edition):
    row = ActivityFactory(edition=edition)
    answer = post(f"aktivitet/{row.pk}/avsluta/", ending="cancelled", ending_reason="", version="1")
    assert "Skäl saknas" in text_of(answer)


# --- many rows ------------------------------------------------------------------------------------------------------


def test_edition_bulk_changes_the_chosen_rows_as_one_step(post, edition, agreement):
    rows = [ActivityFactory(edition=edition) for _ in range(3)]
    actor = ActorFactory(agreement=agreement)
    chosen = [f"{row.pk}:{row.version}" for row in rows[:2]]
    answer = post("flera/", andring="responsible", responsible=actor.pk, rad=chosen)
    assert (answer.status_code, "2 rader är ändrade." in text_of(answer)) == (200, True)
    assert set(edition.activities.filter(responsible=actor)) == set(rows[:2])
    assert "Ångrat" in text_of(post("angra/"))
    assert not edition.activities.filter(responsible=actor).exists()


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ({"starts_on": "2026-08-01"}, ("2026-08-01", "2026-12-31", False)),
        ({"ends_on": "2026-09-30"}, ("2026-07-01", "2026-09-30", False)),
        ({"is_continuous": "on"}, ("2026-07-01", None, True)),
    ],
)
def test_edition_bulk_changes_only_the_dates_given(post, edition, data, expected):
    row = ActivityFactory(edition=edition, starts_on="2026-07-01", ends_on="2026-12-31")
    post("flera/", andring="period", rad=f"{row.pk}:1", **data)
    row.refresh_from_db()
    assert (str(row.starts_on), row.ends_on and str(row.ends_on), row.is_continuous) == expected


def test_edition_bulk_moves_rows_to_a_collaboration_area(post, edition, agreement):
    row, part = (
        ActivityFactory(edition=edition),
        CollaborationAreaFactory(area=PriorityAreaFactory(agreement=agreement)),
    )
    post("flera/", andring="place", collaboration_area=part.pk, area="", rad=f"{row.pk}:1")
    row.refresh_from_db()
    assert (row.area, row.collaboration_area) == (part.area, part)


def test_edition_bulk_lists_rows_that_moved_on_with_both_values(post, edition, agreement):
    mine, theirs = (ActorFactory(agreement=agreement, name=name) for name in ("Region Uppsala", "Heby kommun"))
    moved_on, other = ActivityFactory(edition=edition, number="B1", title="Pröva"), ActivityFactory(edition=edition)
    moved_on.responsible = theirs
    moved_on.save_version(1)
    rows = [f"{moved_on.pk}:1", f"{other.pk}:1"]
    answer = post("flera/", andring="responsible", responsible=mine.pk, rad=rows)
    assert answer.status_code == 409
    assert "1 rad är ändrad." in text_of(answer)
    assert "B1 Pröva : Ansvarig: du valde ”Region Uppsala”, sparat är ”Heby kommun”." in text_of(answer)
    assert list(edition.activities.filter(responsible=mine)) == [other]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({}, "Välj vad du vill ändra."),
        ({"andring": "responsible"}, "Välj minst en rad i tabellen först."),
        ({"andring": "period", "rad": "1:1"}, "Skriv ett datum eller välj löpande."),
        ({"andring": "ending", "rad": "1:1"}, "Välj om raderna avslutas eller stryks."),
        ({"andring": "responsible", "rad": "1:1", "responsible": "999"}, "Det du valde finns inte att välja här."),
        ({"andring": "responsible", "rad": ["x", "1", "-1:1", f"{'9' * 40}:1"]}, "Välj minst en rad"),
    ],
)
@pytest.mark.parametrize("headers", [HTMX, {}], ids=["script", "plain"])
def test_edition_bulk_refused_says_what_to_do(client, edition, user, data, message, headers):
    ActivityFactory(edition=edition)
    response = client.post(f"{edition.get_absolute_url()}flera/", data, headers=headers)
    assert (response.status_code, message in text_of(response)) == (422, True)


# --- undo, presence, checks -----------------------------------------------------------------------------------------


def test_edition_undo_takes_back_a_cell(post, edition):
    row = ActivityFactory(edition=edition, number="B1", title="Förut")
    cell(post, row, "title", "Efter")
    assert "Ångrat: Ändrade B1: aktivitet." in text_of(post("angra/"))
    row.refresh_from_db()
    assert row.title == "Förut"
    answer = post("angra/")
    assert (answer.status_code, "Det finns inget att ångra." in text_of(answer)) == (409, True)


def test_edition_undo_without_script_leads_back(client, edition, user, post):
    cell(post, ActivityFactory(edition=edition), "title", "Efter")
    response = client.post(f"{edition.get_absolute_url()}angra/")
    assert response.url == f"{edition.get_absolute_url()}redigera/"


def test_edition_undo_refused_names_the_colleague(post, edition):
    row = ActivityFactory(edition=edition, number="B1")
    cell(post, row, "title", "Mitt")
    row.refresh_from_db()
    row.title, row._history_user = "Elins", UserFactory(name="Elin Lund")
    row.save_version(row.version)
    answer = post("angra/")
    assert (answer.status_code, "Elin Lund har ändrat B1 sedan dess." in text_of(answer)) == (409, True)


def here(edition, seconds, **fields):
    seen_at = timezone.now() - datetime.timedelta(seconds=seconds)
    return Presence.objects.create(edition=edition, seen_at=seen_at, **fields)


def test_edition_presence_shows_the_others_until_forty_seconds_are_gone(post, edition, user):
    row = ActivityFactory(edition=edition, number="B2")
    here(edition, 39, user=UserFactory(name="Elin Lund"), activity=row)
    here(edition, 41, user=UserFactory(name="Olle Borta"))
    answer = post("narvaro/", activity=row.pk, since="0")
    assert text_of(answer) == "EL Elin Lund är också här, på B2"
    assert list(Presence.objects.filter(user=user).values_list("activity", flat=True)) == [row.pk]


@pytest.mark.parametrize("activity", ["", "abc", "999999", "9" * 40])
def test_edition_presence_takes_any_row(post, edition, user, activity):
    assert post("narvaro/", activity=activity, since=activity).status_code == 200
    assert list(Presence.objects.values_list("user", "activity")) == [(user.pk, None)]


def changed(answer):
    page = answer.content.decode()
    return re.findall(r'data-pk="(\d+)" data-version="(\d+)"', page), "data-reload" in page


def stamp(answer):
    return re.search(r'data-stamp="(\d+)"', answer.content.decode())[1]


def test_edition_presence_lists_what_changed_since(post, edition):
    row, other = ActivityFactory(edition=edition), ActivityFactory(edition=edition)
    since = stamp(post("narvaro/"))
    assert changed(post("narvaro/", since=since)) == ([], False)
    cell(post, row, "title", "Annat")
    answer = post("narvaro/", since=since)
    assert changed(answer) == ([(str(row.pk), "2")], False)
    post(f"aktivitet/{other.pk}/flytta/", direction="up")
    assert changed(post("narvaro/", since=stamp(answer))) == ([(str(other.pk), "2")], True)


@pytest.mark.parametrize("path", ["ny-aktivitet/", "aktivitet/{}/kopiera/"])
def test_edition_presence_asks_to_reload_when_rows_come(post, edition, path):
    row = ActivityFactory(edition=edition)
    since = stamp(post("narvaro/"))
    post(path.format(row.pk))
    assert changed(post("narvaro/", since=since))[1]


def test_edition_checks_lead_to_their_rows(get, edition):
    row = ActivityFactory(edition=edition, number="B1", responsible=None)
    page = get("kontroller/").content.decode()
    assert re.search(rf'<a href="#a{row.pk}" data-field="responsible"><b>B1</b>', page)


# --- states ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path", ["aktivitet/{}/cell/", "aktivitet/{}/flytta/", "aktivitet/{}/kopiera/", "aktivitet/{}/ta-bort/",
             "aktivitet/{}/avsluta/", "aktivitet/{}/", "ny-aktivitet/", "flera/", "angra/", "narvaro/"],
)  # fmt: skip
def test_nothing_is_written_to_an_adopted_edition(post, edition, path):
    row = ActivityFactory(edition=edition)
    before = list(Activity.objects.values())
    adopt(edition)
    assert post(path.format(row.pk), field="title", value="Ny", version="1").status_code == 403
    assert list(Activity.objects.values()) == before
