"""The coordinators' review: who may, what is kept, what is told, and that nothing unread is approved."""

import datetime
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from followup.models import Report, Respondent, Return, Round
from followup.review_forms import ReturnForm
from followup.reviewing import approve_many
from followup.services import close_round
from lib.db import Frozen
from parties.models import Mail, Role
from parties.services import join
from tests.factories import (
    AccessionFactory,
    ActivityFactory,
    MandateFactory,
    MembershipFactory,
    PartyFactory,
    ReportFactory,
    RespondentFactory,
    ReturnFactory,
    RoundFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}
ROLES = ("coordinator", "auditor", "own reporter", "council", "elsewhere", "anonymous")
READ = (200, 200, 403, 403, 404, 302)
WRITE = (302, 403, 403, 403, 404, 302)


@pytest.fixture
def report():
    """A report that waits for review, of a party of the agreement."""
    report = ReportFactory(party__name="Heby kommun", submitted=True, text="Boskolan är igång.")
    AccessionFactory(agreement=report.round.agreement, party=report.party)
    return report


@pytest.fixture
def log_in(client):
    """log_in(role, report): ``client`` acts as somebody of the report's agreement."""

    def log_in(role, report):
        agreement = report.round.agreement
        if role == "anonymous":
            return client.logout()
        hats = {
            "coordinator": lambda: {"role": Role.COORDINATOR, "party": agreement.coordinating_party},
            "auditor": lambda: {"role": Role.AUDITOR, "party": agreement.coordinating_party},
            "own reporter": lambda: {"role": Role.REPORTER, "party": report.party},
            "council": lambda: {"role": Role.COUNCIL_MEMBER, "group": MandateFactory(agreement=agreement).body.group()},
            "elsewhere": lambda: {"role": Role.COORDINATOR},
        }
        user = MembershipFactory(**hats[role]()).user
        client.force_login(user)
        return user

    return log_in


def address(name, row, query=""):
    round = row.round if isinstance(row, Report) else row
    place = [round.agreement.slug, round.label, *([row.pk] if isinstance(row, Report) else [])]
    return reverse(f"followup:{name}", args=place) + query


def read(report, **more):
    return {"version": report.version, **more}


def said(response):
    return [str(message) for message in response.context["messages"]]


def another(report, **more):
    """One more report of the same round and party that waits."""
    activity = ActivityFactory(edition=report.activity.edition)
    return ReportFactory(round=report.round, party=report.party, activity=activity, submitted=True, **more)


# --- rights -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("role", "status"), [*zip(ROLES, READ, strict=True)])
def test_round_review_is_read_by_coordinators_and_their_auditors(client, log_in, report, role, status):
    log_in(role, report)
    assert client.get(address("round_review", report.round)).status_code == status


@pytest.mark.parametrize(("role", "status"), [*zip(ROLES, READ, strict=True)])
def test_report_review_is_read_by_coordinators_and_their_auditors(client, log_in, report, role, status):
    log_in(role, report)
    got = client.get(address("report_review", report)).status_code
    assert got == (403 if role == "council" else status)


@pytest.mark.parametrize(("role", "status"), [*zip(ROLES, WRITE, strict=True)])
@pytest.mark.parametrize("name", ["report_approve", "report_return", "round_bulk"])
def test_verbs_are_the_coordinators_alone(client, log_in, report, name, role, status):
    log_in(role, report)
    row = report.round if name == "round_bulk" else report
    seen = {"action": "godkann", "vald": report.party.pk, f"sett-{report.party.pk}": f"{report.pk}:{report.version}"}
    response = client.post(address(name, row), read(report, comment="Skriv mer", **seen))
    assert response.status_code == status
    assert (Report.objects.get(pk=report.pk).state == "submitted") is (role != "coordinator")


def test_auditor_is_offered_no_verbs(client, log_in, report):
    log_in("auditor", report)
    for page in (client.get(address("round_review", report.round)), client.get(address("report_review", report))):
        assert not page.context["can_review"]
        assert b'method="post"' not in page.content.split(b"<main")[1]


def test_report_review_never_shows_a_draft(client, log_in):
    report = ReportFactory(status="ongoing", text="Hemligt utkast", numbers={"total": 987654})
    log_in("coordinator", report)
    page = client.get(address("report_review", report)).content.decode()
    assert ("Hemligt utkast" in page, "987654" in page, "987\N{NO-BREAK SPACE}654" in page) == (False, False, False)
    assert "har inte öppnat omgången" in page


# --- approving and returning ------------------------------------------------------------------------------------------


def test_report_approve_keeps_the_author_and_the_comment(client, log_in, report):
    author, user = report.submitted_by, log_in("coordinator", report)
    response = client.post(address("report_approve", report), read(report, comment="Bra!"), follow=True)
    stored = Report.objects.get()
    assert (stored.submitted_by, stored.approved_by, stored.review_comment) == (author, user, "Bra!")
    assert said(response) == [f"Heby kommun {report.activity.number} är godkänd."]


def test_report_approve_goes_on_to_the_next_that_waits(client, log_in, report):
    following = another(report)
    log_in("coordinator", report)
    response = client.post(address("report_approve", report, "?visa=vantar"), read(report))
    assert response.url == address("report_review", following, "?visa=vantar")
    assert client.post(address("report_approve", following), read(following)).url == address(
        "round_review", report.round
    )


def test_report_approve_does_not_approve_what_nobody_read(client, log_in, report):
    log_in("coordinator", report)
    Report.objects.update(version=report.version + 2, text="Ny text")
    page = client.post(address("report_approve", report), read(report)).content.decode()
    assert Report.objects.get().state == "submitted"
    assert ("Läs svaret igen" in page, "Ny text" in page) == (True, True)


def test_report_approve_answers_htmx_with_the_next_and_what_changed(client, log_in, report):
    following = another(report)
    log_in("coordinator", report)
    beside = {**HTMX, "HX-Current-URL": "http://testserver" + address("round_review", report.round)}
    page = client.post(address("report_approve", report), read(report), headers=beside).content.decode()
    assert f'id="granska" aria-labelledby="gr-h" data-pk="{following.pk}"' in page
    assert (f'id="c{report.pk}"' in page, f'id="c{following.pk}"' in page) == (True, False)
    assert ("<html" in page, 'id="summa"' in page, "är godkänd." in page) == (False, True, True)


@pytest.mark.parametrize(("activities", "part"), [(2, "c{report}"), (16, "f{party}-0")])
def test_report_approve_sends_the_part_of_the_table_that_is_shown(client, log_in, report, activities, part):
    for _ in range(activities - 1):
        another(report)
    log_in("coordinator", report)
    own, table = address("report_review", report), address("round_review", report.round)
    pages = {}
    for place in (own, table):
        headers = {**HTMX, "HX-Current-URL": f"http://testserver{place}"}
        row = Report.objects.get(pk=report.pk)
        pages[place] = client.post(address("report_approve", row), read(row), headers=headers).content.decode()
        if place == own:
            Report.objects.get(pk=row.pk).send_back(by=UserFactory(), reasons={"text": "Mer"})
            Report.objects.get(pk=row.pk).submit(by=UserFactory())
    shown = f'id="{part.format(report=report.pk, party=report.party_id)}"'
    assert [shown in pages[place] for place in (own, table)] == [False, True]


def test_report_return_keeps_reasons_and_what_was_handed_in(client, log_in, report):
    user = log_in("coordinator", report)
    handed_in, day = report.submitted_at, timezone.localdate() + datetime.timedelta(days=3)
    sent = read(report, **{"falt": ["text"], "skal-text": "Vilka orter?", "comment": "Nästan klart", "due_on": day})
    client.post(address("report_return", report), sent)
    stored, row = Report.objects.get(), Return.objects.get()
    assert (stored.state, stored.submitted_by, stored.text) == ("returned", None, "Boskolan är igång.")
    assert (row.reasons, row.comment, row.due_on) == ({"text": "Vilka orter?"}, "Nästan klart", day)
    assert (row.returned_by, row.submitted_at) == (user, handed_in)


def test_reasons_stay_in_the_history_when_the_report_comes_back(client, log_in, report):
    log_in("coordinator", report)
    client.post(address("report_return", report), read(report, comment="Skriv vilka orter"))
    Report.objects.get().submit(by=UserFactory())
    stored = Report.objects.get()
    client.post(address("report_approve", stored), read(stored))
    page = client.get(address("report_review", stored)).content.decode()
    events = [event.what for event in client.get(address("report_review", stored)).context["trail"]]
    assert events == ["Godkänd", "Inlämnad", "Återlämnad", "Inlämnad"]
    assert "Skriv vilka orter" in page


def test_an_approval_is_undone_by_returning(client, log_in, report):
    log_in("coordinator", report)
    client.post(address("report_approve", report), read(report))
    stored = Report.objects.get()
    client.post(address("report_return", stored), read(stored, comment="Godkändes av misstag"))
    assert Report.objects.get().state == "returned"


@pytest.mark.parametrize(
    ("sent", "advice"),
    [
        ({}, "Skriv vad som behöver ändras. Parten ser skälet vid fältet."),
        ({"falt": ["text"]}, "Skriv vad som behöver ändras, eller ta bort krysset."),
        ({"comment": "x" * 1001}, "Texten är 1 tecken för lång"),
        ({"comment": "Mer", "due_on": "2020-01-01"}, "Dagen har redan varit."),
        ({"comment": "Mer", "due_on": "snart"}, "Skriv datumet med år, månad och dag"),
    ],
)
@pytest.mark.parametrize("headers", [{}, HTMX])
def test_report_return_says_what_is_wrong_and_keeps_the_text(client, log_in, report, sent, advice, headers):
    log_in("coordinator", report)
    sent = {"skal-effect": "Vad blev effekten?", **sent} if sent else {}
    page = client.post(address("report_return", report), read(report, **sent), headers=headers).content.decode()
    assert Report.objects.get().state == "submitted"
    assert advice.split(" tecken")[0][:20] in page
    assert ("Vad blev effekten?" in page) is bool(sent)


def test_return_form_names_what_is_answered_and_asked_for():
    report = ReportFactory(submitted=True, activity__counts="number", deviation_cause="Personal")
    assert [row["name"] for row in ReturnForm(report=report).rows] == [
        "status", "text", "effect", "deviation_cause", "numbers",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "why", "label"),
    [
        ("report_approve", "Bara en inlämnad rapport i en öppen omgång kan godkännas.", "kommentar till parten"),
        ("report_return", "Omgången tar inte emot svar. Öppna den igen för att granska.", "skäl"),
    ],
)
def test_verbs_in_a_closed_round_say_why_not(client, log_in, report, name, why, label):
    close_round(round=report.round, by=UserFactory())
    log_in("coordinator", report)
    page = client.post(address(name, report), read(report, comment="Skäl"))
    assert Report.objects.get().state == "submitted"
    assert (page.context["refused"], page.context["typed"]) == (why, [(label, "Skäl")])


MEANWHILE = {
    "returned": (lambda row: row.send_back(by=UserFactory(), reasons={"text": "Mer"}), "En kollega har återlämnat"),
    "approved": (lambda row: row.approve(by=UserFactory()), "En kollega har godkänt"),
    "taken back": (lambda row: row.retract(by=UserFactory()), "Rapporten är inte inlämnad."),
    "handed in anew": (lambda row: [row.retract(by=UserFactory()), row.submit(by=UserFactory())], "på nytt sedan du"),
    "round closed": (lambda row: close_round(round=row.round, by=UserFactory()), "Omgången tar inte emot svar."),
}


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["page", "panel"])
@pytest.mark.parametrize("meanwhile", MEANWHILE)
def test_report_return_too_late_shows_all_that_was_typed(client, log_in, report, meanwhile, headers):
    """Also the reason for a field that the report does not answer any longer, and never as markup."""
    change, why = MEANWHILE[meanwhile]
    log_in("coordinator", report)
    typed = {"skal-text": "Vilka <b>orter</b>?", "skal-addition": "För kort", "comment": "Nästan\nklart"}
    sent = read(report, **typed, due_on="2099-12-01")
    change(Report.objects.get())
    before = Return.objects.count()
    page = client.post(address("report_return", report), sent, headers=headers).content.decode()
    own = page[page.index("Det här skrev du") :].split("</section>")[0]
    shown = ["Vilka &lt;b&gt;orter&lt;/b&gt;?", "För kort", "Nästan\nklart", "2099-12-01"]
    assert re.findall('<div class="mine">(.*?)</div>', own, re.DOTALL) == shown
    assert (why in page, Return.objects.count()) == (True, before)


def test_report_return_that_is_done_repeats_nothing(client, log_in, report):
    log_in("coordinator", report)
    page = client.post(address("report_return", report), read(report, comment="Mer"), headers=HTMX).content.decode()
    assert ("är återlämnad." in page, "Det här skrev du" in page) == (True, False)


def test_report_approve_too_late_shows_the_comment(client, log_in, report):
    log_in("coordinator", report)
    sent = read(report, comment="Bra gjort")
    report.approve(by=UserFactory())
    page = client.post(address("report_approve", report), sent)
    assert page.context["refused"] == "En kollega har godkänt rapporten sedan du läste."
    assert page.context["typed"] == [("kommentar till parten", "Bra gjort")]


# --- many at once -----------------------------------------------------------------------------------------------------


def bulk(*reports, action="godkann", **more):
    sent = {"action": action, "vald": [report.party.pk for report in reports], **more}
    for report in reports:
        key = f"sett-{report.party.pk}"
        sent[key] = f"{sent.get(key, '')} {report.pk}:{report.version}"
    return sent


def test_round_bulk_approves_what_waits_of_the_chosen_parties(client, log_in, report):
    second = another(report)
    other = ReportFactory(round=report.round, activity=report.activity, submitted=True)
    user = log_in("coordinator", report)
    response = client.post(address("round_bulk", report.round), bulk(report, second), follow=True)
    stored = {row.pk: row for row in Report.objects.all()}
    assert {pk for pk, row in stored.items() if row.state == "approved"} == {report.pk, second.pk}
    assert {stored[pk].approved_by for pk in (report.pk, second.pk)} == {user}
    assert stored[report.pk].history.first().history_user == user
    assert said(response) == ["2 rapporter är godkända: Heby kommun (2)."]
    assert stored[other.pk].state == "submitted"


def test_round_bulk_leaves_what_changed_since_it_was_read_and_says_so(client, log_in, report):
    second = another(report)
    sent = bulk(report, second)
    Report.objects.filter(pk=second.pk).update(version=second.version + 2)
    log_in("coordinator", report)
    response = client.post(address("round_bulk", report.round), sent, follow=True)
    assert [row.state for row in Report.objects.order_by("pk")] == ["approved", "submitted"]
    assert said(response) == [
        "1 rapport är godkänd: Heby kommun (1).",
        f"Inte godkänt, för att parten har ändrat eller tagit tillbaka det sedan du hämtade sidan: "
        f"Heby kommun {second.activity.number}.",
    ]


def test_approve_many_touches_no_other_round_and_nothing_twice(report):
    elsewhere = ReportFactory(submitted=True)
    seen = {report.pk: report.version, elsewhere.pk: elsewhere.version}
    by = UserFactory()
    assert approve_many(round=report.round, seen=seen, by=by).count == 1
    again = approve_many(round=report.round, seen=seen, by=by)
    assert (again.count, again.left) == (0, [])
    assert Report.objects.get(pk=elsewhere.pk).state == "submitted"


def test_approve_many_asks_as_many_questions_for_30_as_for_one(report):
    def questions(reports):
        with CaptureQueriesContext(connection) as captured:
            approve_many(round=report.round, seen={row.pk: row.version for row in reports}, by=UserFactory())
        return len(captured)

    many = [another(report) for _ in range(30)]
    assert questions([report]) == questions(many)


def test_approve_many_needs_an_open_round(report):
    close_round(round=report.round, by=UserFactory())
    with pytest.raises(Frozen):
        approve_many(round=report.round, seen={report.pk: report.version}, by=UserFactory())


def test_round_bulk_reminds_each_person_once(client, log_in, report):
    silent = ReportFactory(round=report.round, activity=report.activity)
    for row in (report, silent):
        RespondentFactory(round=report.round, party=row.party)
    person = UserFactory()
    join(user=person, party=silent.party, role=Role.REPORTER)
    log_in("coordinator", report)
    response = client.post(address("round_bulk", report.round), bulk(report, silent, action="paminn"), follow=True)
    assert said(response) == ["Påminnelsen går till 1 person, ett brev per person."]
    assert [mail.user for mail in Mail.objects.all()] == [person]


def test_round_bulk_gives_the_chosen_parties_more_time(client, log_in, report):
    other = ReportFactory(round=report.round, activity=report.activity)
    Round.objects.update(due_on=timezone.localdate())
    day = timezone.localdate() + datetime.timedelta(days=10)
    log_in("coordinator", report)
    sent = bulk(report, action="forlang", to=day, reason="Sjukdom")
    response = client.post(address("round_bulk", report.round), sent, follow=True)
    assert said(response) == [f"1 part har fått tid till och med {day}."]
    assert {row.party: row.extended_to for row in Respondent.objects.exclude(extended_to=None)} == {report.party: day}
    assert other.party not in Respondent.objects.filter(extended_to=day).values_list("party", flat=True)


@pytest.mark.parametrize(
    ("sent", "advice"),
    [
        ({"to": "", "reason": "Sjukdom"}, "Ange den nya sista dagen"),
        ({"to": "nästa vecka", "reason": "Sjukdom"}, "Skriv datumet med år, månad och dag"),
        ({"to": "2020-01-01", "reason": "Sjukdom"}, "Ange en senare dag"),
        ({"vald": [], "to": "2099-01-01", "reason": "Sjukdom"}, "Välj minst en part i listan."),
    ],
)
def test_round_bulk_says_what_is_wrong_and_keeps_what_was_typed(client, log_in, report, sent, advice):
    log_in("coordinator", report)
    page = client.post(address("round_bulk", report.round), {**bulk(report, action="forlang"), **sent}).content.decode()
    assert (advice in page, 'value="Sjukdom"' in page or ">Sjukdom<" in page or "Sjukdom" in page) == (True, True)
    assert not Respondent.objects.filter(extended_to__isnull=False).exists()


# --- the pages --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["round_review", "report_review"])
def test_pages_ask_as_many_questions_for_30_rows_as_for_one(client, log_in, report, name):
    def questions():
        client.get(url)
        with CaptureQueriesContext(connection) as captured:
            assert client.get(url).status_code == 200
        return len(captured)

    RespondentFactory(round=report.round, party=report.party)
    log_in("coordinator", report)
    url = address(name, report.round if name == "round_review" else report)
    one = questions()
    for place in range(30):
        party = PartyFactory() if place % 2 else report.party
        row = ReportFactory(round=report.round, party=party, submitted=True, activity__edition=report.activity.edition)
        ReturnFactory(report=row)
        RespondentFactory._meta.model.objects.get_or_create(round=report.round, party=party)
    assert questions() == one


def test_round_review_has_the_silent_chosen_from_the_start(client, log_in, report):
    silent = ReportFactory(round=report.round, activity=report.activity, party__name="Tyst kommun")
    log_in("coordinator", report)
    url = address("round_review", report.round)
    page = client.get(url)
    assert page.context["selected"] == {silent.party_id}
    assert "1 part har inte hörts av" in page.content.decode()
    assert client.get(f"{url}?valj=inga").context["selected"] == set()
    assert client.get(f"{url}?visa=vantar").context["selected"] == set()


def test_report_review_puts_last_time_beside_and_marks_what_changed(client, log_in, report):
    earlier = RoundFactory(
        agreement=report.round.agreement, label="2025:2", period_starts_on="2025-07-01", period_ends_on="2025-12-31"
    )
    activity = ActivityFactory(edition__plan=report.activity.edition.plan, lineage=report.activity.lineage)
    ReportFactory(round=earlier, activity=activity, party=report.party, submitted=True, text="Boskolan förbereds.")
    log_in("coordinator", report)
    context = client.get(address("report_review", report)).context
    assert context["before"].round == earlier
    assert {field.name: (field.before, field.changed) for field in context["said"]} == {
        "status": ("Pågår", False),
        "text": ("Boskolan förbereds.", True),
    }


def test_report_review_says_nothing_of_a_date_that_was_not_given_last_time(client, log_in, report):
    earlier = RoundFactory(
        agreement=report.round.agreement, label="2025:2", period_starts_on="2025-07-01", period_ends_on="2025-12-31"
    )
    activity = ActivityFactory(edition__plan=report.activity.edition.plan, lineage=report.activity.lineage)
    ReportFactory(round=earlier, activity=activity, party=report.party, submitted=True)
    Report.objects.filter(pk=report.pk).update(new_end_date="2027-06-28")
    log_in("coordinator", report)
    page = client.get(address("report_review", report))
    assert {field.name: field.before for field in page.context["said"]}["new_end_date"] == ""
    assert "None" not in page.content.decode()


@pytest.mark.parametrize(("role", "shown"), [("coordinator", "under 5, döljs"), ("own reporter", "3")])
def test_report_detail_hides_small_counts_from_all_but_the_party(client, log_in, report, role, shown):
    Report.objects.update(numbers={"women": 3, "men": 40})
    log_in(role, report)
    counted = client.get(address("report_detail", report)).context["counted"]
    assert str(counted[0][1]["text"]) == shown


def test_report_detail_names_the_author_by_role_and_never_the_reviewer(client, log_in, report):
    join(user=report.submitted_by, party=report.party, role=Role.REPORTER)
    log_in("coordinator", report)
    client.post(address("report_approve", report), read(report))
    page = client.get(address("report_detail", report)).content.decode()
    assert "av handläggare, Heby kommun" in page
    assert report.submitted_by.name not in page


def test_report_detail_of_a_returned_report(client, log_in, report):
    """Its party reads its draft with the reasons; the coordinators what was handed in, and no more."""
    report.history.all().delete()
    report.save()
    report.send_back(by=UserFactory(), reasons={"text": "Vilka orter?"})
    Report.objects.update(text="Ett nytt utkast")
    pages = {}
    for role in ("coordinator", "own reporter", "council"):
        log_in(role, report)
        page = client.get(address("report_detail", report)).content.decode()
        pages[role] = ["Vilka orter?" in page, "Boskolan är igång." in page, "Ett nytt utkast" in page]
    assert pages == {
        "coordinator": [True, True, False],
        "own reporter": [True, False, True],
        "council": [True, True, False],
    }


@pytest.mark.parametrize("role", ["elsewhere", "anonymous"])
def test_report_detail_of_a_returned_report_is_hidden_from_others(client, log_in, report, role):
    report.send_back(by=UserFactory(), reasons={"text": "Vilka orter?"})
    log_in(role, report)
    assert client.get(address("report_detail", report)).status_code == 404


def published(report):
    """The report's round, approved with a comment, closed and published."""
    by = UserFactory()
    Report.objects.filter(pk=report.pk).update(approved_at=timezone.now(), review_comment="Bara mellan oss")
    close_round(round=report.round, by=by)
    report.round.publish(by=by)


@pytest.mark.parametrize(
    ("role", "told"), [("coordinator", True), ("own reporter", True), ("council", True), ("anonymous", False)]
)
def test_report_detail_keeps_the_reviewers_comment_from_the_public(client, log_in, report, role, told):
    published(report)
    log_in(role, report)
    page = client.get(address("report_detail", report)).content.decode()
    assert ("Boskolan är igång." in page, "Bara mellan oss" in page) == (True, told)


@pytest.mark.parametrize(("role", "told"), [("coordinator", True), ("own reporter", True), ("anonymous", False)])
def test_report_detail_keeps_what_was_never_published_from_the_public(client, log_in, report, role, told):
    earlier = RoundFactory(
        agreement=report.round.agreement, label="2025:2", period_starts_on="2025-07-01", period_ends_on="2025-12-31"
    )
    activity = ActivityFactory(edition__plan=report.activity.edition.plan, lineage=report.activity.lineage)
    ReportFactory(round=earlier, activity=activity, party=report.party, submitted=True, text="Aldrig publicerat")
    published(report)
    log_in(role, report)
    assert ("Aldrig publicerat" in client.get(address("report_detail", report)).content.decode()) is told


def test_report_detail_tells_the_public_nothing_of_returns(client, log_in, report):
    report.send_back(by=UserFactory(), reasons={"text": "Vilka orter?"})
    Report.objects.get().submit(by=UserFactory())
    published(report)
    log_in("anonymous", report)
    context = client.get(address("report_detail", report)).context
    assert [event.what for event in context["trail"]] == ["Godkänd", "Inlämnad"]
