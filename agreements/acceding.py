"""From which day an agreement holds for whom, and how far the parties' own decisions have come."""

import datetime
from dataclasses import dataclass, field

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from agreements import ending, lifecycle
from agreements.models import Accession, Adoption, Agreement, LifeEvent, Validity
from agreements.services import actor_for, grant_rights
from lib.moments import last_day_of

Signature, Role, Takes = Accession.SignatureStatus, Accession.Role, Validity.TakesEffect
NOT_PARTY_YET = (Signature.PENDING, Signature.DECLINED)


# --- From which day ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Terms:
    """What the agreement says of when it holds, as days; ``everybody_on`` is when the last of its parties signed."""

    takes_effect: str = ""
    start: datetime.date | None = None
    end: datetime.date | None = None
    everybody_on: datetime.date | None = None


def terms_of(agreement, accessions):
    """The Terms of ``agreement``; ``accessions`` are all of its."""
    validity = agreement.validity or Validity()
    parties = [row for row in accessions if row.role == Role.SIGNATORY and row.signature_status != Signature.DECLINED]
    days = [row.signed_on for row in parties if not row.joined_on]  # who joined later was not waited for
    return Terms(
        takes_effect=validity.takes_effect,
        start=first_day_of(validity.start),
        end=last_day_of(validity.end) if validity.end else None,
        everybody_on=max(days) if days and all(days) else None,
    )


def first_day_of(moment):
    """The first day of a year, a month or a day; None of nothing."""
    return datetime.date.fromisoformat(moment + "-01-01"[len(moment) - 4 :]) if moment else None


def first_day_for(accession, terms):
    """The first day on which the agreement holds for the party; None where there is none, or it is not known."""
    if accession.role != Role.SIGNATORY or accession.signature_status in NOT_PARTY_YET:
        return None
    if accession.joined_on:
        return _last(terms.start, accession.joined_on)
    if terms.takes_effect == Takes.EACH:
        return accession.signed_on and _last(terms.start, accession.signed_on)
    if terms.takes_effect == Takes.ALL:
        return terms.everybody_on and _last(terms.start, terms.everybody_on)
    return terms.start and _last(terms.start, accession.signed_on)


def holds_for(accession, day, terms):
    """Whether the agreement holds for the party on ``day``: begun for it, not left and not at its end."""
    first = first_day_for(accession, terms)
    if first is None or day < first or (terms.end and day > terms.end):
        return False
    return accession.left_on is None or day < accession.left_on


def in_force_for(accession, day):
    """As ``holds_for``, with the terms fetched: two queries."""
    rows = Accession.objects.filter(agreement=accession.agreement_id)
    return holds_for(accession, day, terms_of(accession.agreement, list(rows)))


def _last(*days):
    return max(filter(None, days), default=None)


# --- How far it has come ----------------------------------------------------------------------------------------------


@dataclass
class Progress:
    """The parties that have not left, by what they have answered."""

    signed: list = field(default_factory=list)
    declined: list = field(default_factory=list)
    waiting: list = field(default_factory=list)

    @property
    def total(self):
        return len(self.signed) + len(self.declined) + len(self.waiting)

    @property
    def answered(self):
        return len(self.signed) + len(self.declined)


def progress_of(agreement, accessions):
    """How many parties have answered; None where nobody is asked: before adoption, and when nobody waits any more."""
    today = timezone.localdate()
    progress = Progress()
    for row in accessions:
        if row.role != Role.SIGNATORY or (row.left_on and row.left_on <= today):
            continue
        place = {Signature.SIGNED: progress.signed, Signature.DECLINED: progress.declined}
        place.get(row.signature_status, progress.waiting).append(row)
    is_asked = agreement.status in (Agreement.Status.ADOPTED, Agreement.Status.SIGNED)
    is_asked |= agreement.status == Agreement.Status.IN_FORCE and any(
        row.signature_status == Signature.PENDING for row in progress.waiting
    )
    return progress if is_asked and progress.total else None


def waiting_in(agreement):
    """The accessions whose answer can be filled in: of those that have not left, all that are not signed."""
    rows = Accession.objects.standing().filter(agreement=agreement).exclude(signature_status=Signature.SIGNED)
    return rows.select_related("party")


# --- What may be answered ---------------------------------------------------------------------------------------------


def problem_of_answering(agreement):
    """Why no party can join or answer now, in words for the screen; empty where they can."""
    if agreement.status in lifecycle.STANDING:
        return ""
    if agreement.status in lifecycle.OVER:
        text = _("Överenskommelsen är %(status)s. Det går inte längre att ansluta sig till den.")
        return text % {"status": agreement.get_status_display()}
    return _("Överenskommelsen är inte antagen än. Parternas beslut fylls i när den är det.")


def refuse_days(agreement, *, days):
    """ValidationError by field for days outside of the agreement's life. ``days`` is {field: day or None}."""
    adopted = Adoption.objects.filter(agreement=agreement, decision_date__isnull=False)
    first = adopted.order_by("decision_date").values_list("decision_date", flat=True).first()
    text = _("Överenskommelsen antogs %(day)s. Dagen kan inte vara före det.")
    early = {name: text % {"day": first} for name, day in days.items() if day and first and day < first}
    if early:
        raise ValidationError(early)
    refuse_after_end(agreement, days=days)


def refuse_end_before_signing(parties, *, on):
    """ValidationError where one of ``parties``, which end that day, signed an agreement later: then it was still there.

    Which agreement is not said: whoever keeps the register may not see it.
    """
    signed = Accession.objects.filter(party__in=parties, signed_on__gt=on).select_related("party")
    if last := signed.order_by("signed_on").last():
        text = _("%(party)s undertecknade en överenskommelse %(day)s och fanns alltså då. Ange den dagen eller senare.")
        raise ValidationError({"on": text % {"party": last.party, "day": last.signed_on}})


def refuse_after_end(agreement, *, days):
    """As ``refuse_days``, of days after the agreement's last."""
    end = ending.end_of(agreement)
    text = _("Överenskommelsen gäller till och med %(day)s. Dagen kan inte vara efter det.")
    late = {name: text % {"day": end} for name, day in days.items() if day and end and day > end}
    if late:
        raise ValidationError(late)


# --- The verbs --------------------------------------------------------------------------------------------------------


@transaction.atomic
def note_answer(accession, *, was, by):
    """What follows from a party's answer; ``was`` is what it had answered before.

    The agreement's life tells of one that signs while it is in force. Who abstains no longer reads what is shared
    between the parties: rights follow from being party, or from being asked, and all else is denied (who changes its
    mind reads it again).
    """
    agreement = accession.agreement
    if accession.signature_status != was and Signature.DECLINED in (accession.signature_status, was):
        grant_rights(agreement)
    is_new = accession.signature_status == Signature.SIGNED and was != Signature.SIGNED
    if is_new and accession.role == Role.SIGNATORY and agreement.status == Agreement.Status.IN_FORCE:
        _note_joined(accession, by=by)


@transaction.atomic
def join_agreement(accession, *, by):
    """Store a party that joins later, let it be named and read what is shared, and tell the agreement's life."""
    accession.save()
    actor_for(agreement=accession.agreement, key=accession.party.key)
    grant_rights(accession.agreement)
    if accession.role == Role.SIGNATORY:
        _note_joined(accession, by=by)
    return accession


def _note_joined(accession, *, by):
    lifecycle.note(
        LifeEvent.Kind.JOINED,
        agreement=accession.agreement,
        by=by,
        party=accession.party,
        text=accession.name_at_signing,
        effective_on=accession.joined_on or accession.signed_on,
        **{
            name: getattr(accession, name)
            for name in ("decided_by", "decided_on", "decision_paragraph", "registry_number", "document")
        },
    )
