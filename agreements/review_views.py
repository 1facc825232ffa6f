"""The reviews that the agreement asks for, and the page on which one of them is finished."""

from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from agreements import rows
from agreements.frame import frame, visible_agreement
from agreements.models import AgreementReview, Document
from agreements.review_forms import ReviewCompleteForm
from agreements.reviewing import proposed_day
from agreements.row_views import editable
from lib.forms import answer_form
from lib.web import get_editable


def review_list(request, slug):
    """What the agreement says of being reviewed, the reviews ahead, and those that were done with their outcome."""
    agreement = visible_agreement(request.user, slug)
    reviews = AgreementReview.objects.filter(agreement=agreement).select_related("responsible", "document")
    reviews = list(reviews)
    context = {
        **frame(agreement, (_("Livscykel"), reverse("agreements:agreement_life", args=[slug])), (_("Översyn"), "")),
        "ahead": [row for row in reviews if not row.done_on],
        "done": [row for row in reversed(reviews) if row.done_on],
        "papers": Document.objects.readable_files(agreement, request.user),
    }
    return render(request, "agreements/review_list.html", context)


def review_complete(request, slug, pk):
    """Finish a review: what came out of it, the record, and when the next one is due."""
    agreement = editable(request, slug)
    review = get_editable(AgreementReview.objects.all(), request.user, agreement=agreement, pk=pk)
    review.agreement = agreement
    form = ReviewCompleteForm(*rows.posted(request), instance=review, agreement=agreement, user=request.user)
    back = reverse("agreements:review_list", args=[slug])
    context = {
        **frame(agreement, (_("Översyn"), back), (_("Avsluta"), "")),
        "title": _("Avsluta översynen"),
        "review": review,
        "proposed": proposed_day(agreement),
        "back_url": back,
    }
    return answer_form(request, form, "agreements/review_complete.html", context, url=f"{back}#{review.key}")
