"""Bodies at work: their meetings, who was there, and the minutes."""

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from governance.models.bodies import Body, Mandate, OfBody, Seat
from lib.db import Freezable, FreezableQuerySet, Frozen, StampingQuerySet, Versioned, date_order, who_with_when
from lib.history import HistoricalRecords
from parties.models import DatedQuerySet, User

MEETING_STATES = {"planned": _("planerat"), "called": _("kallat"), "held": _("hållet"), "published": _("publicerat")}


def opened_by(user, path=""):
    """What ``opened_to`` asks of rows that lead to a meeting by ``path`` (``meeting__``).

    Not as a question inside a question: SQLite reads only so many of them inside one another.
    """
    public = {f"{path}published_at__isnull": False, f"{path}body__in": Body.objects.visible_to(user).values("pk")}
    called = {f"{path}called_at__isnull": False, f"{path}body__in": Body.objects.shared_with(user).values("pk")}
    return Q(**public) | Q(**called) | Q(**{f"{path}body__in": Body.objects.run_by(user).values("pk")})


class MeetingQuerySet(StampingQuerySet, DatedQuerySet):
    def visible_to(self, user):
        """That the body meets, when and where; what is on the agenda has rules of its own, see ``opened_to``."""
        return self.filter(body__in=Body.objects.visible_to(user).values("pk"))

    def editable_by(self, user):
        """Coordinators, and the body's own chair and secretary."""
        return self.filter(body__in=Body.objects.run_by(user).values("pk"))

    def opened_to(self, user):
        """Meetings whose agenda, attendance and notes ``user`` may read.

        Before the call only those who keep the meetings; then the body, the parties and the coordinators; everybody
        who sees the body once the minutes are published.
        """
        return self.filter(opened_by(user))

    def upcoming(self):
        return self.filter(held_on__gte=timezone.localdate())

    def for_page(self, user):
        """With its body, who called and published, and whether ``user`` reads the agenda and keeps the meeting."""
        own = {"pk": OuterRef("pk")}
        return self.select_related("body__county", "called_by", "published_by").annotate(
            is_opened=Exists(self.model.objects.opened_to(user).filter(**own)),
            can_edit=Exists(self.model.objects.editable_by(user).filter(**own)),
        )


class Meeting(OfBody, Versioned):
    """A meeting of a body: planned → called → held → published. What it says of each follows from the facts."""

    class Quorum(models.TextChoices):
        YES = "yes", _("beslutsför")
        NO = "no", _("inte beslutsför")

    body = models.ForeignKey(Body, verbose_name=_("organ"), on_delete=models.PROTECT, related_name="meetings")
    key = models.SlugField(_("nyckel"), max_length=80)
    held_on = models.DateField(_("mötesdag"))
    starts_at = models.TimeField(_("börjar"), null=True, blank=True)
    ends_at = models.TimeField(_("slutar"), null=True, blank=True)
    place = models.CharField(_("plats"), max_length=120, blank=True)
    minutes = models.CharField(_("slag av anteckningar"), max_length=20, choices=Mandate.Minutes, blank=True)
    note = models.CharField(_("anmärkning"), max_length=300, blank=True)
    registry_number = models.CharField(_("diarienummer"), max_length=60, blank=True)
    quorum = models.CharField(_("beslutsförhet"), max_length=3, choices=Quorum, blank=True)
    called_at = models.DateTimeField(_("kallelse skickad"), null=True, blank=True, editable=False)
    called_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+", editable=False
    )
    ended_at = models.DateTimeField(_("avslutat"), null=True, blank=True, editable=False)
    published_at = models.DateTimeField(_("anteckningar publicerade"), null=True, blank=True, editable=False)
    published_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+", editable=False
    )
    history = HistoricalRecords()

    objects = MeetingQuerySet.as_manager()

    class Meta:
        verbose_name = _("möte")
        verbose_name_plural = _("möten")
        ordering = ["held_on", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["body", "key"], name="meeting_key_unique"),
            date_order("starts_at", "ends_at", name="meeting_times"),
        ]

    def __str__(self):
        return f"{self.body} {self.held_on}"

    @property
    def state(self):
        """``planned``, ``called``, ``held`` or ``published``: follows from the facts."""
        if self.published_at:
            return "published"
        if self.ended_at or self.held_on < timezone.localdate():
            return "held"
        return "called" if self.called_at else "planned"

    @property
    def state_label(self):
        return MEETING_STATES[self.state]

    @property
    def is_today(self):
        return self.held_on == timezone.localdate()

    @property
    def was_called_or_held(self):
        """Whether others have been told of it, so that it stays."""
        return bool(self.called_at or self.ended_at or self.published_at)

    @classmethod
    def hold(cls, pk):
        """The meeting as it is stored now, held until the transaction ends; the stamp of its pages comes first."""
        cls.objects.filter(pk=pk).renew_stamp()
        return cls.objects.select_for_update(no_key=True, of=("self",)).get(pk=pk)

    @classmethod
    def hold_open(cls, pk):
        """As ``hold``, for what is said and decided in it. Raises Frozen once its minutes are finished."""
        meeting = cls.hold(pk)
        if meeting.published_at or Record.objects.frozen().filter(meeting=pk).exists():
            raise Frozen(_("Mötets anteckningar är färdiga, så dagordning och beslut ändras inte. Rätta i nästa möte."))
        return meeting

    @transaction.atomic
    def call(self, *, by):
        """Open the agenda to the body and the parties. Raises Frozen where that is done."""
        meeting = Meeting.hold(self.pk)
        if meeting.called_at or meeting.published_at:
            raise Frozen(_("Mötet är redan kallat."))
        meeting._move(by, called_at=timezone.now(), called_by=by)

    @transaction.atomic
    def finish(self, *, by):
        """The meeting is over. Raises Frozen before its day, and where that is said."""
        meeting = Meeting.hold(self.pk)
        if meeting.held_on > timezone.localdate():
            raise Frozen(_("Mötet är %(day)s. Avsluta det den dagen eller senare.") % {"day": meeting.held_on})
        if meeting.ended_at:
            raise Frozen(_("Mötet är redan avslutat."))
        meeting._move(by, ended_at=timezone.now())

    @transaction.atomic
    def publish(self, *, by):
        """Let everybody read agenda and minutes. Raises Frozen until the minutes are finished, and where it is done."""
        meeting = Meeting.hold(self.pk)
        if meeting.published_at:
            raise Frozen(_("Mötet är redan publicerat."))
        if not Record.objects.frozen().filter(meeting=meeting).exists():
            raise Frozen(_("Färdigställ anteckningarna först. Det är de som blir offentliga."))
        meeting._move(by, published_at=timezone.now(), published_by=by)

    def _move(self, by, **values):
        for name, value in values.items():
            setattr(self, name, value)
        self._history_user = by
        self.save_version(self.version)


class PartOfMeetingQuerySet(models.QuerySet):
    """Rows of a meeting: read by those to whom it is opened, changed by those who keep it."""

    def visible_to(self, user):
        return self.filter(meeting__in=Meeting.objects.opened_to(user).values("pk"))

    def editable_by(self, user):
        return self.filter(meeting__in=Meeting.objects.editable_by(user).values("pk"))


class Attendance(Versioned):
    """Who was at a meeting: the holder of a seat, or somebody else by name and office."""

    class Presence(models.TextChoices):
        PRESENT = "present", _("närvarande")
        ABSENT = "absent", _("frånvarande")
        REPLACED = "replaced", _("ersatt")

    meeting = models.ForeignKey(Meeting, verbose_name=_("möte"), on_delete=models.CASCADE, related_name="attendance")
    seat = models.ForeignKey(
        Seat, verbose_name=_("plats"), null=True, blank=True, on_delete=models.PROTECT, related_name="attendance"
    )
    name = models.CharField(_("namn och befattning"), max_length=160, blank=True)
    presence = models.CharField(_("närvaro"), max_length=10, choices=Presence, default=Presence.PRESENT)
    history = HistoricalRecords()

    objects = PartOfMeetingQuerySet.as_manager()

    class Meta:
        verbose_name = _("närvaro")
        verbose_name_plural = _("närvaro")
        ordering = ["seat__order", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["meeting", "seat"], condition=Q(seat__isnull=False), name="attendance_seat_once"
            ),
            models.CheckConstraint(
                condition=Q(seat__isnull=False) | ~Q(name=""), name="attendance_of_somebody",
                violation_error_message=_("Skriv vem det är."),
            ),
        ]  # fmt: skip

    def __str__(self):
        return self.name or str(self.seat)


class RecordQuerySet(FreezableQuerySet):
    """A meeting's minutes: the draft is read by those who keep the meeting, finished ones as the meeting's agenda."""

    def frozen(self):
        return self.filter(finished_at__isnull=False)

    def visible_to(self, user):
        finished = Q(finished_at__isnull=False, meeting__in=Meeting.objects.opened_to(user).values("pk"))
        return self.filter(finished | Q(meeting__in=Meeting.objects.editable_by(user).values("pk")))

    def editable_by(self, user):
        return self.filter(meeting__in=Meeting.objects.editable_by(user).values("pk"))


class Record(Freezable, Versioned):
    """The minutes of a meeting (protokoll or minnesanteckningar), written here or kept as a file. Finished is frozen.

    Minutes (protokoll) are finished when they are adjusted (justerade); notes when the secretary says so.
    """

    frozen_message = _("Anteckningarna är färdiga och kan inte ändras. Rätta i nästa möte.")

    meeting = models.OneToOneField(Meeting, verbose_name=_("möte"), on_delete=models.PROTECT, related_name="record")
    text = models.TextField(_("text"), max_length=40000, blank=True)
    file = models.FileField(_("fil"), upload_to="minutes/%Y/", blank=True)
    file_name = models.CharField(_("filens namn"), max_length=120, blank=True)
    adjusters = models.CharField(_("justeras av"), max_length=300, blank=True)
    adjusted_on = models.DateField(_("justerat"), null=True, blank=True)
    registry_number = models.CharField(_("diarienummer"), max_length=60, blank=True)
    finished_at = models.DateTimeField(_("färdiga"), null=True, blank=True, editable=False)
    finished_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+", editable=False
    )
    history = HistoricalRecords()

    objects = RecordQuerySet.as_manager()

    class Meta:
        verbose_name = _("mötesanteckningar")
        verbose_name_plural = _("mötesanteckningar")
        constraints = [who_with_when("finished_by", "finished_at", name="record_finished_who_when")]

    def __str__(self):
        return f"{self.meeting.get_minutes_display()} {self.meeting}"

    @property
    def missing(self):
        """What must be there before the minutes can be finished, in words; empty where nothing is missing."""
        is_minutes = self.meeting.minutes == Mandate.Minutes.MINUTES
        wanted = {
            _("text eller fil"): self.text or self.file,
            _("vilka som justerar"): self.adjusters or not is_minutes,
            _("vilken dag protokollet justerades"): self.adjusted_on or not is_minutes,
        }
        return [str(word) for word, there in wanted.items() if not there]

    @transaction.atomic
    def finish(self, *, version, by):
        """Freeze the minutes as they were read. Raises Frozen, ValidationError, or VersionConflict."""
        Meeting.hold(self.meeting_id)
        if self.missing:
            raise ValidationError(_("Innan de kan färdigställas behövs %(what)s.") % {"what": ", ".join(self.missing)})
        self.finished_at, self.finished_by = timezone.now(), by
        self._history_user = by
        self.save_version(version)
