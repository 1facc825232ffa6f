"""Changes of an agreement in mid-period: the row gets its new wording, and the old one is kept with the decision.

The row, the Amendment and the LifeEvent are written in one transaction, or none of them.
"""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from agreements import drafting, lifecycle
from agreements.models import Amendment, CollaborationArea, Goal, LifeEvent, PriorityArea, Provision, TargetGroup
from lib.differences import pieces

Kind = Amendment.Kind
# What of each kind of row is its wording, in the order it is read.
WORDED = {
    Provision: ("heading", "text"),
    TargetGroup: ("label", "text"),
    PriorityArea: ("name", "subtitle", "challenges", "purpose"),
    Goal: ("text",),
    CollaborationArea: ("name", "text"),
}
BY_NAME = {model._meta.model_name: model for model in WORDED}
DROPPABLE = (PriorityArea, Goal, CollaborationArea)
DECIDED = ("decided_by", "decided_on", "decision_paragraph", "registry_number", "document")


def problem_of_amending(agreement):
    """Why the text cannot be amended now, in words for the screen; empty where it can."""
    if agreement.status in lifecycle.STANDING:
        return ""
    if agreement.status in lifecycle.OVER:
        return _("Överenskommelsen är %(status)s och ändras inte längre.") % {"status": agreement.get_status_display()}
    return _("Överenskommelsen är inte antagen än. Ändra texten i utkastet i stället.")


def row_of(agreement, block):
    """The row that a block's key names (``goal:mal-1``); None where there is none."""
    name, _colon, key = block.partition(":")
    model = BY_NAME.get(name)
    return model and model.objects.filter(agreement=agreement, key=key).first()


def wording_of(row):
    """The row's whole wording as one text."""
    return "\n\n".join(filter(None, (getattr(row, name) for name in WORDED[type(row)])))


def heading_of(row):
    """What an amendment calls the row: its kind, its number, and its first words."""
    kind = row.get_kind_display() if isinstance(row, Provision) else row._meta.verbose_name
    named = " ".join(filter(None, (capfirst(str(kind)), getattr(row, "number", ""))))
    return f"{named}: {row}"[:250]


@transaction.atomic
def change_wording(row, *, version, by, told):
    """Give the row the wording it holds now in memory. ``told`` is of the Amendment. Returns the Amendment.

    Raises ValidationError where nothing was changed or the agreement does not change any more, VersionConflict.
    """
    agreement = _hold(row.agreement)
    old = type(row).objects.get(pk=row.pk)
    if wording_of(old) == wording_of(row):
        raise ValidationError(_("Texten är oförändrad. Skriv den nya lydelsen."))
    row.save_version(version, reason=told["reason"][:100])
    return _record(
        Kind.CHANGED, agreement, row, by, told, old_text=wording_of(old), new_text=wording_of(row), named=old
    )


@transaction.atomic
def add_row(row, *, by, told):
    """Store a row that is added in mid-period. Returns the Amendment.

    Raises ValidationError where one like it stands there already or the agreement does not change any more.
    """
    agreement = _hold(row.agreement)
    _refuse_second(row)
    if hasattr(row, "added_on"):
        row.added_on = told["effective_on"]
    last = type(row).objects.filter(agreement=agreement).values_list("order", flat=True)
    row.order = max(last, default=-1) + 1
    row.save()
    return _record(Kind.ADDED, agreement, row, by, told, new_text=wording_of(row))


def _refuse_second(row):
    """The same sent twice is added once."""
    names = {"area_id", "dropped_on", "number", *WORDED[type(row)]}
    told = {name: getattr(row, name) for name in names if hasattr(row, name)}
    if type(row).objects.filter(agreement=row.agreement_id, **told).exists():
        raise ValidationError(_("Det är redan tillagt, med samma lydelse."))


@transaction.atomic
def drop_row(row, *, version, by, told):
    """Let an area, goal or collaboration area be dropped from a day on; it stays readable. As ``change_wording``."""
    agreement = _hold(row.agreement)
    if type(row).objects.filter(pk=row.pk, dropped_on__isnull=False).exists():
        raise ValidationError(_("Det har redan utgått."))
    row.dropped_on = told["effective_on"]
    if isinstance(row, PriorityArea):
        row.dropped_note = told["reason"][:300]
    row.save_version(version, reason=told["reason"][:100])
    return _record(Kind.DROPPED, agreement, row, by, told, old_text=wording_of(row))


def _hold(agreement):
    agreement = lifecycle.hold(agreement)
    if problem := problem_of_amending(agreement):
        raise ValidationError(problem)
    return agreement


def _record(kind, agreement, row, by, told, *, named=None, **texts):
    heading = heading_of(named or row)
    last = Amendment.objects.filter(agreement=agreement).values_list("order", flat=True)
    amendment = Amendment.objects.create(
        agreement=agreement, kind=kind, block=drafting.key_of(row), heading=heading, done_by=by,
        done_at=timezone.now(), order=max(last, default=-1) + 1, **texts, **told,
    )  # fmt: skip
    lifecycle.note(
        LifeEvent.Kind.AMENDED,
        agreement=agreement,
        by=by,
        text=f"{heading}: {amendment.get_kind_display()}",
        reason=told["reason"],
        effective_on=told["effective_on"],
        **{name: told[name] for name in DECIDED},
    )
    return amendment


def amendments_of(agreement):
    """The amendments, the latest first, each with ``sides``: the old and the new wording as pieces."""
    rows = list(Amendment.objects.filter(agreement=agreement).select_related("document", "request__party"))
    for row in rows:
        row.sides = pieces(row.old_text, row.new_text) if row.kind == Kind.CHANGED else None
    return rows[::-1]
