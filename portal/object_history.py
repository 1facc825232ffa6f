"""The page Historik of one thing that people edit: a body, a meeting, an edition, a report, a person's role."""

from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import render
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from actionplans.models import ActionPlan, Activity, ActivityFile, Edition, InternalNote, Proposal
from agreements.frame import frame, visible_agreement
from agreements.models import (
    Addressee,
    Agreement,
    Consultation,
    ConsultationResponse,
    Contribution,
    Dialogue,
    DraftComment,
    SectionResponse,
)
from followup.models import (
    Assessment,
    Indicator,
    Obstacle,
    Report,
    ReportFile,
    ReportingRule,
    Respondent,
    Round,
)
from governance.meeting_page import meeting_url
from governance.models import AgendaItem, Assignment, Attendance, Body, Decision, Mandate, Meeting, Record, Seat
from lib.web import get_visible
from parties.models import Membership, Party, Right
from portal.history import PER_PAGE, Events
from portal.history_rules import MODELS, OF_PARTIES, Reader

# What belongs to a thing and is told of on its page: model → (model of the part, the field that leads to the thing).
PARTS = {
    Body: [(Seat, "body_id"), (Mandate, "body_id")],
    Meeting: [(AgendaItem, "meeting_id"), (Decision, "meeting_id"), (Attendance, "meeting_id"), (Record, "meeting_id")],
    Decision: [(Assignment, "decision_id")],
    ActionPlan: [(Edition, "plan_id")],
    Edition: [
        (Activity, "edition_id"), (ActivityFile, "activity__edition_id"), (InternalNote, "activity__edition_id"),
    ],
    Activity: [(ActivityFile, "activity_id"), (InternalNote, "activity_id")],
    Dialogue: [(Contribution, "dialogue_id")],
    Consultation: [(Addressee, "consultation_id")],
    ConsultationResponse: [(SectionResponse, "response_id")],
    Round: [(Respondent, "round_id")],
    Report: [(ReportFile, "report_id")],
}  # fmt: skip
# How a row leads to its agreement, where it does not do so itself.
PLACES = {
    Body: "mandates__agreement",
    Seat: "body__mandates__agreement",
    Meeting: "body__mandates__agreement",
    Decision: "body__mandates__agreement",
    AgendaItem: "meeting__body__mandates__agreement",
    Attendance: "meeting__body__mandates__agreement",
    Record: "meeting__body__mandates__agreement",
    Assignment: "decision__body__mandates__agreement",
    Edition: "plan__agreement",
    Proposal: "plan__agreement",
    Activity: "edition__plan__agreement",
    ActivityFile: "activity__edition__plan__agreement",
    InternalNote: "activity__edition__plan__agreement",
    Respondent: "round__agreement",
    Report: "round__agreement",
    ReportFile: "report__round__agreement",
    Assessment: "round__agreement",
    Addressee: "consultation__agreement",
    Contribution: "dialogue__agreement",
    ConsultationResponse: "addressee__consultation__agreement",
    SectionResponse: "response__addressee__consultation__agreement",
}


class ReaderOf(Reader):
    """What one person may read of the history of one thing and its parts."""

    def __init__(self, agreement, user, row):
        super().__init__(agreement, user)
        self.row = row
        self.parts = dict([(type(row), "id"), *PARTS.get(type(row), ())])

    def hidden(self, record):
        """A party reads its own counts."""
        if isinstance(self.row, Report) and self.row.party_id in self.own_parties:
            return set()
        return super().hidden(record)

    def shown(self, model):
        return super().shown(model).filter(**{self.parts[model]: self.row.pk})


class ReaderOfRole:
    """Those who look after a party's people read what became of a role, whoever it was that had it."""

    agreement = since = None
    shares = tells_why = True

    def __init__(self, user, membership):
        self.user, self.membership = user, membership

    def hidden(self, record):
        return ()

    def shown(self, model):
        return model.history.filter(id=self.membership.pk)

    records = shown


class ReaderOfParty:
    """The register is open to all; by whom and why it was changed, and how the party reports, is its own people's."""

    agreement = since = None

    def __init__(self, user, party):
        self.user, self.party = user, party
        own = Party.objects.with_right(user, Right.SEE_PARTY) | Party.objects.with_right(user, Right.ADMINISTER)
        self.shares = user.is_superuser or own.filter(pk=party.pk).exists()
        self.tells_why = self.shares

    def hidden(self, record):
        return ()

    def shown(self, model):
        if model is Party:
            return Party.history.filter(id=self.party.pk)
        seen = ReportingRule.objects.visible_to(self.user).filter(party=self.party)
        return model.history.filter(id__in=seen.values("pk"))

    records = shown


@require_safe
def object_history(request, slug, kind, pk):
    """Who changed what in one thing, when, in which role and why; for those who may see the thing."""
    agreement = visible_agreement(request.user, slug)
    model = MODELS.get(kind)
    if model in (None, Agreement, *OF_PARTIES):
        raise Http404
    rows = model.objects.filter(**{PLACES.get(model, "agreement"): agreement})
    row = get_visible(rows, request.user, pk=pk)
    reader = ReaderOf(agreement, request.user, row)
    tab = (_("Historik"), reverse("portal:agreement_history", args=[slug]))
    page = _page(request, reader, row)
    context = {
        **frame(agreement, tab, (page["name"][:60], "")),
        **page,
        "address": address_of(agreement, row),
        "stance": {"state": "sent", "label": _("Historik"), "readers": _("Var och en ser det den får läsa av saken.")},
    }
    return render(request, "portal/object_history.html", context)


@require_safe
def membership_history(request, key, pk):
    """What became of one person's role in a party: given, changed and ended by whom, when and why."""
    rows = Membership.objects.select_related("user", "party")
    row = get_visible(rows, request.user, party__key=key, pk=pk)
    people = reverse("parties:party_people", args=[key])
    context = {
        **_page(request, ReaderOfRole(request.user, row), row),
        "address": people,
        "crumbs": [(_("Mitt arbete"), reverse("portal:work")), (_("Personer"), people), (_("Historik"), "")],
        "stance": {"state": "draft", "label": _("Internt"), "readers": _("Bara de som sköter partens personer läser.")},
    }
    return render(request, "portal/object_history.html", context)


@require_safe
def party_history(request, key):
    """What changed in a party: its name, its county and its days, and for its own people how it reports."""
    party = get_visible(Party.objects.all(), request.user, key=key)
    address = reverse("portal:party_detail", args=[key])
    context = {
        **_page(request, ReaderOfParty(request.user, party), party, [Party, ReportingRule]),
        "of_party": True,
        "address": address,
        "crumbs": [(_("Sök"), reverse("portal:search")), (party.name, address), (_("Historik"), "")],
        "stance": {
            "state": "public",
            "label": _("Öppet"),
            "readers": _("Registret över organisationer är öppet för alla."),
        },
    }
    return render(request, "portal/object_history.html", context)


def _page(request, reader, row, models=None):
    models = models or list(getattr(reader, "parts", {type(row): "id"}))
    events = Events(reader, models, imports_as_one=len(models) > 1)
    kind, name = capfirst(row._meta.verbose_name), str(row)
    if name.casefold() == kind.casefold():  # it has no name but its kind
        kind, name = "", kind
    return {
        "page_obj": Paginator(events, PER_PAGE).get_page(request.GET.get("sida")),
        "names_shown": reader.shares,
        "kind": kind,
        "name": name,
    }


def address_of(agreement, row):
    """Where the thing itself is read; empty where that is no page of its own."""
    if isinstance(row, Meeting):
        return meeting_url(agreement, row)
    if isinstance(row, Activity):
        return row.edition.get_absolute_url()
    if isinstance(row, ConsultationResponse):
        return reverse("agreements:response_detail", args=[agreement.slug, row.addressee.consultation_id, row.pk])
    if isinstance(row, DraftComment):
        return reverse("agreements:draft_comment_list", args=[agreement.slug])
    if isinstance(row, Consultation):  # one that was only written down has no page
        return reverse("agreements:consultation_detail", args=[agreement.slug, row.pk]) if row.text_id else ""
    named = {
        Dialogue: ("agreements:dialogue_detail", "pk"),
        Body: ("governance:body_detail", "key"),
        Assignment: ("followup:assignment_detail", "pk"),
        Indicator: ("followup:indicator_detail", "key"),
        Obstacle: ("followup:obstacle_detail", "pk"),
    }
    if type(row) in named:
        name, part = named[type(row)]
        return reverse(name, args=[agreement.slug, getattr(row, part)])
    return row.get_absolute_url() if hasattr(row, "get_absolute_url") else ""
