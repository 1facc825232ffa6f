"""Each party's own decision on the agreement: of one party, of several at once, and of one that joins later."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from agreements import rows
from agreements.acceding import problem_of_answering
from agreements.accession_forms import AccessionDecideForm, AccessionJoinForm, AnswerTable
from agreements.frame import frame
from agreements.models import Accession
from agreements.row_views import editable
from lib.forms import answer_form, typed_in
from lib.web import get_editable

FILL = "fyll"  # the button that puts what is common where nothing is filled in


def page_of(agreement, title):
    """What the pages of one agreement's parties share."""
    parties = reverse("agreements:accession_list", args=[agreement.slug])
    return {
        **frame(agreement, (_("Parter"), parties), (title, "")),
        "title": title,
        "back_url": parties,
        "problem": problem_of_answering(agreement),
    }


def accession_decide(request, slug, pk):
    """What one party decided: body, paragraph, registry number, signature, reservation, or that it abstains."""
    agreement = editable(request, slug)
    row = get_editable(Accession.objects.select_related("party"), request.user, agreement=agreement, pk=pk)
    row.agreement = agreement
    form = AccessionDecideForm(*rows.posted(request), instance=row, agreement=agreement, user=request.user)
    context = page_of(agreement, _("Partens beslut")) | {"row": row}
    url = f"{context['back_url']}#{row.party.key}"
    return answer_form(request, form, "agreements/accession_decide.html", context, url=url)


def accession_join(request, slug):
    """A party that joins later, or somebody who supports the agreement without being party to it."""
    agreement = editable(request, slug)
    form = AccessionJoinForm(*rows.posted(request), agreement=agreement, user=request.user)
    context = page_of(agreement, _("Anslut en organisation"))

    def url(row):
        return f"{context['back_url']}#{row.party.key}"

    return answer_form(request, form, "agreements/accession_join.html", context, url=url)


def accession_bulk(request, slug):
    """The decisions of all parties that have not signed, in one table; saved all or none."""
    agreement = editable(request, slug)
    is_sent = request.method == "POST"
    table = AnswerTable(agreement, request.user, typed_in(request))
    context, status = page_of(agreement, _("Parternas beslut")), 200
    if is_sent and FILL in request.POST:
        table = AnswerTable(agreement, request.user, table.filled(request.POST))
    elif is_sent and table.is_valid():
        saved = table.save()
        if saved is not None:
            done = ngettext("%(number)s parts svar sparat.", "%(number)s parters svar sparade.", saved)
            messages.success(request, done % {"number": saved})
            return redirect(context["back_url"])
        status = 409
    return render(request, "agreements/accession_bulk.html", {**context, "table": table}, status=status)
