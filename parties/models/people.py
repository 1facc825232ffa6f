"""How people come to act for a party: invitations by e-mail, which give a membership once, to whom they name."""

import hashlib

from django.contrib.auth.models import Group
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from lib.db import date_order
from parties.models.register import Membership, Party, Role, User

VALID_FOR_DAYS = 14


def digest(secret):
    """What is kept of a secret that opens something: enough to know it again, too little to use it."""
    return hashlib.sha256(secret.encode()).hexdigest()


class InvitationQuerySet(models.QuerySet):
    def editable_by(self, user):
        """Those who may give the role that is offered."""
        from parties.granting import given_by

        return given_by(self, user)

    visible_to = editable_by

    def unanswered(self):
        """Neither accepted nor withdrawn; their time may have passed."""
        return self.filter(accepted_at__isnull=True, withdrawn_at__isnull=True)

    def open(self):
        return self.unanswered().filter(expires_at__gt=timezone.now())


class Invitation(models.Model):
    """An offer to act for ``party`` in ``role``, sent to one address: opened by its secret, good once and for a while.

    Only the secret's digest is kept. ``email`` is trimmed and in lower case, as the addresses of persons.
    """

    email = models.EmailField(_("e-post"))
    name = models.CharField(_("namn"), max_length=150)
    party = models.ForeignKey(Party, verbose_name=_("part"), on_delete=models.PROTECT, related_name="invitations")
    role = models.CharField(_("roll"), max_length=30, choices=Role)
    group = models.ForeignKey(Group, on_delete=models.PROTECT, related_name="+")
    title = models.CharField(_("funktion"), max_length=120, blank=True)
    starts_on = models.DateField(_("från"), null=True, blank=True)
    ends_on = models.DateField(_("till och med"), null=True, blank=True)
    stands_in_for = models.ForeignKey(
        Membership, verbose_name=_("ersätter"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    secret_digest = models.CharField(max_length=64, unique=True, editable=False)
    invited_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    invited_at = models.DateTimeField(_("skickad"), default=timezone.now)
    expires_at = models.DateTimeField(_("gäller till"))
    accepted_at = models.DateTimeField(_("antagen"), null=True, blank=True)
    accepted_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    withdrawn_at = models.DateTimeField(_("återkallad"), null=True, blank=True)
    withdrawn_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    objects = InvitationQuerySet.as_manager()

    class Meta:
        verbose_name = _("inbjudan")
        verbose_name_plural = _("inbjudningar")
        ordering = ["-invited_at", "-pk"]
        constraints = [
            date_order("starts_on", "ends_on", name="invitation_dates"),
            models.UniqueConstraint(
                "email",
                "group",
                condition=Q(accepted_at__isnull=True, withdrawn_at__isnull=True),
                name="invitation_unanswered_once",
            ),
            models.CheckConstraint(
                condition=Q(accepted_at__isnull=True) | Q(withdrawn_at__isnull=True), name="invitation_one_answer"
            ),
        ]

    def __str__(self):
        return f"{self.email}: {self.get_role_display()}, {self.party}"

    @property
    def state(self):
        """``accepted``, ``withdrawn``, ``expired`` or ``open``: follows from the facts."""
        if self.accepted_at:
            return "accepted"
        if self.withdrawn_at:
            return "withdrawn"
        return "open" if timezone.now() < self.expires_at else "expired"
