"""The forms of the bodies under an agreement: what they are and do, who sits there, when they meet and decide."""

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.urls import reverse
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from agreements.models import Actor
from agreements.rows import SOURCE, SOURCE_SECTION, OrderField, RowForm, SourcedRowForm
from governance.models import Body, Decision, Mandate, Meeting, Responsibility, Seat
from governance.services import body_actor, hold_seat, leave_seat, remove_mandate
from lib.forms import MomentField
from parties.models import Party, User

ON_GOVERNANCE = "governance:agreement_governance"


def free_key(rows, stem):
    """``stem``, or ``stem-2`` and so on: the first that none of ``rows`` has."""
    taken = set(rows.filter(key__startswith=stem).values_list("key", flat=True))
    return next(key for key in [stem, *(f"{stem}-{n}" for n in range(2, len(taken) + 3))] if key not in taken)


def bodies_of(agreement):
    """The bodies that have a mandate in the agreement."""
    return Body.objects.filter(mandates__agreement=agreement)


class BodyForm(RowForm):
    """What a body is, wherever it works. A new one gets its mandate in the agreement at once."""

    slug, page = "organ", ON_GOVERNANCE
    changes_rights = True
    removable = False  # it goes with its last mandate
    level = forms.ChoiceField(
        label=gettext_lazy("nivå"),
        choices=Mandate.Level.choices,
        help_text=gettext_lazy("Vad organet gör i överenskommelsen. Uppdraget fyller du i sedan."),
    )
    field_order = ["name", "level"]

    class Meta:
        model = Body
        fields = ["name", "state", "multiplicity", "pre_existing", "formed", "dissolved", "hosts"]
        field_classes = {"formed": MomentField, "dissolved": MomentField}
        labels = {"multiplicity": gettext_lazy("namnet står för")}
        help_texts = {
            "state": gettext_lazy("Planerat, saknas: överenskommelsen förutsätter gruppen, men den finns inte än."),
            "multiplicity": gettext_lazy("Om namnet står för flera grupper av samma slag."),
            "formed": gettext_lazy("År, månad eller datum: 2024, 2024-07 eller 2024-07-01."),
            "dissolved": gettext_lazy("År, månad eller datum."),
            "hosts": gettext_lazy("Parter som håller i det praktiska."),
        }

    @classmethod
    def rows(cls, agreement):
        return bodies_of(agreement)

    @classmethod
    def url_of(cls, agreement, row=None):
        return reverse("governance:body_detail", args=[agreement.slug, row.key]) if row else super().url_of(agreement)

    def limit_choices(self):
        super().limit_choices()
        if not self.is_new:
            del self.fields["level"]
        hosts = Q(accessions__agreement=self.scope["agreement"])
        if not self.is_new:
            hosts |= Q(hosted_bodies=self.instance)
        self.fields["hosts"].queryset = Party.objects.filter(pk__in=Party.objects.filter(hosts).values("pk"))

    def save(self, commit=True):
        """A new body works in the agreement from the start, and is an actor there."""
        agreement = self.scope["agreement"]
        if not self.is_new:
            body = super().save()
            Actor.objects.filter(mandate__body=body).update(name=body.name)
            return body
        county = self.instance.county = agreement.county
        self.instance.key = free_key(Body.objects.filter(county=county), slugify(self.instance.name)[:70] or "organ")
        body = super().save()
        actor = body_actor(agreement=agreement, body=body)
        Mandate.objects.create(agreement=agreement, body=body, actor=actor, level=self.cleaned_data["level"])
        return body


class MandateForm(SourcedRowForm):
    """What a body does in this agreement. A new one lets a body that exists already work here too."""

    slug, page = "uppdrag", ON_GOVERNANCE
    changes_rights = True
    fieldsets = (
        (
            gettext_lazy("Ledning"),
            ["chair", "convener", "convener_note", "initiated_by", "members_min", "members_max"],
            False,
        ),
        (gettext_lazy("Möten"), ["meetings_per_year", "meetings_rule", "meetings_note", "minutes"], False),
        SOURCE_SECTION,
    )

    class Meta:
        model = Mandate
        fields = [
            "body", "level", "reports_to", "tasks", "chair", "convener", "convener_note", "initiated_by",
            "members_min", "members_max", "meetings_per_year", "meetings_rule", "meetings_note", "minutes", *SOURCE,
            "order",
        ]  # fmt: skip
        help_texts = {
            "body": gettext_lazy("Ett organ i länet som redan finns och ska arbeta även här."),
            "reports_to": gettext_lazy("Ritar linjen i bilden över styrningen."),
            "chair": gettext_lazy("Befattning, till exempel landshövdingen."),
            "meetings_per_year": gettext_lazy("Lämna tomt om dokumentet inte säger något. Tomt är inte noll."),
        }

    @classmethod
    def url_of(cls, agreement, row=None):
        return BodyForm.url_of(agreement, row and row.body)

    @classmethod
    def delete(cls, row, version):
        remove_mandate(row, version=version)

    def limit_choices(self):
        super().limit_choices()
        if not self.is_new:
            del self.fields["body"]
            return
        agreement = self.scope["agreement"]
        known = Body.objects.visible_to(self.scope["user"]).filter(county=agreement.county_id)
        self.fields["body"].queryset = known.exclude(mandates__agreement=agreement)

    def clean_reports_to(self):
        """No body answers to itself, not by way of others either."""
        superior = step = self.cleaned_data["reports_to"]
        passed = {self.instance.pk}
        while step:
            if step.pk in passed:
                raise ValidationError(_("Det organet svarar inför det här. Välj ett annat, eller ändra det först."))
            passed.add(step.pk)
            step = step.reports_to
        return superior

    def clean(self):
        fewest, most = self.cleaned_data.get("members_min"), self.cleaned_data.get("members_max")
        if fewest is not None and most is not None and fewest > most:
            self.add_error("members_max", _("Högsta antalet ledamöter är lägre än det minsta."))

    def save(self, commit=True):
        if self.is_new:
            self.instance.actor = body_actor(agreement=self.scope["agreement"], body=self.instance.body)
        return super().save()


class OfBodyForm(RowForm):
    """A row of one of the agreement's bodies; it stays with its body."""

    page = ON_GOVERNANCE
    stem = ""

    @classmethod
    def rows(cls, agreement):
        return cls._meta.model.objects.filter(body__in=bodies_of(agreement).values("pk"))

    @classmethod
    def url_of(cls, agreement, row=None):
        return f"{BodyForm.url_of(agreement, row.body)}#{cls.anchor}" if row else super().url_of(agreement)

    def limit_choices(self):
        super().limit_choices()
        if self.is_new:
            self.fields["body"].queryset = bodies_of(self.scope["agreement"])
        else:
            del self.fields["body"]

    def save(self, commit=True):
        if self.is_new:
            self.instance.key = free_key(type(self.instance).objects.filter(body=self.instance.body), self.stem)
        return super().save()


class SeatForm(OfBodyForm):
    """A place in a body. Whoever holds it reads what the body reads, between the seat's dates."""

    slug, anchor, stem = "platser", "platser", "plats"
    field_order = ["body", "role", "office", "party", "person"]
    order = OrderField()
    person = forms.EmailField(
        label=gettext_lazy("personens e-post"),
        max_length=254,
        required=False,
        help_text=gettext_lazy("Den som har ett konto här och ska läsa organets underlag. Lämna tomt annars."),
    )

    class Meta:
        model = Seat
        fields = [
            "body", "role", "office", "party", "alternate_for", "mandate_confirmed_on", "vacant_since", "starts_on",
            "ends_on", "order",
        ]  # fmt: skip
        help_texts = {
            "office": gettext_lazy("Befattning eller funktion, inte personens namn."),
            "alternate_for": gettext_lazy("Om ersättaren hör till en viss plats. Lämna tomt annars."),
            "vacant_since": gettext_lazy("Dagen från vilken ingen har platsen. Visas som vakant."),
            "mandate_confirmed_on": gettext_lazy("Dagen då parten bekräftade vem som har platsen."),
            "ends_on": gettext_lazy("Personen läser underlaget till och med den dagen."),
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.instance.membership:
            self.initial.setdefault("person", self.instance.membership.user.email)

    def stored(self, row):
        return {**super().stored(row), "person": row.membership.user.email if row.membership else ""}

    def limit_choices(self):
        super().limit_choices()
        seats = Seat.objects.exclude(pk=self.instance.pk).exclude(role=Seat.Role.ALTERNATE)
        own = Q(body__in=bodies_of(self.scope["agreement"])) if self.is_new else Q(body=self.instance.body)
        field = self.fields["alternate_for"]
        field.queryset = seats.filter(own).distinct().select_related("body", "party", "membership")
        field.label_from_instance = lambda seat: f"{seat.body}: {seat}" if self.is_new else str(seat)

    def clean_person(self):
        """The account with that address; None where the field is empty."""
        address = self.cleaned_data["person"]
        if not address:
            return None
        user = User.objects.filter(email__iexact=address, is_active=True).first()
        if user is None:
            raise ValidationError(
                _("Det finns inget konto med den adressen. Be partens partsadministratör om ett, eller lämna tomt.")
            )
        return user

    def clean(self):
        if self.cleaned_data.get("person") and not self.cleaned_data.get("party"):
            self.add_error("party", _("Välj vilken part personen företräder."))
        if self.cleaned_data.get("person") and self.cleaned_data.get("vacant_since"):
            self.add_error("vacant_since", _("Platsen har en person. Ta bort dagen, eller personens e-post."))
        self._check_alternate(self.cleaned_data.get("alternate_for"))
        if not any(self.cleaned_data.get(name) for name in ("office", "party", "person")):
            self.add_error("office", _("Ange befattning, part eller person för platsen."))

    def _check_alternate(self, seat):
        """Only an alternate stands in for a seat, and for one of the same body."""
        if seat and self.cleaned_data.get("role") != Seat.Role.ALTERNATE:
            self.add_error("alternate_for", _("Välj rollen ersättare, eller lämna fältet tomt."))
        body = self.cleaned_data.get("body") if self.is_new else self.instance.body
        if seat and body and seat.body != body:
            self.add_error("alternate_for", _("Platsen finns i ett annat organ. Välj en plats i samma organ."))

    def save(self, commit=True):
        seat = super().save()
        if self.is_new or {"person", "party", "starts_on", "ends_on"} & set(self.changed_data):
            hold_seat(seat=seat, user=self.cleaned_data["person"], by=self.scope["user"])
        return seat

    @classmethod
    def delete(cls, row, version):
        super().delete(row, version)
        leave_seat(row)


class ResponsibilityForm(SourcedRowForm):
    slug, page, anchor = "ansvar", ON_GOVERNANCE, "ansvar"
    fieldsets = (
        (gettext_lazy("Tid"), ["starts_on", "ends_on"], False),
        SOURCE_SECTION,
    )

    class Meta:
        model = Responsibility
        fields = [
            "area",
            "actor",
            "scope",
            "collaboration_areas",
            "leads",
            "note",
            "starts_on",
            "ends_on",
            *SOURCE,
            "order",
        ]
        help_texts = {
            "actor": gettext_lazy("En part, ett organ eller flera tillsammans. Ett planerat organ visas som saknat."),
            "collaboration_areas": gettext_lazy("Om ansvaret bara gäller delar av området."),
            "leads": gettext_lazy("De som leder arbetet, om det är andra än den ansvariga."),
        }

    def limit_choices(self):
        super().limit_choices()
        parts = self.fields["collaboration_areas"]
        parts.queryset = parts.queryset.select_related("area")
        parts.label_from_instance = lambda part: f"{part.area}: {part}"

    def clean(self):
        area, parts = self.cleaned_data.get("area"), self.cleaned_data.get("collaboration_areas")
        if area and parts and any(part.area_id != area.pk for part in parts):
            self.add_error("collaboration_areas", _("Välj bara samverkansområden som hör till området."))


class DecisionForm(OfBodyForm):
    slug, anchor, stem = "beslut", "beslut", "beslut"

    class Meta:
        model = Decision
        fields = ["body", "title", "kind", "text", "meeting", "paragraph", "decided_on", "registry_number"]
        help_texts = {"meeting": gettext_lazy("Lämna tomt om beslutet togs utanför möte.")}

    @classmethod
    def rows(cls, agreement):
        """Decisions about this agreement, or about none in particular; the body's others are for their own pages."""
        return super().rows(agreement).filter(Q(agreement=agreement) | Q(agreement__isnull=True))

    def limit_choices(self):
        super().limit_choices()
        meetings = Meeting.objects.filter(body__in=bodies_of(self.scope["agreement"]).values("pk"))
        self.fields["meeting"].queryset = meetings.select_related("body")

    def clean(self):
        meeting = self.cleaned_data.get("meeting")
        body = self.cleaned_data.get("body") if self.is_new else self.instance.body
        if meeting and body and meeting.body != body:
            self.add_error("meeting", _("Mötet hölls av ett annat organ. Välj ett möte i samma organ."))
        elif meeting and meeting.quorum == Meeting.Quorum.NO:
            self.add_error("meeting", _("Mötet var inte beslutsfört. Välj ett annat möte, eller ändra mötets närvaro."))

    def save(self, commit=True):
        """Raises Frozen where the minutes of its meeting, or of the one it is moved from, are finished."""
        for pk in sorted({self.initial.get("meeting"), self.instance.meeting_id} - {None}):
            Meeting.hold_open(pk)
        return super().save()

    @classmethod
    def delete(cls, row, version):
        if row.meeting_id:
            Meeting.hold_open(row.meeting_id)
        super().delete(row, version)


KINDS = [BodyForm, MandateForm, SeatForm, ResponsibilityForm, DecisionForm]
