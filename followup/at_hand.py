"""What every save in the report form asks first and last: the report with the person's rights, and the party's rows.

Two questions, written once in each process: to write them anew would take longer than to save the field.
"""

from functools import cache
from types import SimpleNamespace

from django.utils import timezone

from followup.models import Report
from lib.written import Written, assembled

# Hold the places of what is asked for.
SLUG, LABEL, PK, ROUND, PARTY = "<slug>", "<label>", -2, -3, -4
SOMEBODY = SimpleNamespace(pk=-7, is_authenticated=True)

RIGHTS = ("can_report", "can_approve", "needs_approver", "begun_at", "ready_at")
OWN = (
    *(field.name for field in Report._meta.concrete_fields), "round__agreement", "round__agreement__slug",
    "round__label", "round__period_starts_on", "round__opened_at", "round__review_started_at", "round__closed_at",
    "round__published_at", "activity__lineage", "activity__counts", "activity__number", "activity__title",
    "party__key", "party__name",
)  # fmt: skip
LISTED = (
    "id", "version", *Report.ANSWERS, "is_unchanged", "submitted_at", "returned_at", "approved_at", "on_behalf",
    "activity", "activity__number", "activity__title", "activity__counts", "activity__ends_on",
    "activity__is_continuous",
)  # fmt: skip


@cache
def _own():
    place = {"round__agreement__slug": SLUG, "round__label": LABEL, "pk": PK, "round__opened_at__isnull": False}
    rows = Report.objects.own_of(SOMEBODY).filter(**place).order_by().values(*OWN, *RIGHTS)
    day = timezone.localdate()  # what the rights are asked for; another day is told when it is asked
    return Written(rows, slug=SLUG, label=LABEL, pk=PK, user=SOMEBODY.pk, day=day)


def own_report(user, slug, label, pk):
    """A report of the user's own party in a round that is open or has been, with what the user may do; or None."""
    if not user.is_authenticated or pk >= 2**63:
        return None
    for row in _own().ask(slug=slug, label=label, pk=pk, user=user.pk, day=timezone.localdate()):
        report = assembled(Report, {name: value for name, value in row.items() if name not in RIGHTS})
        for name in RIGHTS:
            setattr(report, name, row[name])
        return report
    return None


@cache
def _listed():
    rows = Report.objects.filter(round=ROUND, party=PARTY).order_by(*Report.FORM_ORDER).values(*LISTED)
    return Written(rows, round=ROUND, party=PARTY)


def listed_reports(place):
    """The reports of the place's round and party in the form's order, as far as the checklist reads them."""
    reports = [assembled(Report, row) for row in _listed().ask(round=place.round_id, party=place.party_id)]
    for report in reports:
        report.round, report.party = place.round, place.party
    return reports
