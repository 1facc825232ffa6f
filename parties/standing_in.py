"""A colleague stands in for somebody who is away: the same hat, between two days that both have an end."""

import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from parties.memberships import give_role, hold
from parties.models import Membership, User

LONGEST = datetime.timedelta(days=366)  # who will be gone for longer has left: hand the work over instead


def colleagues_of(membership, *, by):
    """The persons who may stand in: those who act for the party in any role, but for the one away and who decides."""
    acting = Membership.objects.active().filter(party=membership.party_id)
    people = User.objects.filter(pk__in=acting.values("user"))
    return people.exclude(pk__in=[membership.user_id, by.pk]).order_by("name", "pk")


@transaction.atomic
def name_alternate(*, membership, colleague, starts_on, ends_on, by):
    """Give ``colleague`` the hat of ``membership`` between the two days, and return the alternate's membership.

    Raises ValidationError, by field, where the days or the person cannot be; PermissionDenied where ``by`` may not.
    """
    hold(membership.party)
    membership = Membership.objects.select_related("user", "party", "group").get(pk=membership.pk)
    _check_role(membership)
    _check_days(membership, starts_on, ends_on)
    if not colleagues_of(membership, by=by).filter(pk=colleague.pk).exists():
        raise ValidationError({"colleague": _("Välj någon annan som arbetar för organisationen.")})
    return give_role(
        user=colleague,
        party=membership.party,
        role=membership.role,
        group=membership.group,
        by=by,
        starts_on=starts_on,
        ends_on=ends_on,
        title=membership.title,
        stands_in_for=membership,
    )


def _check_role(membership):
    """Refuse what has ended, what is itself a stand-in, and roles that the party does not give."""
    if membership.ends_on and membership.ends_on < timezone.localdate():
        raise ValidationError(
            _("Rollen upphörde %(day)s. Ge kollegan en egen roll i stället.") % {"day": membership.ends_on}
        )
    if membership.stands_in_for_id:
        raise ValidationError(_("Det här är redan en ersättare. Utse ersättare för den ordinarie rollen."))


def _check_days(membership, starts_on, ends_on):
    today = timezone.localdate()
    if starts_on < today:
        raise ValidationError({"starts_on": _("Dagen har redan varit. Ange i dag eller en dag längre fram.")})
    if ends_on < starts_on:
        raise ValidationError({"ends_on": _("Sista dagen ligger före första dagen. Byt plats på dem eller ändra en.")})
    if ends_on - starts_on > LONGEST:
        raise ValidationError(
            {"ends_on": _("Ange högst ett år. Är frånvaron längre, lämna över arbetet till en efterträdare.")}
        )
    if starts_on < membership.starts_on:
        told = {"day": membership.starts_on}
        raise ValidationError({"starts_on": _("Rollen som ska ersättas gäller först från %(day)s.") % told})
    if membership.ends_on and ends_on > membership.ends_on:
        told = {"day": membership.ends_on}
        raise ValidationError({"ends_on": _("Rollen som ska ersättas gäller bara till och med %(day)s.") % told})
