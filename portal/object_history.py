"""The page Historik of one thing that people edit: a body, a meeting, an edition, a report, a person's role."""

from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import render
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from actionplans.models import ActionPlan, Activity, Edition, Proposal
from agreements.frame import frame
from agreements.models import Agreement, ConsultationResponse, SectionResponse
from followup.models import Assessment, Indicator, Obstacle, Report
from governance.meeting_page import meeting_url
from governance.models import AgendaItem, Assignment, Attendance, Body, Decision, Mandate, Meeting, Record, Seat
from lib.web import get_visible
from parties.models import Membership, Party, Right
from portal.history import PER_PAGE, Events
from portal.history_rules import MODELS, Reader

# What belongs to a thing and is told of on its page: model → (model of the part, the field that leads to the thing).
PARTS = {
    Body: [(Seat, "body_id"), (Mandate, "body_id")],
    Meeting: [(AgendaItem, "meeting_id"), (Decision, "meeting_id"), (Attendance, "meeting_id"), (Record, "meeting_id")],
    Decision: [(Assignment, "decision_id")],
    ActionPlan: [(Edition, "plan_id")],
    Edition: [(Activity, "edition_id")],
    ConsultationResponse: [(SectionResponse, "response_id")],
}
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
    Report: "round__agreement",
    Assessment: "round__agreement",
    ConsultationResponse: "addressee__consultation__agreement",
    SectionResponse: "response__addressee__consultation__agreement",
}


class ReaderOf(Reader):
    """What one person may read of the history of one thing and its parts."""

    def __init__(self, agreement, user, row):
        super().__init__(agreement, user)
        self.row = row
        self.parts = dict([(type(row), "id"), *PARTS.get(type(row), ())])

    @property
    def hidden(self):
        """A party reads its own counts."""
        own = Party.objects.with_right(self.user, Right.SEE_PARTY)
        if isinstance(self.row, Report) and own.filter(pk=self.row.party_id).exists():
            return set()
        return super().hidden

    def shown(self, model):
        return super().shown(model).filter(**{self.parts[model]: self.row.pk})


class ReaderOfRole:
    """Those who look after a party's people read what became of a role, whoever it was that had it."""

    agreement = since = None
    shares = True
    hidden = frozenset()

    def __init__(self, user, membership):
        self.user, self.membership = user, membership

    def shown(self, model):
        return model.history.filter(id=self.membership.pk)

    records = shown


@require_safe
def object_history(request, slug, kind, pk):
    """Who changed what in one thing, when, in which role and why; for those who may see the thing."""
    agreement = get_visible(Agreement.objects.for_page(request.user), request.user, slug=slug)
    model = MODELS.get(kind)
    if model in (None, Agreement, Membership):
        raise Http404
    rows = model.objects.filter(**{PLACES.get(model, "agreement"): agreement})
    row = get_visible(rows, request.user, pk=pk)
    reader = ReaderOf(agreement, request.user, row)
    tab = (_("Historik"), reverse("portal:agreement_history", args=[slug]))
    context = {
        **frame(agreement, tab, (str(row)[:60], "")),
        **_page(request, reader, row),
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


def _page(request, reader, row):
    models = list(getattr(reader, "parts", {type(row): "id"}))
    events = Events(reader, models, imports_as_one=len(models) > 1)
    return {
        "page_obj": Paginator(events, PER_PAGE).get_page(request.GET.get("sida")),
        "names_shown": reader.shares,
        "row": row,
        "kind": capfirst(row._meta.verbose_name),
    }


def address_of(agreement, row):
    """Where the thing itself is read; empty where that is no page of its own."""
    if isinstance(row, Meeting):
        return meeting_url(agreement, row)
    if isinstance(row, Activity):
        return row.edition.get_absolute_url()
    if isinstance(row, ConsultationResponse):
        return reverse("agreements:response_detail", args=[agreement.slug, row.addressee.consultation_id, row.pk])
    named = {
        Body: ("governance:body_detail", "key"),
        Assignment: ("followup:assignment_detail", "pk"),
        Indicator: ("followup:indicator_detail", "key"),
        Obstacle: ("followup:obstacle_detail", "pk"),
    }
    if type(row) in named:
        name, part = named[type(row)]
        return reverse(name, args=[agreement.slug, getattr(row, part)])
    return row.get_absolute_url() if hasattr(row, "get_absolute_url") else ""
