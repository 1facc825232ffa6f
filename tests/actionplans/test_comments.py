"""Talk about activities: who reads and writes in which state, and that nobody's text is lost or told too widely."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from actionplans.comments import Wider, is_shared_now, reopen, resolve, say, with_open_comments
from actionplans.models import Activity, Comment, Edition
from lib.db import Frozen
from tests.actionplans.people import PEOPLE, cast
from tests.factories import ActivityFactory, CommentFactory, EditionFactory, UserFactory, adopt

pytestmark = pytest.mark.django_db
SHARERS = {"coordinator", "reporter", "reader", "member", "council", "auditor", "neighbour"}
SPEAKERS = {"coordinator", "reporter", "member", "council", "neighbour"}


@pytest.fixture
def activity():
    return ActivityFactory(number="B1", title="Pröva boskola")


def put(activity, state):
    """Bring the activity's edition into a state."""
    if state == "adopted":
        adopt(activity.edition)
    else:
        Edition.objects.filter(pk=activity.edition_id).update(state=state)
    return Activity.objects.get(pk=activity.pk)


def address(activity):
    edition = activity.edition
    place = [edition.plan.agreement.slug, edition.plan.key, edition.label, activity.pk]
    return reverse("actionplans:comment_list", args=place)


def resolve_address(comment):
    plan = comment.activity.edition.plan
    return reverse("actionplans:comment_resolve", args=[plan.agreement.slug, plan.key, comment.pk])


READS_PAGE = {"draft": {"coordinator"}, "proposed": SHARERS, "adopted": SHARERS}
WRITES = {"draft": {"coordinator"}, "proposed": SPEAKERS, "adopted": set()}


@pytest.mark.parametrize("state", READS_PAGE)
def test_comment_list_is_read_and_written_by_state(client, activity, state):
    people = cast(activity.edition.plan)
    put(activity, state)
    read, written = set(), set()
    for who in PEOPLE:
        client.force_login(people[who])
        read |= {who} if client.get(address(activity)).status_code == 200 else set()
        client.post(address(activity), {"text": f"Av {who}", "is_shared": "on"})
        written |= {who} if Comment.objects.filter(text=f"Av {who}").exists() else set()
    assert (read, written) == (READS_PAGE[state], WRITES[state])


@pytest.mark.parametrize(("who", "status"), [("reader", 403), ("auditor", 403), ("elsewhere", 404)])
def test_comment_list_refuses_who_may_not_speak(client, activity, who, status):
    people = cast(activity.edition.plan)
    put(activity, "proposed")
    client.force_login(people[who])
    assert client.post(address(activity), {"text": "Hej", "is_shared": "on"}).status_code == status


def test_visible_to_keeps_what_was_said_in_a_draft_with_the_coordinators(activity):
    people = cast(activity.edition.plan)
    CommentFactory(activity=activity, text="internt")
    CommentFactory(activity=activity, text="delat", is_shared=True)

    def readers(text):
        seen = {who: Comment.objects.visible_to(person).filter(text=text).exists() for who, person in people.items()}
        return {who for who in seen if seen[who]}

    said = {}
    for state in ("draft", "proposed", "adopted"):
        put(activity, state)
        said[state] = (readers("internt"), readers("delat"))
    coordinator = {"coordinator"}
    assert said == {
        "draft": (coordinator, coordinator),
        "proposed": (coordinator, SHARERS),
        "adopted": (coordinator, SHARERS),
    }


def test_nothing_said_is_public(client, activity):
    CommentFactory(activity=put(activity, "adopted"), text="Hemligt tal", is_shared=True)
    edition = reverse(
        "actionplans:edition_detail",
        args=[activity.edition.plan.agreement.slug, activity.edition.plan.key, activity.edition.label],
    )
    assert client.get(address(activity)).status_code == 302  # to the login
    assert "Hemligt tal" not in client.get(edition).content.decode()


@pytest.mark.parametrize(
    ("state", "thread_is_shared", "is_shared"),
    [
        ("draft", None, False),
        ("proposed", None, True),
        ("proposed", False, False),
        ("proposed", True, True),
        ("draft", True, False),
    ],
)
def test_say_shares_no_more_than_its_thread_and_its_edition(activity, state, thread_is_shared, is_shared):
    thread = None
    if thread_is_shared is not None:
        thread = CommentFactory(activity=activity, is_shared=thread_is_shared)
    activity = put(activity, state)
    assert is_shared_now(activity, thread) is is_shared
    said = say(about=activity, text="Ja", by=UserFactory(), reply_to=thread, is_shared=True)
    assert (said.is_shared, said.reply_to) == (is_shared, thread)


def test_say_refuses_to_tell_more_readers_than_the_writer_knew_of(activity):
    put(activity, "proposed")
    with pytest.raises(Wider):
        say(about=activity, text="Mellan oss", by=UserFactory(), is_shared=False)
    assert not Comment.objects.exists()


def test_comment_list_asks_again_when_the_edition_was_proposed_meanwhile(client, activity):
    client.force_login(cast(activity.edition.plan)["coordinator"])
    put(activity, "proposed")
    response = client.post(address(activity), {"text": "Mellan oss", "is_shared": "False"})
    page = response.content.decode()
    assert ("Fler läser nu det du skriver" in page, "Mellan oss" in page, Comment.objects.count()) == (True, True, 0)
    client.post(address(activity), {"text": "Mellan oss", "is_shared": "on"})
    assert list(Comment.objects.values_list("text", "is_shared")) == [("Mellan oss", True)]


def test_say_refuses_an_adopted_edition(activity):
    put(activity, "adopted")
    with pytest.raises(Frozen):
        say(about=activity, text="För sent", by=UserFactory(), is_shared=True)


@pytest.mark.parametrize(
    ("state", "data", "message"),
    [
        ("draft", {"text": ""}, "Skriv något först"),
        ("draft", {"text": "  \n "}, "Skriv något först"),
        ("draft", {"text": "x" * 10_000}, "Korta den med 8 000 tecken"),
        ("draft", {"text": "Min text", "reply_to": "elsewhere"}, "Kommentaren du svarade på finns inte här"),
        ("draft", {"text": "Min text", "reply_to": "svar"}, "Kommentaren du svarade på finns inte här"),
        ("draft", {"text": "Min text", "reply_to": "9" * 30}, "Kommentaren du svarade på finns inte här"),
        ("adopted", {"text": "Min text"}, "Det går inte längre att kommentera"),
    ],
)
def test_comment_list_says_what_is_wrong_and_keeps_the_text(client, activity, state, data, message):
    client.force_login(cast(activity.edition.plan)["coordinator"])
    if data.get("reply_to") == "elsewhere":
        data = {**data, "reply_to": CommentFactory(text="annan aktivitet").pk}
    if data.get("reply_to") == "svar":
        thread = CommentFactory(activity=activity)
        data = {**data, "reply_to": CommentFactory(activity=activity, reply_to=thread).pk}
    before = Comment.objects.count()
    put(activity, state)
    response = client.post(address(activity), {"is_shared": "on", **data})
    page = response.content.decode().replace("\N{NO-BREAK SPACE}", " ")
    assert (response.status_code, message in page, data["text"].strip() in page) == (200, True, True)
    assert Comment.objects.count() == before


def test_comment_list_keeps_a_refused_reply_in_its_thread(client, activity):
    client.force_login(cast(activity.edition.plan)["coordinator"])
    thread = CommentFactory(activity=activity)
    page = client.post(address(activity), {"text": "y" * 3000, "reply_to": thread.pk}).content.decode()
    assert page.count("y" * 3000) == 1
    assert f'id="svar-{thread.pk}-text"' in page.split("y" * 3000)[0].rpartition("<textarea")[2]


def test_comment_list_answers_htmx_with_the_list_alone(client, activity):
    client.force_login(cast(activity.edition.plan)["coordinator"])
    page = client.post(address(activity), {"text": "Vem gör det?"}, headers={"HX-Request": "true"})
    text = page.content.decode()
    assert (page.status_code, "<html" in text, "Vem gör det?" in text, "Sparat." in text) == (200, False, True, True)
    assert "Vem gör det?" in client.get(address(activity)).content.decode()


def test_comment_list_shows_markup_as_text(client, activity):
    client.force_login(cast(activity.edition.plan)["coordinator"])
    CommentFactory(activity=activity, text="<script>alert(1)</script>")
    page = client.get(address(activity)).content.decode()
    assert ("<script>alert(1)" in page, "&lt;script&gt;alert(1)" in page) == (False, True)


def test_comment_list_tells_in_which_hat_somebody_wrote(client, activity):
    people = cast(activity.edition.plan)
    put(activity, "proposed")
    for who in ("coordinator", "reporter", "member", "elsewhere"):
        CommentFactory(activity=activity, author=people[who], is_shared=True)
    client.force_login(people["reporter"])
    plan = activity.edition.plan
    assert [thread.hats for thread in client.get(address(activity)).context["threads"]] == [
        [f"samordnare, {plan.agreement.coordinating_party}"],
        [f"handläggare, {plan.proposer}"],
        [f"rådsledamot, {plan.managed_by.body}"],
        [],
    ]


def test_say_twice_in_a_moment_is_one_comment(activity):
    author = UserFactory()
    said = [say(about=activity, text="Vem?", by=author, is_shared=False) for _ in range(2)]
    assert (said[0], Comment.objects.count()) == (said[1], 1)
    say(about=activity, text="Vem?", by=UserFactory(), is_shared=False)
    say(about=activity, text="Vem?", by=author, reply_to=said[0], is_shared=False)
    assert Comment.objects.count() == 3


def test_resolve_counts_once(activity):
    comment, first, second = CommentFactory(activity=activity), UserFactory(), UserFactory()
    assert (resolve(comment=comment, by=first), resolve(comment=comment, by=second)) == (True, False)
    comment.refresh_from_db()
    assert comment.resolved_by == first
    assert (reopen(comment=comment), reopen(comment=comment)) == (True, False)


def test_say_in_a_resolved_thread_opens_it(activity):
    thread = CommentFactory(activity=activity)
    resolve(comment=thread, by=UserFactory())
    say(about=activity, text="Inte riktigt", by=UserFactory(), reply_to=thread, is_shared=False)
    assert list(Comment.objects.unresolved()) == [thread]


@pytest.mark.parametrize(
    ("state", "who", "status"),
    [
        ("proposed", "coordinator", 302),
        ("proposed", "author", 302),
        ("proposed", "neighbour", 403),
        ("proposed", "auditor", 403),
        ("proposed", "elsewhere", 404),
        ("draft", "coordinator", 302),
        ("draft", "author", 404),
        ("adopted", "coordinator", 403),
        ("adopted", "author", 403),
    ],
)
def test_comment_resolve_is_for_coordinators_and_who_began_it(client, activity, state, who, status):
    people = cast(activity.edition.plan)
    people["author"] = people["reporter"]
    comment = CommentFactory(activity=activity, author=people["author"], is_shared=True)
    put(activity, state)
    client.force_login(people[who])
    assert client.post(resolve_address(comment), {"resolved": "1"}).status_code == status
    assert Comment.objects.unresolved().exists() is (status != 302)


def test_comment_resolve_twice_is_told_kindly(client, activity):
    client.force_login(cast(activity.edition.plan)["coordinator"])
    comment = CommentFactory(activity=activity)
    client.post(resolve_address(comment), {"resolved": "1"})
    page = client.post(resolve_address(comment), {"resolved": "1"}, follow=True).content.decode()
    assert "Någon annan hade redan markerat" in page
    client.post(resolve_address(comment), {"resolved": "0"})
    assert list(Comment.objects.unresolved()) == [comment]


def test_comment_resolve_of_another_plan_is_not_found(client, activity):
    client.force_login(cast(activity.edition.plan)["coordinator"])
    comment = CommentFactory(activity=ActivityFactory(edition__plan__agreement=activity.edition.plan.agreement))
    other = CommentFactory(activity=activity)
    url = resolve_address(other).replace(f"/{other.pk}/", f"/{comment.pk}/")
    assert client.post(url).status_code == 404


def test_with_open_comments_counts_what_the_person_reads(activity):
    people = cast(activity.edition.plan)
    quiet = ActivityFactory(edition=activity.edition)
    thread = CommentFactory(activity=activity, is_shared=True)
    CommentFactory(activity=activity, is_shared=True, reply_to=thread)
    CommentFactory(activity=activity)
    resolve(comment=CommentFactory(activity=activity, is_shared=True), by=UserFactory())
    put(activity, "proposed")

    def counted(who):
        rows = with_open_comments(Activity.objects.filter(edition=activity.edition), people[who])
        return dict(rows.values_list("pk", "open_comments"))

    assert [counted(who) for who in ("coordinator", "reporter", "elsewhere")] == [
        {activity.pk: 2, quiet.pk: 0},
        {activity.pk: 1, quiet.pk: 0},
        {activity.pk: 0, quiet.pk: 0},
    ]


@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}])
def test_comment_list_queries_do_not_follow_rows(client, activity, headers):
    people = cast(activity.edition.plan)
    client.force_login(people["coordinator"])

    def queries():
        with CaptureQueriesContext(connection) as captured:
            assert client.get(address(activity), headers=headers).status_code == 200
        return len(captured)

    thread = CommentFactory(activity=activity, author=people["reporter"])
    CommentFactory(activity=activity, author=people["reporter"], reply_to=thread)
    queries()
    with_one = queries()
    for number in range(29):
        thread = CommentFactory(activity=activity, author=people["reporter"])
        CommentFactory(activity=activity, author=UserFactory(), reply_to=thread)
        if number % 2:
            resolve(comment=thread, by=UserFactory())
    assert queries() == with_one


def test_readers_of_another_edition_with_the_same_number_are_apart(client, activity):
    """The address holds the edition: an activity is not found under another's label."""
    client.force_login(cast(activity.edition.plan)["coordinator"])
    other = EditionFactory(plan=activity.edition.plan)
    url = address(activity).replace(f"/{activity.edition.label}/", f"/{other.label}/")
    assert client.get(url).status_code == 404


def index(edition):
    return reverse("actionplans:comment_index", args=[edition.plan.agreement.slug, edition.plan.key, edition.label])


@pytest.mark.parametrize("state", READS_PAGE)
def test_comment_index_is_read_by_state(client, activity, state):
    people = cast(activity.edition.plan)
    put(activity, state)
    read = set()
    for who in PEOPLE:
        client.force_login(people[who])
        read |= {who} if client.get(index(activity.edition)).status_code == 200 else set()
    assert read == READS_PAGE[state]


def test_comment_index_counts_what_the_person_reads(client, activity):
    people = cast(activity.edition.plan)
    CommentFactory(activity=activity)
    CommentFactory(activity=activity, is_shared=True)
    resolve(comment=CommentFactory(activity=activity, is_shared=True), by=UserFactory())
    put(activity, "proposed")
    seen = {}
    for who in ("coordinator", "reporter"):
        client.force_login(people[who])
        (row,) = client.get(index(activity.edition)).context["activities"]
        seen[who] = row.unresolved, row.threads
    assert seen == {"coordinator": (2, 3), "reporter": (1, 2)}


def test_comment_index_queries_do_not_follow_rows(client, activity):
    client.force_login(cast(activity.edition.plan)["coordinator"])

    def queries():
        client.get(index(activity.edition))
        with CaptureQueriesContext(connection) as captured:
            assert client.get(index(activity.edition)).status_code == 200
        return len(captured)

    CommentFactory(activity=activity)
    with_one = queries()
    for _ in range(29):
        CommentFactory(activity=ActivityFactory(edition=activity.edition))
    assert queries() == with_one


@pytest.mark.parametrize(("state", "marked"), [("draft", False), ("proposed", True), ("adopted", True)])
def test_comment_list_marks_what_is_internal_where_others_read_too(client, activity, state, marked):
    client.force_login(cast(activity.edition.plan)["coordinator"])
    CommentFactory(activity=activity)
    put(activity, state)
    assert (" internt</span>" in client.get(address(activity)).content.decode()) is marked
