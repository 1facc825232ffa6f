"""Pages of those who run a remiss, and of whoever reads who was asked and what came out."""

from io import BytesIO
from pathlib import PurePath

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import FileResponse, Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from agreements import consulting
from agreements.consultation_papers import consultation_paper
from agreements.consultation_summary import states_of, summary_of
from agreements.consulting_forms import AddresseeForm, ConsultationSendForm, ExtensionForm
from agreements.frame import agreement_of, frame, stance
from agreements.lifecycle import TRANSITIONS, problems
from agreements.models import Addressee, Agreement, Consultation, ConsultationResponse, Document
from agreements.responses import opened_in
from agreements.rows import posted
from lib.forms import answer_form
from lib.typeset import pdf
from lib.web import Unseen, answer_download, get_editable, get_visible
from lib.word import docx


def consultation_prepare(request, slug):
    """Write what is sent and to whom, look at who gets it how, and send it."""
    agreement = get_editable(Agreement.objects.select_related("county"), request.user, slug=slug)
    form = ConsultationSendForm(*posted(request), instance=agreement, user=request.user)
    context = {
        **frame(agreement, (_("Livscykel"), reverse("agreements:agreement_life", args=[slug])), (_("Remiss"), "")),
        "title": TRANSITIONS["send"].verb,
        "step": TRANSITIONS["send"],
        "is_open": agreement.status in TRANSITIONS["send"].sources,
        "reasons": problems("send", agreement),
        "sent": Consultation.objects.filter(agreement=agreement, text__isnull=False),
    }
    template = "agreements/consultation_prepare.html"
    if "granska" in request.POST and form.is_valid():
        return render(request, template, {**context, "form": form, "preview": form.preview()})
    return answer_form(request, form, template, context, url=page_url, done=_("Remissen är skickad."))


def consultation_detail(request, slug, pk):
    """What was sent, to whom and until when; who has answered, and what can be done."""
    consultation = get_visible(sent(), request.user, agreement__slug=slug, pk=pk)
    context = consultation_frame(request, consultation)
    agreement = context["agreement"]
    writes = Agreement.objects.drafted_by(request.user).filter(pk=agreement.pk).exists()
    context |= {
        "rows": states_of(consultation, request.user, tells_all=writes),
        "papers": consulting.papers_of(consultation).visible_to(request.user),
        "is_public": consulting.answers_are_public(consultation),
        "reads_answers": writes or consulting.answers_are_public(consultation),
        "writes": writes,
        "adopted": agreement.adoption_set.exclude(text=None).last(),
    }
    return render(request, "agreements/consultation_detail.html", context)


def consultation_add(request, slug, pk):
    """Send the remiss to some more."""
    return answer_run(
        request, slug, pk, AddresseeForm, "agreements/consultation_add.html", _("Lägg till mottagare"), _("Skickad.")
    )


def consultation_extend(request, slug, pk):
    """Give one, some or all more time, and say why."""
    done = _("Svarstiden är förlängd. Mottagarna får brev om det.")
    return answer_run(
        request, slug, pk, ExtensionForm, "agreements/consultation_extend.html", _("Förläng svarstiden"), done
    )


def answer_run(request, slug, pk, kind, template, title, done):
    """A form of the one who runs the remiss, and back to its page."""
    consultation = running(request, slug, pk)
    form = kind(*posted(request), instance=consultation, user=request.user)
    context = {**consultation_frame(request, consultation, title), "title": title}
    if "granska" in request.POST and form.is_valid():
        return render(request, template, {**context, "form": form, "preview": form.preview()})
    return answer_form(request, form, template, context, url=page_url(consultation), done=done)


@require_POST
def consultation_remind(request, slug, pk):
    """Remind those who have not answered."""
    consultation = running(request, slug, pk)
    try:
        reached = consulting.remind(consultation=consultation, by=request.user)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        number = len(reached)
        text = ngettext("%(number)s får en påminnelse.", "%(number)s får en påminnelse.", number) % {"number": number}
        messages.success(request, text if number else _("Ingen mer att påminna i dag."))
    return redirect(page_url(consultation))


def consultation_close(request, slug, pk):
    """Close the remiss, after reading who has not answered."""
    consultation = running(request, slug, pk)
    if request.method == "POST":
        try:
            consulting.close(consultation=consultation, by=request.user)
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
        else:
            messages.success(request, _("Remissen är avslutad."))
        return redirect(page_url(consultation))
    context = consultation_frame(request, consultation, _("Avsluta remissen"))
    return render(
        request, "agreements/consultation_close.html", {**context, "waiting": consulting.waiting(consultation)}
    )


@require_POST
def addressee_withdraw(request, slug, pk, addressee):
    """Take the remiss back from one who has not answered."""
    consultation = running(request, slug, pk)
    row = get_editable(Addressee.objects, request.user, consultation=consultation, pk=addressee)
    try:
        consulting.withdraw(addressee=row, by=request.user)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, _("Remissen till %(name)s är återkallad.") % {"name": row.name})
    return redirect(page_url(consultation))


@require_safe
def consultation_document(request, slug, pk, document):
    """A paper that went with the remiss: for those who got it, and for whoever may read it anyway."""
    consultation = sent().filter(agreement__slug=slug, pk=pk).first()
    if consultation is None:
        raise Http404
    papers = consulting.papers_of(consultation)
    by_link = opened_in(request)
    asked = Addressee.objects.answered_by(request.user).filter(consultation=consultation).exists()
    if not asked and not (by_link and by_link.addressee.consultation_id == consultation.pk):
        papers = papers.visible_to(request.user)
    paper = papers.filter(pk=document).first()
    if paper is None:
        raise Unseen(Document.objects, {"pk": document})
    return answer_download(paper.file, PurePath(paper.title).stem)


# --- what came out ----------------------------------------------------------------------------------------------------


def consultation_summary(request, slug, pk):
    """Remissammanställningen: stances counted, every remark with what became of it, who said nothing."""
    consultation = readable(request, slug, pk)
    context = consultation_frame(request, consultation, _("Remissammanställning"))
    context |= {"summary": summary_of(consultation, request.user), "stance": answers_stance(consultation)}
    return render(request, "agreements/consultation_summary.html", context)


@require_safe
def consultation_summary_pdf(request, slug, pk):
    """Remissammanställningen as a PDF."""
    return answer_paper(request, slug, pk, pdf, "pdf")


@require_safe
def consultation_summary_docx(request, slug, pk):
    """Remissammanställningen as a Word file."""
    return answer_paper(request, slug, pk, docx, "docx")


def answer_paper(request, slug, pk, make, kind):
    consultation = readable(request, slug, pk)
    paper = consultation_paper(summary_of(consultation, request.user))
    return FileResponse(BytesIO(make(paper)), as_attachment=True, filename=f"remissammanstallning-{slug}.{kind}")


# --- what they share --------------------------------------------------------------------------------------------------


def sent():
    """Consultations that were sent from here; what is only known from a document has no page of its own."""
    return Consultation.objects.filter(text__isnull=False).select_related("agreement__county", "text")


def running(request, slug, pk):
    """The consultation, for who runs it."""
    return get_editable(sent(), request.user, agreement__slug=slug, pk=pk)


def readable(request, slug, pk):
    """The consultation whose answers the visitor may read: those who write the text, and all from the day."""
    consultation = get_visible(sent(), request.user, agreement__slug=slug, pk=pk)
    writes = Agreement.objects.drafted_by(request.user).filter(pk=consultation.agreement_id).exists()
    if not writes and not consulting.answers_are_public(consultation):
        raise Unseen(ConsultationResponse.objects, {"addressee__consultation": consultation})
    return consultation


def answers_stance(consultation):
    """Who can read a page that tells what was answered."""
    if consulting.answers_are_public(consultation):
        return stance(consultation.agreement)
    day = consultation.answers_public_on
    readers = _("Samordnarna och skrivargruppen kan läsa.")
    readers += " " + _("Svaren blir offentliga %(day)s.") % {"day": day} if day else ""
    return {"state": "sent", "label": _("Inte offentligt"), "readers": readers}


def page_url(consultation):
    return reverse("agreements:consultation_detail", args=[consultation.agreement.slug, consultation.pk])


def consultation_frame(request, consultation, *titles):
    """The frame of a page of the remiss; ``titles`` follow its own crumb."""
    agreement = agreement_of(request.user, consultation.agreement_id)
    own = (_("Remiss"), page_url(consultation) if titles else "")
    life = (_("Livscykel"), reverse("agreements:agreement_life", args=[agreement.slug]))
    trail = [(title, "") for title in titles]
    return {
        **frame(agreement, life, own, *trail),
        "consultation": consultation,
        "is_past": consultation.deadline is not None and consultation.deadline < timezone.localdate(),
        "back_url": page_url(consultation),
    }
