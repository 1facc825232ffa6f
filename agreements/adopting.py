"""Adopting: the deciding body decides on the text, and from then on each party takes its own decision."""

from django.db import transaction
from django.utils.translation import gettext as _

from agreements import drafting, lifecycle
from agreements.models import Accession, TextVersion, Validity

Signature = Accession.SignatureStatus


def told_of(form):
    """What a form of a decision says of it, as the life of the agreement keeps it."""
    return {name: form.cleaned_data[name] for name in ("decided_on", "decision_paragraph", "registry_number")}


@transaction.atomic
def adopt(*, agreement, by, version, adoption, takes_effect="", start="", **told):
    """Adopt ``agreement``: take the step, store the Adoption, say when it begins, and ask every party.

    ``adoption`` is unsaved, ``told`` what lifecycle.take is told. Returns the adoption. Raises as ``take`` does.
    """
    lifecycle.take("adopt", agreement=agreement, by=by, version=version, **told)
    adoption.agreement = agreement
    adoption.save()
    _say_when(agreement, takes_effect, start)
    _ask_parties(agreement)
    return adoption


def _say_when(agreement, takes_effect, start):
    validity = agreement.validity or Validity(agreement=agreement)
    precision = {4: "year", 7: "month", 10: "date"}.get(len(start), validity.start_precision)
    wanted = {"takes_effect": takes_effect, "start": start or validity.start, "start_precision": precision}
    if any(getattr(validity, name) != value for name, value in wanted.items()):
        for name, value in wanted.items():
            setattr(validity, name, value)
        validity.full_clean(exclude=["agreement", "key", "source_document"])
        validity.save() if validity._state.adding else validity.save_version(validity.version)


def _ask_parties(agreement):
    """Who has not answered is from now on waited for."""
    rows = Accession.objects.signatories().standing().filter(agreement=agreement)
    for row in rows.filter(signature_status=Signature.UNKNOWN, signed_on=None):
        row.signature_status = Signature.PENDING
        row.save_version(row.version, reason=_("Överenskommelsen antogs"))


def texts_of(agreement):
    """The versions of the text that can be adopted, the last one first."""
    return TextVersion.objects.filter(agreement=agreement).order_by("-number")


def text_now(agreement, *, by):
    """The version that says what the text says now, kept if none does; None where there is no text at all."""
    blocks = drafting.blocks_of(agreement)
    same = texts_of(agreement).filter(digest=drafting.digest_of(blocks)).first()
    return same or (drafting.save_version(agreement=agreement, by=by) if blocks else None)
