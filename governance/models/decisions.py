"""What bodies take up and decide: the matters of an agenda, decisions, and the assignments they give."""

from django.db import models
from django.db.models import F, Prefetch, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from agreements.models import Agreement
from governance.models.bodies import Body, Mandate, OfBody
from governance.models.meetings import Meeting, PartOfMeetingQuerySet, opened_by
from lib.db import StampingQuerySet, Versioned
from lib.history import HistoricalRecords
from parties.models import Party, Right, User
from parties.rights import with_right


class AgendaItemQuerySet(PartOfMeetingQuerySet):
    def for_page(self, user):
        """With what ``user`` may read of the agreement, of what the matter is about and of its decisions.

        The assignment that a matter follows up is read as the agenda it stands on.
        """
        links = self.model.links.rel.related_model.objects.for_page(user)
        return self.select_related("assignment__party", "assignment__body").prefetch_related(
            Prefetch("agreement", Agreement.objects.visible_to(user)),
            Prefetch("links", links),
            Prefetch("decisions", Decision.objects.for_page(user)),
        )


class AgendaItem(Versioned):
    """One matter on a meeting's agenda. What it is about – an edition, a round, … – followup.AgendaLink says."""

    class Kind(models.TextChoices):
        INFORMATION = "information", _("information")
        DISCUSSION = "discussion", _("samtal")
        DECISION = "decision", _("beslut")
        FOLLOW_UP = "follow_up", _("uppföljning av uppdrag")

    meeting = models.ForeignKey(Meeting, verbose_name=_("möte"), on_delete=models.CASCADE, related_name="agenda")
    agreement = models.ForeignKey(
        Agreement, verbose_name=_("överenskommelse"), null=True, blank=True, on_delete=models.PROTECT,
        related_name="agenda_items",
    )  # fmt: skip
    order = models.PositiveSmallIntegerField(_("ordning"), default=0)
    kind = models.CharField(_("slag"), max_length=12, choices=Kind, default=Kind.DISCUSSION)
    title = models.CharField(_("rubrik"), max_length=200)
    text = models.TextField(_("underlag"), max_length=4000, blank=True)
    proposed_decision = models.TextField(_("förslag till beslut"), max_length=2000, blank=True)
    notes = models.TextField(_("anteckning från mötet"), max_length=4000, blank=True)
    assignment = models.ForeignKey(
        "governance.Assignment", verbose_name=_("uppdrag"), null=True, blank=True, on_delete=models.PROTECT,
        related_name="agenda_items",
    )  # fmt: skip
    history = HistoricalRecords()

    objects = AgendaItemQuerySet.as_manager()

    class Meta:
        verbose_name = _("punkt på dagordningen")
        verbose_name_plural = _("punkter på dagordningen")
        ordering = ["order", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["meeting", "assignment"], condition=Q(assignment__isnull=False), name="agenda_assignment_once"
            )
        ]

    def __str__(self):
        return self.title

    @property
    def matter(self):
        """What the item is a part of: items that follow up what one decision gave to several are one matter."""
        return ("decision", self.assignment.decision_id) if self.assignment_id else ("item", self.pk)


def read_by(user, path=""):
    """What ``Decision.objects.visible_to`` asks of rows that lead to a decision by ``path`` (``decision__``)."""
    agreements, bodies = Agreement.objects.visible_to(user), Body.objects.visible_to(user)
    about = Q(**{f"{path}agreement__isnull": True}) | Q(**{f"{path}agreement__in": agreements.values("pk")})
    taken = Q(**{f"{path}meeting__isnull": True}) | opened_by(user, f"{path}meeting__")
    return about & taken & Q(**{f"{path}body__in": bodies.values("pk")})


class DecisionQuerySet(StampingQuerySet):
    def visible_to(self, user):
        """As the meeting it was taken in, and only by those who may read the agreement it is about, if any."""
        return self.filter(read_by(user))

    def editable_by(self, user):
        return self.filter(body__in=Body.objects.run_by(user).values("pk"))

    def for_page(self, user):
        """What ``user`` may read, in the order it was decided, each with the assignments it gave."""
        rows = self.visible_to(user).select_related("agreement", "mandate__body").order_by("pk")
        return rows.prefetch_related("assignments__party", "assignments__body")


class Decision(OfBody, Versioned):
    """What a body decided, in a meeting or by itself. A decision can adopt an edition or note a follow-up."""

    class Kind(models.TextChoices):
        ADOPT_EDITION = "adopt_edition", _("fastställer plan")
        NOTE_FOLLOW_UP = "note_follow_up", _("noterar uppföljning")
        ASSIGNMENT = "assignment", _("ger uppdrag")
        FILL_GROUP = "fill_group", _("utser grupp")
        OTHER = "other", _("annat")

    body = models.ForeignKey(Body, verbose_name=_("organ"), on_delete=models.PROTECT, related_name="decisions")
    key = models.SlugField(_("nyckel"), max_length=80)
    meeting = models.ForeignKey(
        Meeting, verbose_name=_("möte"), null=True, blank=True, on_delete=models.PROTECT, related_name="decisions"
    )
    agreement = models.ForeignKey(
        Agreement, verbose_name=_("överenskommelse"), null=True, blank=True, on_delete=models.PROTECT,
        related_name="decisions",
    )  # fmt: skip
    item = models.ForeignKey(
        AgendaItem, verbose_name=_("punkt"), null=True, blank=True, on_delete=models.PROTECT, related_name="decisions"
    )
    mandate = models.ForeignKey(
        Mandate, verbose_name=_("grupp som utses"), null=True, blank=True, on_delete=models.PROTECT,
        related_name="filled_by",
    )  # fmt: skip
    kind = models.CharField(_("slag"), max_length=20, choices=Kind, default=Kind.OTHER)
    paragraph = models.CharField(_("paragraf"), max_length=20, blank=True)
    title = models.CharField(_("beslut"), max_length=250)
    text = models.TextField(_("text"), max_length=4000, blank=True)
    decided_on = models.DateField(_("beslutsdatum"))
    registry_number = models.CharField(_("diarienummer"), max_length=60, blank=True)
    history = HistoricalRecords()

    objects = DecisionQuerySet.as_manager()

    class Meta:
        verbose_name = _("beslut")
        verbose_name_plural = _("beslut")
        ordering = ["-decided_on", "pk"]
        constraints = [models.UniqueConstraint(fields=["body", "key"], name="decision_key_unique")]

    def __str__(self):
        return f"{self.paragraph} {self.title}".strip()


class AssignmentQuerySet(StampingQuerySet):
    def visible_to(self, user):
        """An assignment is read as the decision that gave it, and by whoever got it."""
        return self.filter(read_by(user, "decision__") | self._answered_by(user))

    def editable_by(self, user):
        """Those who keep the meetings of the body that gave it."""
        return self.filter(decision__body__in=Body.objects.run_by(user).values("pk"))

    def answerable_by(self, user):
        """Those who report for the party that got it, or keep the meetings of the body that did."""
        return self.filter(self._answered_by(user))

    def _answered_by(self, user):
        parties = with_right(Party.objects.all(), user, Right.REPORT, Right.COORDINATE)
        return Q(party__in=parties.values("pk")) | Q(body__in=Body.objects.run_by(user).values("pk"))

    def unfinished(self):
        return self.filter(ended_at__isnull=True)


class Assignment(OfBody, Versioned):
    """What a decision gave a party or a body to do: given → reported by whoever got it → done or dropped by the giver.

    It stands in *My work* of whoever got it, and on each next agenda of the body that gave it, until it is ended.
    """

    stamped_by = "decision"

    class End(models.TextChoices):
        DONE = "done", _("klart")
        DROPPED = "dropped", _("avslutat utan åtgärd")

    decision = models.ForeignKey(
        Decision, verbose_name=_("beslut"), on_delete=models.PROTECT, related_name="assignments"
    )
    party = models.ForeignKey(
        Party, verbose_name=_("part"), null=True, blank=True, on_delete=models.PROTECT, related_name="assignments"
    )
    body = models.ForeignKey(
        Body, verbose_name=_("organ"), null=True, blank=True, on_delete=models.PROTECT, related_name="assignments"
    )
    text = models.CharField(_("uppdrag"), max_length=500)
    due_on = models.DateField(_("klart senast"), null=True, blank=True)
    answer = models.TextField(_("återrapport"), max_length=4000, blank=True)
    reported_at = models.DateTimeField(_("återrapporterat"), null=True, blank=True, editable=False)
    reported_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+", editable=False
    )
    end = models.CharField(_("avslut"), max_length=8, choices=End, blank=True)
    end_note = models.CharField(_("kommentar"), max_length=500, blank=True)
    ended_at = models.DateTimeField(_("avslutat"), null=True, blank=True, editable=False)
    ended_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+", editable=False
    )
    history = HistoricalRecords()

    objects = AssignmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("uppdrag från beslut")
        verbose_name_plural = _("uppdrag från beslut")
        ordering = [F("due_on").asc(nulls_last=True), "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(party__isnull=False, body__isnull=True) | Q(party__isnull=True, body__isnull=False),
                name="assignment_to_one",
                violation_error_message=_("Välj en part eller ett organ som får uppdraget."),
            ),
            models.CheckConstraint(
                condition=Q(end="", ended_at__isnull=True) | (~Q(end="") & Q(ended_at__isnull=False)),
                name="assignment_ended_how",
            ),
        ]

    def __str__(self):
        return self.text

    @classmethod
    def stamp_holders(cls, keys):
        return super().stamp_holders(Decision.objects.filter(pk__in=keys).values("body"))

    @property
    def receiver(self):
        return self.party or self.body

    @property
    def state(self):
        """``done``, ``dropped``, ``reported``, ``late`` or ``given``: follows from the facts."""
        if self.end:
            return self.end
        if self.reported_at:
            return "reported"
        return "late" if self.due_on and self.due_on < timezone.localdate() else "given"
