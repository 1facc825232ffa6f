"""The register as the world changes: new names, other counties, parties that merge, split or end.

Only whoever looks after the portal does this, for a reason that is logged. Here the register changes and nothing else:
what the old party had in an agreement goes over by a step of its own, taken by the agreement's coordinators. Names at
signing stay, and former names are found by search. ValidationError has the names of the form's fields.
"""

import datetime

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _

from parties.audit import log
from parties.models import AuditEvent, Membership, Party, PartyCounty, PartyKind, PartyName, PartySuccession, Role
from parties.rights import party_group
from parties.services import join

DAY = datetime.timedelta(days=1)
CARRIED = (Role.READER, Role.REPORTER, Role.APPROVER, Role.PARTY_ADMINISTRATOR)  # what a party's own people do


@transaction.atomic
def rename(*, party, name, on, reason, by):
    """Call the party ``name`` from the day ``on``; what it was called until then stays as a former name."""
    party = _hold([party], on, by)[0]
    _refuse_ended(party)
    if name == party.name:
        raise ValidationError({"name": _("Organisationen heter redan så. Skriv det nya namnet.")})
    last = party.names.filter(ends_on__isnull=False).order_by("-ends_on").first()
    starts_on = last.ends_on + DAY if last else None
    if starts_on and on <= starts_on:
        text = _("Det förra namnet gällde till och med %(day)s. Ange en senare dag.")
        raise ValidationError({"on": text % {"day": last.ends_on}})
    old, party.name = party.name, name
    if not PartyName.objects.filter(party=party, name=old).update(ends_on=on - DAY):
        PartyName.objects.bulk_create([PartyName(party=party, name=old, starts_on=starts_on, ends_on=on - DAY)])
    _save(party, by, reason)
    _log(party, by, reason, _("nytt namn från %(day)s") % {"day": on}, {"name": [old, name]})
    return party


@transaction.atomic
def move(*, party, county, on, reason, by):
    """Let the party belong to ``county`` from the day ``on``; where it belonged before is kept with its days."""
    party = _hold([party], on, by)[0]
    _refuse_ended(party)
    before = party.county
    if county == before:
        raise ValidationError({"county": _("Organisationen hör redan till %(county)s.") % {"county": county}})
    current = party.counties.filter(ends_on__isnull=True).first()
    if current and current.starts_on and current.starts_on >= on:
        text = _("Organisationen hör till %(county)s från %(day)s. Ange en senare dag.")
        raise ValidationError({"on": text % {"county": current.county, "day": current.starts_on}})
    if current:
        PartyCounty.objects.filter(pk=current.pk).update(ends_on=on - DAY)
    elif before:
        PartyCounty.objects.create(party=party, county=before, ends_on=on - DAY)
    PartyCounty.objects.create(party=party, county=county, starts_on=on)
    party.county = county
    _save(party, by, reason)
    told = {"county": [str(before or ""), str(county)]}
    _log(party, by, reason, _("nytt län från %(day)s") % {"day": on}, told)
    return party


@transaction.atomic
def merge(*, parties, into, on, reason, by, people=False):
    """Let ``parties`` go into one, ``into``: a Party, or the name of a new one. Returns it.

    With ``people`` those who act for the old ones get the same roles there; the old roles stand until they are ended.
    """
    into = _founded(into, parties[0], on, by, reason)
    kind = PartySuccession.Kind.MERGED if len(parties) > 1 else PartySuccession.Kind.REPLACED
    if len({party.pk for party in parties}) < len(parties):
        raise ValidationError({"others": _("Samma organisation står två gånger. Ta bort den ena.")})
    held = _hold([*parties, into], on, by)
    _carry_on(held[:-1], [held[-1]], kind, on, reason, by, field="into")
    _end(held[:-1], on, reason, by)
    for party in held[:-1] if people else ():
        _bring_people(party, held[-1], by, reason)
    return held[-1]


@transaction.atomic
def split(*, party, into, on, reason, by, remains=False):
    """Let ``into``, Parties or names of new ones, carry on what the party did; it ends unless it ``remains``."""
    successors = [_founded(each, party, on, by, reason) for each in into]
    if len({each.pk for each in successors}) < len(successors):
        raise ValidationError({"into": _("Samma organisation står två gånger. Ta bort den ena.")})
    held = _hold([party, *successors], on, by)
    _carry_on(held[:1], held[1:], PartySuccession.Kind.SPLIT, on, reason, by, field="into")
    if not remains:
        _end(held[:1], on, reason, by)
    return held[0]


@transaction.atomic
def dissolve(*, party, on, reason, by):
    """Let the party end with nobody who carries it on."""
    held = _hold([party], on, by)
    _end(held, on, reason, by)
    return held[0]


# --- what the rules say -----------------------------------------------------------------------------------------------


def _hold(parties, on, by):
    """The parties as stored, held until the transaction ends, always in the same order. The day is no day to come."""
    if not (by.is_active and by.is_superuser):
        raise PermissionDenied
    rows = Party.objects.select_for_update(no_key=True).filter(pk__in=[party.pk for party in parties]).order_by("pk")
    held = {row.pk: row for row in rows}
    found = [held[party.pk] for party in parties]
    if on > timezone.localdate():
        raise ValidationError({"on": _("Dagen har inte varit än. Registrera ändringen den dag den gäller.")})
    for party in found:
        if party.founded_on and party.founded_on > on:
            text = _("%(party)s bildades %(day)s. Ange den dagen eller senare.")
            raise ValidationError({"on": text % {"party": party, "day": party.founded_on}})
    return found


def _carry_on(predecessors, successors, kind, on, reason, by, *, field):
    """Write down who carries on whom. Nobody carries on itself, or somebody that carries it on."""
    links = _links()
    for old in predecessors:
        _refuse_ended(old)
        for new in successors:
            if old.pk == new.pk:
                raise ValidationError({field: _("En organisation kan inte gå upp i sig själv. Välj en annan.")})
            if new.dissolved_on:
                text = _("%(party)s upphörde %(day)s och kan inte ta över. Välj en annan.")
                raise ValidationError({field: text % {"party": new, "day": new.dissolved_on}})
            if old.pk in _reached(new.pk, links):
                text = _("%(old)s har själv tagit över efter %(new)s. Det skulle bli en ring. Välj en annan.")
                raise ValidationError({field: text % {"new": new, "old": old}})
            PartySuccession.objects.get_or_create(
                predecessor=old, successor=new, defaults={"kind": kind, "happened_on": on}
            )
            label = PartySuccession.Kind(kind).label
            about = _("%(kind)s från %(day)s") % {"kind": label, "day": on}
            _log(new, by, reason, about, {"predecessor": ["", old.name]})
            _log(old, by, reason, about, {"successor": ["", new.name]})


def _links():
    """Predecessor's key → keys of its successors."""
    links = {}
    for old, new in PartySuccession.objects.values_list("predecessor", "successor"):
        links.setdefault(old, set()).add(new)
    return links


def _reached(pk, links):
    """Everybody that carries on the party, directly or through others."""
    found, ahead = set(), [pk]
    while ahead:
        fresh = links.get(ahead.pop(), set()) - found
        found |= fresh
        ahead += fresh
    return found


def _refuse_ended(party):
    if party.dissolved_on:
        text = _("%(party)s har redan upphört, %(day)s. En organisation upphör en gång.")
        raise ValidationError(text % {"party": party, "day": party.dissolved_on})


def _refuse_before_last(party, on):
    """A party ends no sooner than the last that happened to it."""
    links = PartySuccession.objects.filter(Q(predecessor=party) | Q(successor=party))
    days = [*party.counties.values_list("starts_on", flat=True), *links.values_list("happened_on", flat=True)]
    days += [day + DAY for day in party.names.filter(ends_on__isnull=False).values_list("ends_on", flat=True)]
    last = max(filter(None, days), default=on)
    if on < last:
        text = _("Registret har en senare ändring av %(party)s, %(day)s. Ange den dagen eller senare.")
        raise ValidationError({"on": text % {"party": party, "day": last}})


# --- what follows -----------------------------------------------------------------------------------------------------


def _end(parties, on, reason, by):
    for party in parties:
        _refuse_ended(party)
        _refuse_before_last(party, on)
        party.dissolved_on = on
        _save(party, by, reason)
        _log(party, by, reason, _("upphör %(day)s") % {"day": on}, {"dissolved_on": ["", str(on)]})


def _founded(named, like, on, by, reason):
    """The Party, or a new one of that name: of the same kind and county as the one it carries on."""
    if isinstance(named, Party):
        return named
    if not (by.is_active and by.is_superuser):
        raise PermissionDenied
    key = stem = slugify(named)[:70]
    number = 2
    while Party.objects.filter(key=key).exists():
        key, number = f"{stem}-{number}", number + 1
    party = Party(key=key, name=named, kind=like.kind, county=like.county, founded_on=on)
    party._history_user, party._change_reason = by, reason[:100]
    party.save()
    if like.kind == PartyKind.MUNICIPALITY and like.county:
        PartyCounty.objects.create(party=party, county=like.county, starts_on=on)
    _log(party, by, reason, _("bildas %(day)s") % {"day": on}, {"name": ["", named]})
    return party


def _bring_people(old, new, by, reason):
    """Who acts for the old party gets the same role at the new one, from today; nobody gets it twice."""
    today = timezone.localdate()
    groups = {party_group(old, role).pk: role for role in CARRIED}
    rows = Membership.objects.active().filter(group__in=groups).select_related("user").order_by("pk")
    for row in rows:
        group = party_group(new, row.role)
        lasting = Q(ends_on__isnull=True) | Q(ends_on__gte=today)
        if Membership.objects.filter(lasting, user=row.user, group=group).exists():
            continue
        join(user=row.user, party=new, role=row.role, by=by, title=row.title, starts_on=today, ends_on=row.ends_on)
        log(
            AuditEvent.Kind.GRANTED,
            by=by,
            person=row.user,
            party=new,
            about=row.get_role_display(),
            changes={"role": ["", row.role], "starts_on": ["", str(today)]},
            reason=reason,
        )


def _save(party, by, reason):
    party._history_user = by
    party.save_version(party.version, reason=reason[:100])


def _log(party, by, reason, about, changes):
    log(AuditEvent.Kind.PARTY_CHANGED, by=by, party=party, about=about, changes=changes, reason=reason)
