"""The sheets of an agreement's own rows."""

from django.core.exceptions import ValidationError
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from agreements import services
from agreements.models import (
    Accession,
    Actor,
    Adoption,
    Agreement,
    AgreementSeries,
    Annotation,
    Basis,
    CollaborationArea,
    Commitment,
    Consultation,
    Document,
    Financing,
    FollowUpRule,
    GlobalGoalLink,
    Goal,
    Outsider,
    PlanRule,
    PriorityArea,
    ProcessStep,
    Provision,
    RelatedStrategy,
    SeriesEntry,
    StatedIndicator,
    Statistic,
    TargetGroup,
    Validity,
)
from lib.cells import ExceptionsCell, KeyCell, Misread, PaddedCodeCell, PartialDateCell, YearCell
from lib.workbook import REFUSED, Directory, Sheet
from parties.importing import COUNTIES, PARTIES, promise_parties
from parties.models import County, Party, PartyName, Right

SOURCE = ("source_document", "source_page", "source_section", "basis", "basis_ref", "field_basis")


class BasisPerFieldCell(ExceptionsCell):
    choices = tuple(Basis.choices)


def _actor_key(actor):
    """Parties and bodies are called what they are called everywhere, whatever key the actor row got."""
    if actor.party_id:
        return actor.party.key
    return actor.key


AGREEMENTS = Directory(
    _("överenskommelserna"),
    load=lambda run: run.visible(Agreement.objects.all()),
    key=lambda agreement: agreement.slug,
)
SERIES = Directory(_("serierna"), load=lambda run: AgreementSeries.objects.all(), key=lambda series: series.slug)
ACTORS = Directory(
    _("aktörerna"),
    load=lambda run: Actor.objects.filter(agreement=run.subject).select_related("party"),
    key=_actor_key,
    missing=lambda run, key: services.actor_for(agreement=run.subject, key=key),
)


def rows_of(model, name):
    """The directory of the agreement's rows of one kind, called by their keys."""
    return Directory(
        name,
        load=lambda run: run.visible(model.objects.filter(agreement=run.subject)),
        key=lambda row: row.key,
    )


DOCUMENTS = rows_of(Document, _("dokumenten"))
AREAS = rows_of(PriorityArea, _("områdena"))
COLLABORATION_AREAS = rows_of(CollaborationArea, _("samverkansområdena"))
GOALS = rows_of(Goal, _("målen"))
STATISTICS = rows_of(Statistic, _("statistikuppgifterna"))


class AgreementSheet(Sheet):
    """Rows of the agreement that the workbook is about. Dates named in ``within`` lie in the agreement's period."""

    within: tuple = ()

    directories = {
        County: COUNTIES,
        Party: PARTIES,
        Agreement: AGREEMENTS,
        Document: DOCUMENTS,
        Actor: ACTORS,
        PriorityArea: AREAS,
        CollaborationArea: COLLABORATION_AREAS,
        Goal: GOALS,
        Statistic: STATISTICS,
    }
    cells = {"field_basis": BasisPerFieldCell}

    def rows(self):
        return self._meta.model.objects.filter(agreement=self.run.subject)

    def init_instance(self, row=None):
        return self._meta.model(agreement=self.run.subject)

    def check(self, instance):
        for name in self.within:
            if (day := getattr(instance, name)) and not _holds_on(self.run.subject, day.isoformat()):
                message = _("%(day)s ligger utanför överenskommelsens giltighet. Rätta datumet, eller arket Giltighet.")
                raise ValidationError({name: message % {"day": day}})


def refuse_ring(row, name, message):
    """Raise ValidationError where following ``name`` from the row comes back to it."""
    passed, step = {row.pk}, getattr(row, name)
    while step:
        if step.pk in passed:
            raise ValidationError({name: message})
        passed.add(step.pk)
        step = getattr(step, name)


def _holds_on(agreement, day):
    """Whether a day lies in the period of the agreement; days, months and years are compared as far as they go."""
    rows = Validity.objects.filter(agreement=agreement).values_list("start", "end")
    starts, ends = [start for start, _end in rows], [end for _start, end in rows]
    early = rows and all(starts) and all(day[: len(start)] < start for start in starts)
    late = rows and all(ends) and all(day[: len(end)] > end for end in ends)
    return not (early or late)


BY_AREA = (F("area__order").asc(nulls_first=True), F("area").asc(nulls_first=True), "order", "pk")


class AgreementResource(AgreementSheet):
    name = _("Överenskommelse")
    about = _("Överenskommelsen själv: en enda rad.")
    identity = ("slug",)
    ordering = ("pk",)
    directories = {**AgreementSheet.directories, AgreementSeries: SERIES}
    headings = {"series__title": _("seriens titel")}
    fixed = ("series__title", "county")

    class Meta:
        model = Agreement
        fields = (
            "slug", "title", "title_note", "title_basis", "short_name", "county", "series", "series__title",
            "predecessor", "parent", "kind", "kind_label", "legal_character", "initiator", "initiator_basis", "status",
            "status_in_document", "status_note", "coordinating_party", "summary", "areas_note", "goals_note",
            "process_note", "strategies_rule", "agenda2030_mentioned", "agenda2030_numbers_stated", "agenda2030_note",
            "word_plan", "word_activity", "word_area", "word_collaboration_area", "word_council", "is_example",
            "published_on",
        )  # fmt: skip

    def announce(self, lines):
        self.slugs = [self.identity_of(line) for line in lines]
        for line in lines:
            if slug := self.cell(line, "series"):
                self.run.promise(SERIES, slug, lambda line=line, slug=slug: self._create_series(line, slug))

    def _create_series(self, line, slug):
        county = self.fields["county"].widget.clean(self.cell(line, "county"))
        title = self.cell(line, "series__title")
        if county is None or not title:
            raise Misread(_("Serien finns inte i portalen. Fyll i län och seriens titel, så skapas den."))
        return AgreementSeries.objects.create(slug=slug, title=title, county=county)

    def rows(self):
        wanted = {"slug__in": self.slugs} if self.run.subject is None else {"pk": self.run.subject.pk}
        return Agreement.objects.filter(**wanted).select_related("series", "county", "coordinating_party")

    def init_instance(self, row=None):
        return Agreement()

    def import_lines(self, lines):
        """Everything else in the workbook belongs to this row, so it is taken no further when the row is refused."""
        outcomes = super().import_lines(lines)
        if outcomes[0].kind != REFUSED:
            self.run.subject = self.existing[self.identity_of(lines[0])]
        return outcomes

    def after_init_instance(self, agreement, new, row, **kwargs):
        """Who may not change the agreement is told so before anything else, and nothing of what stands there."""
        super().after_init_instance(agreement, new, row, **kwargs)
        user = self.run.user
        if user is None or new or Agreement.objects.editable_by(user).filter(pk=agreement.pk).exists():
            return
        message = _("Adressen hör till en överenskommelse som du inte samordnar. Välj en annan adress.")
        raise ValidationError({"slug": message})

    def check(self, agreement):
        refuse_ring(
            agreement, "predecessor", _("Den överenskommelsen följer på den här. Den kan inte också komma före.")
        )
        refuse_ring(agreement, "parent", _("Den överenskommelsen ligger under den här. Den kan inte också ligga över."))
        for name, row in (("series", agreement.series), ("predecessor", agreement.predecessor)):
            if row and row.county_id != agreement.county_id:
                raise ValidationError({name: _("Raden hör till ett annat län. Välj en i samma län.")})
        if self.run.user is not None and (self.new or "coordinating_party" in {c.attribute for c in self.changed}):
            own = Party.objects.with_right(self.run.user, Right.COORDINATE).filter(county=agreement.county_id)
            if not own.filter(pk=agreement.coordinating_party_id).exists():
                message = _(
                    "Du samordnar inte överenskommelser åt den parten i länet. Välj en part som du samordnar åt."
                )
                raise ValidationError({"coordinating_party": message})


class DocumentResource(AgreementSheet):
    name = _("Dokument")
    about = _("Handlingar som överenskommelsen består av eller bygger på. Filerna läggs till i portalen.")

    class Meta:
        model = Document
        fields = (
            "key", "order", "kind", "title", "publisher", "registry_number", "dated_on", "pages", "foreword_by",
            "note", "is_public", *SOURCE,
        )  # fmt: skip


class AccessionResource(AgreementSheet):
    name = _("Parter")
    about = _("Parterna. En part som inte finns i portalen skapas; uppgifter om en som finns ändras inte härifrån.")
    identity = ("party__key",)
    headings = {"party__county": _("partens län")}
    cells = {**AgreementSheet.cells, "party__scb_code": PaddedCodeCell, "party__key": KeyCell}
    fixed = ("party__name", "party__kind", "party__scb_code", "party__county")
    kept = ("name_at_signing",)

    class Meta:
        model = Accession
        fields = (
            "party__key", "order", "party__name", "party__kind", "party__scb_code", "party__county",
            "role", "name_at_signing", "implied", "signature_status", "decided_by", "decided_on", "decision_paragraph",
            "registry_number", "document", "reservation", "represented_by", "representation", "signatory_name",
            "signatory_title", "signatory_of", "signed_on", "signed_place", "joined_on", "notice_received_on",
            "left_on", "note", *SOURCE,
        )  # fmt: skip

    def rows(self):
        return super().rows().select_related("party")

    def announce(self, lines):
        promise_parties(self, lines, prefix="party__")

    def init_instance(self, row=None):
        party = self.run.find(PARTIES, self.called)
        if party is None:
            raise Misread(_("Cellen är tom. Skriv partens nyckel, till exempel kommun-0380."))
        return Accession(agreement=self.run.subject, party=party, key=party.key, name_at_signing=party.name)

    def save_parts(self, accession):
        super().save_parts(accession)
        self.run.find(ACTORS, accession.party.key)


class PartyNameResource(AgreementSheet):
    name = _("Tidigare namn")
    about = _("Namn som parterna har haft. Namn kan läggas till men inte ändras härifrån.")
    identity = ("party", "name")
    ordering = ("party__key", "starts_on", "name")
    headings = {"party": _("part")}
    fixed = ("starts_on", "ends_on")

    class Meta:
        model = PartyName
        fields = ("party", "name", "starts_on", "ends_on")

    def seen(self):
        return self.rows()  # names of organisations are public

    def rows(self):
        return PartyName.objects.filter(party__accessions__agreement=self.run.subject)

    def init_instance(self, row=None):
        return PartyName()

    def check(self, name):
        if not Accession.objects.filter(agreement=self.run.subject, party=name.party).exists():
            raise ValidationError({"party": _("Organisationen är inte part. Lägg till den på arket Parter först.")})


class OutsiderResource(AgreementSheet):
    name = _("Utanför")
    about = _("Kommuner i länet som inte är parter.")

    class Meta:
        model = Outsider
        fields = ("key", "order", "party", "note", *SOURCE)


class ActorResource(AgreementSheet):
    name = _("Aktörer")
    about = _(
        "Andra som texten nämner, och flera tillsammans (kommunerna, alla parter). "
        "Parter och organ blir aktörer av sig själva och behöver bara stå här om de har egna uppgifter."
    )
    cells = {**AgreementSheet.cells, "scb_code": PaddedCodeCell}
    kept = ("name", "party", "organisation_kind")

    class Meta:
        model = Actor
        fields = (
            "key", "order", "kind", "name", "party", "organisation_kind", "role", "role_in_text", "scb_code", *SOURCE,
        )  # fmt: skip

    def get_or_init_instance(self, instance_loader, row):
        """A party's actor, made a moment ago by its row among the parties, is as new as its row here."""
        actor, new = super().get_or_init_instance(instance_loader, row)
        return actor, new or actor in self.run.made

    def import_instance(self, instance, row, **kwargs):
        super().import_instance(instance, row, **kwargs)
        if instance.kind == Actor.Kind.PARTY and instance.party is None:
            instance.party = self.run.find(PARTIES, self.called)
            instance.name = instance.name or str(instance.party or "")

    def seen(self):
        """Actors that come by themselves, parties and bodies, only when something more is said of them."""
        nothing_more = Q(
            kind__in=[Actor.Kind.PARTY, Actor.Kind.BODY], order=0, role="", role_in_text="", source_document=None,
            source_page=None, source_section="", basis=Basis.STATED, basis_ref="", field_basis={},
        )  # fmt: skip
        return super().seen().exclude(nothing_more)


PRECISIONS = {4: Validity.Precision.YEAR, 7: Validity.Precision.MONTH, 10: Validity.Precision.DATE}


class ValidityResource(AgreementSheet):
    name = _("Giltighet")
    about = _("Hur länge överenskommelsen gäller. En förlängning är en ny rad.")
    cells = {**AgreementSheet.cells, "start": PartialDateCell, "end": PartialDateCell}
    kept = ("start_precision", "end_precision")

    class Meta:
        model = Validity
        fields = (
            "key", "order", "start", "start_precision", "start_event", "takes_effect", "end", "end_precision",
            "open_ended",
            "notice_period_months", "notice_effect", "notice_scope", "notice_scope_note", "review",
            "revision_initiated_by", "note", *SOURCE,
        )  # fmt: skip

    def import_instance(self, validity, row, **kwargs):
        """How exact a moment is follows from how it is written, where the row does not say."""
        super().import_instance(validity, row, **kwargs)
        by_event = Validity.Precision.EVENT if validity.start_event else ""
        validity.start_precision = validity.start_precision or PRECISIONS.get(len(validity.start), by_event)
        validity.end_precision = validity.end_precision or PRECISIONS.get(len(validity.end), "")


class AdoptionResource(AgreementSheet):
    name = _("Antagande")
    about = _("Vem som beslutat om överenskommelsen, hur och var den undertecknats.")

    class Meta:
        model = Adoption
        fields = (
            "key", "order", "decided_by", "decision_date", "decision_paragraph", "registry_number", "document",
            "signing_form", "signed_place",
            "signed_date", "note", *SOURCE,
        )  # fmt: skip


class TargetGroupResource(AgreementSheet):
    name = _("Målgrupper")
    about = _("Vilka överenskommelsen är till för.")

    class Meta:
        model = TargetGroup
        fields = ("key", "order", "rank", "rank_note", "label", "text", "includes", "condition", *SOURCE)


class PriorityAreaResource(AgreementSheet):
    name = _("Områden")
    about = _("De prioriterade områdena.")
    within = ("added_on", "dropped_on")

    class Meta:
        model = PriorityArea
        fields = (
            "key", "order", "number", "name", "subtitle", "challenges", "purpose", "cross_cutting", "derived",
            "other_parties", "added_on", "dropped_on", "dropped_note", *SOURCE,
        )  # fmt: skip


class GoalResource(AgreementSheet):
    name = _("Mål")
    about = _("Mål för hela överenskommelsen (utan område) eller för ett område.")
    ordering = BY_AREA
    within = ("added_on", "dropped_on")
    cells = {**AgreementSheet.cells, "target_year": YearCell, "baseline_year": YearCell}

    class Meta:
        model = Goal
        fields = (
            "key", "order", "area", "number", "level", "text", "why", "measurable", "indicator", "indicator_source",
            "direction", "operator", "factor", "target_value", "target_year", "baseline_value", "baseline_year",
            "unit", "added_on", "dropped_on", *SOURCE,
        )  # fmt: skip


class CollaborationAreaResource(AgreementSheet):
    name = _("Samverkansområden")
    about = _("Vad parterna gör tillsammans inom ett område.")
    ordering = BY_AREA
    within = ("dropped_on",)

    class Meta:
        model = CollaborationArea
        fields = ("key", "order", "area", "number", "name", "text", "dropped_on", *SOURCE)


class GlobalGoalLinkResource(AgreementSheet):
    name = _("Globala mål")
    about = _("Områdenas koppling till de sjutton målen i Agenda 2030.")
    ordering = BY_AREA

    class Meta:
        model = GlobalGoalLink
        fields = ("key", "order", "area", "number", "stated_by_name", *SOURCE)


class ProvisionResource(AgreementSheet):
    name = _("Bestämmelser")
    about = _("Syfte, definitioner, principer, åtaganden, ansvar och andra texter i överenskommelsen.")
    ordering = ("kind", "order", "pk")

    class Meta:
        model = Provision
        fields = (
            "key", "order", "kind", "subject", "number", "heading", "text", "actor", "area", "period", "years_min",
            "years_max", *SOURCE,
        )  # fmt: skip


class RelatedStrategyResource(AgreementSheet):
    name = _("Strategier")
    about = _("Andra strategier och planer som överenskommelsen lutar sig mot.")

    class Meta:
        model = RelatedStrategy
        fields = ("key", "order", "name", "period", "owner", "relation", *SOURCE)


class CommitmentResource(AgreementSheet):
    name = _("Åtaganden per år")
    about = _("Åtaganden i siffror och vad utfallet blev.")

    class Meta:
        model = Commitment
        fields = (
            "key", "order", "kind", "actor", "receiver", "label", "period", "unit", "agreed", "outcome", "price",
            "note",
            *SOURCE,
        )  # fmt: skip


class FinancingResource(AgreementSheet):
    name = _("Finansiering")
    about = _("Var pengarna kommer ifrån.")

    class Meta:
        model = Financing
        fields = ("key", "order", "text", "kind", "source_name", *SOURCE)


class StatisticResource(AgreementSheet):
    name = _("Statistik")
    about = _("Siffror som dokumentet anger, som de står.")

    class Meta:
        model = Statistic
        fields = (
            "key", "order", "label", "value", "approximate", "unit", "period", "geography", "sex", "total", "note",
            *SOURCE,
        )  # fmt: skip


class ProcessStepResource(AgreementSheet):
    name = _("Processteg")
    about = _("Vägen till överenskommelsen, eller årets väg till handlingsplanen.")
    ordering = ("scope", "order", "pk")

    class Meta:
        model = ProcessStep
        fields = ("key", "order", "scope", "name", "text", "when", "actor", *SOURCE)


class ConsultationResource(AgreementSheet):
    name = _("Remiss")
    about = _("Vad som är känt om remissen.")

    class Meta:
        model = Consultation
        fields = (
            "key", "order", "held", "kind", "when", "registry_number", "sent_by", "sent_via", "decided_by",
            "decided_on", "sent_on", "deadline", "closed_on", "answers_public_on", "asks", "addressees", "attachments",
            "meeting_kind", "meeting_on",
            "meeting_starts", "meeting_ends", "note", *SOURCE,
        )  # fmt: skip


class FollowUpRuleResource(AgreementSheet):
    name = _("Uppföljning")
    about = _("Hur överenskommelsen säger att den följs upp.")

    class Meta:
        model = FollowUpRule
        fields = (
            "key", "order", "frequency", "times_per_year", "coordinator", "performed_by", "receiver", "subject",
            "covers", "first_follow_up", *SOURCE,
        )  # fmt: skip


class StatedIndicatorResource(AgreementSheet):
    name = _("Indikatorer")
    about = _("Indikatorer som överenskommelsen själv nämner.")

    class Meta:
        model = StatedIndicator
        fields = ("key", "order", "label", "source_system", "indicator_id", *SOURCE)


class PlanRuleResource(AgreementSheet):
    name = _("Planregler")
    about = _("Vad överenskommelsen säger om sina handlingsplaner.")

    class Meta:
        model = PlanRule
        fields = (
            "key", "order", "exists", "name", "cadence", "updates_per_year", "plan_count", "prepared_by",
            "coordinated_by", "managed_by", "prioritised_by", "adopted_by", "input", "content_rule", *SOURCE,
        )  # fmt: skip


class SeriesEntryResource(AgreementSheet):
    name = _("Serien")
    about = _("Överenskommelser före och efter den här, i portalen eller bara kända ur en källa.")

    class Meta:
        model = SeriesEntry
        fields = ("key", "order", "relation", "title", "period", "linked_agreement", "note", *SOURCE)


class AnnotationResource(AgreementSheet):
    name = _("Noteringar")
    about = _("Sådant man behöver veta om underlaget, och senare uppgifter med var de är hämtade.")
    ordering = ("kind", "order", "pk")

    class Meta:
        model = Annotation
        fields = ("key", "order", "kind", "code", "text", "found_in", "area", *SOURCE)
