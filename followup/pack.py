"""The council's papers: what goes into them, made and kept once for a closed round, made anew and marked before."""

from dataclasses import dataclass
from hashlib import sha256

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _

from actionplans.comparison import Comparison, compare
from actionplans.models import Edition
from agreements.models import Agreement
from followup.frame import example_band
from followup.models import CouncilPack, Outcome, RegistryNumber, Report, Round
from followup.open_data import Told, told_to, told_to_all
from followup.pack_paper import pack_paper
from followup.pack_sheet import pack_sheet
from followup.services import editions_of
from lib.db import Frozen
from lib.typeset import page_count, pdf
from lib.word import docx

Kind = CouncilPack.Kind


@dataclass
class Material:
    """What the papers are made of. ``texts`` is report id → the Report, of what was handed in and may be told."""

    told: Told
    agreement: Agreement
    texts: dict[int, Report]
    comparisons: list[Comparison]
    registry: list[tuple[str, str]]
    registry_number: str
    is_example: bool
    made_on: object

    @property
    def round(self):
        return self.told.round

    @property
    def is_preliminary(self):
        return self.round.closed_at is None


def material_for(round, user):
    """What ``user`` may read of an open round, for papers that are not kept."""
    return _gather(told_to(round, user))


def material_of(round):
    """What the papers of a closed round hold: all that was handed in."""
    return _gather(told_to_all(round))


def _gather(told):
    round = told.round
    agreement = Agreement.objects.select_related("coordinating_party", "county").get(pk=round.agreement_id)
    numbers = RegistryNumber.objects.filter(round=round).select_related("party")
    registry = {row.party_id: (row.party.name, row.number) for row in numbers}
    return Material(
        told=told,
        agreement=agreement,
        texts=Report.objects.in_bulk(told.readable),
        comparisons=list(_comparisons(round)),
        registry=list(registry.values()),
        registry_number=registry.get(agreement.coordinating_party_id, ("", ""))[1],
        is_example=example_band(agreement, round)["example"],
        made_on=timezone.localdate(),
    )


def _comparisons(round):
    """Of each plan that the round follows up, its edition beside the next one, where that is more than a draft."""
    followed = Edition.objects.for_page().filter(pk__in=[edition.pk for edition in editions_of(round)])
    for old in followed.order_by("plan__order", "plan"):
        later = Edition.objects.for_page().filter(plan=old.plan_id, starts_on__gt=old.starts_on)
        new = later.exclude(state=Edition.State.DRAFT).order_by("starts_on", "pk").first()
        if new:
            yield compare(old, new)


def file_of(material, kind):
    """The papers as a file of the ``kind``, as bytes."""
    if kind == Kind.EXCEL:
        return pack_sheet(material)
    return (pdf if kind == Kind.PDF else docx)(pack_paper(material))


def title_of(round):
    """What the papers' files are called."""
    return f"{_('underlag')} {round.agreement.slug} {slugify(round.label.replace(':', '-'))}"


# --- Kept -------------------------------------------------------------------------------------------------------------


def last_outcome(round):
    """What the last closing stored; None for a round that is open or was never closed."""
    return Outcome.objects.filter(round=round).order_by("-made_at", "-pk").first() if round.closed_at else None


def make_packs(*, round, by):
    """Make and keep the papers of a closed round, in every kind. What is kept already stays. Returns the packs.

    Raises Frozen where the round is not closed, or was opened again meanwhile.
    """
    outcome = last_outcome(round)
    if outcome is None:
        raise Frozen(_("Omgången är öppen. Stäng den först: underlaget görs av det som sparas då."))
    if not outcome.packs.exists():
        material = material_of(round)
        _keep(outcome, material, {kind: file_of(material, kind) for kind in Kind}, by)
    return list(outcome.packs.order_by("pk"))


@transaction.atomic
def _keep(outcome, material, files, by):
    """Store the files, unless somebody did so while they were made."""
    if not Round.hold(outcome.round_id).closed_at or last_outcome(material.round) != outcome:
        raise Frozen(_("Omgången har öppnats igen medan underlaget gjordes. Inget är sparat."))
    if outcome.packs.exists():
        return
    compared = [comparison.new for comparison in material.comparisons]
    for kind, made in files.items():
        pack = CouncilPack.objects.create(
            outcome=outcome,
            kind=kind,
            file=ContentFile(made, name=f"{slugify(title_of(material.round))}-{outcome.pk}.{kind.value}"),
            sha256=sha256(made).hexdigest(),
            size=len(made),
            pages=page_count(made) if kind == Kind.PDF else None,
            made_by=by,
        )
        pack.editions.set(compared)
