"""The obstacle register: who may report, from draft to reported, and what the council's page tells of it.

Parties report what they cannot remove alone; the coordinators sort it by what it takes, give it an owner and close it.
"""

from itertools import groupby

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from actionplans.comments import SENT_AGAIN
from agreements.models import Accession, Agreement
from followup.models import Obstacle, Round
from lib.db import Frozen, VersionConflict
from parties.models import Party, Right

NEEDS = list(Obstacle.Needs.values)  # the order in which they stand on pages and papers


def parties_to_report_for(agreement, user):
    """The parties that ``user`` may report obstacles of: the own ones, and for coordinators all."""
    standing = Accession.objects.standing().filter(agreement=agreement)
    parties = Party.objects.filter(pk__in=standing.values("party"))
    if _edits(agreement.pk, user):
        return parties
    return parties.with_right(user, Right.REPORT)


def obstacles_of(agreement, user):
    """The obstacles that ``user`` may read, with what their list and page show."""
    rows = Obstacle.objects.filter(agreement=agreement).visible_to(user)
    return rows.select_related("party", "area", "owner_party", "owner_body")


def unowned(user):
    """What parties have reported and nobody owns, in the agreements that ``user`` edits; agreement by agreement."""
    rows = Obstacle.objects.open().filter(owner_party__isnull=True, owner_body__isnull=True)
    rows = rows.filter(agreement__in=Agreement.objects.editable_by(user).values("pk"))
    return rows.select_related("agreement__county").order_by("agreement", "pk")


def matter_of(number, agreement, user):
    """The words of a matter on an agenda about the obstacle of that number; none where ``user`` may not read it."""
    if not (number and number.isascii() and number.isdecimal() and len(number) < 10):
        return {}
    row = obstacles_of(agreement, user).filter(pk=number, reported_at__isnull=False).first()
    return {"title": row.title, "text": row.text, "proposed_decision": row.proposal} if row else {}


def by_need(rows):
    """[(need, label, rows)] of the obstacles, in the order of ``Needs``; what nobody needs is left out."""
    rows = sorted(rows, key=lambda row: NEEDS.index(row.needs))
    return [
        (need, capfirst(str(Obstacle.Needs(need).label)), list(group))
        for need, group in groupby(rows, key=lambda row: row.needs)
    ]


# --- Writes -----------------------------------------------------------------------------------------------------------


@transaction.atomic
def save_obstacle(*, form, by, report):
    """Save the form's draft and report it if asked to, or if it is written on behalf of another party.

    A coordinator's text in a party's name is never a draft there: nobody would know whose it is. Raises Frozen when a
    colleague has reported it meanwhile, VersionConflict when one has saved.
    """
    obstacle = form.instance
    if form.is_new:
        Agreement.objects.select_for_update(no_key=True).get(pk=obstacle.agreement_id)
        if sent := _sent_again(form, by):
            return sent
    else:
        _hold_draft(obstacle)
    obstacle._history_user = by
    obstacle = form.save()
    own = Party.objects.with_right(by, Right.REPORT).filter(pk=obstacle.party_id)
    if report or not own.exists():
        _report(obstacle, by)
    return obstacle


@transaction.atomic
def report_obstacle(*, obstacle, version, by):
    """Leave a draft, read at ``version``, to the coordinators. Raises Frozen where it is, VersionConflict, too."""
    held = _hold_draft(obstacle)
    if held.version != version:
        raise VersionConflict(held)
    _report(held, by)


@transaction.atomic
def remove_obstacle(*, obstacle, version, by):
    """Remove a draft read at ``version``. Raises Frozen when it is reported, ValidationError when it is newer."""
    held = _hold_draft(obstacle)
    if held.version != version:
        raise ValidationError(_("En kollega har sparat en nyare text. Läs den innan du tar bort utkastet."))
    held._history_user = by
    held.delete_version(version)


def _report(obstacle, by):
    obstacle.reported_at, obstacle.reported_by, obstacle._history_user = timezone.now(), by, by
    obstacle.save_version(obstacle.version)


def _hold_draft(obstacle):
    """The draft as stored, held until the transaction ends; after its agreement, as every write that stamps it."""
    Agreement.objects.select_for_update(no_key=True).get(pk=obstacle.agreement_id)
    held = Obstacle.objects.select_for_update(no_key=True, of=("self",)).get(pk=obstacle.pk)
    if held.reported_at:
        raise Frozen(_("Hindret är rapporterat och kan inte ändras av er. Skriv till samordnaren om något är fel."))
    return held


def _sent_again(form, by):
    """The obstacle that the same form made a moment ago; a page that is slow to answer is sent twice."""
    moment = timezone.now() - SENT_AGAIN
    same = {name: value for name, value in form.cleaned_data.items() if name != "version"}
    rows = Obstacle.objects.filter(agreement=form.instance.agreement_id, created_at__gt=moment, **same)
    made = Obstacle.history.filter(history_type="+", history_user=by, id__in=rows.values("pk"))
    return rows.filter(pk__in=made.values("id")).first()


def _edits(agreement_pk, user):
    return Agreement.objects.editable_by(user).filter(pk=agreement_pk).exists()


# --- The council's page -----------------------------------------------------------------------------------------------


def obstacle_facts(round, user=None):
    """What the council's page tells of obstacles, as JSON, in two queries whatever their number.

    Without ``user`` what a closing stores: what is published alone. Else what the person may read; never a draft.
    ``rows`` are those that are open and those closed since the round before; ``since`` is when that closed, or "".
    """
    since = _closed_before(round)
    rows = Obstacle.objects.reported().filter(agreement=round.agreement_id)
    rows = rows.filter(published_on__lte=timezone.localdate()) if user is None else rows.visible_to(user)
    rows = rows.select_related("party", "area", "owner_party", "owner_body")
    told = [_told(row, since) for row in rows if not row.closed_on or (since and row.closed_on >= since)]
    return {"since": str(since or ""), "rows": told}


def _closed_before(round):
    """The day on which the agreement's round before ``round`` was closed."""
    before = Round.objects.filter(agreement=round.agreement_id, period_starts_on__lt=round.period_starts_on)
    closed = before.filter(closed_at__isnull=False).order_by("-period_starts_on", "-pk")
    moment = closed.values_list("closed_at", flat=True).first()
    return moment and timezone.localdate(moment)


def _told(row, since):
    reported_on = timezone.localdate(row.reported_at)
    return {
        "obstacle": row.pk,
        "title": row.title,
        "needs": row.needs,
        "party": row.party.key,
        "name": row.party.name,
        "area": row.area.key if row.area else "",
        "owner": row.owner.name if row.owner else "",
        "due_on": str(row.due_on or ""),
        "outcome": str(row.get_outcome_display()) if row.closed_on else "",
        "closed": bool(row.closed_on),
        "decided": row.decision_id is not None,
        "new": bool(since and reported_on >= since),
    }


def shown_obstacles(facts, part):
    """What the page shows of the facts for a Part: counts by need, and the open ones that wait for a decision.

    None where there is nothing to tell: of rounds closed before there was a register, too.
    """
    rows = [row for row in (facts or {}).get("rows", ()) if _is_of(row, part)]
    if not rows:
        return None
    standing = [row for row in rows if not row["closed"]]
    counts = [(need, [row for row in rows if row["needs"] == need]) for need in NEEDS]
    return {
        "since": facts["since"],
        "needs": [_counted(need, found) for need, found in counts if found],
        "open": len(standing),
        "new": sum(row["new"] for row in standing),
        "waiting": [row for row in standing if row["needs"] in ("law", "joint") and not row["decided"]],
    }


def _is_of(row, part):
    return part.area in (None, row["area"]) and part.party in (None, row["party"])


def _counted(need, rows):
    standing = [row for row in rows if not row["closed"]]
    return {
        "need": need,
        "label": capfirst(str(Obstacle.Needs(need).label)),
        "open": len(standing),
        "new": sum(row["new"] for row in standing),
        "closed": len(rows) - len(standing),
    }
