"""Writes that touch several rows of this app."""

from django.db import transaction
from django.utils import timezone

from actionplans.models import Activity, Edition
from followup.models import Report, Round
from lib.db import Frozen


@transaction.atomic
def open_round(*, round, by):
    """Open the round: one report per activity and responsible party of the agreement's adopted editions."""
    if round.opened_at:
        raise Frozen(Round.frozen_message)
    round.opened_at, round.opened_by = timezone.now(), by
    round.save(update_fields=["opened_at", "opened_by"])
    return add_reports(round=round)


@transaction.atomic
def add_reports(*, round):
    """Create the reports that are missing in ``round``; those that exist are left alone. Returns how many were made."""
    adopted = Edition.objects.adopted().filter(plan__agreement=round.agreement_id)
    activities = Activity.objects.filter(edition__in=adopted).select_related("responsible")
    existing = set(Report.objects.filter(round=round).values_list("activity", "party"))
    missing = [
        Report(round=round, activity=activity, party=party)
        for activity in activities
        for party in activity.reporting_parties()
        if (activity.pk, party.pk) not in existing
    ]
    for report in missing:
        report.save()
    return len(missing)


@transaction.atomic
def adopt_edition(*, edition, decision, by):
    """Adopt an edition and let the agreement's open rounds ask about its activities."""
    edition.adopt(decision=decision, by=by)
    for round in Round.objects.open().filter(agreement=edition.plan.agreement_id):
        add_reports(round=round)
