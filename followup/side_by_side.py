"""One report as its reader may see it: what it says now, what it said last time, and what has happened to it."""

from dataclasses import dataclass

from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from followup.models import Report
from followup.numbers import GROUPS, asked_groups
from followup.small_numbers import shown_numbers, with_total
from parties.models import Membership, Party, Right, Role

LABELS = {
    "status": gettext_lazy("Status"),
    "degree": gettext_lazy("Genomfört"),
    "text": gettext_lazy("Vad som gjorts"),
    "effect": gettext_lazy("Effekt"),
    "deviation_cause": gettext_lazy("Orsak till avvikelsen"),
    "deviation_measure": gettext_lazy("Åtgärd"),
    "new_end_date": gettext_lazy("Nytt slutdatum"),
    "decision_asked": gettext_lazy("Till rådet"),
    "numbers": gettext_lazy("Antal"),
    "addition": gettext_lazy("Tillägg för länet"),
}


@dataclass(frozen=True)
class Said:
    """One field: what it says, what it said last time, and why it was sent back."""

    name: str
    label: str
    now: str
    before: str
    reason: str
    has_before: bool

    @property
    def changed(self):
        return self.has_before and self.now != self.before


@dataclass(frozen=True)
class Event:
    """Something that happened to a report."""

    at: object
    what: str
    who: str = ""
    returned: object = None  # the Return

    @property
    def reasons(self):
        """(name of the field, reason) of a return, in the order of the form."""
        return [(label, self.returned.reasons[name]) for name, label in LABELS.items() if name in self.returned.reasons]


def said_in(report, before=None, reasons=None):
    """Every field but the numbers that says something now or said something last time, or was sent back."""
    reasons = reasons or {}
    for name, label in LABELS.items():
        now, then = shown_answer(report, name), shown_answer(before, name)
        if name != "numbers" and (now or then or name in reasons):
            yield Said(name, label, now, then, reasons.get(name, ""), before is not None)


def shown_answer(report, name):
    """A field as text; empty where nothing is answered."""
    if report is None or name == "numbers":
        return ""
    if name in ("status", "degree"):
        return capfirst(str(getattr(report, f"get_{name}_display")()))
    value = getattr(report, name)
    return value.isoformat() if hasattr(value, "isoformat") else value or ""


def counted_in(report, before, is_own):
    """(group's name, now, last time) of the groups asked for or answered; counts as the reader may see them."""
    now = shown_numbers(with_total(report.numbers), is_own)
    then = shown_numbers(with_total(before.numbers), is_own) if before else {}
    asked = asked_groups(report.activity.counts)
    return [
        (label, _count(now, group), _count(then, group))
        for group, label in GROUPS.items()
        if group in now or group in then or group in asked
    ]


def _count(shown, group):
    if group not in shown:
        return {"kind": "empty", "text": "–"}
    value = shown[group]
    if value is None:
        return {"kind": "missing", "text": _("saknas")}
    if isinstance(value, int):
        return {"kind": "number", "text": value}
    return {"kind": "hidden", "text": _("under 5, döljs")}


def last_time(report, user):
    """The party's newest report on the same activity in an earlier round that is handed in, and ``user`` may read."""
    place = {"party": report.party_id, "round__agreement": report.round.agreement_id}
    earlier = (
        Report.objects.submitted()
        .visible_to(user)
        .filter(
            activity__lineage=report.activity.lineage,
            round__period_starts_on__lt=report.round.period_starts_on,
            **place,
        )
    )
    return earlier.select_related("round", "activity").order_by("-round__period_starts_on", "-round", "-pk").first()


def is_own(report, user):
    """Whether the reader belongs to the party: it sees its own small counts."""
    return Party.objects.with_right(user, Right.SEE_PARTY).filter(pk=report.party_id).exists()


def trail_of(report, returns=None):
    """What has happened to the report since the round opened, the newest first.

    Without ``returns`` only what holds now is told: that it was handed in and approved, not what went before.
    """
    stored = [report]
    if returns is not None:
        stored += [entry.instance for entry in report.history.filter(submitted_at__isnull=False)]
    returns = returns or []
    handed_in = {row.submitted_at: row for row in stored if row.submitted_at}
    approved = {row.approved_at for row in stored if row.approved_at}
    roles = roles_of(report.party_id, handed_in.values())
    events = [Event(at, _("Inlämnad"), author_of(row, report.party, roles)) for at, row in handed_in.items()]
    known = handed_in.keys()
    events += [Event(row.submitted_at, _("Inlämnad")) for row in returns if row.submitted_at not in known]
    events += [Event(at, _("Godkänd"), _("av samordnaren")) for at in approved]
    events += [Event(row.returned_at, _("Återlämnad"), _("av samordnaren"), row) for row in returns]
    return sorted(events, key=lambda event: event.at, reverse=True)


def roles_of(party, reports):
    """User → the hats that those who handed in ``reports`` have had at the party. One query."""
    users = {report.submitted_by_id for report in reports} - {None}
    hats = {}
    for hat in Membership.objects.filter(user__in=users, party=party).order_by("pk"):
        hats.setdefault(hat.user_id, []).append(hat)
    return hats


def author_of(report, party, hats):
    """Who handed in, as a role and not as a person; approving or returning never changes it."""
    if report.on_behalf:
        return _("av samordnaren för %(party)s, efter %(source)s") % {"party": party.name, "source": report.on_behalf}
    day = timezone.localdate(report.submitted_at)
    worn = [hat.role for hat in hats.get(report.submitted_by_id, []) if _worn_on(hat, day)]
    role = next((role for role in (Role.REPORTER, Role.APPROVER) if role in worn), None)
    if role is None:
        return _("av %(party)s") % {"party": party.name}
    return _("av %(role)s, %(party)s") % {"role": role.label, "party": party.name}


def _worn_on(hat, day):
    return (not hat.starts_on or hat.starts_on <= day) and (not hat.ends_on or hat.ends_on >= day)
