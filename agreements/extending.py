"""A new end, later or earlier: a row of its own, so that the old end can still be read."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from agreements import lifecycle
from agreements.models import Agreement, Basis, Termination, Validity
from lib.moments import last_day_of


def unextendable(agreement):
    """What stands in the way of a new end, in words for the screen; empty where nothing does."""
    step = lifecycle.TRANSITIONS["extend"]
    if agreement.status not in step.sources:
        text = _("Överenskommelsen är %(status)s. Bara en som gäller eller har gått ut kan förlängas.")
        return [text % {"status": agreement.get_status_display()}]
    validity = agreement.validity
    if validity is None or not validity.end:
        return [_("Överenskommelsen har inget slutdatum att förlänga.")]
    whole = Termination.objects.filter(agreement=agreement, scope=Validity.NoticeScope.WHOLE)
    if whole.filter(confirmed_at__isnull=False, withdrawn_on__isnull=True).exists():
        text = _("Överenskommelsen är uppsagd och upphör %(day)s. Uppsägningen behöver tas tillbaka först.")
        return [text % {"day": last_day_of(validity.end)}]
    return lifecycle.problems("extend", agreement)


@transaction.atomic
def extend(*, agreement, by, version, end, note="", **told):
    """Let the agreement hold until ``end``, a moment as documents write them, or until further notice where it is "".

    ``told`` are fields of the LifeEvent. Returns the new Validity. Raises what ``lifecycle.take`` raises, and
    ValidationError by field where the new end is not after the old one.
    """
    stored = lifecycle.hold(agreement)
    if reasons := unextendable(stored):
        raise ValidationError(reasons)
    old = stored.validity
    if end and last_day_of(end) <= last_day_of(old.end):
        text = _("Det nya slutet måste vara efter det gamla, %(day)s.")
        raise ValidationError({"end": text % {"day": last_day_of(old.end)}})
    told.setdefault("text", _text(old, end))
    lifecycle.take("extend", agreement=agreement, by=by, version=version, **told)
    document = told.get("document")
    source = {"source_document": document, "source_page": None, "source_section": told.get("decision_paragraph", "")}
    return add_validity(old, end=end, note=note, basis=Basis.STATED if document else Basis.EXTERNAL, **source)


@transaction.atomic
def end_early(*, agreement, by, version, **told):
    """End the agreement before its time, for good. ``told`` are fields of the LifeEvent; raises as ``lifecycle.take``.

    Returns the LifeEvent. An end that is later than the one decided gives way to it, in a row of its own.
    """
    event = lifecycle.take("terminate", agreement=agreement, by=by, version=version, **told)
    old = Agreement.objects.get(pk=agreement.pk).validity or Validity(agreement=agreement)
    day = str(event.effective_on or event.when)
    if not old.end or last_day_of(old.end) > last_day_of(day):
        source = {"source_document": event.document, "source_page": None, "source_section": event.decision_paragraph}
        add_validity(old, end=day, note=_("Avslutad i förtid"), basis=Basis.STATED, **source)
    return event


def _text(old, end):
    if not end:
        return _("Förlängd från %(old)s till tills vidare") % {"old": old.end}
    return _("Förlängd från %(old)s till %(new)s") % {"old": old.end, "new": end}


def add_validity(base, *, end, note, key="", **values):
    """Add a row after the last that says the same as ``base`` but for its end, and for ``values``.

    Without an end it holds until further notice, unless ``open_ended`` says that nothing is known. Returns the row.
    """
    rows = Validity.objects.filter(agreement=base.agreement_id)
    places = list(rows.values_list("order", flat=True))
    own = ("id", "key", "order", "version", "agreement", "note", "field_basis")
    same = {field.name: getattr(base, field.name) for field in Validity._meta.concrete_fields if field.name not in own}
    precisions = {4: Validity.Precision.YEAR, 7: Validity.Precision.MONTH, 10: Validity.Precision.DATE}
    told = {"end": end, "end_precision": precisions.get(len(end), ""), "open_ended": not end, "note": note[:400]}
    order = max(places, default=0) + 1
    return Validity.objects.create(agreement=base.agreement, key=key, order=order, **(same | told | values))
