"""Writes that touch several rows of this app: making, proposing and deleting editions, and what is carried over."""

from django.db import transaction
from django.db.models import ProtectedError
from django.utils.translation import gettext as _

from actionplans.checks import Unready, stops
from actionplans.models import (
    ActionPlan,
    Activity,
    ActivityCollaborationArea,
    ActivityFile,
    ActivityGoal,
    ActivityParticipant,
    Edition,
)
from lib.db import Frozen

LINKS = {"goals": ActivityGoal, "participants": ActivityParticipant, "serves": ActivityCollaborationArea}
# What an activity says about its own edition, and what every row has of its own; all else is carried over.
OWN = {"id", "edition", "version", "stamp", "origin", "change_reason", "ending", "ending_reason"}


@transaction.atomic
def create_edition(*, plan, label, starts_on, ends_on, by, based_on=None, is_correction=False):
    """An empty draft of the plan. Raises ValidationError where the label is taken or the period is another's."""
    ActionPlan.hold(plan.pk)
    edition = Edition(
        plan=plan,
        label=label,
        starts_on=starts_on,
        ends_on=ends_on,
        based_on=based_on,
        is_correction=is_correction,
    )
    edition.full_clean()
    edition._history_user = by
    edition.save()
    return edition


@transaction.atomic
def save_edition(*, form):
    """Save a form of an edition's label and period while no other edition of the plan is made or moved."""
    ActionPlan.hold(form.instance.plan_id)
    form.instance.clean()
    return form.save()


@transaction.atomic
def carry_over(*, source, label, starts_on, ends_on, by, endings, is_correction=False):
    """A draft that builds on ``source``, with every activity that was not ended there, and return it.

    They keep lineage, number, order, fields, links and files. ``endings``, {activity pk: (ending, reason)}, says which
    are ended in the new edition, where they stand with the reason; internal notes and comments stay where they were
    written. The queries are a constant number. Raises as create_edition.
    """
    edition = create_edition(
        plan=source.plan,
        label=label,
        starts_on=starts_on,
        ends_on=ends_on,
        by=by,
        based_on=source,
        is_correction=is_correction,
    )
    before = list(Activity.objects.filter(edition=source).standing())
    after = {row.pk: _carried(row, edition, *endings.get(row.pk, ("", ""))) for row in before}
    Activity.objects.bulk_create(after.values())
    links = {name: _carry_parts(model.objects.filter(activity__in=before), after) for name, model in LINKS.items()}
    _remember(after.values(), links, by)
    files = _carry_parts(ActivityFile.objects.filter(activity__in=before), after)
    ActivityFile.history.bulk_history_create(files, default_user=by)
    return edition


def _carried(activity, edition, ending, reason):
    fields = [field.attname for field in Activity._meta.concrete_fields if field.name not in OWN]
    values = {name: getattr(activity, name) for name in fields}
    return Activity(
        **values, edition=edition, origin=Activity.Origin.CARRIED, ending=ending, ending_reason=reason if ending else ""
    )


def _carry_parts(parts, after):
    """Copies of rows that belong to activities, for the activities that came after; returned as they are stored."""
    copies = []
    for part in parts.order_by("pk"):
        part.pk, part._state.adding, part.activity = None, True, after[part.activity_id]
        copies.append(part)
    return parts.model.objects.bulk_create(copies)


def _remember(activities, links, by):
    """Give activities made at once the history that each would have had alone, links too.

    simple_history's own bulk way leaves the links out, and the next change would read as if all had been added by it.
    """
    rows = Activity.history.bulk_history_create(activities, default_user=by)
    history = {row.id: row for row in rows}
    for name, parts in links.items():
        model = getattr(Activity.history.model, name).model
        fields = [field.attname for field in parts[0]._meta.concrete_fields] if parts else []
        model.objects.bulk_create(
            model(history=history[part.activity_id], **{field: getattr(part, field) for field in fields})
            for part in parts
        )


@transaction.atomic
def propose_edition(*, edition, by):
    """Propose a draft. Raises Unready with the findings that stop it, Frozen if it is no draft any more."""
    Edition.lock_open(edition.pk)
    refuse_unready(edition)
    edition.propose(by=by)


def refuse_unready(edition):
    """Raise Unready where something stops the edition."""
    found = stops(edition)
    if found:
        raise Unready(found)


@transaction.atomic
def delete_edition(*, edition, version, by):
    """Delete a draft with its activities and their files.

    Raises Frozen where it is no draft or something else needs it, VersionConflict where it has moved on.
    """
    if Edition.lock_open(edition.pk) != Edition.State.DRAFT:
        raise Frozen(_("Versionen är föreslagen. Ta tillbaka den till utkast innan du tar bort den."))
    files = [row.file for row in ActivityFile.objects.filter(activity__edition=edition)]
    edition._history_user = by
    try:
        edition.activities.all().delete()
        edition.delete_version(version)
    except ProtectedError:
        raise Frozen(_("En annan version bygger på den, eller någon har rapporterat. Den kan inte tas bort.")) from None
    for file in files:
        discard_file(file)


def discard_file(file):
    """Remove a stored file once the change that dropped it is safe, unless another edition's activity still has it."""

    def discard():
        if not ActivityFile.objects.filter(file=file.name).exists():
            file.storage.delete(file.name)

    transaction.on_commit(discard)


@transaction.atomic
def add_file(*, form, by):
    """Store the file of a valid form with its activity. Raises Frozen where the edition was adopted meanwhile."""
    form.instance.added_by = form.instance._history_user = by
    return form.save()


@transaction.atomic
def delete_file(*, file, by):
    """Remove a file from its activity. Raises Frozen where the edition is adopted."""
    Edition.lock_open(file.activity.edition_id)
    file._history_user = by
    file.delete()
    discard_file(file.file)
