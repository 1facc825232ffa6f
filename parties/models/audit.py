"""What happened around people and rights: an append-only log, beside the history that each row keeps of its texts."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from parties.models.register import Party, User


class Unchangeable(Exception):
    """A line of the log is never changed or removed."""


class AuditQuerySet(models.QuerySet):
    def update(self, **values):
        raise Unchangeable

    def delete(self):
        raise Unchangeable

    def bulk_update(self, objs, fields, batch_size=None):
        raise Unchangeable


class AuditEvent(models.Model):
    """One line: who did what, in which role, when, from where, and what it changed.

    Persons are told by their account, so that somebody who was made anonymous is so here too. ``hat`` is the role and
    party worn, as words of that day. ``changes`` is {field: [before, after]}. Never a text of a report, a secret or a
    personal identity number. The database refuses changes too (see the migration).
    """

    class Kind(models.TextChoices):
        LOGIN = "login", _("inloggning")
        LOGIN_FAILED = "login_failed", _("misslyckad inloggning")
        LOGOUT = "logout", _("utloggning")
        SESSIONS_ENDED = "sessions_ended", _("utloggad överallt")
        REFUSED = "refused", _("nekad åtkomst")
        EXPORTED = "exported", _("hämtad fil")
        INVITED = "invited", _("inbjudan skickad")
        INVITATION_ACCEPTED = "accepted", _("inbjudan antagen")
        INVITATION_WITHDRAWN = "withdrawn", _("inbjudan återkallad")
        INVITATION_REFUSED = "invitation_refused", _("inbjudan nekad")
        GRANTED = "granted", _("behörighet given")
        CHANGED = "changed", _("behörighet ändrad")
        ENDED = "ended", _("behörighet avslutad")
        HANDED_OVER = "handed_over", _("arbete överlämnat")
        CREDENTIALS = "credentials", _("inloggningssätt ändrat")
        ACCOUNT = "account", _("konto ändrat")
        PARTY_CHANGED = "party_changed", _("part ändrad")
        ANONYMISED = "anonymised", _("person avidentifierad")

    at = models.DateTimeField(_("när"), default=timezone.now, db_index=True)
    kind = models.CharField(_("händelse"), max_length=20, choices=Kind)
    actor = models.ForeignKey(
        User, verbose_name=_("vem"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    hat = models.CharField(_("i rollen"), max_length=300, blank=True)
    person = models.ForeignKey(
        User, verbose_name=_("om"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    party = models.ForeignKey(
        Party, verbose_name=_("part"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    agreement = models.SlugField(_("överenskommelse"), max_length=100, blank=True)
    about = models.CharField(_("vad"), max_length=300, blank=True)
    changes = models.JSONField(_("ändrat"), default=dict, blank=True)
    reason = models.TextField(_("skäl"), blank=True)
    address = models.GenericIPAddressField(_("från adress"), null=True, blank=True)

    objects = AuditQuerySet.as_manager()

    class Meta:
        verbose_name = _("händelse")
        verbose_name_plural = _("händelser")
        ordering = ["-at", "-pk"]
        indexes = [models.Index(fields=["party", "-at"]), models.Index(fields=["agreement", "-at"])]

    def __str__(self):
        return f"{self.at:%Y-%m-%d %H:%M} {self.get_kind_display()}"

    def save(self, *args, **kwargs):
        if not self._state.adding:
            raise Unchangeable
        super().save(*args, **{**kwargs, "force_insert": True})

    def delete(self, *args, **kwargs):
        raise Unchangeable
