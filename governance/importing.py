"""The sheets of the bodies under an agreement: who decides, who sits there and who is responsible for what."""

from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from agreements.importing import ACTORS, BY_AREA, SOURCE, AgreementSheet, BasisPerFieldCell, refuse_ring
from agreements.models import Accession, Actor, Outsider
from governance.models import AgendaItem, Assignment, Body, Decision, Mandate, Meeting, Responsibility, Seat
from governance.services import hold_seat
from lib.cells import KeyCell, Misread, PaddedCodeCell, PartialDateCell
from lib.workbook import Directory
from parties.importing import PARTIES, promise_parties
from parties.models import Party


def of_body(row):
    """The key of a row that belongs to a body: ``integrationsradet/mote-1``."""
    return f"{row.body.key}/{row.key}"


def bodies(run):
    """The bodies that have a mandate in the agreement."""
    return Body.objects.filter(mandates__agreement=run.subject)


BODIES = Directory(_("organen"), load=bodies, key=lambda body: body.key)
MANDATES = Directory(
    _("organen"),
    load=lambda run: Mandate.objects.filter(agreement=run.subject).select_related("body", "actor"),
    key=lambda mandate: mandate.body.key,
)
MEETINGS = Directory(
    _("mötena (organ/nyckel)"),
    load=lambda run: Meeting.objects.filter(body__in=bodies(run)).select_related("body"),
    key=of_body,
)
SEATS = Directory(
    _("platserna (organ/nyckel)"),
    load=lambda run: Seat.objects.filter(body__in=bodies(run)).select_related("body"),
    key=of_body,
)
DECISIONS = Directory(
    _("besluten (organ/nyckel)"),
    load=lambda run: Decision.objects.filter(body__in=bodies(run)).select_related("body"),
    key=of_body,
)
ITEMS = Directory(
    _("punkterna (organ/möte/rubrik)"),
    load=lambda run: AgendaItem.objects.filter(meeting__body__in=bodies(run)).select_related("meeting__body"),
    key=lambda item: f"{of_body(item.meeting)}/{item.title}",
)


class GovernanceSheet(AgreementSheet):
    """Rows of the bodies that have a mandate in the agreement."""

    directories = {
        **AgreementSheet.directories,
        Body: BODIES,
        Mandate: MANDATES,
        Seat: SEATS,
        Meeting: MEETINGS,
        AgendaItem: ITEMS,
        Decision: DECISIONS,
    }
    identity = ("body", "key")

    def rows(self):
        return self._meta.model.objects.filter(body__in=bodies(self.run)).select_related("body")

    def init_instance(self, row=None):
        return self._meta.model()


class OrganisationResource(GovernanceSheet):
    name = _("Organisationer")
    about = _("Organisationer som nämns på andra ark utan att vara parter. De som redan finns i portalen behövs inte.")
    identity = ("key",)
    ordering = ("key",)
    makes_keys = False
    headings = {"county": _("organisationens län")}
    cells = {"scb_code": PaddedCodeCell}
    fixed = ("name", "kind", "scb_code", "county", "founded_on", "dissolved_on")

    class Meta:
        model = Party
        fields = ("key", "name", "kind", "scb_code", "county", "founded_on", "dissolved_on")

    def announce(self, lines):
        promise_parties(self, lines)

    def get_or_init_instance(self, instance_loader, row):
        party = self.run.find(PARTIES, self.called)
        if party is None:
            raise Misread(_("Cellen är tom. Skriv organisationens nyckel."))
        return party, party in self.run.made

    def seen(self):
        return self.rows()  # which organisations exist is public

    def rows(self):
        """Those that other rows name. Municipalities with a code are in every portal's register."""
        agreement = self.run.subject
        named = [
            Actor.objects.filter(agreement=agreement, party__isnull=False).values("party"),
            Outsider.objects.filter(agreement=agreement).values("party"),
            Seat.objects.filter(body__in=bodies(self.run), party__isnull=False).values("party"),
            Body.hosts.through.objects.filter(body__in=bodies(self.run)).values("party"),
            Assignment.objects.filter(decision__agreement=agreement, party__isnull=False).values("party"),
        ]
        wanted = Q(pk=agreement.coordinating_party_id)
        for parties in named:
            wanted |= Q(pk__in=parties)
        own = Accession.objects.filter(agreement=agreement).values("party")
        return Party.objects.filter(wanted, scb_code="").exclude(pk__in=own)


class MandateResource(GovernanceSheet):
    name = _("Organ")
    about = _("Råd, grupper och nätverk, och vad vart och ett gör i överenskommelsen.")
    identity = ("body__key",)
    ordering = ("order", "pk")
    cells = {
        "field_basis": BasisPerFieldCell,
        "body__key": KeyCell,
        "body__formed": PartialDateCell,
        "body__dissolved": PartialDateCell,
    }

    class Meta:
        model = Mandate
        fields = (
            "body__key", "order", "body__name", "body__state", "body__pre_existing", "body__multiplicity",
            "body__formed", "body__dissolved", "body__hosts", "level", "reports_to", "tasks", "chair", "convener",
            "convener_note", "initiated_by", "members_min", "members_max", "meetings_per_year", "meetings_rule",
            "meetings_note", "minutes", *SOURCE,
        )  # fmt: skip

    def rows(self):
        return Mandate.objects.filter(agreement=self.run.subject).select_related("body", "actor")

    def announce(self, lines):
        for line in lines:
            if key := self.identity_of(line):
                name = self.cell(line, "body__name")
                self.run.promise(ACTORS, key, lambda key=key, name=name: self._create_actor(key, name))

    def _create_actor(self, key, name):
        """Every body is an actor from the moment somebody refers to it."""
        known = Body.objects.filter(county=self.run.subject.county, key=key).values_list("name", flat=True).first()
        actor = Actor(agreement=self.run.subject, kind=Actor.Kind.BODY, key=key, name=name or known or key)
        actor._change_reason = self.run.reason
        actor.save()
        return actor

    def init_instance(self, row=None):
        if not self.called:
            raise Misread(_("Cellen är tom. Skriv organets nyckel, till exempel integrationsradet."))
        county = self.run.subject.county
        body = Body.objects.filter(county=county, key=self.called).first() or Body(county=county, key=self.called)
        return Mandate(agreement=self.run.subject, body=body, key=self.called)

    def parts(self, mandate):
        return [("body__", mandate.body), ("", mandate)]

    def check(self, mandate):
        fewest, most = mandate.members_min, mandate.members_max
        if fewest is not None and most is not None and fewest > most:
            raise ValidationError({"members_max": _("Högsta antalet ledamöter är lägre än det minsta.")})
        refuse_ring(
            mandate, "reports_to", _("Det organet svarar inför det här. Välj ett annat, eller ändra det först.")
        )
        self._refuse_others_body(mandate)

    def _refuse_others_body(self, mandate):
        """A body may sit above several agreements; those who coordinate none of them leave it alone."""
        body = mandate.body
        if self.run.user is None or body._state.adding or not body.mandates.exists():
            return
        if not Body.objects.editable_by(self.run.user).filter(pk=body.pk).exists():
            raise ValidationError(
                {"body__key": _("Nyckeln används av ett organ i länet som inte är ditt. Välj en annan.")}
            )

    def save_parts(self, mandate):
        if mandate._state.adding:
            mandate.actor = self.run.find(ACTORS, self.called)
            if mandate.actor.kind != Actor.Kind.BODY:
                raise Misread(_("Nyckeln används redan av en aktör som inte är ett organ. Välj en annan."))
        super().save_parts(mandate)
        if "body__name" in {column.attribute for column in self.changed} and mandate.actor.name != mandate.body.name:
            mandate.actor.name = mandate.body.name
            mandate.actor.save_version(mandate.actor.version, reason=self.run.reason)
        self.run.add(BODIES, mandate.body)


class SeatResource(GovernanceSheet):
    name = _("Platser")
    about = _("Platser i organen: en befattning eller en part. Personer läggs till i portalen.")
    ordering = ("body__key", "order", "pk")

    class Meta:
        model = Seat
        fields = (
            "body", "key", "order", "role", "office", "party", "alternate_for", "mandate_confirmed_on",
            "vacant_since", "starts_on", "ends_on",
        )  # fmt: skip

    def check(self, seat):
        first = seat.alternate_for
        if first and (first.body_id != seat.body_id or first.pk == seat.pk):
            raise ValidationError({"alternate_for": _("Välj en annan plats i samma organ.")})

    def save_parts(self, seat):
        """Who sits in the seat reads what the body reads, for as long as the seat says."""
        super().save_parts(seat)
        if seat.membership:
            hold_seat(seat=seat, user=seat.membership.user, by=self.run.user)


class ResponsibilityResource(GovernanceSheet):
    name = _("Ansvar")
    about = _("Vem som ansvarar för ett område, eller för enstaka samverkansområden i det.")
    identity = ("key",)
    ordering = BY_AREA
    within = ("starts_on", "ends_on")

    class Meta:
        model = Responsibility
        fields = (
            "key", "order", "area", "actor", "scope", "collaboration_areas", "leads", "note", "starts_on", "ends_on",
            *SOURCE,
        )  # fmt: skip

    def rows(self):
        return Responsibility.objects.filter(agreement=self.run.subject)

    def init_instance(self, row=None):
        return Responsibility(agreement=self.run.subject)

    def check(self, responsibility):
        super().check(responsibility)
        parts = self.many.get(self.fields["collaboration_areas"], [])
        if any(part.area_id != responsibility.area_id for part in parts):
            message = _("Välj bara samverkansområden som hör till området.")
            raise ValidationError({"collaboration_areas": message})
