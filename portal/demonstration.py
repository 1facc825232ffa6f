"""What people have said in the living example: proposals, how they are ranked, comments and notes.

The workbook holds no persons, so this is the part of the demonstration that it cannot carry. All of it is invented.
"""

from django.db import transaction

from actionplans.comments import resolve, say
from actionplans.models import ActionPlan, Activity, Edition, InternalNote, Proposal
from actionplans.proposing import accept, decline, merge, rank
from agreements.models import Actor, CollaborationArea
from parties.models import User

AGREEMENT, PLAN, DRAFT = "exempel-uppsala", "handlingsplan", "2"
HEBY, TIERP, COUNCIL, SOCIETY = "kommun-0331", "kommun-0360", "exempel-radet", "civilsamhalle-och-foreningsliv"
HOUSING, RECEPTION = "samverkan-bosattning-och-mottagande-1", "samverkan-bosattning-och-mottagande-2"
WORK, LEARNING = "samverkan-arbete-och-utbildning-1", "samverkan-arbete-och-utbildning-2"
EARLY, KNOWING = "samverkan-halsa-1", "samverkan-halsa-2"

# key → who writes, for whom, collaboration area, responsible, occasion, title, description, desired effect
PROPOSALS = {
    "drivers": ("handlaggare", HEBY, WORK, "arbetsformedlingen", "Länsturnén i Heby",
        "Ge stöd till körkort för yrken som kräver det",
        "Pröva körkortsteori på lätt svenska och låna ut övningsbilar i tre kommuner på landsbygden.",
        "Fler kan ta jobb i hemtjänst, skog och transport."),
    "summer": ("handlaggare2", TIERP, LEARNING, "kommunerna", "Länsturnén i Tierp",
        "Ordna sommarskola för elever på språkintroduktion",
        "Tre veckor med ämnen, idrott och studiebesök på arbetsplatser.",
        "Elever tappar inte svenskan under lovet."),
    "holidays": ("handlaggare", HEBY, LEARNING, HEBY, "Länsturnén i Heby",
        "Öppna lovskola för nya elever i norra länet",
        "Två veckor i juni, gemensamt för Heby, Tierp och Älvkarleby.",
        "Fler elever blir behöriga till ett nationellt program."),
    "sport": ("samordnare", SOCIETY, EARLY, "region-uppsala", "Nätverket för hälsa",
        "Bjuda in till prova på-kvällar hos föreningarna",
        "Föreningar i varje kommun visar sin verksamhet fyra kvällar om året, med tolk och barnpassning.",
        "Fler rör på sig och får vänner på orten."),
    "landlords": ("radsledamot", COUNCIL, HOUSING, "lansstyrelsen-uppsala", "Rådets möte",
        "Bjuda in privata hyresvärdar till ett rundabordssamtal",
        "Samtala om inkomstkrav, referenser och hur ansvaret kan delas.",
        "Fler hyresvärdar hyr ut till nya länsbor."),
    "interpreters": ("samordnare", "region-uppsala", KNOWING, "region-uppsala", "Samordningsgruppens möte",
        "Handla upp tolkar tillsammans",
        "Ta reda på om regionen och kommunerna kan ställa samma krav på tolkar och boka på samma sätt.",
        "Färre möten ställs in för att tolk saknas."),
    "fair": ("handlaggare2", TIERP, RECEPTION, TIERP, "Länsturnén i Tierp",
        "Hålla en mässa för nya länsbor i norra länet",
        "Myndigheter, föreningar och arbetsgivare på samma plats en lördag.",
        "Nya länsbor vet vart de kan vända sig."),
    "app": ("samordnare", SOCIETY, KNOWING, "lansstyrelsen-uppsala", "Brev från en förening",
        "Göra en app med all information om länet",
        "Appen samlar kommunernas och myndigheternas information på tolv språk.",
        "Informationen finns alltid till hands."),
}  # fmt: skip
DRAFTED = ("handlaggare", HEBY, HOUSING, HEBY, "",
    "Pröva en gemensam bosamordnare för Heby och Sala", "", "")  # fmt: skip
RANKINGS = {
    "gruppledamot": ["landlords", "drivers", "summer", "sport"],
    "gruppledamot2": ["drivers", "summer", "landlords", "interpreters"],
}


@transaction.atomic
def say_what_people_said():
    """Fill the joint plan of the living example with proposals, rankings and comments; once."""
    plan = ActionPlan.objects.filter(agreement__slug=AGREEMENT, key=PLAN).first()
    if plan is None or Proposal.objects.filter(plan=plan).exists():
        return
    people = {user.email.partition("@")[0]: user for user in User.objects.filter(is_demo=True)}
    proposals = {key: _propose(plan, people, *words) for key, words in PROPOSALS.items()}
    for proposal in proposals.values():
        proposal.submit(by=proposal.author)
    _propose(plan, people, *DRAFTED)
    _decide(plan, proposals, by=people["samordnare"])
    for name, order in RANKINGS.items():
        rank(plan=plan, by=people[name], order=[proposals[key].pk for key in order])
    _discuss_proposals(proposals, people)
    _discuss_draft(Edition.objects.get(plan=plan, label=DRAFT), by=people["samordnare"])


def _propose(plan, people, author, actor, part, responsible, occasion, title, description, effect):
    actors = Actor.objects.filter(agreement=plan.agreement)
    inside = CollaborationArea.objects.get(agreement=plan.agreement, key=part)
    return Proposal.objects.create(
        plan=plan,
        author=people[author],
        proposed_by=actors.get(key=actor),
        area=inside.area,
        collaboration_area=inside,
        responsible=actors.get(key=responsible),
        occasion=occasion,
        title=title,
        description=description,
        desired_effect=effect,
    )


def _decide(plan, proposals, *, by):
    """One proposal lands in the draft, one is declined, and two that want the same become one."""
    draft = Edition.objects.get(plan=plan, label=DRAFT)
    accept(proposal=proposals["fair"], edition=draft, by=by, version=proposals["fair"].version)
    decline(
        proposal=proposals["app"],
        by=by,
        version=proposals["app"].version,
        reason="Informationen finns hos kommunerna och på 1177. Att den hittas ingår i aktiviteten om föräldrastöd.",
    )
    leading, other = proposals["summer"], proposals["holidays"]
    merge(
        leading=leading,
        others=[other],
        versions={leading.pk: leading.version, other.pk: other.version},
        by=by,
        reason="Förslagen vill samma sak. Längden bestäms när skolorna har svarat.",
        description="Två eller tre veckor med ämnen, idrott och studiebesök, gemensamt för kommunerna i norra länet.",
    )


def _discuss_proposals(proposals, people):
    asked = say(
        about=proposals["drivers"],
        text="Hur många bilar tänker ni er, och vem försäkrar dem?",
        by=people["gruppledamot"],
        is_shared=True,
    )
    say(
        about=proposals["drivers"],
        text="Två bilar per kommun under ett år. Trafikskolan i Heby har lovat att stå för försäkringen.",
        by=people["handlaggare"],
        reply_to=asked,
        is_shared=True,
    )
    say(
        about=proposals["landlords"],
        text="Bra. Ta med allmännyttan också, så att kraven blir desamma.",
        by=people["gruppledamot2"],
        is_shared=True,
    )


def _discuss_draft(draft, *, by):
    rows = {row.number: row for row in Activity.objects.filter(edition=draft)}
    asked = say(
        about=rows["B2"], text="Fråga samordningsgruppen vem som sammankallar från årsskiftet.", by=by, is_shared=False
    )
    say(
        about=rows["B2"],
        text="Frågan står på dagordningen för nästa möte.",
        by=by,
        reply_to=asked,
        is_shared=False,
    )
    settled = say(about=rows["A2"], text="Ska industrin räknas in i målet?", by=by, is_shared=False)
    resolve(comment=settled, by=by)
    InternalNote.objects.create(activity=rows["A2"], text="Ring branschrådet innan versionen föreslås.")
