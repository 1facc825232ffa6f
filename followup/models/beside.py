"""What belongs to a report: its files, that it was sent back, and who of its party has the form open."""

import datetime

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from agreements.models import Agreement
from followup.models.reports import Report
from followup.models.rounds import Respondent
from lib.db import Freezable, FreezableQuerySet
from lib.history import HistoricalRecords
from parties.models import Party, Right, User


class PartOfReportQuerySet(FreezableQuerySet):
    """Rows that belong to a report: seen, changed and frozen with it."""

    def frozen(self):
        return self.filter(report__in=Report.objects.frozen().values("pk"))

    def visible_to(self, user):
        return self.filter(report__in=Report.objects.visible_to(user).values("pk"))

    def editable_by(self, user):
        return self.filter(report__in=Report.objects.editable_by(user).values("pk"))


class ReportFile(Freezable):
    """A file that belongs to a report, as public as the report is."""

    frozen_message = Report.frozen_message

    report = models.ForeignKey(Report, on_delete=models.PROTECT, related_name="files")
    name = models.CharField(_("namn"), max_length=120)
    file = models.FileField(_("fil"), upload_to="reports/%Y/")
    added_at = models.DateTimeField(_("tillagd"), auto_now_add=True)
    added_by = models.ForeignKey(
        User, verbose_name=_("tillagd av"), null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    history = HistoricalRecords()

    objects = PartOfReportQuerySet.as_manager()

    class Meta:
        verbose_name = _("bilaga till rapport")
        verbose_name_plural = _("bilagor till rapporter")
        ordering = ["pk"]

    def __str__(self):
        return self.name

    def save(self, *args, **kwargs):
        """An approved report, or one in a closed round, gets nothing new."""
        Report.objects.filter(pk=self.report_id).refuse_frozen()
        super().save(*args, **kwargs)


class ReturnQuerySet(models.QuerySet):
    def visible_to(self, user):
        """The reasons are read by the party and by those who read what it handed in."""
        own = Q(report__party__in=Party.objects.with_right(user, Right.SEE_PARTY).values("pk"))
        reviewing = Q(report__round__agreement__in=Agreement.objects.submitted_visible_to(user).values("pk"))
        return self.filter(own | reviewing)


class Return(models.Model):
    """That a report was sent back to its party: what has to change, field by field, and until when."""

    report = models.ForeignKey(Report, on_delete=models.PROTECT, related_name="returns")
    returned_at = models.DateTimeField(_("återlämnad"), default=timezone.now)
    returned_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    reasons = models.JSONField(_("skäl per fält"), default=dict)
    comment = models.TextField(_("skäl"), max_length=1000, blank=True)
    due_on = models.DateField(_("svara senast"), null=True, blank=True)
    submitted_at = models.DateTimeField(_("var inlämnad"))

    objects = ReturnQuerySet.as_manager()

    class Meta:
        verbose_name = _("återlämning")
        verbose_name_plural = _("återlämningar")
        ordering = ["returned_at", "pk"]

    def __str__(self):
        return f"{self.report}: {self.returned_at}"


class FormPresenceQuerySet(models.QuerySet):
    FRESH = datetime.timedelta(seconds=40)  # the page says every fifteen seconds that it is open

    def others_in(self, respondent, user):
        """The colleagues who have the party's form open now, by name, each with the report they have open."""
        seen = self.filter(respondent=respondent, seen_at__gte=timezone.now() - self.FRESH).exclude(user=user)
        return list(seen.select_related("user", "report__activity").order_by("user__name", "user"))

    def be_here(self, respondent, user, report):
        """Keep that the user has the form open, and the report in it, or None."""
        here = FormPresence(respondent=respondent, user=user, report=report, seen_at=timezone.now())
        self.bulk_create(
            [here], update_conflicts=True, unique_fields=["respondent", "user"], update_fields=["report", "seen_at"]
        )


class FormPresence(models.Model):
    """Somebody has the party's form open, and perhaps one of its reports. Shown to the party's own people alone."""

    respondent = models.ForeignKey(Respondent, on_delete=models.CASCADE, related_name="presences")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    report = models.ForeignKey(Report, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    seen_at = models.DateTimeField()

    objects = FormPresenceQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["respondent", "user"], name="form_presence_once")]

    def __str__(self):
        return f"{self.user}: {self.respondent}"
