"""An invented agreement that is out on remiss: asked, answered, late and silent. All of it is invented."""

from datetime import timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from agreements import consulting, responses
from agreements.creating import create_agreement
from agreements.drafting import save_version
from agreements.models import (
    Addressee,
    Agreement,
    Consultation,
    ConsultationResponse,
    LifeEvent,
    PriorityArea,
    Provision,
    SectionResponse,
    TextVersion,
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
# how many days ago the remiss was sent, those in time answered, the last day was, and the late one answered
SENT, ANSWERED, DEADLINE, ANSWERED_LATE = 60, 9, 5, 2


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
        deadline=timezone.localdate(), parties=_asked(), others=[],
        asks="Synpunkter och ställningstagande", registry_number="EX 512-26",
        answers_public_on=timezone.localdate() + timedelta(60),
    )  # fmt: skip
    Mail.objects.filter(key__startswith=f"consultation:{consultation.pk}:").delete()  # nobody is there to read them
    _send_before(consultation)
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


def _send_before(consultation):
    """Nothing can be sent with a last day that has been: it was sent in time, and the day has come and gone.

    Past the guards of what is frozen: what is invented gets an invented day, before anybody has read it.
    """
    now, today = timezone.now(), timezone.localdate()
    sent, agreement = today - timedelta(SENT), consultation.agreement
    days = {"sent_on": sent, "deadline": today - timedelta(DEADLINE)}
    TextVersion._base_manager.filter(agreement=agreement).update(made_at=now - timedelta(SENT + 1))
    LifeEvent._base_manager.filter(agreement=agreement).update(when=sent.isoformat(), done_at=now - timedelta(SENT))
    LifeEvent.history.filter(agreement=agreement).update(when=sent.isoformat(), done_at=now - timedelta(SENT))
    Consultation.objects.filter(pk=consultation.pk).update(**days)
    consultation.history.update(**days)
    Addressee.objects.filter(consultation=consultation).update(sent_at=now - timedelta(SENT))
    consultation.refresh_from_db()


def _asked():
    return [*Party.objects.filter(county__code=COUNTY, kind=PartyKind.MUNICIPALITY), Party.objects.get(key=AGENCY)]


def _answer(consultation, name, stance, text, reservation, section):
    response = ConsultationResponse.objects.get(addressee__consultation=consultation, addressee__name=name)
    ago = timedelta(ANSWERED_LATE if name == LATE else ANSWERED)
    response.stance, response.text, response.reservation = stance, text, reservation
    if stance != "abstains":
        response.decided_by, response.decision_paragraph = "Kommunstyrelsen", "§ 87"
        response.decided_on = timezone.localdate() - ago - timedelta(1)
    if section:
        place, said = section
        block = consultation.text.blocks[place]
        heading = responses.heading_of(block)
        SectionResponse.objects.create(response=response, block=block["key"], heading=heading, text=said)
    response.submitted_at, response.is_late = timezone.now() - ago, name == LATE
    response.save()


def _treat(consultation, by):
    """One remark has got its answer; the others wait."""
    row = SectionResponse.objects.filter(response__addressee__consultation=consultation).order_by("pk").first()
    row.treatment, row.treatment_reason = Treatment.PARTLY, "Rådet föreslår en fördelning före årsskiftet."
    row.treated_by, row.treated_at = by, timezone.now()
    row.save_version(row.version)


def _begin(consultation):
    """The agency has begun to write, and has got more time; so has one municipality."""
    asked = Addressee.objects.filter(consultation=consultation)
    ConsultationResponse.objects.filter(addressee__in=asked.filter(party__key=AGENCY)).update(
        stance="comments", text="Myndigheten deltar gärna, men kan inte lova lokala kontor."
    )
    later = consultation.deadline + timedelta(30)
    asked.filter(Q(name="Storumans kommun") | Q(party__key=AGENCY)).update(
        extended_to=later, extension_reason="Beslutet fattas senare."
    )
