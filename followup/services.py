"""Writes that touch several rows of this app."""

from django.db import transaction
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _

from actionplans.models import ActionPlan, Activity, Edition
from actionplans.services import refuse_unready
from followup.models import Outcome, Report, Respondent, Round
from followup.outcome import facts_of
from governance.models import Decision
from lib.db import Frozen


@transaction.atomic
def open_round(*, round, by):
    """Open the round: one report per activity and party asked in the agreement's adopted editions."""
    if Round.objects.select_for_update().get(pk=round.pk).opened_at:
        raise Frozen(_("Omgången är redan öppnad."))
    round.opened_at, round.opened_by = timezone.now(), by
    round.save(update_fields=["opened_at", "opened_by"])
    return add_reports(round=round)


@transaction.atomic
def add_reports(*, round):
    """Create the reports that are missing in ``round``; those that exist are left alone. Returns how many were made.

    Activities that the edition ended are not asked about. Every party asked gets its place among the respondents.
    """
    adopted = Edition.objects.adopted().filter(plan__agreement=round.agreement_id)
    activities = Activity.objects.filter(edition__in=adopted).standing().select_related("responsible")
    existing = set(Report.objects.filter(round=round).values_list("activity", "party"))
    missing = [
        Report(round=round, activity=activity, party=party)
        for activity in activities
        for party in parties_asked(activity, round.asks)
        if (activity.pk, party.pk) not in existing
    ]
    for report in missing:
        report.save()
    for party in {report.party_id for report in missing}:
        Respondent.objects.get_or_create(round=round, party_id=party)
    return len(missing)


def parties_asked(activity, asks):
    """The parties that answer for ``activity``: those responsible and, where the round says so, those taking part."""
    parties = {party.pk: party for party in activity.reporting_parties()}
    if asks == Round.Asks.PARTICIPANTS:
        for actor in activity.participants.all():
            parties |= {party.pk: party for party in actor.expand()}
    return sorted(parties.values(), key=lambda party: (party.sort_name, party.pk))


@transaction.atomic
def close_round(*, round, by, at=None):
    """Freeze the round and store what came out of it. Raises Frozen unless it takes answers. Returns the Outcome."""
    if not Round.hold(round.pk).is_taking_answers:
        raise Frozen(_("Omgången är inte öppen."))
    round.closed_at, round.closed_by = at or timezone.now(), by
    round.save(update_fields=["closed_at", "closed_by"])
    return Outcome.objects.create(round=round, made_at=round.closed_at, facts=facts_of(round))


@transaction.atomic
def adopt_edition(*, edition, mandate, decided_on, by, paragraph="", registry_number=""):
    """Adopt an edition by a decision of the mandate's body, and let the open rounds ask about its activities.

    A draft can be adopted without being proposed: a council may decide about what lies on its table. Raises Frozen when
    somebody adopted it meanwhile, Unready with the findings that stop it. Returns the decision.
    """
    ActionPlan.hold(edition.plan_id)
    Edition.lock_open(edition.pk)
    refuse_unready(edition)
    decision = Decision.objects.create(
        body=mandate.body,
        key=f"{edition.plan.key}-{slugify(edition.label)}-{edition.pk}",
        agreement=mandate.agreement,
        kind=Decision.Kind.ADOPT_EDITION,
        title=_("Fastställer %(edition)s") % {"edition": edition},
        decided_on=decided_on,
        paragraph=paragraph,
        registry_number=registry_number,
    )
    edition.adopt(decision=decision, by=by)
    for round in Round.objects.open().filter(agreement=edition.plan.agreement_id):
        add_reports(round=round)
    return decision
