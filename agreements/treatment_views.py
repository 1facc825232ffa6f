"""What becomes of every remark in the answers to a remiss."""

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from agreements.consultation_summary import summary_of
from agreements.consulting_views import answers_stance, consultation_frame, readable
from agreements.models import ConsultationResponse, SectionResponse
from agreements.response_forms import SectionTreatmentForm, TreatmentForm
from agreements.responses import SECTION, WHOLE, of_consultation
from agreements.rows import posted
from lib.forms import answer_form
from lib.web import get_visible

LEFT = "obehandlade"
KINDS = {WHOLE: (ConsultationResponse, TreatmentForm), SECTION: (SectionResponse, SectionTreatmentForm)}


def remark_list(request, slug, pk):
    """Every remark by part of the text, with what became of it; all or those that are left."""
    consultation = readable(request, slug, pk)
    summary = summary_of(consultation, request.user)
    context = consultation_frame(request, consultation, _("Synpunkter"))
    context |= {"summary": summary, "only_left": request.GET.get("visa") == LEFT}
    context["stance"] = answers_stance(consultation)
    return render(request, "agreements/remark_list.html", context)


def response_treat(request, slug, pk, kind, remark):
    """Say what becomes of one remark, and why; then the next that is left."""
    if kind not in KINDS:
        raise Http404
    model, form_class = KINDS[kind]
    row = get_visible(model.objects, request.user, **of_consultation(kind, slug, pk), pk=remark)
    response = row if kind == WHOLE else row.response
    if not ConsultationResponse.objects.treatable_by(request.user).filter(pk=response.pk).exists():
        raise PermissionDenied
    consultation = response.addressee.consultation
    form = form_class(*posted(request), instance=row, user=request.user)
    context = consultation_frame(request, consultation, _("Behandla synpunkt"))
    context |= {"row": row, "response": response, "list_url": list_url(consultation)}
    context["sent_block"] = block_of(row)  # "block" is the template language's own word
    context["stance"] = answers_stance(consultation)

    def url(saved):
        return next_url(request, consultation) if "nasta" in request.POST else list_url(consultation)

    return answer_form(request, form, "agreements/response_treat.html", context, url=url)


def block_of(row):
    """The block of the text that the remark is about; None where it is about the whole."""
    if isinstance(row, ConsultationResponse):
        return None
    blocks = row.response.addressee.consultation.text.blocks
    return next((block for block in blocks if block["key"] == row.block), None)


def list_url(consultation):
    return reverse("agreements:remark_list", args=[consultation.agreement.slug, consultation.pk])


def next_url(request, consultation):
    """The first remark that is left, in the order of the text; the list where none is."""
    left = summary_of(consultation, request.user).untreated
    if not left:
        return list_url(consultation)
    args = [consultation.agreement.slug, consultation.pk, left[0].kind, left[0].row.pk]
    return reverse("agreements:response_treat", args=args)
