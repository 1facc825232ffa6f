"""The mail that people get: an outbox of letters to send and sent, each person's own settings, and a calendar's key."""

import secrets

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from lib.db import Versioned, date_order
from parties.models.register import User


class MailQuerySet(models.QuerySet):
    def visible_to(self, user):
        """A letter is its receiver's. What went out about a round is told to its coordinators, see followup."""
        if not user.is_authenticated:
            return self.none()
        return self.filter(user=user)

    def unsent(self):
        return self.filter(sent_at__isnull=True, given_up_at__isnull=True)


class Mail(models.Model):
    """One letter to one person: written in the transaction that gives the reason for it, sent after, kept as the log.

    ``key`` says what the letter is about, for example ``reminder:2026-11-22:17``: the same is never written twice.
    """

    class Kind(models.TextChoices):
        OPENED = "opened", _("omgången är öppen")
        TWO_WEEKS = "two_weeks", _("två veckor kvar")
        TWO_DAYS = "two_days", _("två dagar kvar")
        OVERDUE = "overdue", _("försenad")
        RETURNED = "returned", _("återlämnad")
        NUDGE = "nudge", _("påminnelse från samordnaren")
        DIGEST = "digest", _("sammandrag")
        PACK = "pack", _("underlag till möte")
        ASSIGNMENT = "assignment", _("nytt uppdrag")
        INVITATION = "invitation", _("inbjudan")
        ACCOUNT = "account", _("om kontot")
        CONSULTATION = "consultation", _("remiss")
        AGREEMENT = "agreement", _("om överenskommelsen")

    user = models.ForeignKey(  # none: to an address that has no account yet
        User, verbose_name=_("till"), null=True, blank=True, on_delete=models.PROTECT, related_name="mails"
    )
    instead_of = models.ForeignKey(
        User, verbose_name=_("i stället för"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    kind = models.CharField(_("slag"), max_length=12, choices=Kind)
    key = models.CharField(_("nyckel"), max_length=200, unique=True)
    address = models.EmailField(_("adress"))
    subject = models.CharField(_("ämne"), max_length=200)
    body = models.TextField(_("text"))
    created_at = models.DateTimeField(_("skriven"), default=timezone.now)
    send_after = models.DateTimeField(_("skickas tidigast"), default=timezone.now)
    attempts = models.PositiveSmallIntegerField(_("försök"), default=0)
    claimed_at = models.DateTimeField(_("påbörjad"), null=True, blank=True)
    sent_at = models.DateTimeField(_("skickad"), null=True, blank=True)
    given_up_at = models.DateTimeField(_("gick inte att skicka"), null=True, blank=True)
    error = models.CharField(_("fel"), max_length=300, blank=True)

    objects = MailQuerySet.as_manager()

    class Meta:
        verbose_name = _("utskick")
        verbose_name_plural = _("utskick")
        ordering = ["-created_at", "-pk"]
        indexes = [
            models.Index(
                fields=["send_after"], condition=Q(sent_at__isnull=True, given_up_at__isnull=True), name="mail_unsent"
            )
        ]

    def __str__(self):
        return self.subject

    @property
    def state(self):
        """``sent``, ``failed`` or ``waiting``: follows from the facts."""
        if self.sent_at:
            return "sent"
        return "failed" if self.given_up_at else "waiting"


class MailSettings(Versioned):
    """How a person wants reminders: at once or together, not at all for a while, or to somebody else."""

    class Pace(models.TextChoices):
        AT_ONCE = "at_once", _("när något händer, högst ett brev om dagen")
        WEEKLY = "weekly", _("samlat på måndagar")

    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="mail_settings")
    pace = models.CharField(_("påminnelser"), max_length=10, choices=Pace, default=Pace.AT_ONCE)
    paused_until = models.DateField(_("paus till och med"), null=True, blank=True)
    away_from = models.DateField(_("borta från"), null=True, blank=True)
    away_until = models.DateField(_("borta till och med"), null=True, blank=True)
    alternate = models.ForeignKey(
        User, verbose_name=_("ersättare"), null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        verbose_name = _("inställningar för påminnelser")
        verbose_name_plural = _("inställningar för påminnelser")
        constraints = [
            date_order("away_from", "away_until", name="mail_settings_away"),
            models.CheckConstraint(
                condition=Q(alternate__isnull=True) | ~Q(alternate=models.F("user")),
                name="mail_settings_alternate_is_another",
            ),
        ]

    def __str__(self):
        return str(self.user)

    def is_paused(self, day):
        return self.paused_until is not None and day <= self.paused_until

    def is_away(self, day):
        """Away between the two days; an open end on either side is no limit, but one of them must be there."""
        if not (self.away_from or self.away_until):
            return False
        return (self.away_from or day) <= day <= (self.away_until or day)


def new_secret():
    """A word nobody can guess, for an address that opens without login."""
    return secrets.token_urlsafe(32)


class FeedKeyQuerySet(models.QuerySet):
    def visible_to(self, user):
        """A key is its person's own."""
        return self.filter(user=user) if user.is_authenticated else self.none()

    def renew(self, user):
        """Give the person a new key; the former opens nothing any more. Returns the key."""
        fresh = {"secret": new_secret(), "created_at": timezone.now()}
        return self.update_or_create(user=user, defaults=fresh)[0]


class FeedKey(models.Model):
    """What opens a person's calendar feed without login. Renewed by the person; dies with the account."""

    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="feed_key")
    secret = models.CharField(max_length=64, unique=True, default=new_secret)
    created_at = models.DateTimeField(_("skapad"), default=timezone.now)

    objects = FeedKeyQuerySet.as_manager()

    class Meta:
        verbose_name = _("kalendernyckel")
        verbose_name_plural = _("kalendernycklar")

    def __str__(self):
        return str(self.user)
