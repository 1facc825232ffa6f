"""Who decides under an agreement: bodies with mandates and seats, and who is responsible for what."""

from django.contrib.auth.models import Group
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from guardian.models import GroupObjectPermissionBase, UserObjectPermissionBase

from agreements.models import Actor, Agreement, AgreementRow, CollaborationArea, PriorityArea
from agreements.models.base import AgreementRowQuerySet, unique_key
from lib.db import Stamping, StampingQuerySet, Versioned, date_order, json_list
from lib.history import HistoricalRecords
from lib.swedish import fold
from parties.models import County, DatedQuerySet, Membership, Party, Right
from parties.rights import with_right

BODY_GROUPS = "body:"


class OfBody(Stamping):
    """A row that is shown on pages of the agreements that its body has a mandate in."""

    stamped_by = "body"

    class Meta:
        abstract = True

    @classmethod
    def stamp_holders(cls, keys):
        return Agreement.objects.filter(pk__in=Mandate.objects.filter(body__in=keys).values("agreement"))


class BodyQuerySet(StampingQuerySet):
    def visible_to(self, user):
        """A body is as public as the agreements it has a mandate in; its own members always see it."""
        mandated = Agreement.objects.visible_to(user).values("mandate__body")
        own = with_right(Body.objects.all(), user, Right.SEE_BODY)
        return self.filter(Q(pk__in=mandated) | Q(pk__in=own.values("pk")))

    def editable_by(self, user):
        """Coordinators of any agreement the body has a mandate in."""
        mandated = Mandate.objects.filter(agreement__in=Agreement.objects.editable_by(user).values("pk"))
        return self.filter(pk__in=mandated.values("body"))

    def run_by(self, user):
        """Whose meetings ``user`` keeps: the coordinators', and the body's own while seated as chair or secretary.

        Whoever stands in for such a person with that hat keeps them too.
        """
        if not user.is_authenticated:
            return self.none()
        hats = Membership.objects.active().filter(user=user)
        held = Q(membership__in=hats.values("pk")) | Q(membership__in=hats.values("stands_in_for"))
        seats = Seat.objects.on(timezone.localdate()).filter(held, role__in=Seat.LEADING)
        return self.filter(Q(pk__in=self.model.objects.editable_by(user).values("pk")) | Q(pk__in=seats.values("body")))

    def shared_with(self, user):
        """Bodies whose work ``user`` takes part in: the body's own, the parties' and the coordinators'."""
        mandated = Agreement.objects.shared_with(user).values("mandate__body")
        own = with_right(Body.objects.all(), user, Right.SEE_BODY)
        return self.filter(Q(pk__in=mandated) | Q(pk__in=own.values("pk")))


class Body(OfBody, Versioned):
    """A standing group (council, coordination group, network); it may sit above several agreements of a county."""

    class State(models.TextChoices):
        ACTIVE = "active", _("verksamt")
        PLANNED = "planned", _("planerat, saknas")
        AS_NEEDED = "as_needed", _("vid behov")
        RECURRING = "recurring", _("återkommande möte")
        COMPLETED = "completed", _("avslutat uppdrag")
        DISSOLVED = "dissolved", _("upplöst")

    class Multiplicity(models.TextChoices):
        SEVERAL = "several", _("flera grupper")
        PER_AREA = "one_per_area", _("en per område")
        PER_MUNICIPALITY = "per_municipality_or_joint", _("en per kommun eller gemensam")

    stamped_by = "id"

    county = models.ForeignKey(County, verbose_name=_("län"), on_delete=models.PROTECT, related_name="bodies")
    key = models.SlugField(_("nyckel"), max_length=80)
    name = models.CharField(_("namn"), max_length=160)
    state = models.CharField(_("läge"), max_length=12, choices=State, default=State.ACTIVE)
    pre_existing = models.BooleanField(_("fanns före överenskommelsen"), default=False)
    multiplicity = models.CharField(_("flera"), max_length=30, choices=Multiplicity, blank=True)
    formed = models.CharField(_("bildat"), max_length=10, blank=True)
    dissolved = models.CharField(_("upplöst"), max_length=10, blank=True)
    hosts = models.ManyToManyField(Party, verbose_name=_("värdar"), blank=True, related_name="hosted_bodies")
    search_text = models.TextField(editable=False, default="")
    history = HistoricalRecords(excluded_fields=["search_text"], m2m_fields=[hosts])

    objects = BodyQuerySet.as_manager()

    class Meta:
        verbose_name = _("organ")
        verbose_name_plural = _("organ")
        ordering = ["name"]
        permissions = [(Right.SEE_BODY, "Läsa organets arbete")]
        constraints = [models.UniqueConstraint(fields=["county", "key"], name="body_key_unique")]

    def __str__(self):
        return self.name

    def save(self, *args, **kwargs):
        self.search_text = fold(self.name)
        super().save(*args, **kwargs)

    @property
    def is_missing(self):
        """The agreement wants the group, and it does not exist yet."""
        return self.state == self.State.PLANNED

    @property
    def is_past(self):
        return self.state in (self.State.COMPLETED, self.State.DISSOLVED)

    def group(self):
        """The hat of those who hold a seat here."""
        return Group.objects.get_or_create(name=f"{BODY_GROUPS}{self.county.code}:{self.key}")[0]


class BodyGroupObjectPermission(GroupObjectPermissionBase):
    content_object = models.ForeignKey(Body, on_delete=models.CASCADE)


class BodyUserObjectPermission(UserObjectPermissionBase):
    """Unused on purpose, see PartyUserObjectPermission."""

    content_object = models.ForeignKey(Body, on_delete=models.CASCADE)


class Mandate(AgreementRow):
    """What a body does in one agreement, and to whom it reports there."""

    class Level(models.TextChoices):
        DECIDING = "deciding", _("beslutande")
        STEERING = "steering", _("styrande")
        PREPARING = "preparing", _("beredande")
        OPERATIVE = "operative", _("operativ")
        LOCAL = "local", _("lokal")
        NETWORK = "network", _("nätverk")
        COORDINATION = "coordination", _("samordnande")
        PRIORITISING = "prioritising", _("prioriterande")

    class Minutes(models.TextChoices):
        MINUTES = "protokoll", _("protokoll")
        NOTES = "minnesanteckningar", _("minnesanteckningar")

    class MeetingsRule(models.TextChoices):
        EXACT = "", _("så många")
        MINIMUM = "minimum", _("minst")

    LEADING = (Level.DECIDING, Level.STEERING)  # who decide for the agreement, the first where there are both

    body = models.ForeignKey(Body, verbose_name=_("organ"), on_delete=models.PROTECT, related_name="mandates")
    actor = models.OneToOneField(Actor, verbose_name=_("aktör"), on_delete=models.PROTECT, related_name="mandate")
    level = models.CharField(_("nivå"), max_length=15, choices=Level)
    reports_to = models.ForeignKey(
        "self", verbose_name=_("svarar inför"), null=True, blank=True, on_delete=models.PROTECT,
        related_name="subordinates",
    )  # fmt: skip
    tasks = models.TextField(_("uppdrag"), max_length=3000, blank=True, help_text=_("Ett uppdrag per rad."))
    chair = models.CharField(_("ordförande"), max_length=160, blank=True)
    convener = models.ForeignKey(
        Actor, verbose_name=_("sammankallande"), null=True, blank=True, on_delete=models.PROTECT,
        related_name="convened_mandates",
    )  # fmt: skip
    convener_note = models.CharField(_("anmärkning om sammankallande"), max_length=200, blank=True)
    initiated_by = models.ForeignKey(
        Actor, verbose_name=_("på initiativ av"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    members_min = models.PositiveSmallIntegerField(_("minst antal ledamöter"), null=True, blank=True)
    members_max = models.PositiveSmallIntegerField(_("högst antal ledamöter"), null=True, blank=True)
    meetings_per_year = models.PositiveSmallIntegerField(
        _("möten per år"), null=True, blank=True, validators=[MaxValueValidator(52)]
    )
    meetings_rule = models.CharField(_("mötesregel"), max_length=10, choices=MeetingsRule, blank=True)
    meetings_note = models.CharField(_("anmärkning om möten"), max_length=200, blank=True)
    minutes = models.CharField(_("slag av anteckningar"), max_length=20, choices=Minutes, blank=True)
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("uppdrag i överenskommelsen")
        verbose_name_plural = _("uppdrag i överenskommelsen")
        ordering = ["order", "pk"]
        constraints = [
            unique_key("mandate"),
            models.UniqueConstraint(fields=["agreement", "body"], name="mandate_once"),
            models.CheckConstraint(condition=~Q(reports_to=models.F("id")), name="mandate_not_its_own_superior"),
        ]

    def __str__(self):
        return self.body.name

    @property
    def task_list(self):
        return [line for line in self.tasks.splitlines() if line.strip()]


class SeatQuerySet(StampingQuerySet, DatedQuerySet):
    def visible_to(self, user):
        return self.filter(body__in=Body.objects.visible_to(user).values("pk"))

    def editable_by(self, user):
        return self.filter(body__in=Body.objects.editable_by(user).values("pk"))


class Seat(OfBody, Versioned):
    """A place in a body, held by an office, a party or a person; a person's rights last as long as the membership."""

    class Role(models.TextChoices):
        CHAIR = "chair", _("ordförande")
        MEMBER = "member", _("ledamot")
        ALTERNATE = "alternate", _("ersättare")
        SECRETARY = "secretary", _("sekreterare")
        COOPTED = "coopted", _("adjungerad")

    LEADING = (Role.CHAIR, Role.SECRETARY)  # who keep the body's meetings

    body = models.ForeignKey(Body, verbose_name=_("organ"), on_delete=models.PROTECT, related_name="seats")
    key = models.SlugField(_("nyckel"), max_length=80)
    order = models.PositiveSmallIntegerField(_("ordning"), default=0)
    role = models.CharField(_("roll"), max_length=12, choices=Role, default=Role.MEMBER)
    office = models.CharField(_("befattning"), max_length=300, blank=True)
    party = models.ForeignKey(
        Party, verbose_name=_("part"), null=True, blank=True, on_delete=models.PROTECT, related_name="seats"
    )
    membership = models.OneToOneField(
        Membership, verbose_name=_("person"), null=True, blank=True, on_delete=models.PROTECT, related_name="seat"
    )
    alternate_for = models.ForeignKey(
        "self", verbose_name=_("ersättare för"), null=True, blank=True, on_delete=models.PROTECT,
        related_name="alternates",
    )  # fmt: skip
    mandate_confirmed_on = models.DateField(_("mandat bekräftat"), null=True, blank=True)
    vacant_since = models.DateField(_("vakant sedan"), null=True, blank=True)
    starts_on = models.DateField(_("från"), null=True, blank=True)
    ends_on = models.DateField(_("till och med"), null=True, blank=True)
    history = HistoricalRecords()

    objects = SeatQuerySet.as_manager()

    class Meta:
        verbose_name = _("plats")
        verbose_name_plural = _("platser")
        ordering = ["order", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["body", "key"], name="seat_key_unique"),
            date_order("starts_on", "ends_on", name="seat_dates"),
            models.CheckConstraint(
                condition=~Q(office="") | Q(party__isnull=False) | Q(membership__isnull=False),
                name="seat_of_somebody",
                violation_error_message=_("Ange befattning, part eller person för platsen."),
            ),
        ]

    def __str__(self):
        return self.office or str(self.party or self.membership)


class ResponsibilityQuerySet(AgreementRowQuerySet):
    def for_page(self):
        """With the actor and its body, and as lists: ``parts`` (collaboration areas) and ``led_by``."""
        leads = self.model.leads.through.objects
        parts = self.model.collaboration_areas.through.objects
        part = "collaborationarea__"
        return self.select_related("actor__mandate__body").annotate(
            led_by=json_list(leads, "responsibility", name="actor__name", order="actor__order"),
            parts=json_list(parts, "responsibility", number=f"{part}number", name=f"{part}name", order=f"{part}order"),
        )


class Responsibility(AgreementRow):
    """Who is responsible for an area, or for single collaboration areas of it.

    "Group missing" is a state, not an absence: the responsible actor is a body that is planned but does not exist.
    """

    class Scope(models.TextChoices):
        WHOLE = "whole", _("hela området")
        PARTIAL = "partial", _("delar av området")
        INTERIM = "interim", _("tills vidare")
        PLANNED = "planned", _("planerat ansvar")

    area = models.ForeignKey(
        PriorityArea, verbose_name=_("område"), on_delete=models.CASCADE, related_name="responsibilities"
    )
    actor = models.ForeignKey(
        Actor, verbose_name=_("ansvarig"), on_delete=models.PROTECT, related_name="responsibilities"
    )
    scope = models.CharField(_("omfattning"), max_length=10, choices=Scope, default=Scope.WHOLE)
    collaboration_areas = models.ManyToManyField(
        CollaborationArea, verbose_name=_("samverkansområden"), blank=True, related_name="responsibilities"
    )
    leads = models.ManyToManyField(Actor, verbose_name=_("leds av"), blank=True, related_name="led_responsibilities")
    note = models.CharField(_("anmärkning"), max_length=300, blank=True)
    starts_on = models.DateField(_("från"), null=True, blank=True)
    ends_on = models.DateField(_("till och med"), null=True, blank=True)
    history = HistoricalRecords(m2m_fields=[collaboration_areas, leads])

    objects = ResponsibilityQuerySet.as_manager()

    class Meta:
        verbose_name = _("ansvar för område")
        verbose_name_plural = _("ansvar för områden")
        ordering = ["area__order", "order", "pk"]
        constraints = [
            unique_key("responsibility"),
            models.UniqueConstraint(fields=["area", "actor", "scope"], name="responsibility_once"),
            date_order("starts_on", "ends_on", name="responsibility_dates"),
        ]

    def __str__(self):
        return f"{self.area}: {self.actor}"

    @property
    def body(self):
        """The responsible body, or None where a party or a collective is responsible."""
        mandate = getattr(self.actor, "mandate", None)
        return mandate and mandate.body

    @property
    def is_missing(self):
        """Group missing: the body that should answer for this does not exist yet."""
        return self.body is not None and self.body.is_missing

    @property
    def is_for_now(self):
        return self.scope == self.Scope.INTERIM
