"""What a body says of an area or a goal in a round, and what the matters of an agenda are about."""

from django.db import models, transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from actionplans.models import Edition, Proposal
from agreements.models import Agreement, Goal, PriorityArea
from followup.models.indicators import Indicator
from followup.models.reports import Report
from followup.models.rounds import Round
from governance.models import AgendaItem, Body, Meeting
from lib.db import Freezable, FreezableQuerySet, Frozen, Stamping, StampingQuerySet, Versioned, who_with_when
from lib.history import HistoricalRecords
from parties.models import Right, User
from parties.rights import with_right


class Grade(models.TextChoices):
    """How a goal, or the work in an area, stands: a scale of its own beside status and trend (design §5)."""

    REACHED = "reached", _("nått")
    EXPECTED = "expected", _("väntas nås")
    UNCERTAIN = "uncertain", _("osäkert")
    NOT_EXPECTED = "not_expected", _("väntas inte nås")
    CANNOT_JUDGE = "cannot_judge", _("kan inte bedömas")


class AssessmentQuerySet(StampingQuerySet, FreezableQuerySet):
    def frozen(self):
        return self.filter(round__closed_at__isnull=False)

    def visible_to(self, user):
        """A draft is the assessing body's and the coordinators'; agreed, it is read as the round."""
        agreed = Q(agreed_at__isnull=False, round__in=Round.objects.visible_to(user).values("pk"))
        return self.filter(agreed | Q(pk__in=self.model.objects.assessable_by(user).values("pk")))

    def editable_by(self, user):
        """The assessing body's own and the coordinators, until it is agreed or the round is closed."""
        return self.assessable_by(user).filter(agreed_at__isnull=True, round__closed_at__isnull=True)

    def assessable_by(self, user):
        """Whose business the assessments are: coordinators, and whoever sits in the body that makes them."""
        bodies = with_right(Body.objects.all(), user, Right.SEE_BODY)
        agreements = Agreement.objects.editable_by(user)
        return self.filter(Q(body__in=bodies.values("pk")) | Q(round__agreement__in=agreements.values("pk")))

    def agreeable_by(self, user):
        """Those who keep the meetings of the assessing body note what it agreed on, and take it up again."""
        agreements = Agreement.objects.editable_by(user)
        bodies = Body.objects.run_by(user)
        return self.filter(Q(body__in=bodies.values("pk")) | Q(round__agreement__in=agreements.values("pk")))


class Assessment(Stamping, Freezable, Versioned):
    """What a preparing or steering body says of an area or a goal in a round: draft → agreed → frozen with it."""

    stamped_by = "round"
    frozen_message = _("Omgången är stängd, så bedömningen kan inte ändras.")

    round = models.ForeignKey(Round, verbose_name=_("omgång"), on_delete=models.PROTECT, related_name="assessments")
    area = models.ForeignKey(
        PriorityArea, verbose_name=_("område"), null=True, blank=True, on_delete=models.PROTECT,
        related_name="assessments",
    )  # fmt: skip
    goal = models.ForeignKey(
        Goal, verbose_name=_("mål"), null=True, blank=True, on_delete=models.PROTECT, related_name="assessments"
    )
    body = models.ForeignKey(Body, verbose_name=_("bedöms av"), on_delete=models.PROTECT, related_name="assessments")
    grade = models.CharField(_("bedömning"), max_length=15, choices=Grade, blank=True)
    analysis = models.TextField(_("analys"), max_length=4000, blank=True)
    proposed_decision = models.TextField(_("förslag till beslut"), max_length=1000, blank=True)
    reports = models.ManyToManyField(Report, verbose_name=_("underlag: rapporter"), blank=True, related_name="+")
    indicators = models.ManyToManyField(
        Indicator, verbose_name=_("underlag: indikatorer"), blank=True, related_name="assessments"
    )
    meeting = models.ForeignKey(
        Meeting, verbose_name=_("beslutad i möte"), null=True, blank=True, on_delete=models.PROTECT,
        related_name="assessments",
    )  # fmt: skip
    agreed_at = models.DateTimeField(_("beslutad"), null=True, blank=True, editable=False)
    agreed_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+", editable=False
    )
    history = HistoricalRecords(m2m_fields=[reports, indicators])

    objects = AssessmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("bedömning")
        verbose_name_plural = _("bedömningar")
        ordering = ["round", "area__order", "goal__order", "pk"]
        base_manager_name = "objects"
        constraints = [
            models.CheckConstraint(
                condition=Q(area__isnull=False, goal__isnull=True) | Q(area__isnull=True, goal__isnull=False),
                name="assessment_of_one_thing",
            ),
            models.UniqueConstraint(
                fields=["round", "area"], condition=Q(area__isnull=False), name="assessment_area_once"
            ),
            models.UniqueConstraint(
                fields=["round", "goal"], condition=Q(goal__isnull=False), name="assessment_goal_once"
            ),
            who_with_when("agreed_by", "agreed_at", name="assessment_agreed_who_when"),
        ]

    def __str__(self):
        return f"{self.subject}: {self.get_grade_display()}"

    @classmethod
    def stamp_holders(cls, keys):
        """The agreement's pages show it: the rounds' own rows are held by everybody who hands in."""
        return Agreement.objects.filter(rounds__in=keys)

    def get_absolute_url(self):
        """Its place on the list of the round's assessments."""
        url = reverse("followup:assessment_list", args=[self.round.agreement.slug, self.round.label])
        return f"{url}#{self.address}"

    @property
    def subject(self):
        return self.area or self.goal

    @property
    def address(self):
        """The part of an address that names the area or the goal."""
        return f"omrade-{self.area.key}" if self.area_id else f"mal-{self.goal.key}"

    @property
    def state(self):
        """``draft``, ``agreed`` or ``frozen``."""
        if self.round.closed_at:
            return "frozen"
        return "agreed" if self.agreed_at else "draft"

    def why_closed(self):
        """Why nothing may be written here now, as a text for the screen; empty where it may."""
        if self.round.closed_at:
            return str(self.frozen_message)
        if not self.round.opened_at:
            return _("Omgången har inte öppnat än. Bedöm när svaren kommer.")
        return _("Bedömningen är beslutad. Ta upp den igen om den ska ändras.") if self.agreed_at else ""

    def hold_open(self):
        """Hold the round until the transaction ends. Raises Frozen where nothing may be written here any more, or yet.

        Everybody who writes an assessment holds its round first, so that none is written while it closes.
        """
        self.renew_stamp()
        round = Round.hold(self.round_id)
        stored = type(self).objects.filter(pk=self.pk).first() or type(self)()
        stored.round = round
        if why := stored.why_closed():
            raise Frozen(why)

    @transaction.atomic
    def agree(self, *, meeting, by):
        """Note that its body agreed on it in a meeting.

        Raises Frozen where it is agreed on already or the round is closed, ValueError without a grade, with another
        body's meeting or one that could not decide, and VersionConflict where somebody saved it meanwhile.
        """
        if not self.grade:
            raise ValueError("An assessment without a grade cannot be agreed on")
        if meeting and (meeting.body_id != self.body_id or meeting.quorum == Meeting.Quorum.NO):
            raise ValueError("A body agrees in its own meetings, where it may decide")
        self.hold_open()
        self._move(by, agreed_at=timezone.now(), agreed_by=by, meeting=meeting)

    @transaction.atomic
    def take_up_again(self, *, by, reason):
        """Make it a draft again, with a reason that stays in the history. Raises Frozen once the round is closed."""
        self.renew_stamp()
        if Round.hold(self.round_id).closed_at:
            raise Frozen(self.frozen_message)
        self._move(by, reason, agreed_at=None, agreed_by=None, meeting=None)

    def _move(self, by, reason="", **values):
        for name, value in values.items():
            setattr(self, name, value)
        self._history_user = by
        self.save_version(self.version, reason=reason[:100])


class AgendaLinkQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(item__in=AgendaItem.objects.visible_to(user).values("pk"))

    def editable_by(self, user):
        return self.filter(item__in=AgendaItem.objects.editable_by(user).values("pk"))

    def for_page(self, user):
        """Links to what ``user`` may read, with what names it and leads there."""
        return self.filter(
            Q(edition__in=Edition.objects.visible_to(user).values("pk"))
            | Q(round__in=Round.objects.visible_to(user).values("pk"))
            | Q(assessment__in=Assessment.objects.visible_to(user).values("pk"))
            | Q(proposal__in=Proposal.objects.visible_to(user).values("pk"))
        ).select_related(
            "edition__plan__agreement", "round__agreement", "proposal__plan__agreement",
            "assessment__round__agreement", "assessment__area", "assessment__goal",
        )  # fmt: skip


class AgendaLink(models.Model):
    """What a matter on an agenda is about: one edition, round, assessment or proposal. A matter may have several."""

    SUBJECTS = ("edition", "round", "assessment", "proposal")

    item = models.ForeignKey(AgendaItem, on_delete=models.CASCADE, related_name="links")
    edition = models.ForeignKey(Edition, null=True, blank=True, on_delete=models.PROTECT, related_name="agenda_links")
    round = models.ForeignKey(Round, null=True, blank=True, on_delete=models.PROTECT, related_name="agenda_links")
    assessment = models.ForeignKey(
        Assessment, null=True, blank=True, on_delete=models.PROTECT, related_name="agenda_links"
    )
    proposal = models.ForeignKey(Proposal, null=True, blank=True, on_delete=models.PROTECT, related_name="agenda_links")

    objects = AgendaLinkQuerySet.as_manager()

    class Meta:
        verbose_name = _("ärende på dagordningen")
        verbose_name_plural = _("ärenden på dagordningen")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(edition__isnull=False, round__isnull=True, assessment__isnull=True, proposal__isnull=True)
                | Q(edition__isnull=True, round__isnull=False, assessment__isnull=True, proposal__isnull=True)
                | Q(edition__isnull=True, round__isnull=True, assessment__isnull=False, proposal__isnull=True)
                | Q(edition__isnull=True, round__isnull=True, assessment__isnull=True, proposal__isnull=False),
                name="agenda_link_to_one_thing",
            )
        ]

    def __str__(self):
        return str(self.subject)

    @property
    def subject(self):
        return self.edition or self.round or self.assessment or self.proposal
