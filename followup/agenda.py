"""What can stand on an agenda and what it is about: the editions, rounds, assessments and proposals of the agreements.

Written by those who keep the meeting, until its notes are finished.
"""

from itertools import chain, groupby

from django.db import transaction
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from actionplans.models import Edition, Proposal
from agreements.models import Agreement
from followup.models import AgendaLink, Assessment, Round
from governance.assigning import STEP
from governance.models import AgendaItem, Meeting
from lib.db import Frozen

MODELS = {"edition": Edition, "round": Round, "assessment": Assessment, "proposal": Proposal}
OPEN_EDITIONS = (Edition.State.DRAFT, Edition.State.PROPOSED, Edition.State.ADOPTED)
ROUNDS, OTHERS = 6, 60  # how many are offered of each kind; a council takes up what is new


def subjects_for(meeting, user):
    """What a matter of the meeting can be about, of what ``user`` may read: [(kind's label, [(code, label)])].

    A code is the kind and the row's id, ``round-7``. In as many queries whatever the size.
    """
    mine = {"agreement__in": agreements_of(meeting, user).values("pk")}
    of_plans = {"plan__agreement__in": mine["agreement__in"]}
    editions = Edition.objects.visible_to(user).filter(state__in=OPEN_EDITIONS, **of_plans)
    rounds = Round.objects.visible_to(user).filter(opened_at__isnull=False, **mine).order_by("-period_starts_on", "-pk")
    newest = list(rounds.select_related("agreement")[:ROUNDS])
    assessments = Assessment.objects.visible_to(user).filter(round__in=[round.pk for round in newest])
    proposals = Proposal.objects.visible_to(user).waiting().filter(**of_plans)
    groups = [
        (_("Planer"), editions.select_related("plan__agreement").order_by("plan", "-starts_on")[:OTHERS]),
        (_("Uppföljning"), newest),
        (_("Bedömningar"), assessments.select_related("round__agreement", "area", "goal")[:OTHERS]),
        (_("Förslag till planen"), proposals.select_related("plan__agreement")[:OTHERS]),
    ]
    named = ((label, [(code_of(row), name_of(row)) for row in rows]) for label, rows in groups)
    return [(label, choices) for label, choices in named if choices]


def agreements_of(meeting, user):
    """The agreements that the meeting's body works under and ``user`` may read."""
    return Agreement.objects.visible_to(user).filter(mandate__body=meeting.body_id)


def code_of(row):
    return f"{row._meta.model_name}-{row.pk}"


def name_of(row):
    """What a thing is called in a list of things of all kinds."""
    if isinstance(row, Edition):
        return f"{row} ({row.get_state_display()})"
    if isinstance(row, Round):
        text = _("Uppföljning %(label)s, %(agreement)s (%(state)s)")
        return text % {"label": row.label, "agreement": row.agreement.short_name, "state": row.state_label}
    if isinstance(row, Assessment):
        return _("%(subject)s, uppföljning %(label)s") % {"subject": row.subject, "label": row.round.label}
    return capfirst(row.title)


def linked_to(item, user):
    """(code, label) of what the matter is about already, of what ``user`` may read."""
    rows = [link.subject for link in AgendaLink.objects.for_page(user).filter(item=item)]
    return [(code_of(row), name_of(row)) for row in rows]


def set_links(item, about, *, offered):
    """Make the matter be about the things whose codes are in ``about``; only what was ``offered`` is taken off."""
    standing = {code_of(link.subject): link for link in item.links.select_related(*MODELS)}
    for code in offered & standing.keys() - about:
        standing[code].delete()
    for code in sorted(about - standing.keys()):
        kind, pk = code.rsplit("-", 1)
        AgendaLink.objects.create(item=item, **{f"{kind}_id": pk})


@transaction.atomic
def move_item(*, item, up, by):
    """Move the matter one step, with the items that belong to it; nothing happens at the ends.

    Raises Frozen where the notes are finished.
    """
    Meeting.hold_open(item.meeting_id)
    items = AgendaItem.objects.filter(meeting=item.meeting_id).select_related("assignment")
    matters = [list(rows) for _matter, rows in groupby(items, key=lambda row: row.matter)]
    place = next(number for number, rows in enumerate(matters) if item in rows)
    other = place - 1 if up else place + 1
    if not 0 <= other < len(matters):
        return
    matters[place], matters[other] = matters[other], matters[place]
    for number, row in enumerate(chain(*matters), 1):
        if row.order != number * STEP:
            row.order, row._history_user = number * STEP, by
            row.save(update_fields=["order"])


@transaction.atomic
def delete_item(*, item, version, by):
    """Take the matter off the agenda. Raises Frozen where it may not go, VersionConflict where it has moved on."""
    Meeting.hold_open(item.meeting_id)
    if item.decisions.exists():
        raise Frozen(_("Beslut är antecknade under punkten. Den kan inte tas bort."))
    if item.assignment_id and not item.assignment.ended_at:
        raise Frozen(
            _("Punkten följer upp ett uppdrag som inte är avslutat. Den försvinner när uppdraget är avslutat.")
        )
    item._history_user = by
    item.delete_version(version)
