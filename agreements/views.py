"""The public pages of an agreement: the list, the agreement itself, its parties, its process and its papers."""

from django.core.paginator import Paginator
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from agreements.filters import AgreementFilter
from agreements.frame import frame, visible_agreement
from agreements.models import Agreement, Document
from agreements.opened import facts_of, kept_parts, opened_agreement
from agreements.reading import parties_of, process_of
from lib.kept import answer_kept, place_of
from lib.web import answer_download, get_visible
from parties.hats import hats_as_facts
from parties.rights import hats_on

PER_PAGE = 25


def agreement_list(request):
    """All agreements the visitor may see, narrowed by county, status and words of the title."""
    filters = AgreementFilter(request.GET)
    agreements = filters.apply(Agreement.objects.visible_to(request.user).for_list())
    page = Paginator(agreements, PER_PAGE).get_page(request.GET.get("sida"))
    others = request.GET.copy()
    others.pop("sida", None)
    context = {
        "page_obj": page,
        "filters": filters,
        "query": others.urlencode(),
        "crumbs": [(_("Överenskommelser"), "")],
    }
    return render(request, "agreements/agreement_list.html", context)


def agreement_detail(request, slug):
    """The tab Överenskommelsen: what the parties wrote."""
    agreement, hats = opened_agreement(request.user, slug), hats_on(request.user, Agreement, slug)
    latest = render_to_string("agreements/_latest_round.html", {"agreement": agreement})

    def drawn():
        context = {**frame(agreement), "hats": hats, "parts": kept_parts(agreement), "latest": place_of("latest")}
        return render(request, "agreements/agreement_detail.html", context)

    facts = facts_of(agreement), hats_as_facts(hats)
    return answer_kept(request, facts, drawn, parts={"latest": latest}, is_kept=not request.GET)


def accession_list(request, slug):
    """The tab Parter: who signed what and when, and who of the county is not party."""
    agreement = visible_agreement(request.user, slug)
    context = {
        **frame(agreement, (_("Parter"), "")),
        **parties_of(agreement),
        "papers": Document.objects.readable_files(agreement, request.user),
    }
    return render(request, "agreements/accession_list.html", context)


def process_detail(request, slug):
    """The tab Process och dokument: how the agreement came about, its papers, and what it says of follow-up."""
    agreement = visible_agreement(request.user, slug)
    context = {**frame(agreement, (_("Process och dokument"), "")), **process_of(agreement, request.user)}
    return render(request, "agreements/process_detail.html", context)


def document_download(request, slug, pk):
    """The file of a document the visitor may see, always as a download: nothing uploaded is shown as a page."""
    document = get_visible(Document.objects.with_file(), request.user, agreement__slug=slug, pk=pk)
    return answer_download(document.file, document.title)
