"""Answers to a remiss: written by a party or through a link, handed in once, and what becomes of every remark."""

from collections import Counter
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from agreements.consultation_letters import write_receipt
from agreements.consulting import hold_open
from agreements.drafting import reference
from agreements.models import Addressee, ConsultationResponse, SectionResponse, Stance
from lib.db import Frozen
from lib.uploads import UPLOADS_AS
from parties.models import digest

OPENED = "remissvar"  # the session's name for the addressee whose link was opened
SAYS_SOMETHING = (Stance.COMMENTS, Stance.OPPOSES)
WHOLE, SECTION = "helhet", "avsnitt"


# --- by link ----------------------------------------------------------------------------------------------------------


def remember(request, secret):
    """Let this browser's session know whose link it opened; an unknown link opens nothing, and forgets the former."""
    found = Addressee.objects.filter(secret_digest=digest(secret)).exclude(secret_digest="").first()
    request.session[OPENED] = found.pk if found else None
    request.session[UPLOADS_AS] = f"remissvar-{found.pk}" if found else None


def opened_in(request):
    """The answer of the addressee whose link this browser opened; None without one, or where it is taken back."""
    rows = for_form(ConsultationResponse.objects.filter(addressee__withdrawn_at__isnull=True))
    return rows.filter(addressee=request.session.get(OPENED)).first()


def for_form(rows):
    return rows.select_related("addressee__party", "addressee__consultation__agreement__county",
                               "addressee__consultation__text")  # fmt: skip


def of_consultation(kind, slug, pk):
    """The lookup of the answers, or of what they say of parts, that belong to one remiss."""
    path = "addressee__consultation" if kind == WHOLE else "response__addressee__consultation"
    return {f"{path}__agreement__slug": slug, path: pk}


# --- writing and handing in -------------------------------------------------------------------------------------------


@transaction.atomic
def why_closed(response):
    """Why nothing can be written in the answer any more; empty where it can."""
    try:
        _hold(response)
    except Frozen as frozen:
        return str(frozen)
    except ValidationError as error:
        return error.messages[0]
    return ""


def refuse_closed(response):
    """Frozen or ValidationError where nothing can be written in the answer any more."""
    _hold(response)


def missing(response):
    """What stands in the way of handing in, as sentences."""
    if not response.stance:
        return [_("Välj ställningstagande innan du lämnar in.")]
    said = response.text or response.reservation or response.sections.exclude(text="").exists()
    if response.stance in SAYS_SOMETHING and not said:
        text = _("Ni %(stance)s. Skriv vad ni tycker, om helheten eller om ett avsnitt.")
        return [text % {"stance": response.get_stance_display()}]
    return []


@transaction.atomic
def save_draft(*, response, version, sections):
    """Save what was typed. ``sections`` are (block, heading, stance, text) of the blocks that were changed."""
    _hold(response)
    response.save_version(version)
    stored = {row.block: row for row in response.sections.all()}
    for block, heading, stance, text in sections:
        _save_section(response, stored.get(block), block, heading, stance, text)


def _save_section(response, row, block, heading, stance, text):
    if row is None:
        if stance or text:
            SectionResponse.objects.create(response=response, block=block, heading=heading, stance=stance, text=text)
    elif stance or text:
        row.stance, row.text = stance, text
        row.save_version(row.version)
    else:
        row.delete()


@transaction.atomic
def submit(*, response, version, by=None):
    """Hand in, once: late where the last day has passed. ``by`` is None for whoever came by a link.

    Raises Frozen where it is handed in, ValidationError where something is missing or the remiss is closed, and
    VersionConflict where a colleague wrote after ``version``.
    """
    stored = _hold(response)
    if texts := missing(stored):
        raise ValidationError(texts)
    now = timezone.now()
    stored.submitted_at, stored.submitted_by = now, by
    stored.is_late = timezone.localdate(now) > stored.addressee.last_day
    stored.save_version(version)
    write_receipt(stored, by)
    return stored


def _hold(response):
    """The answer as stored; Frozen or ValidationError where nothing can be written in it any more."""
    hold_open(response.addressee.consultation)
    stored = for_form(ConsultationResponse.objects).get(pk=response.pk)
    if stored.submitted_at:
        raise Frozen(ConsultationResponse.frozen_message)
    if stored.addressee.withdrawn_at:
        raise ValidationError(_("Remissen till er är återkallad. Kontakta samordnaren om det är fel."))
    return stored


# --- remarks and what becomes of them ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Remark:
    """One thing said in an answer: of the whole (``row`` is the answer) or of a block (``row`` is the section)."""

    kind: str  # ``helhet`` or ``avsnitt``, as addresses have it
    row: object
    response: ConsultationResponse
    heading: str

    @property
    def text(self):
        return self.row.text

    @property
    def reservation(self):
        return self.row.reservation if self.kind == WHOLE else ""

    @property
    def is_treated(self):
        return bool(self.row.treatment)


@dataclass(frozen=True)
class Part:
    """A part of the text that was sent, or the whole of it, and what was said of it."""

    key: str
    heading: str
    remarks: list
    said: list  # the rows that may hold a stance on it

    @property
    def has_left(self):
        return any(not remark.is_treated for remark in self.remarks)

    @property
    def counts(self):
        """[(stance, how many)] of the stances that somebody took, in the order of the stances."""
        counted = Counter(row.stance for row in self.said if row.stance)
        return [(stance, counted[stance]) for stance in Stance if counted[stance]]


def parts_of(consultation, responses):
    """[Part] of the text that was sent, the whole first, with what ``responses`` say of each. One question."""
    responses = list(responses)
    whole = [Remark(WHOLE, row, row, _("Helheten")) for row in responses if row.text or row.reservation]
    sections = SectionResponse.objects.filter(response__in=[row.pk for row in responses])
    said = {(row.block, row.response_id): row for row in sections}
    parts = [Part(WHOLE, _("Helheten"), whole, responses)]
    for block in consultation.text.blocks:
        title = heading_of(block)
        rows = [(said.get((block["key"], response.pk)), response) for response in responses]
        told = [(row, response) for row, response in rows if row]
        remarks = [Remark(SECTION, row, response, title) for row, response in told if row.text]
        parts.append(Part(block["key"], title, remarks, [row for row, _response in told]))
    return parts


def heading_of(block):
    """What a block is called in forms and lists: ``§ 3 Uppföljning``, ``Mål 2.1: Fler i arbete``."""
    return place_of(block) if block["heading"] else f"{place_of(block)}: {shortened(block['text'])}"


def place_of(block):
    """The same without its text, where that stands beside."""
    return f"{capfirst(reference(block))} {block['heading']}".strip()


def shortened(text, length=60):
    return text if len(text) <= length else text[:length].rsplit(" ", 1)[0] + " …"
