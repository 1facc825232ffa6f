"""Notice: when it counts from, which day is the last, and what it does when it is confirmed or taken back.

Given → received by each of the others → confirmed. Only what is confirmed has effect. The agreement says whether the
party leaves or all of it ends (``Validity.notice_scope``); what it does not say is told with the notice.
"""

import calendar
import datetime

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from agreements.extending import add_validity
from agreements.leaving_letters import CONFIRMED, GIVEN, WITHDRAWN, write_notice
from agreements.lifecycle import STANDING, hold, note
from agreements.models import Accession, Basis, LifeEvent, Termination, TerminationReceipt, Validity
from agreements.services import grant_rights
from lib.db import Frozen
from lib.moments import last_day_of
from parties.models import Party, Right
from parties.rights import with_right

WHOLE = Validity.NoticeScope.WHOLE
BY_NOTICE = "uppsagning-"  # how the keys begin of validity rows that follow from notices


# --- Which day --------------------------------------------------------------------------------------------------------


def last_day(received, months):
    """The last day in force of who gives notice, from the days on which each of the others got it; None for no days.

    Counted from the day on which the last of them got it, to the day of the same number ``months`` later, or to that
    month's last day where it has no such number, as 1 § of lagen (1930:173) om beräkning av lagstadgad tid counts
    months. Its 2 §, on holidays, is about things to do in time; a last day is the last whatever day it is.
    """
    start = max(received, default=None)
    if start is None:
        return None
    years, month = divmod(start.month - 1 + months, 12)
    year, month = start.year + years, month + 1
    return datetime.date(year, month, min(start.day, calendar.monthrange(year, month)[1]))


def day_of_receipt(termination):
    """The day on which the last of the others got the notice, or None while somebody has not."""
    days = {row.party_id: row.received_on for row in termination.receipts.all()}
    others = {row.party_id for row in others_of(termination.agreement_id, termination.party_id)}
    return max(days.values()) if others and others <= days.keys() else None


def others_of(agreement, party):
    """The accessions of the other parties, which notice is given to."""
    rows = Accession.objects.signatories().standing().filter(agreement=agreement).exclude(party=party)
    return rows.select_related("party").order_by("party__sort_name", "pk")


# --- Who may, and what stands in the way ------------------------------------------------------------------------------


def leavable_by(user, agreement):
    """The parties that ``user`` may give notice for: all for its coordinators, else those that the user approves for.

    Those that have given notice already are left out.
    """
    standing = Accession.objects.signatories().standing().filter(agreement=agreement, left_on__isnull=True)
    given = Termination.objects.filter(agreement=agreement, withdrawn_on__isnull=True)
    parties = Party.objects.filter(pk__in=standing.values("party")).exclude(pk__in=given.values("party"))
    return parties if is_coordinator(user, agreement) else with_right(parties, user, Right.APPROVE)


def may_give_notice(user, agreement):
    """Whether the page is for ``user``: the agreement's coordinators, and who approves for one of its parties."""
    parties = Accession.objects.signatories().standing().filter(agreement=agreement).values("party")
    approved = with_right(Party.objects.filter(pk__in=parties), user, Right.APPROVE)
    return is_coordinator(user, agreement) or approved.exists()


def may_take_back(user, termination):
    """Coordinators until it has had its effect; the party itself until it is confirmed."""
    if is_coordinator(user, termination.agreement):
        return True
    own = with_right(Party.objects.filter(pk=termination.party_id), user, Right.APPROVE)
    return termination.confirmed_at is None and own.exists()


def is_coordinator(user, agreement):
    return type(agreement).objects.editable_by(user).filter(pk=agreement.pk).exists()


def not_in_force(agreement):
    """Why no notice can be given, or nothing: there is nothing to leave before it is adopted or after its end."""
    if agreement.status in STANDING:
        return ""
    text = _("Överenskommelsen är %(status)s. Bara en överenskommelse som är antagen eller gäller kan sägas upp.")
    return text % {"status": agreement.get_status_display()}


def check_notice(agreement, party, given_on):
    """ValidationError, by field, for notice that cannot be: in the future, or dated before the accession."""
    if given_on > timezone.localdate():
        raise ValidationError({"given_on": _("Dagen har inte varit än. Fyll i den dag uppsägningen är daterad.")})
    accession = Accession.objects.filter(agreement=agreement, party=party).first()
    start = accession and (accession.signed_on or accession.joined_on)
    if start and given_on < start:
        text = _("Uppsägningen är daterad före anslutningen %(day)s. Kontrollera datumet.")
        raise ValidationError({"given_on": text % {"day": start}})


def unready(termination):
    """What stands in the way of confirming, in words for the screen."""
    found = [not_in_force(termination.agreement)]
    if termination.withdrawn_on:
        found.append(_("Uppsägningen är tagen tillbaka."))
    got = {row.party_id for row in termination.receipts.all()}
    rows = others_of(termination.agreement_id, termination.party_id)
    missing = [row.name_at_signing for row in rows if row.party_id not in got]
    if missing:
        found.append(_("Fyll i när %(names)s fick uppsägningen.") % {"names": some_of(missing)})
    return [reason for reason in found if reason]


def some_of(names):
    """The first three names, and how many more there are."""
    if len(names) <= 3:
        return " och ".join(filter(None, (", ".join(names[:-1]), names[-1])))
    return _("%(names)s och %(more)d till") % {"names": ", ".join(names[:3]), "more": len(names) - 3}


# --- The verbs --------------------------------------------------------------------------------------------------------


@transaction.atomic
def give_notice(*, termination, by):
    """Store a notice, not yet confirmed. Raises PermissionDenied, and ValidationError by field where it cannot be."""
    agreement = hold(termination.agreement)
    if reason := not_in_force(agreement):
        raise ValidationError(reason)
    if not leavable_by(by, agreement).filter(pk=termination.party_id).exists():
        if Termination.objects.filter(agreement=agreement, party=termination.party_id, withdrawn_on=None).exists():
            raise ValidationError({"party": _("Parten har redan sagt upp överenskommelsen.")})
        raise PermissionDenied
    check_notice(agreement, termination.party_id, termination.given_on)
    validity = agreement.validity
    termination.scope = (validity and validity.notice_scope) or termination.scope
    if validity and validity.notice_period_months is not None:
        termination.months = validity.notice_period_months
    termination._history_user = by
    termination.save()
    write_notice(termination, GIVEN, by=by)
    return termination


@transaction.atomic
def note_receipts(*, termination, version, days, by):
    """Write down the day each of the others got the notice: {party's id: day or None}; the last day follows.

    Raises Frozen once it is confirmed or taken back, VersionConflict, and PermissionDenied for all but coordinators.
    """
    stored = _hold_open(termination, by)
    stored.receipts.all().delete()
    rows = [
        TerminationReceipt(termination=stored, party_id=party, received_on=day) for party, day in days.items() if day
    ]
    TerminationReceipt.objects.bulk_create(rows)
    stored.counted_from = day_of_receipt(stored)
    stored.last_day = last_day([stored.counted_from] if stored.counted_from else [], stored.months)
    stored._history_user = by
    told = {"number": len(rows), "all": len(days), "day": max((row.received_on for row in rows), default="–")}
    stored.save_version(version, reason=_("Mottagen av %(number)d av %(all)d parter, senast %(day)s.") % told)
    return stored


@transaction.atomic
def confirm(*, termination, version, by):
    """Let the notice have its effect: the party leaves the day after the last, or the agreement ends that day.

    Raises Frozen where it is confirmed or taken back, ValidationError for what stands in the way, VersionConflict where
    it is not what was shown, and PermissionDenied for others than coordinators.
    """
    stored = _hold_open(termination, by)
    if reasons := unready(stored):
        raise ValidationError(reasons)
    stored.counted_from = day_of_receipt(stored)
    stored.last_day = last_day([stored.counted_from], stored.months)
    stored.confirmed_at, stored.confirmed_by, stored._history_user = timezone.now(), by, by
    stored.save_version(version)
    outside = stored.last_day + datetime.timedelta(days=1)
    _mark(stored, by, notice_received_on=stored.counted_from, left_on=None if stored.scope == WHOLE else outside)
    if stored.scope == WHOLE:
        settle_end(stored.agreement, f"{BY_NOTICE}{stored.pk}", _("Uppsagd av %(party)s.") % {"party": stored.party})
    note(
        LifeEvent.Kind.NOTICE, agreement=stored.agreement, by=by, party=stored.party, when=stored.given_on,
        effective_on=outside, reason=stored.reason, registry_number=stored.registry_number, document=stored.document,
        text=_effect(stored),
    )  # fmt: skip
    grant_rights(stored.agreement)
    write_notice(stored, CONFIRMED, by=by)
    return stored


@transaction.atomic
def take_back(*, termination, version, why, by):
    """Withdraw the notice: before it is confirmed nothing has happened, after that its effects are undone.

    Raises PermissionDenied, VersionConflict, Frozen where it is withdrawn already, and ValidationError once the last
    day is past.
    """
    agreement = hold(termination.agreement)
    stored = Termination.objects.select_for_update(of=("self",)).get(pk=termination.pk)
    stored.agreement = agreement
    if not may_take_back(by, stored):
        raise PermissionDenied
    if stored.withdrawn_on:
        raise Frozen(_("Uppsägningen är redan tagen tillbaka."))
    if stored.confirmed_at and stored.last_day < timezone.localdate():
        text = _("Sista dagen %(day)s har varit. Parten kan ansluta sig på nytt.")
        raise ValidationError(text % {"day": stored.last_day})
    stored.withdrawn_on, stored.withdrawn_note, stored._history_user = timezone.localdate(), why, by
    stored.save_version(version, reason=why[:100])
    if stored.confirmed_at:
        _undo(stored, by)
    write_notice(stored, WITHDRAWN, by=by)
    return stored


def _hold_open(termination, by):
    """The notice as stored, held with its agreement until the transaction ends. Raises Frozen once it is settled."""
    agreement = hold(termination.agreement)
    stored = (
        Termination.objects.select_for_update(of=("self",)).select_related("party", "document").get(pk=termination.pk)
    )
    stored.agreement = agreement
    if not is_coordinator(by, agreement):
        raise PermissionDenied
    if stored.withdrawn_on:
        raise Frozen(_("Uppsägningen är tagen tillbaka."))
    if stored.confirmed_at:
        raise Frozen(Termination.frozen_message)
    return stored


def _mark(termination, by, **days):
    """Write on the party's accession, signed or not, when notice was received and when it leaves."""
    accession = Accession.objects.get(agreement=termination.agreement_id, party=termination.party_id)
    if days["left_on"] and accession.joined_on:
        days["left_on"] = max(days["left_on"], accession.joined_on)
    for name, day in days.items():
        setattr(accession, name, day)
    accession._history_user = by
    accession.save_version(accession.version, reason=str(_("Uppsägning")))


def _undo(stored, by):
    _mark(stored, by, notice_received_on=None, left_on=None)
    if stored.scope == WHOLE:
        text = _("Uppsägningen av %(party)s är tagen tillbaka.") % {"party": stored.party}
        settle_end(stored.agreement, f"{BY_NOTICE}{stored.pk}-ater", text)
    note(
        LifeEvent.Kind.NOTICE, agreement=stored.agreement, by=by, party=stored.party, reason=stored.withdrawn_note,
        text=_("%(party)s tog tillbaka sin uppsägning") % {"party": stored.party},
    )  # fmt: skip
    grant_rights(stored.agreement)


def _effect(stored):
    told = {"party": stored.party, "day": stored.last_day}
    if stored.scope == WHOLE:
        return _("%(party)s sade upp överenskommelsen. Den gäller till och med %(day)s.") % told
    return _("%(party)s sade upp överenskommelsen och är part till och med %(day)s.") % told


def settle_end(agreement, key, why):
    """Add a validity row where the end that follows from all notices in force is not the one that stands last."""
    rows = list(Validity.objects.filter(agreement=agreement))
    own = [row for row in rows if not row.key.startswith(BY_NOTICE)]
    base = own[-1] if own else Validity(agreement=agreement)
    days = ending_by_notice(agreement).values_list("last_day", flat=True)
    first = min(days, default=None)
    end = first.isoformat() if first and (not base.end or first < last_day_of(base.end)) else base.end
    if (rows[-1].end if rows else "") != end:
        add_validity(base, key=key, end=end, open_ended=base.open_ended and not end, note=why, basis=Basis.EXTERNAL)


def ending_by_notice(agreement):
    """The notices in force that end the whole agreement."""
    return Termination.objects.filter(
        agreement=agreement, scope=WHOLE, confirmed_at__isnull=False, withdrawn_on__isnull=True
    )
