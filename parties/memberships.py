"""Roles that people have at a party: given, changed and ended by those whom ``granting.GRANTS`` lets.

Every write holds the party's row, so that two administrators who end each other's roles at once cannot both succeed.
It is logged, and told to whom it concerns in a letter. Where the rules say no it raises ValidationError, with the names
of the form's fields; PermissionDenied where the right to give was lost while somebody wrote.
"""

import datetime

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import ProtectedError, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from parties.audit import log
from parties.granting import may_give
from parties.letters import absolute, write
from parties.models import AuditEvent, Mail, Membership, Party, Role
from parties.outbox import send_now
from parties.rights import party_group
from parties.services import join

DAY = datetime.timedelta(days=1)
MAY_NOT_GIVE = gettext_lazy("Du får inte, eller får inte längre, ge eller avsluta den här rollen.")
TOLD = ("title", "starts_on", "ends_on")


def hold(party):
    """The party as stored, held until the transaction ends: whoever writes about its people waits here."""
    return Party.objects.select_for_update(no_key=True).get(pk=party.pk)


@transaction.atomic
def give_role(*, user, party, role, by, group=None, starts_on=None, ends_on=None, title="", stands_in_for=None):
    """Let ``user`` act for ``party`` in ``role``, from today unless told. Returns the membership.

    ``group`` is another hat of the role than the party's own: the hat of one body.
    """
    party, starts_on = hold(party), starts_on or timezone.localdate()
    group = group or party_group(party, role)
    refuse_giving(party, role, group, by=by, to=user.email)
    if not user.is_active:
        raise ValidationError(_("Personens konto är avslutat. Be portalens systemadministratör öppna det först."))
    refuse_days(starts_on, ends_on)
    refuse_overlap(user, group, starts_on, ends_on)
    membership = join(
        user=user,
        party=party,
        role=role,
        group=group,
        by=by,
        starts_on=starts_on,
        ends_on=ends_on,
        title=title,
        stands_in_for=stands_in_for,
    )
    _record(AuditEvent.Kind.GRANTED, membership, by, _new(membership))
    return membership


@transaction.atomic
def change_role(*, membership, version, by):
    """Store the title and days of ``membership``, read at ``version``. Raises VersionConflict, too."""
    party = hold(membership.party)
    stored = Membership.objects.get(pk=membership.pk)
    _require_right(party, stored, by)
    changes = {name: [_text(getattr(stored, name)), _text(getattr(membership, name))] for name in TOLD}
    changes = {name: pair for name, pair in changes.items() if pair[0] != pair[1]}
    if stored.version == version:  # else the conflict is shown first: the days are somebody else's
        _refuse_change(stored, membership, changes, by)
    if not changes:
        return stored
    membership.save_version(version)
    if membership.ends_on:
        _shorten_alternates(membership, by)
    _record(AuditEvent.Kind.CHANGED, membership, by, changes)
    return membership


@transaction.atomic
def end_role(*, membership, by, reason=""):
    """Take the role away at once, and from those who stand in with it. What had not lasted a day is removed."""
    party = hold(membership.party)
    membership = Membership.objects.select_related("user", "party").filter(pk=membership.pk).first()
    if membership is None or has_ended(membership):
        raise ValidationError(_("Rollen är redan avslutad."))
    _require_right(party, membership, by)
    if is_in_force(membership):
        _refuse_last_administrator(membership, timezone.localdate())
    for alternate in _alternates(membership):
        _stop(alternate, by, _("Den som ersattes har inte rollen längre."))
    _stop(membership, by, reason)


# --- what the rules say -----------------------------------------------------------------------------------------------


def refuse_giving(party, role, group, *, by, to):
    """The party is there, ``by`` may give the role, and gives it to somebody else."""
    if not may_give(by, party, role, group):
        raise PermissionDenied(MAY_NOT_GIVE)
    if to == by.email:
        raise ValidationError(_("Du kan inte ge dig själv en roll. Be en annan administratör."))
    if is_dissolved(party):
        raise ValidationError(_("Organisationen har upphört. Ingen kan få en roll där."))


def is_dissolved(party):
    return party.dissolved_on is not None and party.dissolved_on <= timezone.localdate()


def refuse_days(starts_on, ends_on):
    """A role begins today or later, and lasts at least that day."""
    if starts_on and starts_on < timezone.localdate():
        raise ValidationError({"starts_on": _("En roll kan tidigast gälla från i dag. Ange i dag eller senare.")})
    if starts_on and ends_on and ends_on < starts_on:
        raise ValidationError({"ends_on": _("Sista dagen är före den första. Byt plats på dagarna eller rätta en.")})
    if ends_on and ends_on < timezone.localdate():
        raise ValidationError({"ends_on": _("Sista dagen har redan varit. Ange i dag eller senare.")})


def refuse_overlap(user, group, starts_on, ends_on, *, but=None):
    """Nobody has the same role twice on one day: it would not end when it is ended."""
    same = Membership.objects.filter(user=user, group=group).exclude(pk=but)
    same = same.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=starts_on))
    if ends_on:
        same = same.filter(starts_on__lte=ends_on)
    if other := same.first():
        until = _("till och med %(day)s") % {"day": other.ends_on} if other.ends_on else _("tills vidare")
        text = _("Personen har redan rollen från %(start)s %(until)s. Ändra dagarna där i stället.")
        raise ValidationError({"starts_on": text % {"start": other.starts_on, "until": until}})


def has_ended(membership):
    return membership.ends_on is not None and membership.ends_on < timezone.localdate()


def is_in_force(membership):
    return membership.starts_on <= timezone.localdate() and not has_ended(membership)


def _require_right(party, membership, by):
    if not may_give(by, party, membership.role, membership.group):
        raise PermissionDenied(MAY_NOT_GIVE)


def _refuse_change(stored, new, changes, by):
    if has_ended(stored):
        raise ValidationError(_("Rollen är avslutad. Ge personen en ny roll i stället."))
    if "starts_on" in changes and stored.starts_on <= timezone.localdate():
        raise ValidationError({"starts_on": _("Rollen gäller redan. Dess första dag kan inte ändras.")})
    refuse_days(new.starts_on if "starts_on" in changes else None, new.ends_on if "ends_on" in changes else None)
    if new.ends_on and new.ends_on < new.starts_on:
        refuse_days(max(new.starts_on, timezone.localdate()), new.ends_on)
    later = _later(new.ends_on, stored.ends_on)
    if by.pk == stored.user_id and (later or new.starts_on < stored.starts_on):
        name = "ends_on" if later else "starts_on"
        raise ValidationError({name: _("Du kan inte förlänga din egen roll. Be en annan administratör.")})
    refuse_overlap(stored.user, stored.group, new.starts_on, new.ends_on, but=stored.pk)
    if is_in_force(stored) and _later(stored.ends_on, new.ends_on):
        _refuse_last_administrator(stored, new.ends_on + DAY)


def _later(day, other):
    """Whether ``day`` comes after ``other``, where None is no end."""
    return other is not None and (day is None or day > other)


def _refuse_last_administrator(membership, day):
    """``day`` is the first without it: somebody else must look after the party's people then."""
    if membership.role != Role.PARTY_ADMINISTRATOR:
        return
    others = Membership.objects.active(day).filter(party=membership.party_id, role=membership.role)
    if not others.exclude(user=membership.user_id).exists():
        text = _("Organisationen skulle stå utan administratör från %(day)s. Ge någon annan rollen först.")
        raise ValidationError(text % {"day": day})


# --- what follows -----------------------------------------------------------------------------------------------------


def _alternates(membership):
    """Those who stand in for the person with the same role, now or later."""
    rows = membership.alternates.select_related("user", "party")
    return rows.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=timezone.localdate()))


def _shorten_alternates(membership, by):
    """Nobody stands in for a role that has ended."""
    for alternate in _alternates(membership).filter(Q(ends_on__isnull=True) | Q(ends_on__gt=membership.ends_on)):
        if alternate.starts_on > membership.ends_on:
            _stop(alternate, by, _("Den som ersattes har inte rollen längre."))
            continue
        changes = {"ends_on": [_text(alternate.ends_on), _text(membership.ends_on)]}
        alternate.ends_on = membership.ends_on
        alternate.save_version(alternate.version)
        _record(AuditEvent.Kind.CHANGED, alternate, by, changes)


def _stop(membership, by, reason):
    """End a role yesterday, which is at once. One that began today or later is removed; history and log keep it."""
    before, yesterday = _text(membership.ends_on), timezone.localdate() - DAY
    changes = {"ends_on": [before, _text(yesterday)]}
    _record(AuditEvent.Kind.ENDED, membership, by, changes, reason)
    if membership.starts_on <= yesterday:
        membership.ends_on = yesterday
        membership.save_version(membership.version)
        return
    try:
        with transaction.atomic():
            membership.delete()
    except ProtectedError:
        text = _("Personen sitter på en plats i ett organ. Be länets samordnare byta person på platsen.")
        raise ValidationError(text) from None


def _new(membership):
    """What the log says of a role that was given."""
    return {name: ["", _text(getattr(membership, name))] for name in ("role", *TOLD) if getattr(membership, name)}


def _text(value):
    return "" if value is None else str(value)


def _record(kind, membership, by, changes, reason=""):
    """One line in the log and, unless they did it themselves, one letter to the person."""
    role = membership.get_role_display()
    log(kind, by=by, person=membership.user, party=membership.party, about=role, changes=changes, reason=reason)
    if membership.user_id == by.pk or not membership.user.is_active:
        return
    subject = {
        AuditEvent.Kind.GRANTED: _("Du är %(role)s för %(party)s"),
        AuditEvent.Kind.CHANGED: _("Din roll som %(role)s för %(party)s är ändrad"),
        AuditEvent.Kind.ENDED: _("Din roll som %(role)s för %(party)s är avslutad"),
    }[kind] % {"role": role, "party": membership.party}
    letter = write(
        user=membership.user,
        address=membership.user.email,
        kind=Mail.Kind.ACCOUNT,
        key=f"role:{kind}:{membership.pk}:{timezone.now().isoformat()}",
        subject=subject,
        template="mail/membership.txt",
        context={
            "membership": membership,
            "subject": subject,
            "ended": kind == AuditEvent.Kind.ENDED,
            "by": by,
            "reason": reason,
            "url": absolute(reverse("portal:work")),
        },
    )
    letter.save()
    send_now(letter)
