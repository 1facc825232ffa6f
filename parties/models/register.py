"""Who: counties, parties, the people who act for them, and for how long.

Membership is the only source of rights. It ties a person to a party, a role and a group ("hat") between two dates;
what the group may do with a party, an agreement or a body is kept as django-guardian object permissions.
"""

from django.contrib.auth import get_backends
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, Group, PermissionsMixin
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from guardian.models import GroupObjectPermissionBase, UserObjectPermissionBase

from lib.db import Versioned, date_order
from lib.history import HistoricalRecords
from lib.swedish import fold, sort_key


class County(models.Model):
    """A Swedish county (län) with its SCB code and letter."""

    code = models.CharField(_("länskod"), max_length=2, unique=True)
    letter = models.CharField(_("länsbokstav"), max_length=2, unique=True)
    name = models.CharField(_("län"), max_length=60)
    sort_name = models.CharField(max_length=200, editable=False)

    class Meta:
        verbose_name = _("län")
        verbose_name_plural = _("län")
        ordering = ["sort_name"]

    def __str__(self):
        return self.name

    def save(self, *args, **kwargs):
        self.sort_name = sort_key(self.name)
        super().save(*args, **kwargs)


class PartyKind(models.TextChoices):
    MUNICIPALITY = "municipality", _("kommun")
    REGION = "region", _("region")
    COUNTY_BOARD = "county_board", _("länsstyrelse")
    STATE_AGENCY = "state_agency", _("statlig myndighet")
    POLICE = "police", _("polis")
    UNIVERSITY = "university", _("universitet eller högskola")
    ASSOCIATION = "association_of_municipalities", _("kommunförbund")
    COORDINATION_ASSOCIATION = "coordination_association", _("samordningsförbund")
    KNOWLEDGE_CENTRE = "knowledge_centre", _("kunskapscentrum")
    BUSINESS = "business", _("näringsliv")
    CIVIL_SOCIETY = "civil_society", _("civilsamhälle")
    TRADE_UNION = "trade_union", _("facklig organisation")


class PartyQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Which organisations exist is public."""
        return self

    def editable_by(self, user):
        """Party administrators look after their own party's people, not its content."""
        from parties.rights import with_right

        return with_right(self, user, Right.ADMINISTER)

    def with_right(self, user, right):
        from parties.rights import with_right

        return with_right(self, user, right)

    def municipalities_of(self, county, on=None):
        """The municipalities that belong to ``county`` on a day (today unless told)."""
        belongs = PartyCounty.objects.on(on or timezone.localdate()).filter(county=county)
        return self.filter(kind=PartyKind.MUNICIPALITY, pk__in=belongs.values("party"))


class Party(Versioned):
    """An organisation that can be party to agreements. Municipalities have the key ``kommun-<SCB code>``."""

    key = models.SlugField(_("nyckel"), max_length=80, unique=True)
    name = models.CharField(_("namn"), max_length=200)
    kind = models.CharField(_("slag"), max_length=40, choices=PartyKind)
    scb_code = models.CharField(_("kommunkod"), max_length=4, blank=True)
    county = models.ForeignKey(
        County, verbose_name=_("län"), null=True, blank=True, on_delete=models.PROTECT, related_name="parties"
    )
    founded_on = models.DateField(_("bildad"), null=True, blank=True)
    dissolved_on = models.DateField(_("upphörd"), null=True, blank=True)
    sort_name = models.CharField(max_length=400, editable=False, db_index=True)
    search_text = models.TextField(editable=False, default="")
    history = HistoricalRecords(excluded_fields=["sort_name", "search_text"])

    objects = PartyQuerySet.as_manager()

    class Meta:
        verbose_name = _("part")
        verbose_name_plural = _("parter")
        ordering = ["sort_name"]
        permissions = [
            ("see_party", "Läsa partens utkast"),
            ("report", "Rapportera för parten"),
            ("approve", "Godkänna partens rapporter"),
            ("administer", "Administrera partens personer"),
            ("coordinate", "Samordna länets överenskommelser"),
        ]
        constraints = [
            date_order("founded_on", "dissolved_on", name="party_dates"),
            models.UniqueConstraint("scb_code", condition=~Q(scb_code=""), name="party_scb_code_unique"),
            models.CheckConstraint(
                condition=Q(scb_code="") | Q(kind=PartyKind.MUNICIPALITY), name="party_scb_code_for_municipalities"
            ),
        ]

    def __str__(self):
        return self.name

    def save(self, *args, **kwargs):
        self.sort_name = sort_key(self.name)
        names = [self.name, *(self.names.values_list("name", flat=True) if self.pk else [])]
        self.search_text = fold(" ".join(names))
        super().save(*args, **kwargs)

    @cached_property
    def successors(self):
        return [link.successor for link in self.successor_links.select_related("successor")]


class DatedQuerySet(models.QuerySet):
    def on(self, day):
        """Rows in force on ``day``; an open end means until further notice."""
        return self.filter(
            Q(starts_on__isnull=True) | Q(starts_on__lte=day), Q(ends_on__isnull=True) | Q(ends_on__gte=day)
        )


class PartyName(models.Model):
    """A name the party has had before (landsting → region, KSL → Storsthlm). Search finds both."""

    party = models.ForeignKey(Party, on_delete=models.CASCADE, related_name="names")
    name = models.CharField(_("namn"), max_length=200)
    starts_on = models.DateField(_("från"), null=True, blank=True)
    ends_on = models.DateField(_("till"), null=True, blank=True)

    objects = DatedQuerySet.as_manager()

    class Meta:
        verbose_name = _("tidigare namn")
        verbose_name_plural = _("tidigare namn")
        constraints = [
            date_order("starts_on", "ends_on", name="party_name_dates"),
            models.UniqueConstraint("party", "name", name="party_name_unique"),
        ]

    def __str__(self):
        return self.name

    def save(self, *args, **kwargs):
        super().save(*args, **kwargs)
        self.party.save()  # the party's search text holds all its names


class PartyCounty(models.Model):
    """Which county a municipality belongs to, and when: Heby moved from Västmanland to Uppsala in 2007."""

    party = models.ForeignKey(Party, on_delete=models.CASCADE, related_name="counties")
    county = models.ForeignKey(County, on_delete=models.PROTECT, related_name="party_counties")
    starts_on = models.DateField(_("från"), null=True, blank=True)
    ends_on = models.DateField(_("till"), null=True, blank=True)

    objects = DatedQuerySet.as_manager()

    class Meta:
        verbose_name = _("länstillhörighet")
        verbose_name_plural = _("länstillhörigheter")
        constraints = [
            date_order("starts_on", "ends_on", name="party_county_dates"),
            models.UniqueConstraint("party", "county", "starts_on", name="party_county_unique"),
            models.UniqueConstraint(
                "party", "county", condition=Q(starts_on__isnull=True), name="party_county_unique_from_the_start"
            ),
        ]

    def __str__(self):
        return f"{self.party}, {self.county}"


class PartySuccession(models.Model):
    """One party carried on by another: a merge has several predecessors, a split several successors."""

    class Kind(models.TextChoices):
        MERGED = "merged", _("sammanslagen")
        SPLIT = "split", _("delad")
        REPLACED = "replaced", _("ersatt")

    predecessor = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="successor_links")
    successor = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="predecessor_links")
    kind = models.CharField(_("slag"), max_length=20, choices=Kind)
    happened_on = models.DateField(_("datum"), null=True, blank=True)

    class Meta:
        verbose_name = _("efterträdare")
        verbose_name_plural = _("efterträdare")
        constraints = [
            models.UniqueConstraint("predecessor", "successor", name="party_succession_unique"),
            models.CheckConstraint(condition=~Q(predecessor=F("successor")), name="party_succession_not_itself"),
        ]

    def __str__(self):
        return f"{self.predecessor} → {self.successor}"


class UserManager(BaseUserManager):
    def create_user(self, email, password=None, **fields):
        """A person with an e-mail address as login; without a password the account cannot log in by password."""
        user = self.model(email=self.normalize_email(email).strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email, password=None, **fields):
        return self.create_user(email, password, **{"is_staff": True, "is_superuser": True, **fields})


class User(AbstractBaseUser, PermissionsMixin):
    """A person. Official contact data only; what the person may do follows from memberships."""

    email = models.EmailField(_("e-post"), unique=True)
    name = models.CharField(_("namn"), max_length=150)
    is_active = models.BooleanField(_("aktiv"), default=True)
    is_staff = models.BooleanField(_("får använda administrationen"), default=False)
    is_demo = models.BooleanField(_("exempelkonto"), default=False)
    anonymised_at = models.DateTimeField(_("avidentifierad"), null=True, blank=True, editable=False)
    date_joined = models.DateTimeField(_("skapad"), default=timezone.now)

    objects = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("personer")
        ordering = ["name"]

    def __str__(self):
        return self.name or self.email

    def has_perm(self, perm, obj=None):
        """On objects memberships alone decide: a superuser looks after the portal and has no right to its content."""
        if obj is None:
            return super().has_perm(perm)
        return any(backend.has_perm(self, perm, obj) for backend in get_backends())

    def get_full_name(self):
        return self.name

    def get_short_name(self):
        return self.name.split(" ")[0]


class Role(models.TextChoices):
    READER = "reader", _("läsare")
    REPORTER = "reporter", _("handläggare")
    APPROVER = "approver", _("godkännare")
    PARTY_ADMINISTRATOR = "party_administrator", _("partsadministratör")
    COORDINATOR = "coordinator", _("samordnare")
    COUNCIL_MEMBER = "council_member", _("rådsledamot")
    AUDITOR = "auditor", _("granskare")
    DRAFTER = "drafter", _("ledamot i skrivargruppen")
    SYSTEM_ADMINISTRATOR = "system_administrator", _("systemadministratör")


class Right:
    """Codenames of the object permissions. Models declare them; only parties/rights.py asks for them."""

    SEE_PARTY = "see_party"
    REPORT = "report"
    APPROVE = "approve"
    ADMINISTER = "administer"
    COORDINATE = "coordinate"
    SEE_AGREEMENT = "see_agreement"
    SEE_SUBMITTED = "see_submitted"
    EDIT_AGREEMENT = "edit_agreement"
    DRAFT_AGREEMENT = "draft_agreement"
    SEE_BODY = "see_body"


# What a role gives on the party itself. Administrators get people, never content; a council member's and a
# coordinator's further rights come from the bodies and agreements their group is granted.
PARTY_RIGHTS = {
    Role.READER: (Right.SEE_PARTY,),
    Role.REPORTER: (Right.SEE_PARTY, Right.REPORT),
    Role.APPROVER: (Right.SEE_PARTY, Right.REPORT, Right.APPROVE),
    Role.PARTY_ADMINISTRATOR: (Right.ADMINISTER,),
    Role.COORDINATOR: (Right.SEE_PARTY, Right.COORDINATE),
    Role.COUNCIL_MEMBER: (),
    Role.AUDITOR: (Right.SEE_PARTY,),
    Role.DRAFTER: (),
    Role.SYSTEM_ADMINISTRATOR: (),
}


class MembershipQuerySet(DatedQuerySet):
    def visible_to(self, user):
        """Those who look after the party's people see all its memberships."""
        return self.filter(party__in=Party.objects.editable_by(user).values("pk"))

    def editable_by(self, user):
        """Of those, the roles that they may give."""
        from parties.granting import GRANTS

        return self.visible_to(user).filter(role__in=GRANTS[Right.ADMINISTER])

    def active(self, on=None):
        """Memberships that give rights: within their dates, of a person whose account is open."""
        return self.on(on or timezone.localdate()).filter(user__is_active=True)


class Membership(Versioned):
    """A person acting for a party in a role, between two dates. ``group`` carries the rights of that hat."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    party = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="memberships")
    role = models.CharField(_("roll"), max_length=30, choices=Role)
    group = models.ForeignKey(Group, on_delete=models.PROTECT, related_name="memberships")
    title = models.CharField(_("funktion"), max_length=120, blank=True)
    starts_on = models.DateField(_("från"), default=timezone.localdate)
    ends_on = models.DateField(_("till och med"), null=True, blank=True)
    granted_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    stands_in_for = models.ForeignKey(
        "self", verbose_name=_("ersätter"), null=True, blank=True, on_delete=models.PROTECT, related_name="alternates"
    )
    history = HistoricalRecords()

    objects = MembershipQuerySet.as_manager()

    class Meta:
        verbose_name = _("medlemskap")
        verbose_name_plural = _("medlemskap")
        constraints = [
            date_order("starts_on", "ends_on", name="membership_dates"),
            models.UniqueConstraint("user", "group", "starts_on", name="membership_unique"),
        ]
        indexes = [models.Index(fields=["user", "starts_on", "ends_on"])]

    def __str__(self):
        return f"{self.user}: {self.get_role_display()}, {self.party}"

    @property
    def administers(self):
        """Whether whoever wears the hat looks after the party's people."""
        return Right.ADMINISTER in PARTY_RIGHTS[self.role]


class PartyGroupObjectPermission(GroupObjectPermissionBase):
    """django-guardian's direct key: rights go with the party when it goes, no orphans."""

    content_object = models.ForeignKey(Party, on_delete=models.CASCADE)


class PartyUserObjectPermission(UserObjectPermissionBase):
    """Unused on purpose: rights belong to hats, not persons. Declared so that no generic row can be made."""

    content_object = models.ForeignKey(Party, on_delete=models.CASCADE)
