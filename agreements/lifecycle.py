"""How an agreement goes from state to state: one table, one verb.

Nothing else writes ``Agreement.status`` (an import and the form of what a document says apart: they tell how things
were, this does something). Every step leaves a ``LifeEvent``.
"""

from collections.abc import Callable
from dataclasses import dataclass

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from agreements.models import Accession, Agreement, Consultation, LifeEvent, Termination, Validity
from lib.db import VersionConflict
from lib.moments import last_day_of

Status, Kind = Agreement.Status, LifeEvent.Kind
ADOPTABLE = (Status.DRAFT, Status.CONSULTATION)
STANDING = (Status.ADOPTED, Status.SIGNED, Status.IN_FORCE)
OVER = (Status.EXPIRED, Status.TERMINATED, Status.SUPERSEDED)


# --- What may stand in the way: each takes the agreement and answers with a reason or nothing -------------------------


def no_text(agreement):
    """A remiss is about a text that does not change while it is answered."""
    return "" if agreement.text_versions.exists() else _("Spara en version av texten först.")


def open_consultation(agreement):
    still = Consultation.objects.filter(agreement=agreement, text__isnull=False, closed_on__isnull=True)
    return _("Remissen är inte avslutad. Avsluta den först.") if still.exists() else ""


def nobody_is_party(agreement):
    parties = Accession.objects.signatories().standing().filter(agreement=agreement)
    return "" if parties.exists() else _("Överenskommelsen har inga parter. Lägg till dem först.")


def somebody_has_not_answered(agreement):
    """All parties have signed, or said that they abstain."""
    answered = [Accession.SignatureStatus.SIGNED, Accession.SignatureStatus.DECLINED]
    waiting = Accession.objects.signatories().standing().filter(agreement=agreement)
    names = list(waiting.exclude(signature_status__in=answered).values_list("name_at_signing", flat=True))
    return _waiting_for(names) if names else ""


def not_ready_to_start(agreement):
    """What the agreement says of when it begins: from each signature, when all have signed, or from a date."""
    validity = agreement.validity
    rule = validity.takes_effect if validity else ""
    if rule == Validity.TakesEffect.ALL:
        return somebody_has_not_answered(agreement)
    if rule == Validity.TakesEffect.EACH:
        signed = Accession.objects.signatories().standing().filter(agreement=agreement, signature_status="signed")
        return "" if signed.exists() else _("Ingen part har undertecknat än.")
    start = validity.start if validity else ""
    if start and start > timezone.localdate().isoformat():
        return _("Överenskommelsen börjar gälla %(day)s. Det har inte varit än.") % {"day": start}
    return ""


def end_is_not_past(agreement):
    """Nothing goes out before its last day; one that holds until further notice does not go out at all."""
    end = agreement.validity.end if agreement.validity else ""
    if not end:
        return _("Överenskommelsen har inget slutdatum. Avsluta den i förtid, eller fyll i giltigheten.")
    if last_day_of(end) < timezone.localdate():
        return ""
    return _("Överenskommelsen gäller till och med %(end)s.") % {"end": last_day_of(end)}


def ends_by_notice(agreement):
    """An end that follows from a notice is no expiry: the states tell them apart."""
    if _notice_of_all(agreement):
        return _("Överenskommelsen är uppsagd. Anteckna i stället att uppsägningstiden är slut.")
    return ""


def nobody_ended_all(agreement):
    return "" if _notice_of_all(agreement) else _("Ingen bekräftad uppsägning gäller hela överenskommelsen.")


def _notice_of_all(agreement):
    """Whether a notice in force ends the whole agreement."""
    rows = Termination.objects.filter(agreement=agreement, scope=Validity.NoticeScope.WHOLE)
    return rows.filter(confirmed_at__isnull=False, withdrawn_on__isnull=True).exists()


def no_successor_in_force(agreement):
    successor = Agreement.objects.filter(predecessor=agreement).first()
    if successor is None:
        return _("Ingen överenskommelse är utpekad som efterföljare.")
    if successor.status == Status.IN_FORCE:
        return ""
    return _("Efterföljaren %(name)s gäller inte än.") % {"name": successor.short_name}


def _waiting_for(names):
    shown = ", ".join(names[:3])
    if len(names) > 3:
        return _("%(names)s och %(more)d till har inte undertecknat eller avstått.") % {
            "names": shown,
            "more": len(names) - 3,
        }
    return _("%(names)s har inte undertecknat eller avstått.") % {"names": shown}


# --- The table --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Transition:
    """A step: from which states, to which, what must be given with it, and what must hold.

    ``needs`` are fields of the LifeEvent that may not be empty; ``checks`` answer with a reason to refuse or nothing.
    ``verb`` is the button, ``meaning`` what it leads to for those who read, ``text`` what the LifeEvent says where its
    kind does not say it all.
    """

    verb: str
    kind: str
    sources: tuple
    target: str
    needs: tuple = ()
    checks: tuple[Callable, ...] = ()
    meaning: str = ""
    text: str = ""


TRANSITIONS = {
    "send": Transition(
        _("Skicka på remiss"), Kind.SENT, (Status.DRAFT,), Status.CONSULTATION, checks=(no_text,),
        meaning=_("Parterna och de som får remissen kan läsa texten. Den kan inte ändras medan remissen pågår."),
    ),
    "take_back": Transition(
        _("Ta tillbaka till utkast"), Kind.TAKEN_BACK, (Status.CONSULTATION,), Status.DRAFT, ("reason",),
        (open_consultation,), _("Skrivargruppen kan ändra texten igen. Bara den och samordnarna läser utkastet."),
    ),
    "adopt": Transition(
        _("Anta"), Kind.ADOPTED, ADOPTABLE, Status.ADOPTED, ("decided_by", "decided_on"), (open_consultation,),
        _("Texten ligger fast. Nu tar varje part sitt eget beslut."),
    ),
    "sign": Transition(
        _("Anteckna att alla har svarat"), Kind.SIGNED, (Status.ADOPTED,), Status.SIGNED, (),
        (nobody_is_party, somebody_has_not_answered), _("Alla parter har undertecknat eller avstått."),
    ),
    "start": Transition(
        _("Låt börja gälla"), Kind.IN_FORCE, (Status.ADOPTED, Status.SIGNED), Status.IN_FORCE, (),
        (nobody_is_party, not_ready_to_start), _("Överenskommelsen gäller, och kan följas upp."),
    ),
    "extend": Transition(
        _("Förläng"), Kind.EXTENDED, (Status.IN_FORCE, Status.EXPIRED), Status.IN_FORCE, ("decided_by", "decided_on"),
        meaning=_("Ett nytt slutdatum gäller. Det gamla går fortfarande att läsa."),
    ),
    "expire": Transition(
        _("Anteckna att den har gått ut"), Kind.EXPIRED, (Status.IN_FORCE,), Status.EXPIRED, (),
        (ends_by_notice, end_is_not_past), _("Överenskommelsen gäller inte längre. Allt går fortfarande att läsa."),
    ),
    "end_by_notice": Transition(
        _("Anteckna att uppsägningstiden är slut"), Kind.TERMINATED, STANDING, Status.TERMINATED, (),
        (nobody_ended_all, end_is_not_past), _("Överenskommelsen är uppsagd. Allt går fortfarande att läsa."),
        _("Upphörde efter uppsägning"),
    ),
    "terminate": Transition(
        _("Avsluta i förtid"), Kind.TERMINATED, STANDING, Status.TERMINATED,
        ("decided_by", "decided_on", "document", "reason"),
        meaning=_("Överenskommelsen upphör för alla parter. Allt går fortfarande att läsa."),
    ),
    "succeed": Transition(
        _("Ersätt med efterföljaren"), Kind.SUCCEEDED, (Status.IN_FORCE, Status.EXPIRED, Status.TERMINATED),
        Status.SUPERSEDED, (), (no_successor_in_force,), _("Seriens adress leder till den nya överenskommelsen."),
    ),
}  # fmt: skip


def steps_from(agreement):
    """[(name, Transition, [what stands in the way]), …] that lead on from where the agreement is.

    Of the two ways to come to the last day only the one that is the agreement's own.
    """
    other = "expire" if _notice_of_all(agreement) else "end_by_notice"
    return [
        (name, step, problems(name, agreement))
        for name, step in TRANSITIONS.items()
        if agreement.status in step.sources and name != other
    ]


def problems(name, agreement):
    """Why the step cannot be taken now, in words for the screen; empty where it can."""
    return [reason for check in TRANSITIONS[name].checks if (reason := check(agreement))]


# --- The verbs --------------------------------------------------------------------------------------------------------


@transaction.atomic
def take(name, *, agreement, by, version, **told):
    """Take a step. ``told`` are fields of the LifeEvent (``decided_by``, ``reason``, …; ``when`` is today unless told).

    Returns the LifeEvent. Raises PermissionDenied where ``by`` does not coordinate the agreement, VersionConflict where
    somebody changed it after ``version``, and ValidationError where the state, a check or a missing field forbids it.
    """
    step = TRANSITIONS[name]
    stored = hold(agreement)
    if not Agreement.objects.editable_by(by).filter(pk=stored.pk).exists():
        raise PermissionDenied
    if stored.version != version:
        raise VersionConflict(stored)
    if stored.status not in step.sources:
        text = gettext("Överenskommelsen är %(status)s. Därifrån går det inte att göra det här: %(verb)s.")
        raise ValidationError(text % {"status": stored.get_status_display(), "verb": step.verb})
    if reasons := problems(name, stored):
        raise ValidationError(reasons)
    event = _event(step.kind, stored, by, {"text": str(step.text), **told})
    _refuse_missing(event, step.needs)
    if step.target in OVER:
        _refuse_end_before_start(event)
    event.from_status, event.to_status = stored.status, step.target
    event.save()
    stored.status = step.target
    stored.save_version(version, reason=event.reason[:100])
    agreement.status, agreement.version = stored.status, stored.version
    return event


@transaction.atomic
def note(kind, *, agreement, by, **told):
    """Write down what happened without a change of state: a review, a change of the text, a notice, a new party."""
    event = _event(kind, agreement, by, told)
    event.save()
    return event


def hold(agreement):
    """The agreement as stored, held until the transaction ends: steps of the same agreement wait for one another."""
    return Agreement.objects.select_for_update(of=("self",)).get(pk=agreement.pk)


def _event(kind, agreement, by, told):
    today = timezone.localdate()
    for name in ("decided_on", "when"):
        if (day := told.get(name)) and str(day) > today.isoformat():
            raise ValidationError({name: gettext("Dagen har inte varit än. Fyll i när det hände.")})
    when = str(told.pop("when", "") or told.get("decided_on") or today)
    return LifeEvent(agreement=agreement, kind=kind, when=when, done_by=by, done_at=timezone.now(), **told)


def _refuse_end_before_start(event):
    """Of a start of which only the year or the month is known, any day in it will do."""
    validity = event.agreement.validity
    start = validity.start if validity else ""
    if event.when[: len(start)] < start:
        text = gettext("Överenskommelsen började gälla %(start)s. Den kan inte sluta före det.")
        raise ValidationError({"when": text % {"start": start}})


def _refuse_missing(event, needs):
    missing = [name for name in needs if not getattr(event, name)]
    if missing:
        label = {name: capfirst(event._meta.get_field(name).verbose_name) for name in missing}
        raise ValidationError({name: gettext("Fyll i %(field)s.") % {"field": label[name].lower()} for name in missing})
