"""Writes that touch several rows of this app."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _
from simple_history.utils import bulk_create_with_history

from actionplans.models import ActionPlan, Activity, Edition
from actionplans.services import refuse_unready
from agreements.ending import refuse_beyond
from agreements.models import Accession
from followup.figures import figures_of
from followup.models import Outcome, Report, Respondent, Round
from followup.outcome import closing_facts
from followup.own_counts import count_own
from governance.models import Decision
from lib.db import Frozen


@transaction.atomic
def open_round(*, round, by):
    """Open the round, with a report per activity and party asked. Returns how many.

    Raises Frozen if it is open, or if the agreement ended before the round's period.
    """
    if Round.hold(round.pk).opened_at:
        raise Frozen(_("Omgången är redan öppnad."))
    try:
        refuse_beyond(round.agreement, round.period_starts_on)
    except ValidationError as error:
        raise Frozen(error.messages[0]) from None
    round.opened_at, round.opened_by = timezone.now(), by
    round.save(update_fields=["opened_at", "opened_by"])
    return add_reports(round=round)


@transaction.atomic
def add_reports(*, round):
    """Create the reports that are missing in ``round``; those that exist are left alone. Returns how many were made.

    Every party asked gets its place among the respondents.
    """
    missing = missing_reports(round)
    bulk_create_with_history(missing, Report, batch_size=500)
    for party in sorted({report.party_id for report in missing}):
        Respondent.objects.get_or_create(round=round, party_id=party)
    return len(missing)


@transaction.atomic
def delete_round(*, round, by):
    """Delete a round that was never opened. Raises Frozen otherwise."""
    if Round.hold(round.pk).opened_at:
        raise Frozen(_("Omgången har öppnats. Den kan stängas men inte tas bort."))
    round._history_user = by
    round.delete()


def missing_reports(round):
    """The reports, not stored, that ``round`` asks for and does not have. A planned round, stored or not, has none.

    Activities that their edition ended are not asked about. A party is asked once about the same activity, also where
    a correction of the edition came while the round was open.
    """
    existing = set()
    if round.pk:
        existing = set(Report.objects.filter(round=round).values_list("activity__lineage", "party"))
    activities = Activity.objects.filter(edition__in=editions_of(round)).standing().order_by("edition", "order", "pk")
    members = _Members(round)
    return [
        Report(round=round, activity=activity, party=party)
        for activity in activities.select_related("responsible").prefetch_related("participants")
        for party in members.asked(activity, round.asks)
        if (activity.lineage, party.pk) not in existing
    ]


def editions_of(round):
    """The editions that the round covers: of each plan the newest adopted one that holds some day of its period.

    One that was superseded is asked about when its own period is followed up; one for a later period is not.
    """
    adopted = Edition.objects.frozen().filter(
        plan__agreement=round.agreement_id, starts_on__lte=round.period_ends_on, ends_on__gte=round.period_starts_on
    )
    newest = {}
    for edition in adopted.select_related("plan").order_by("plan__order", "plan", "starts_on", "adopted_at", "pk"):
        newest[edition.plan_id] = edition
    return list(newest.values())


class _Members:
    """Who an actor stands for, looked up once for each actor; a party that has left is asked no more."""

    def __init__(self, round):
        self.of = {}
        left = Accession.objects.filter(agreement=round.agreement_id, left_on__lte=timezone.localdate())
        self.left = set(left.values_list("party", flat=True))

    def expand(self, actor):
        if actor.pk not in self.of:
            self.of[actor.pk] = list(actor.expand())
        return self.of[actor.pk]

    def asked(self, activity, asks):
        """The parties that answer for ``activity``: those responsible and, if the round says so, those taking part."""
        actors = [activity.responsible] if activity.responsible_id else []
        if asks == Round.Asks.PARTICIPANTS:
            actors += activity.participants.all()
        parties = {party.pk: party for actor in actors for party in self.expand(actor)}
        parties = {pk: party for pk, party in parties.items() if pk not in self.left}
        return sorted(parties.values(), key=lambda party: (party.sort_name, party.pk))


@transaction.atomic
def extend(*, round, parties, to, reason, by, version=None):
    """Give ``parties`` of the round until and with the day ``to``. Returns how many got it.

    Parties that the round does not ask are left out. Raises Frozen where the round does not take answers,
    ValidationError, by field, where the day gives no time or no reason is given, and VersionConflict where one party is
    given it by somebody who read an older ``version`` of its place.
    """
    stored = Round.hold(round.pk)
    if not stored.is_taking_answers:
        raise Frozen(_("Omgången tar inte emot svar, så det finns ingen tid att förlänga."))
    _check_extension(stored, to, reason)
    asked = Report.objects.filter(round=stored, party__in=[party.pk for party in parties])
    keys = set(asked.order_by().values_list("party", flat=True))
    for key in sorted(keys):
        places = Respondent.objects.select_for_update(no_key=True)
        respondent, _created = places.get_or_create(round=stored, party_id=key)
        respondent.extended_to, respondent.extension_reason, respondent.extended_by = to, reason, by
        respondent._history_user = by
        respondent.save_version(respondent.version if version is None else version, reason=reason[:100])
    return len(keys)


def _check_extension(round, to, reason):
    errors = {}
    if to <= round.due_on:
        errors["to"] = _("Omgångens sista dag är %(day)s. Ange en senare dag.") % {"day": round.due_on}
    elif to < timezone.localdate():
        errors["to"] = _("Dagen har redan varit. Ange i dag eller en senare dag.")
    if not reason.strip():
        errors["reason"] = _("Skriv varför parten får mer tid.")
    if errors:
        raise ValidationError(errors)


@transaction.atomic
def close_round(*, round, by, at=None):
    """Freeze the round and store what came out of it. Raises Frozen unless it takes answers. Returns the Outcome."""
    if not Round.hold(round.pk).is_taking_answers:
        raise Frozen(_("Omgången är inte öppen."))
    round.refresh_from_db()  # what is summed up is what is stored
    round.closed_at, round.closed_by = at or timezone.now(), by
    round.save(update_fields=["closed_at", "closed_by"])
    count_own(round)
    stored = {"facts": closing_facts(round), "figures": figures_of(round)}
    return Outcome.objects.create(round=round, made_at=round.closed_at, **stored)


@transaction.atomic
def adopt_edition(*, edition, mandate, decided_on, by, paragraph="", registry_number=""):
    """Adopt an edition by a decision of the mandate's body, and let the open rounds of its period ask about it.

    A draft can be adopted without being proposed: a council may decide about what lies on its table. Raises Frozen when
    somebody adopted it meanwhile, Unready with the findings that stop it. Returns the decision.
    """
    hold_ready(edition)
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
    adopt_by(edition=edition, decision=decision, by=by)
    return decision


@transaction.atomic
def adopt_by(*, edition, decision, by):
    """Adopt a held edition by a decision that is written down. Raises Frozen where somebody adopted it meanwhile."""
    edition.adopt(decision=decision, by=by)
    _ask_in_open_rounds(edition)


def hold_ready(edition):
    """Hold an edition that is to be adopted. Raises Frozen where it is, Unready with the findings that stop it."""
    ActionPlan.hold(edition.plan_id)
    Edition.lock_open(edition.pk)
    refuse_unready(edition)


def _ask_in_open_rounds(edition):
    """Ask about the edition in the rounds that follow up some day of its period, and still take answers."""
    rounds = Round.objects.open().filter(
        agreement=edition.plan.agreement_id,
        period_starts_on__lte=edition.ends_on,
        period_ends_on__gte=edition.starts_on,
    )
    for round in rounds.order_by("pk").select_for_update(no_key=True):
        add_reports(round=round)
