"""Assignments as pages read them: whose they are, from which agreement's pages, and what a person may do with them."""

from django.db.models import Exists, OuterRef, Q

from agreements.models import Agreement
from governance.models import AgendaItem, Assignment, Mandate


def assignments_of(agreement, user):
    """What ``user`` may read of what was given by decisions about the agreement, or by its bodies about none."""
    bodies = Mandate.objects.filter(agreement=agreement).values("body")
    own = Q(decision__agreement=agreement) | Q(decision__agreement__isnull=True, decision__body__in=bodies)
    return for_page(Assignment.objects.filter(own).visible_to(user), user)


def for_page(rows, user):
    """With what names it, and whether ``user`` answers for it (``can_answer``) and may end it (``can_edit``)."""
    own = {"pk": OuterRef("pk")}
    return rows.select_related(
        "party", "body", "decision__body__county", "decision__meeting", "decision__agreement", "reported_by", "ended_by"
    ).annotate(
        can_answer=Exists(Assignment.objects.answerable_by(user).filter(**own)),
        can_edit=Exists(Assignment.objects.editable_by(user).filter(**own)),
    )


def waiting_for(user):
    """What ``user`` is to do something about or answers for, each with its ``place``: the agreement to read it from.

    Those reported wait for the body that gave them; all else for the person. Two questions whatever there is.
    """
    return placed(assignments_of_person(user), user)


def assignments_of_person(user):
    """As ``waiting_for``. What was given about an agreement that the person may not read waits until it is."""
    readable = Q(decision__agreement__isnull=True) | Q(decision__agreement__in=Agreement.objects.visible_to(user))
    rows = Assignment.objects.unfinished().answerable_by(user).filter(readable)
    return rows.select_related("party", "body", "decision__body", "decision__agreement__county")


def placed(rows, user):
    """Those of the assignments that ``user`` can read from an agreement, each with it as its ``place``."""
    loose = {row.decision.body_id for row in rows if not row.decision.agreement_id}
    found = {}
    if loose:
        under = Mandate.objects.filter(body__in=loose, agreement__in=Agreement.objects.visible_to(user).values("pk"))
        for mandate in under.select_related("agreement__county").order_by("-agreement"):
            found[mandate.body_id] = mandate.agreement
    for row in rows:
        row.place = row.decision.agreement or found.get(row.decision.body_id)
    return [row for row in rows if row.place]


def taken_up_in(assignment, user):
    """The agenda items that follow the assignment up, of meetings whose agenda ``user`` may read, the newest first."""
    items = AgendaItem.objects.filter(assignment=assignment).visible_to(user)
    return items.select_related("meeting__body").order_by("-meeting__held_on")
