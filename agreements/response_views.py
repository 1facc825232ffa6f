"""Answering a remiss, by account or by link."""

from dataclasses import dataclass
from pathlib import PurePath

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST, require_safe

from agreements import consulting, responses
from agreements.consulting_views import consultation_frame
from agreements.frame import frame
from agreements.models import Addressee, Agreement, ConsultationResponse, ResponseFile
from agreements.response_forms import ResponseFileForm, ResponseForm
from agreements.rows import posted
from lib.db import Frozen, VersionConflict
from lib.forms import VersionField, answer_form
from lib.history import note_beside
from lib.web import answer_download, get_visible

OF_ANSWER = "svar"  # the field that says which answer a form by link is of: their address is the same


@dataclass(frozen=True)
class Place:
    """The addresses of one answer, and the frame of its pages: as its party, or by the link."""

    edit: str
    submit: str
    read: str
    files: str
    frame: dict


def place_of(request, response):
    """For those who answer by account."""
    consultation = response.addressee.consultation
    agreement = consultation.agreement
    args = [agreement.slug, consultation.pk, response.pk]
    names = ("response_edit", "response_submit", "response_detail", "response_files")
    if Agreement.objects.visible_to(request.user).filter(pk=agreement.pk).exists():
        own = consultation_frame(request, consultation, _("Remissvar")) | {"has_history": True}
    else:
        own = {**frame(agreement), "crumbs": [(_("Remissvar"), "")]}
    return Place(*(reverse(f"agreements:{name}", args=args) for name in names), {**own, "stance": stance(response)})


def place_by_link(response):
    """For whoever came by the link: no way to pages that a log-in is needed for."""
    agreement = response.addressee.consultation.agreement
    own = {**frame(agreement), "crumbs": [(_("Remissvar"), "")], "stance": stance(response)}
    own["by_link"] = {"name": OF_ANSWER, "value": response.pk}
    names = ("response_link", "response_link_submit", "response_link", "response_link_files")
    return Place(*(reverse(f"agreements:{name}") for name in names), own)


def stance(response):
    """The state of the answer, and who can read it."""
    name, day = response.addressee.name, response.addressee.consultation.answers_public_on
    if response.submitted_at is None:
        return {"state": "draft", "label": _("Utkast"), "readers": _("Bara %(name)s kan läsa.") % {"name": name}}
    if consulting.answers_are_public(response.addressee.consultation):
        readers = _("Alla som läser överenskommelsen kan läsa.")
    else:
        readers = _("%(name)s, samordnarna och skrivargruppen kan läsa.") % {"name": name}
        readers += " " + _("Svaren blir offentliga %(day)s.") % {"day": day} if day else ""
    return {"state": "sent", "label": _("Inlämnat"), "readers": readers}


# --- by account -------------------------------------------------------------------------------------------------------


def own_response(request, slug, pk, response):
    """The answer, for those who write it: unseen is 404, not one's own party's is 403."""
    row = seen_response(request, slug, pk, response)
    if not Addressee.objects.answered_by(request.user).filter(pk=row.addressee_id).exists():
        raise PermissionDenied
    return row


def seen_response(request, slug, pk, response):
    rows = responses.for_form(ConsultationResponse.objects)
    place = {"addressee__consultation__agreement__slug": slug, "addressee__consultation": pk}
    return get_visible(rows, request.user, **place, pk=response)


def response_edit(request, slug, pk, response):
    """Write the party's answer, part by part and on the whole."""
    row = own_response(request, slug, pk, response)
    return answer_edit(request, row, place_of(request, row))


def response_submit(request, slug, pk, response):
    """Read once more what is handed in, and hand it in."""
    row = own_response(request, slug, pk, response)
    return answer_submit(request, row, place_of(request, row), by=request.user)


def response_detail(request, slug, pk, response):
    """An answer to read; to the party that handed it in its receipt."""
    row = seen_response(request, slug, pk, response)
    place = place_of(request, row)
    own = Addressee.objects.answered_by(request.user).filter(pk=row.addressee_id).exists()
    return render(request, "agreements/response_detail.html", told(row, place) | {"is_own": own})


def response_files(request, slug, pk, response):
    """The attachments of the party's answer, and a form for another."""
    row = own_response(request, slug, pk, response)
    return answer_files(request, row, place_of(request, row))


@require_POST
def response_file_delete(request, slug, pk, response, file):
    """Remove an attachment from an answer that is not handed in."""
    row = own_response(request, slug, pk, response)
    return answer_file_delete(request, row, place_of(request, row), file)


@require_safe
def response_file_download(request, slug, pk, response, file):
    """An attachment of an answer that the visitor may read, always as a download."""
    place = {"response__addressee__consultation": pk, "response": response}
    row = get_visible(
        ResponseFile.objects.all(), request.user,
        response__addressee__consultation__agreement__slug=slug, **place, pk=file,
    )  # fmt: skip
    return answer_download(row.file, PurePath(row.name).stem)


# --- by link ----------------------------------------------------------------------------------------------------------


@never_cache
@require_GET
def response_open(request, secret):
    """Take the secret out of the address, so that no later request and no referrer carries it. Uses nothing up."""
    responses.remember(request, secret)
    answer = redirect("agreements:response_link")
    answer["Referrer-Policy"] = "no-referrer"
    return answer


def opened(request):
    """The answer whose link was opened in this browser; None without one.

    Raises Frozen, so that what was typed can be copied, where a form is sent of an answer that is not open any more:
    another link was opened since, the link was replaced, or the session has ended.
    """
    row, sent = responses.opened_in(request), request.POST.get(OF_ANSWER)
    if sent and (row is None or sent != str(row.pk)):
        raise Frozen(_("Länken till det här svaret är inte längre öppen i webbläsaren. Öppna den i brevet igen."))
    return row


@never_cache
def response_link(request):
    """The answer of whoever came by the link: to write, or to read once it is handed in."""
    row = opened(request)
    if row is None:
        return render(request, "agreements/response_link.html", {"crumbs": [(_("Remissvar"), "")]})
    place = place_by_link(row)
    if row.submitted_at and request.method != "POST":
        return render(request, "agreements/response_detail.html", told(row, place) | {"is_own": True})
    return answer_edit(request, row, place)


@never_cache
def response_link_submit(request):
    """As response_submit, by the link."""
    row = opened(request)
    if row is None:
        return redirect("agreements:response_link")
    return answer_submit(request, row, place_by_link(row))


@never_cache
def response_link_files(request):
    """As response_files, by the link."""
    row = opened(request)
    if row is None:
        return redirect("agreements:response_link")
    return answer_files(request, row, place_by_link(row))


@never_cache
@require_POST
def response_link_file_delete(request, file):
    """As response_file_delete, by the link."""
    row = opened(request)
    if row is None:
        return redirect("agreements:response_link")
    return answer_file_delete(request, row, place_by_link(row), file)


@never_cache
@require_safe
def response_link_file_download(request, file):
    """An attachment of the answer whose link was opened here."""
    row = opened(request)
    if row is None:
        return redirect("agreements:response_link")
    found = row.files.filter(pk=file).first()
    if found is None:
        raise Http404
    return answer_download(found.file, PurePath(found.name).stem)


# --- both -------------------------------------------------------------------------------------------------------------


def answer_edit(request, row, place):
    """The form of an answer. What is typed too late is shown once more, with the reason."""
    closed = responses.why_closed(row)
    if closed and request.method != "POST":
        return redirect(place.read) if row.submitted_at else render(
            request, "agreements/response_detail.html", told(row, place) | {"is_own": True, "closed": closed}
        )  # fmt: skip
    blocks = row.addressee.consultation.text.blocks
    form = ResponseForm(*posted(request), instance=row, blocks=blocks)
    papers = consulting.papers_of(row.addressee.consultation)
    context = {**place.frame, "response": row, "place": place, "papers": papers, "closed": closed,
               "consultation": row.addressee.consultation}  # fmt: skip
    url = place.submit if "vidare" in request.POST else place.edit

    def save():
        responses.refuse_closed(row)
        return form.save()

    return answer_form(request, form, "agreements/response_edit.html", context, url=url, save=save)


def answer_submit(request, row, place, by=None):
    """What is handed in, to read once more; handed in at the version that was read."""
    if request.method == "POST":
        try:
            version = VersionField().clean(request.POST.get("version"))
            responses.submit(response=row, version=version, by=by)
        except Frozen as frozen:
            messages.error(request, str(frozen))
        except VersionConflict:
            messages.error(request, _("Någon ändrade svaret medan du läste. Läs det igen innan du lämnar in."))
            return redirect(place.submit)
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
            return redirect(place.submit)
        else:
            messages.success(request, _("Remissvaret är inlämnat. Ett kvitto kommer med e-post."))
        return redirect(place.read)
    if row.submitted_at:
        return redirect(place.read)
    context = told(row, place) | {"missing": responses.missing(row), "closed": responses.why_closed(row)}
    return render(request, "agreements/response_submit.html", context)


def answer_files(request, row, place):
    """The attachments of an answer, and a form for another."""
    form = ResponseFileForm(*posted(request), response=row)
    context = {**place.frame, "response": row, "place": place, "files": row.files.all(),
               "closed": responses.why_closed(row)}  # fmt: skip

    def save():
        responses.refuse_closed(row)
        form.instance.name = form.cleaned_data["name"]
        note_beside(row, [_("bilagan %(name)s lades till") % {"name": form.instance.name}])
        return form.save()

    return answer_form(
        request, form, "agreements/response_files.html", context, url=place.files, save=save,
        done=_("Bilagan är sparad."),
    )  # fmt: skip


def answer_file_delete(request, row, place, file):
    """Remove an attachment; once the answer is handed in it stays."""
    found = row.files.filter(pk=file).first()
    if found is None:
        raise Http404
    try:
        with transaction.atomic():
            found.delete()
            note_beside(row, [_("bilagan %(name)s togs bort") % {"name": found.name}])
    except Frozen as frozen:
        messages.error(request, str(frozen))
    else:
        messages.success(request, _("Bilagan är borttagen."))
    return redirect(place.files)


def told(row, place):
    """What a page shows of an answer."""
    sections = {section.block: section for section in row.sections.all()}
    blocks = row.addressee.consultation.text.blocks
    parts = [(block, sections[block["key"]]) for block in blocks if block["key"] in sections]
    return {
        **place.frame,
        "response": row,
        "place": place,
        "consultation": row.addressee.consultation,
        "parts": parts,
        "files": row.files.all(),
    }
