"""Activities: the rows of an edition, with the goals, areas and parties they name and the files that belong to them."""

import datetime
import re
import uuid
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from actionplans.models.plan import Edition
from agreements.models import Actor, CollaborationArea, Goal, PriorityArea
from agreements.models.base import Searchable
from lib.asked import keys_of
from lib.db import Freezable, FreezableQuerySet, Stamping, StampingQuerySet, Versioned, date_order
from lib.history import HistoricalRecords
from parties.models import Party, User


class ContainedQuerySet(StampingQuerySet, FreezableQuerySet):
    """Rows that freeze with what they belong to: nothing is added to it or moved into it either."""

    def refuse_into(self, owners):
        """Raise Frozen if any of ``owners``, rows or keys, may not change any more."""
        keys = {getattr(owner, "pk", owner) for owner in owners}
        self.model._meta.get_field(self.model.stamped_by).related_model.objects.filter(pk__in=keys).refuse_frozen()

    def bulk_create(self, objs, *args, **kwargs):
        objs = list(objs)
        self.refuse_into({getattr(obj, f"{self.model.stamped_by}_id") for obj in objs})
        return super().bulk_create(objs, *args, **kwargs)

    def update(self, **values):
        owner = self.model.stamped_by
        self.refuse_into(values[name] for name in (owner, f"{owner}_id") if name in values)
        return super().update(**values)

    def bulk_update(self, objs, fields, batch_size=None):
        objs = list(objs)
        if self.model.stamped_by in fields:
            self.refuse_into({getattr(obj, f"{self.model.stamped_by}_id") for obj in objs})
        return super().bulk_update(objs, fields, batch_size)


class ActivityQuerySet(ContainedQuerySet):
    def frozen(self):
        return self.filter(edition__state__in=Edition.FROZEN_STATES)

    def bulk_create(self, objs, *args, **kwargs):
        """As ``save``: search finds them too."""
        objs = list(objs)
        for obj in objs:
            obj.search_text = obj.searched_words()
        return super().bulk_create(objs, *args, **kwargs)

    def for_table(self):
        """In the order of the areas; what has none stands last, on every database."""
        places = [models.F(f"{place}__order").asc(nulls_last=True) for place in ("area", "collaboration_area")]
        return self.select_related("area", "collaboration_area", "responsible").order_by(
            places[0], "area", places[1], "collaboration_area", "order", "pk"
        )

    def visible_to(self, user):
        return self.filter(edition__among=keys_of(Edition.objects.visible_to, user))

    def editable_by(self, user):
        return self.filter(edition__in=Edition.objects.editable_by(user).values("pk"))

    def standing(self):
        """Activities that are to be done: not closed or struck in their edition."""
        return self.filter(ending="")


class PartQuerySet(ContainedQuerySet):
    """Rows that belong to an activity and freeze with it: links, so also ``add``, ``set`` and ``clear``, and files."""

    def frozen(self):
        return self.filter(activity__edition__state__in=Edition.FROZEN_STATES)


class Part(Stamping, Freezable):
    """A row that belongs to an activity and is shown with it."""

    stamped_by = "activity"

    class Meta:
        abstract = True

    def renew_stamp(self):
        """The edition is held from here on. A frozen one's activities get nothing new, and nothing moved to them."""
        Edition.lock_open(self.activity.edition_id)
        super().renew_stamp()

    @classmethod
    def stamp_holders(cls, keys):
        return Edition.objects.filter(activities__in=keys)


class ActivityGoal(Part):
    frozen_message = Edition.frozen_message

    activity = models.ForeignKey("Activity", on_delete=models.CASCADE)
    goal = models.ForeignKey(Goal, on_delete=models.PROTECT)

    objects = PartQuerySet.as_manager()

    class Meta:
        base_manager_name = "objects"
        constraints = [models.UniqueConstraint(fields=["activity", "goal"], name="activity_goal_once")]

    def __str__(self):
        return f"{self.activity}: {self.goal}"


class ActivityParticipant(Part):
    frozen_message = Edition.frozen_message

    activity = models.ForeignKey("Activity", on_delete=models.CASCADE)
    actor = models.ForeignKey(Actor, on_delete=models.PROTECT)

    objects = PartQuerySet.as_manager()

    class Meta:
        base_manager_name = "objects"
        constraints = [models.UniqueConstraint(fields=["activity", "actor"], name="activity_participant_once")]

    def __str__(self):
        return f"{self.activity}: {self.actor}"


class ActivityCollaborationArea(Part):
    """A collaboration area that the activity serves beside the one it stands under."""

    frozen_message = Edition.frozen_message

    activity = models.ForeignKey("Activity", on_delete=models.CASCADE)
    collaboration_area = models.ForeignKey(CollaborationArea, on_delete=models.PROTECT)

    objects = PartQuerySet.as_manager()

    class Meta:
        base_manager_name = "objects"
        constraints = [
            models.UniqueConstraint(fields=["activity", "collaboration_area"], name="activity_serves_area_once")
        ]

    def __str__(self):
        return f"{self.activity}: {self.collaboration_area}"


@dataclass(frozen=True)
class Milestone:
    """A step on the way: the day it should be reached, and what is then in place."""

    on: datetime.date
    text: str

    LINE = re.compile(r"(\d{4}-\d{2}-\d{2})[ :,–-]+(\S.*)")

    @classmethod
    def read(cls, line):
        """The milestone a line holds (``2027-03-31 Rutinen är beslutad``); ValueError where it is not written so."""
        match = cls.LINE.fullmatch(line.strip())
        if match is None:
            raise ValueError(line)
        return cls(datetime.date.fromisoformat(match[1]), match[2])


def validate_milestones(text):
    """ValidationError, naming the line, where a line is no milestone."""
    for line in filter(str.strip, text.splitlines()):
        try:
            Milestone.read(line)
        except ValueError:
            message = _("”%(line)s” saknar datum först. Skriv en per rad, till exempel 2027-03-31 Rutinen är beslutad.")
            raise ValidationError(message, params={"line": line.strip()[:60]}) from None


class Activity(Searchable, Stamping, Freezable, Versioned):
    """A row of an edition. The same activity in later editions shares its ``lineage``.

    An activity that is closed or struck (``ending``) stays in the edition where that was said, with its reason, and is
    not carried on to the next.
    """

    class Origin(models.TextChoices):
        NEW = "new", _("ny")
        CARRIED = "carried", _("följer med")
        REVISED = "revised", _("ändrad")
        PROPOSED = "proposed", _("föreslagen")

    class Ending(models.TextChoices):
        CLOSED = "closed", _("avslutad")
        CANCELLED = "cancelled", _("struken")

    class Counts(models.TextChoices):
        """Which numbers the parties are asked for in the follow-up."""

        NOTHING = "", _("inga antal")
        NUMBER = "number", _("ett antal")
        ADULTS = "adults", _("kvinnor och män")
        ALL_AGES = "all_ages", _("kvinnor, män, flickor och pojkar")

    frozen_message = Edition.frozen_message
    stamped_by = "edition"
    searched = ("number", "title", "description")

    edition = models.ForeignKey(Edition, verbose_name=_("version"), on_delete=models.PROTECT, related_name="activities")
    lineage = models.UUIDField(_("släktskap"), default=uuid.uuid4, editable=False, db_index=True)
    number = models.CharField(_("nummer"), max_length=12)
    order = models.PositiveSmallIntegerField(_("ordning"), default=0)
    title = models.CharField(_("aktivitet"), max_length=250)
    description = models.TextField(_("beskrivning"), max_length=4000, blank=True)
    desired_effect = models.TextField(_("önskad effekt"), max_length=2000, blank=True)
    area = models.ForeignKey(
        PriorityArea, verbose_name=_("område"), null=True, blank=True, on_delete=models.PROTECT,
        related_name="activities",
    )  # fmt: skip
    collaboration_area = models.ForeignKey(
        CollaborationArea, verbose_name=_("samverkansområde"), null=True, blank=True, on_delete=models.PROTECT,
        related_name="activities",
    )  # fmt: skip
    serves = models.ManyToManyField(
        CollaborationArea, verbose_name=_("bidrar även till"), blank=True, related_name="served_by",
        through=ActivityCollaborationArea,
    )  # fmt: skip
    goals = models.ManyToManyField(
        Goal, verbose_name=_("mål"), blank=True, related_name="activities", through=ActivityGoal
    )
    responsible = models.ForeignKey(
        Actor, verbose_name=_("ansvarig"), null=True, blank=True, on_delete=models.PROTECT,
        related_name="responsible_activities",
    )  # fmt: skip
    responsible_function = models.CharField(_("ansvarig funktion"), max_length=160, blank=True)
    participants = models.ManyToManyField(
        Actor, verbose_name=_("medverkar"), blank=True, related_name="joined_activities", through=ActivityParticipant
    )
    indicator = models.CharField(_("indikator"), max_length=200, blank=True)
    indicator_base = models.CharField(_("basvärde"), max_length=80, blank=True)
    indicator_target = models.CharField(_("målvärde"), max_length=80, blank=True)
    counts = models.CharField(_("antal i uppföljningen"), max_length=10, choices=Counts, blank=True)
    starts_on = models.DateField(_("start"), null=True, blank=True)
    ends_on = models.DateField(_("slut"), null=True, blank=True)
    is_continuous = models.BooleanField(_("löpande"), default=False)
    milestones = models.TextField(_("delmoment"), max_length=2000, blank=True, validators=[validate_milestones])
    financing = models.CharField(_("finansiering"), max_length=300, blank=True)
    amount = models.PositiveIntegerField(_("belopp i kronor"), null=True, blank=True)
    followed_up_how = models.TextField(_("hur den följs upp"), max_length=1000, blank=True)
    followed_up_when = models.CharField(_("när den följs upp"), max_length=120, blank=True)
    followed_up_by = models.ForeignKey(
        Actor, verbose_name=_("följs upp av"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    local_plans = models.TextField(_("lokala överenskommelser och planer"), max_length=1000, blank=True)
    equality = models.TextField(_("jämställdhet"), max_length=1000, blank=True)
    children = models.TextField(_("barns rättigheter"), max_length=1000, blank=True)
    target_group_voice = models.TextField(_("målgruppens röst"), max_length=1000, blank=True)
    origin = models.CharField(_("ursprung"), max_length=10, choices=Origin, default=Origin.NEW)
    proposed_by = models.ForeignKey(
        Actor, verbose_name=_("föreslagen av"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    change_reason = models.TextField(_("varför den ändras"), max_length=1000, blank=True)
    ending = models.CharField(_("avslut"), max_length=10, choices=Ending, blank=True)
    ending_reason = models.TextField(_("skäl till avslutet"), max_length=1000, blank=True)
    history = HistoricalRecords(excluded_fields=["search_text"], m2m_fields=[goals, participants, serves])

    objects = ActivityQuerySet.as_manager()

    class Meta:
        verbose_name = _("aktivitet")
        verbose_name_plural = _("aktiviteter")
        base_manager_name = "objects"  # area.activities.add() and the like go by it: frozen rows refuse there too
        ordering = ["order", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["edition", "number"], name="activity_number_unique",
                violation_error_message=_("Numret finns redan i versionen. Välj ett annat."),
            ),
            models.UniqueConstraint(fields=["edition", "lineage"], name="activity_lineage_once"),
            date_order("starts_on", "ends_on", name="activity_dates"),
        ]  # fmt: skip

    def __str__(self):
        return f"{self.number} {self.title}"

    def clean(self):
        """What holds between the fields, once for form, cell and sheet. ValidationError by field."""
        errors, inside = {}, self.collaboration_area
        if inside and inside.area_id != self.area_id:
            errors["collaboration_area"] = _("Samverkansområdet hör till ett annat område.")
        if self.is_continuous and self.ends_on:
            errors["ends_on"] = _("En löpande aktivitet har inget slutdatum. Ta bort det ena.")
        elif self.starts_on and self.ends_on and self.ends_on < self.starts_on:
            errors["ends_on"] = _("Slutdatum kan inte vara före startdatum.")
        if errors:
            raise ValidationError(errors)

    def renew_stamp(self):
        """The edition is held from here on. A frozen one gets no new rows, and none moved into it."""
        Edition.lock_open(self.edition_id)
        super().renew_stamp()

    def why_kept(self):
        """Why the activity cannot be deleted, only ended with a reason; empty where it can."""
        earlier = type(self).objects.filter(lineage=self.lineage).exclude(edition=self.edition_id)
        if earlier.exists():
            return _("Aktiviteten står i en annan version också. Avsluta eller stryk den med skäl i stället.")
        kept = InternalNote.objects.filter(activity=self).exclude(text="").exists()
        if kept or self.files.exists() or self.comments.exists() or self.proposals.exists():
            return _(
                "Aktiviteten har kommentarer, bilagor, anteckningar eller ett förslag bakom sig. "
                "Avsluta eller stryk den med skäl i stället."
            )
        return ""

    @property
    def milestone_list(self):
        """The milestones by date; an edition adopted before a rule was tightened may hold lines that are none."""
        found = []
        for line in filter(str.strip, self.milestones.splitlines()):
            try:
                found.append(Milestone.read(line))
            except ValueError:
                continue
        return sorted(found, key=lambda milestone: milestone.on)

    def reporting_parties(self):
        """The parties that answer for the activity: the responsible one, or the members of a collective."""
        return self.responsible.expand() if self.responsible_id else Party.objects.none()


class FileQuerySet(PartQuerySet):
    def visible_to(self, user):
        return self.filter(activity__in=Activity.objects.visible_to(user).values("pk"))

    def editable_by(self, user):
        return self.filter(activity__in=Activity.objects.editable_by(user).values("pk"))


class ActivityFile(Part):
    """A file that belongs to an activity, as public as the activity is."""

    frozen_message = Edition.frozen_message

    activity = models.ForeignKey(Activity, on_delete=models.CASCADE, related_name="files")
    name = models.CharField(_("namn"), max_length=120)
    file = models.FileField(_("fil"), upload_to="activities/%Y/")
    added_at = models.DateTimeField(_("tillagd"), auto_now_add=True)
    added_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+", editable=False
    )
    history = HistoricalRecords()

    objects = FileQuerySet.as_manager()

    class Meta:
        verbose_name = _("bilaga")
        verbose_name_plural = _("bilagor")
        base_manager_name = "objects"
        ordering = ["name", "pk"]

    def __str__(self):
        return self.name


class InternalNote(Versioned):
    """What the coordinators write to themselves about an activity.

    A table of its own and not a field: what is copied, compared, exported, searched or published about an activity
    cannot then take it along by mistake. It may change after adoption, since nobody adopted it.
    """

    activity = models.OneToOneField(Activity, on_delete=models.CASCADE, related_name="internal_note")
    text = models.TextField(_("intern anteckning"), max_length=4000, blank=True)
    history = HistoricalRecords()

    class NoteQuerySet(models.QuerySet):
        def visible_to(self, user):
            return self.editable_by(user)

        def editable_by(self, user):
            """The coordinators of the agreement, in every state of the edition."""
            plans = Edition.plan.field.related_model.objects.editable_by(user)
            return self.filter(activity__edition__plan__in=plans.values("pk"))

    objects = NoteQuerySet.as_manager()

    class Meta:
        verbose_name = _("intern anteckning")
        verbose_name_plural = _("interna anteckningar")

    def __str__(self):
        return f"{self.activity.number}: {self.text[:40]}"
