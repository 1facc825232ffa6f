"""The group that writes the draft of one agreement: who is in it, who gives and ends its hat, and what it reads."""

from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from agreements.models import Accession, Agreement, AgreementGroupObjectPermission
from parties import inviting, memberships
from parties.models import Invitation, Membership, Party, Right, Role, User
from parties.rights import set_grants

DRAFTING_GROUPS = "drafting:"


def group_of(agreement):
    """The group whose hat lets people write the draft; made, with its right, the first time it is asked for."""
    group, _made = Group.objects.get_or_create(name=f"{DRAFTING_GROUPS}{agreement.pk}")
    set_grants(agreement, {(group.pk, Right.DRAFT_AGREEMENT)}, among=DRAFTING_GROUPS)
    return group


def groups_given_by(user):
    """The drafting groups of the agreements that ``user`` coordinates."""
    held = AgreementGroupObjectPermission.objects.filter(
        permission__codename=Right.DRAFT_AGREEMENT,
        group__name__startswith=DRAFTING_GROUPS,
        content_object__in=Agreement.objects.editable_by(user).values("pk"),
    )
    return Group.objects.filter(pk__in=held.values("group"))


def parties_near(agreement):
    """The organisations whose people may be asked about a draft: the county's, its own and its predecessor's."""
    members = Accession.objects.filter(Q(agreement=agreement) | Q(agreement__successor=agreement))
    near = Q(county=agreement.county_id) | Q(counties__county=agreement.county_id)
    near |= Q(pk__in=members.values("party")) | Q(pk=agreement.coordinating_party_id)
    return Party.objects.filter(pk__in=Party.objects.filter(near, dissolved_on__isnull=True).values("pk"))


def writers_of(agreement):
    """(those who write now or later, those whose time has passed, open invitations), by name."""
    today, name = timezone.localdate(), f"{DRAFTING_GROUPS}{agreement.pk}"
    rows = Membership.objects.filter(group__name=name).select_related("user", "party")
    rows = rows.order_by("user__name", "starts_on", "pk")
    ended = Q(ends_on__lt=today)
    invited = Invitation.objects.filter(group__name=name).unanswered().select_related("party")
    return list(rows.exclude(ended)), list(rows.filter(ended)), list(invited)


@transaction.atomic
def add_writer(*, agreement, by, email, name, party, title="", starts_on=None, ends_on=None):
    """Let whoever has the address write: at once where it has an account, else by invitation.

    Returns the Membership or the Invitation. Raises PermissionDenied where ``by`` does not coordinate the agreement,
    and ValidationError where it is no draft any more or a rule about roles says no.
    """
    stored = _held_draft(agreement, by)
    hat = {"party": party, "role": Role.DRAFTER, "by": by, "group": group_of(stored)}
    days = {"title": title, "starts_on": starts_on, "ends_on": ends_on}
    user = User.objects.filter(email=inviting.tidy(email), is_active=True).first()
    if user:
        return memberships.give_role(user=user, **hat, **days)
    return inviting.invite(email=email, name=name, **hat, **days)


def end_writer(*, agreement, membership, by, reason=""):
    """End the hat at once. Raises PermissionDenied, or ValidationError where it has ended already."""
    _require_coordinator(agreement, by)
    memberships.end_role(membership=membership, by=by, reason=reason)


def withdraw_invitation(*, agreement, invitation, by):
    _require_coordinator(agreement, by)
    inviting.withdraw(invitation=invitation, by=by)


def _held_draft(agreement, by):
    stored = Agreement.objects.select_for_update(of=("self",)).get(pk=agreement.pk)
    _require_coordinator(stored, by)
    if stored.status != Agreement.Status.DRAFT:
        raise ValidationError(_("Överenskommelsen är inte ett utkast längre. Då skriver ingen skrivargrupp på den."))
    return stored


def _require_coordinator(agreement, by):
    if not Agreement.objects.editable_by(by).filter(pk=agreement.pk).exists():
        raise PermissionDenied
