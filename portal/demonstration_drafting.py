"""What is being written in the living example: the next agreement as a draft, and an agreement between two parties."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from agreements.creating import create_agreement
from agreements.dialogues import contribute
from agreements.draft_comments import resolve, say
from agreements.drafting import save_version
from agreements.drafting_group import group_of
from agreements.lifecycle import take
from agreements.models import (
    Accession,
    Actor,
    Agreement,
    Commitment,
    Contribution,
    Dialogue,
    Goal,
    PriorityArea,
    Provision,
)
from parties.models import Party, Role, User
from parties.services import join

AGREEMENT, DRAFT, BETWEEN = "exempel-uppsala", "exempel-uppsala-nasta", "exempel-boende-heby-tierp"
HEBY, TIERP, ENKOPING = "kommun-0331", "kommun-0360", "kommun-0381"
HOUSING = "bosattning-och-mottagande"


@transaction.atomic
def write_what_comes_next():
    """Fill what is being written; once."""
    agreement = Agreement.objects.filter(slug=AGREEMENT).first()
    if agreement is None or Agreement.objects.filter(slug=DRAFT).exists():
        return
    people = {user.email.partition("@")[0]: user for user in User.objects.filter(is_demo=True)}
    parties = Party.objects.in_bulk([HEBY, TIERP, ENKOPING], field_name="key")
    draft = _begin(agreement, people["samordnare"])
    _write(draft, parties, people)
    _ask(draft, parties, people["handlaggare2"])
    _agree(agreement, parties, by=people["samordnare"])


def _begin(agreement, by):
    year = int(agreement.validity.end[:4]) + 1
    new = Agreement(
        slug=DRAFT, title=f"Exempel: överenskommelse om integration i Uppsala län {year}–{year + 3}",
        short_name=f"Exempel Uppsala {year}–{year + 3}", kind=agreement.kind, county=agreement.county,
        coordinating_party=agreement.coordinating_party, predecessor=agreement,
    )  # fmt: skip
    return create_agreement(agreement=new, by=by, start=str(year), end=str(year + 3))


def _write(draft, parties, people):
    """A version that was kept, and what has been written and said since."""
    by, writer = people["samordnare"], people["gruppledamot2"]
    join(user=writer, party=parties[ENKOPING], role=Role.DRAFTER, group=group_of(draft), by=by)
    save_version(agreement=draft, by=by, name="Till första mötet", note="Som överenskommelsen lyder i dag.")
    row = Provision.objects.filter(agreement=draft, kind=Provision.Kind.PRINCIPLE).first()
    row.text = f"{row.text} Det gäller också barn och unga.".strip()
    row.save_version(row.version)
    area = PriorityArea.objects.get(agreement=draft, key=HOUSING)
    text = "Ingen barnfamilj flyttar mer än en gång under sitt första år i länet."
    goal = Goal.objects.create(agreement=draft, area=area, level=Goal.Level.SUBGOAL, text=text, order=99)
    asked = say(agreement=draft, by=writer, block=f"goal:{goal.key}", text="Går det att mäta? Vi för ingen statistik.")
    say(agreement=draft, by=by, block=asked.block, reply_to=asked, text="Skatteverkets uppgifter om flyttar kan räcka.")
    done = say(agreement=draft, by=writer, block=f"provision:{row.key}", text="Skriv ut att barn och unga räknas in.")
    resolve(comment=done, by=by)


def _ask(draft, parties, answering):
    """A survey that is summed up, and a workshop that waits for words."""
    today = timezone.localdate()
    survey = Dialogue.objects.create(
        agreement=draft, kind=Dialogue.Kind.SURVEY, title="Vad fungerar i dagens överenskommelse?",
        question="Vad i överenskommelsen har ni haft nytta av, och vad saknar ni?", order=1,
        summary="De flesta vill behålla områdena. Fler efterfrågar mål som går att mäta.",
    )  # fmt: skip
    workshop = Dialogue.objects.create(
        agreement=draft, kind=Dialogue.Kind.WORKSHOP, title="Workshop om boende för stora familjer", order=2,
        question="Vad skulle ni behöva av grannkommunerna? Skriv några rader före workshoppen.",
        held_on=today + timedelta(25), closes_on=today + timedelta(25),
    )  # fmt: skip
    survey.invited.set([parties[TIERP], parties[ENKOPING]])
    workshop.invited.set([parties[TIERP], parties[ENKOPING]])
    text = "Rådet och den gemensamma uppföljningen. Vi saknar något om familjer som flyttar mellan kommunerna."
    contribute(contribution=Contribution(dialogue=survey, party=parties[TIERP], text=text), by=answering)


def _agree(agreement, parties, *, by):
    """Two municipalities that sell places to one another, under the agreement and for one of its goals."""
    day = timezone.localdate() - timedelta(200)
    new = Agreement(
        slug=BETWEEN, title="Exempel: avtal om boende mellan Heby och Tierp", short_name="Exempel: boende Heby–Tierp",
        summary="Kommunerna hjälper varandra med lägenheter för stora familjer.", county=agreement.county,
        kind=Agreement.Kind.BILATERAL, coordinating_party=agreement.coordinating_party, parent=agreement,
    )  # fmt: skip
    goals = Goal.objects.filter(agreement=agreement, area__key=HOUSING)
    members = [parties[HEBY], parties[TIERP]]
    made = create_agreement(agreement=new, by=by, parties=members, serves=goals, start=str(day), end="")
    _trade(made, str(day.year))
    for row in Accession.objects.filter(agreement=made):
        row.signature_status, row.signed_on, row.decided_by = "signed", day, "Kommunstyrelsen"
        row.save()
    take("adopt", agreement=made, by=by, version=made.version, decided_by="Kommunstyrelserna", decided_on=day)
    take("start", agreement=made, by=by, version=made.version, when=day)
    made.refresh_from_db()
    made.published_on = day
    made.save_version(made.version)


def _trade(agreement, year):
    heby, tierp = (Actor.objects.get(agreement=agreement, party__key=key) for key in (HEBY, TIERP))
    rows = [
        (heby, tierp, "Lägenheter med fyra rum eller fler", "lägenheter", 6, 5, None, Commitment.Kind.EXCHANGE),
        (tierp, heby, "Platser i samhällsorientering på dari", "platser", 20, None, 4500, Commitment.Kind.SALE),
    ]
    for order, (actor, receiver, label, unit, agreed, outcome, price, kind) in enumerate(rows, start=1):
        Commitment.objects.create(
            agreement=agreement, actor=actor, receiver=receiver, label=label, unit=unit, agreed=agreed,
            outcome=outcome, price=price, kind=kind, period=year, order=order,
        )  # fmt: skip
