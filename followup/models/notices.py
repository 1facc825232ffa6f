"""What each letter told whom: about which party's answers in which round, and which fact made it due."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from followup.models.rounds import Respondent, Round
from parties.models import Mail, User


class NoticeQuerySet(models.QuerySet):
    def visible_to(self, user):
        """What went out about a round is its coordinators' to know; the letters themselves are their receivers'."""
        return self.filter(respondent__round__in=Round.objects.editable_by(user).values("pk"))

    def for_list(self):
        return self.select_related("mail__user", "person", "respondent__party").order_by("-pk")


class Notice(models.Model):
    """That ``person`` has been told of one thing about a respondent; ``mail`` is the letter that bundled it.

    ``fact`` is what made it due: the last day, the moment of the opening or of the return. The same person is told of
    the same fact once, whoever of several runs comes first. An extended last day is another fact.
    """

    mail = models.ForeignKey(Mail, on_delete=models.CASCADE, related_name="notices")
    respondent = models.ForeignKey(Respondent, on_delete=models.CASCADE, related_name="notices")
    person = models.ForeignKey(User, verbose_name=_("till"), on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(_("slag"), max_length=12, choices=Mail.Kind)
    fact = models.CharField(max_length=40)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        verbose_name = _("påminnelse")
        verbose_name_plural = _("påminnelser")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["person", "respondent", "kind", "fact"], name="notice_once"),
        ]

    def __str__(self):
        return f"{self.get_kind_display()}: {self.respondent}"
