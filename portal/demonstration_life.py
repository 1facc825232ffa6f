"""What has happened to the living example since it was signed: a review, a change, requests. All of it is invented."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from agreements.acceding import join_agreement
from agreements.amending import change_wording
from agreements.models import Accession, Agreement, AgreementReview, Goal, Provision, RevisionRequest, SituationReport
from agreements.reviewing import note_review
from agreements.revising import ask
from parties.models import Mail, Party, User

AGREEMENT, SUPPORTER, TIERP, HEBY = "exempel-uppsala", "kriminalvarden", "kommun-0360", "kommun-0331"
PRINCIPLE, HOUSING, SCHOOL = "princip-3", "mal-bosattning-och-mottagande-1", "mal-arbete-och-utbildning-1"
PARTICIPATION = (
    "De som insatserna gäller är med när de planeras, genomförs och följs upp."
    " Barn och unga tillfrågas i frågor som rör dem."
)
# years back, title, text, the goals it tells of
SITUATIONS = [
    (0, "Boende och skola i länet",
     "Fler familjer bor kvar på samma adress efter ett år än vid förra mätningen. Väntetiden till en stadigvarande"
     " bostad är fortfarande längst i de mindre kommunerna.\n\nI årskurs nio når fler nyanlända elever målen i"
     " matematik, medan svenska som andraspråk ligger stilla. Skolorna uppger att studiehandledning är svår att"
     " bemanna.",
     [HOUSING, SCHOOL]),
    (1, "Boende i länet",
     "Tre av fyra nyanlända familjer har haft mer än en adress under sitt första år. Kommunerna för sin egen statistik,"
     " så uppgifterna går inte att jämföra fullt ut.",
     [HOUSING]),
]  # fmt: skip


@transaction.atomic
def live_through_the_agreement():
    """Fill the life of the living example; once."""
    agreement = Agreement.objects.filter(slug=AGREEMENT).first()
    if agreement is None or AgreementReview.objects.filter(agreement=agreement).exists():
        return
    people = {user.email.partition("@")[0]: user for user in User.objects.filter(is_demo=True)}
    today = timezone.localdate()
    _review(agreement, today, by=people["samordnare"])
    _describe(agreement, today)
    accepted = _request(agreement, HEBY, "Skriv in att barn och unga ska tillfrågas.", today - timedelta(150), people)
    _answer(accepted, today)
    _amend(agreement, accepted, today, by=people["samordnare"])
    _request(agreement, TIERP, "Se över hur kostnaden för tomhyra delas mellan parterna.", today - timedelta(9), people)
    _support(agreement, today, by=people["samordnare"])
    # the people of the example have no mailboxes
    Mail.objects.unsent().filter(key__startswith="revision:").update(sent_at=timezone.now())


def _review(agreement, today, *, by):
    """A review is done, and the next is near enough to stand in the coordinator's work."""
    review = AgreementReview.objects.create(
        agreement=agreement, due_on=today - timedelta(340), done_on=today - timedelta(345),
        outcome=AgreementReview.Outcome.ADJUST, decided_by="Samordningsgruppen", decided_on=today - timedelta(345),
        decision_paragraph="§ 4", registry_number="EX 100-20",
        text="Målen står sig. Principen om målgruppens delaktighet behöver säga något om barn och unga.",
    )  # fmt: skip
    note_review(review, by=by, next_on=today + timedelta(20))


def _describe(agreement, today):
    goals = {goal.key: goal for goal in Goal.objects.filter(agreement=agreement)}
    for order, (back, title, text, keys) in enumerate(SITUATIONS):
        report = SituationReport.objects.create(
            agreement=agreement, year=today.year - back, title=title, text=text, order=order,
            published_on=today - timedelta(365 * back + 30),
        )  # fmt: skip
        report.goals.set(goals[key] for key in keys)


def _request(agreement, party, text, day, people):
    request = RevisionRequest(agreement=agreement, party=Party.objects.get(key=party), text=text, received_on=day)
    return ask(request, by=people["samordnare"])


def _answer(request, today):
    request.outcome, request.outcome_text = "accepted", "Rådet ser det som ett förtydligande av principen."
    request.decided_by, request.decided_on, request.decision_paragraph = "Rådet", today - timedelta(100), "§ 12"
    request.save_version(request.version)


def _amend(agreement, request, today, *, by):
    row = Provision.objects.get(agreement=agreement, key=PRINCIPLE)
    row.text = PARTICIPATION
    told = {
        "decided_by": "Rådet", "decided_on": today - timedelta(100), "decision_paragraph": "§ 13",
        "registry_number": "EX 100-24", "document": None, "effective_on": today - timedelta(90), "request": request,
        "reason": "Årets översyn visade att barn och unga sällan tillfrågas.",
    }  # fmt: skip
    change_wording(row, version=row.version, by=by, told=told)


def _support(agreement, today, *, by):
    """Somebody supports the agreement without being party to it."""
    party = Party.objects.filter(key=SUPPORTER).first()
    if party and not Accession.objects.filter(agreement=agreement, party=party).exists():
        last = max(Accession.objects.filter(agreement=agreement).values_list("order", flat=True), default=0)
        row = Accession(
            agreement=agreement, party=party, role=Accession.Role.SUPPORTER, name_at_signing=party.name,
            joined_on=today - timedelta(60), order=last + 1, note="Deltar i nätverket för arbete och utbildning.",
        )  # fmt: skip
        join_agreement(row, by=by)
