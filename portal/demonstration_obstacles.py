"""The obstacles that the parties of the living example have reported. All of it is invented."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from agreements.models import Agreement, PriorityArea
from followup.models import Obstacle
from governance.models import Body
from parties.models import Party, User

AGREEMENT, COUNCIL = "exempel-uppsala", "exempel-radet"
LAW, ROUTINE, JOINT = Obstacle.Needs.LAW, Obstacle.Needs.ROUTINE, Obstacle.Needs.JOINT
HOUSING, WORK, HEALTH = "bosattning-och-mottagande", "arbete-och-utbildning", "halsa"
HEBY, TIERP, UPPSALA, REGION = "kommun-0331", "kommun-0360", "kommun-0380", "region-uppsala"
AGENCY = "arbetsformedlingen"

# party, area, need, days since it was reported (None: a draft), title, text, what it leads to, proposal
OBSTACLES = [
    (UPPSALA, WORK, LAW, 210, "Sekretess hindrar att kommunen och myndigheten planerar tillsammans",
        "Vi får inte dela uppgifter om en person utan samtycke i varje steg, trots att båda har samma uppdrag.",
        "Personer får två planer som säger olika saker, och väntar på fel myndighet.",
        "En bestämmelse som låter dem som följer en gemensam plan dela de uppgifter planen kräver."),
    (REGION, HEALTH, ROUTINE, 160, "Hälsosamtal erbjuds efter att familjen har flyttat vidare",
        "Kallelsen går till den första adressen. Regionen får veta om flytten först efter två månader.",
        "Var tredje kallelse kommer tillbaka.", "Kommunen meddelar flytten till regionens samordnare samma vecka."),
    (TIERP, HOUSING, JOINT, 45, "Ersättningen för tomhyra räcker inte när anvisningar ställs in",
        "Kommunen håller lägenheter enligt länets fördelning. När en anvisning ställs in får vi bära hyran.",
        "Mindre kommuner vågar inte hålla bostäder, och mottagandet går långsammare.",
        "Länets parter tar gemensamt upp frågan med regeringen, med uppgifter från alla kommuner."),
    (HEBY, WORK, JOINT, 20, "Kurser i svenska räknas inte om den som läser byter kommun",
        "Den som flyttar mellan kommuner får börja om, eftersom betygen inte följer med förrän kursen är klar.",
        "Två av tio avbryter sina studier när de flyttar.", "En gemensam framställan om att delbetyg ska följa med."),
    (AGENCY, WORK, ROUTINE, 12, "Tre olika blanketter för samma praktikplats",
        "Kommunen, regionen och vi har var sin blankett om en praktikplats. Arbetsgivaren fyller i alla tre.",
        "Arbetsgivare tackar nej nästa gång.", ""),
    (HEBY, HOUSING, LAW, None, "Vi får inte hyra ut i andra hand så länge som behövs",
        "Hyreslagen gör att kontrakt i andra hand måste vara kortare än vad familjen behöver.", "", ""),
]  # fmt: skip


@transaction.atomic
def report_the_obstacles():
    """Fill the living example's register; once. One is closed, one has an owner, two are public."""
    agreement = Agreement.objects.filter(slug=AGREEMENT).first()
    if agreement is None or Obstacle.objects.filter(agreement=agreement).exists():
        return
    people = {user.email.partition("@")[0]: user for user in User.objects.filter(is_demo=True)}
    by = {HEBY: people["handlaggare"], TIERP: people["handlaggare2"], AGENCY: people["myndighet"]}
    rows = [_report(agreement, by, *words) for words in OBSTACLES]
    _handle(rows, Body.objects.get(key=COUNCIL))


def _report(agreement, by, party, area, needs, days, title, text, consequence, proposal):
    return Obstacle.objects.create(
        agreement=agreement,
        party=Party.objects.get(key=party),
        area=PriorityArea.objects.get(agreement=agreement, key=area),
        needs=needs,
        title=title,
        text=text,
        consequence=consequence,
        proposal=proposal,
        reported_at=None if days is None else timezone.now() - timedelta(days=days),
        reported_by=None if days is None else by.get(party),
    )


def _handle(rows, council):
    today, (secrecy, letters, rent, *_others) = timezone.localdate(), rows
    secrecy.owner_body, secrecy.due_on = council, today + timedelta(days=60)
    secrecy.published_on = today - timedelta(days=150)
    letters.owner_party, letters.outcome = letters.party, Obstacle.Outcome.REMOVED
    letters.outcome_text = "Kommunerna meddelar flytten till regionens samordnare. Kallelserna kommer fram."
    letters.closed_on, letters.published_on = today - timedelta(days=10), today - timedelta(days=10)
    rent.owner_body, rent.due_on = council, today + timedelta(days=20)
    for row in (secrecy, letters, rent):
        row.save()
