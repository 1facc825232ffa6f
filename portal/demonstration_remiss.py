"""An invented agreement that is out on remiss: asked, answered, late and silent. All of it is invented."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from agreements import consulting, responses
from agreements.creating import create_agreement
from agreements.drafting import save_version
from agreements.models import (
    Addressee,
    Agreement,
    ConsultationResponse,
    PriorityArea,
    Provision,
    SectionResponse,
    Treatment,
)
from parties.models import County, Mail, Party, PartyKind, User

SLUG, COORDINATOR, BOARD = "exempel-vasterbotten", "samordnare@exempel.invalid", "lansstyrelsen-uppsala"
COUNTY, AGENCY = "24", "arbetsformedlingen"
PROVISIONS = [
    (Provision.Kind.PURPOSE, "", "Fler nyanlända i länet ska få arbete, bostad och ett socialt sammanhang."),
    (Provision.Kind.PRINCIPLE, "", "Avstånd ska inte avgöra vilket stöd en person får."),
    (Provision.Kind.PRINCIPLE, "", "Det som fungerar i en kommun prövas i fler."),
    (Provision.Kind.SECTION, "Parternas ansvar", "Varje part utser en kontaktperson och rapporterar varje halvår."),
    (Provision.Kind.SECTION, "Kostnader", "Var och en bär sina kostnader. Gemensamma delas efter folkmängd."),
    (Provision.Kind.SECTION, "Uppföljning", "Rådet följer upp överenskommelsen en gång om året."),
]  # fmt: skip
AREAS = ["Arbete och företagande", "Boende i hela länet"]
# name of the municipality → stance, the whole, reservation, (place of the block, what is said of it)
ANSWERS = {
    "Umeå kommun": ("comments", "Kommunen ser positivt på överenskommelsen.", "",
                    (6, "Fördelning efter folkmängd gynnar inte samverkan. Fördela efter nytta.")),
    "Skellefteå kommun": ("supports", "", "", None),
    "Lycksele kommun": ("opposes", "Inlandets villkor saknas i förslaget.",
                        "En ledamot vill att kommunen tillstyrker.", (2, "Skriv hur avstånden ska mötas.")),
    "Vindelns kommun": ("abstains", "", "", None),
}  # fmt: skip
LATE = "Lycksele kommun"


@transaction.atomic
def send_on_remiss():
    """Make the agreement, send it, and let some answer; once."""
    if Agreement.objects.filter(slug=SLUG).exists():
        return
    by = User.objects.get(email=COORDINATOR, is_demo=True)
    agreement = _draft(by)
    text = save_version(agreement=agreement, by=by, name="Remissversion")
    consultation = consulting.send(
        agreement=agreement, by=by, version=agreement.version, text=text,
        deadline=timezone.localdate() + timedelta(25), parties=_asked(), others=[],
        asks="Synpunkter och ställningstagande", registry_number="EX 512-26",
        answers_public_on=timezone.localdate() + timedelta(60),
    )  # fmt: skip
    Mail.objects.filter(key__startswith=f"consultation:{consultation.pk}:").delete()  # nobody is there to read them
    for name, said in ANSWERS.items():
        _answer(consultation, name, *said)
    _treat(consultation, by)
    _begin(consultation)


def _draft(by):
    county = County.objects.get(code=COUNTY)
    agreement = Agreement(
        slug=SLUG,
        title="Exempel: Överenskommelse om etablering i Västerbottens län",
        short_name="Exempel Västerbotten",
        kind=Agreement.Kind.REGIONAL,
        county=county,
        coordinating_party=Party.objects.get(key=BOARD),
        is_example=True,
        summary="Exempeldata. Texten och svaren är påhittade. Exempelsamordnaren i Uppsala sköter remissen, så att den "
        "går att prova.",
    )
    create_agreement(
        agreement=agreement, by=by, parties=Party.objects.filter(county=county, kind=PartyKind.MUNICIPALITY)
    )
    for order, (kind, heading, text) in enumerate(PROVISIONS):
        Provision.objects.create(agreement=agreement, kind=kind, heading=heading, text=text, order=order)
    for order, name in enumerate(AREAS):
        PriorityArea.objects.create(agreement=agreement, name=name, order=order)
    return agreement


def _asked():
    return [*Party.objects.filter(county__code=COUNTY, kind=PartyKind.MUNICIPALITY), Party.objects.get(key=AGENCY)]


def _answer(consultation, name, stance, text, reservation, section):
    response = ConsultationResponse.objects.get(addressee__consultation=consultation, addressee__name=name)
    response.stance, response.text, response.reservation = stance, text, reservation
    if stance != "abstains":
        response.decided_by, response.decision_paragraph = "Kommunstyrelsen", "§ 87"
        response.decided_on = timezone.localdate() - timedelta(3)
    response.save()
    if section:
        place, said = section
        block = consultation.text.blocks[place]
        heading = responses.heading_of(block)
        SectionResponse.objects.create(response=response, block=block["key"], heading=heading, text=said)
    if name == LATE:
        Addressee.objects.filter(pk=response.addressee_id).update(extended_to=timezone.localdate() - timedelta(1))
    responses.submit(response=response, version=response.version)


def _treat(consultation, by):
    """One remark has got its answer; the others wait."""
    row = SectionResponse.objects.filter(response__addressee__consultation=consultation).order_by("pk").first()
    row.treatment, row.treatment_reason = Treatment.PARTLY, "Rådet föreslår en fördelning före årsskiftet."
    row.treated_by, row.treated_at = by, timezone.now()
    row.save_version(row.version)


def _begin(consultation):
    """The agency has begun to write, and one municipality has got more time."""
    asked = Addressee.objects.filter(consultation=consultation)
    ConsultationResponse.objects.filter(addressee__in=asked.filter(party__key=AGENCY)).update(
        stance="comments", text="Myndigheten deltar gärna, men kan inte lova lokala kontor."
    )
    later = consultation.deadline + timedelta(20)
    asked.filter(name="Storumans kommun").update(extended_to=later, extension_reason="Nämnden sammanträder senare.")
