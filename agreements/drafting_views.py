"""Pages where an agreement is begun and its text written: the text block by block, and what is said about it."""

from itertools import groupby

from django.contrib import messages
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied, ValidationError
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from agreements.block_places import TEXT_KINDS, anchor_of, text_url
from agreements.creating import boards_of, create_agreement
from agreements.draft_comments import open_by_block, resolve, say, threads_of
from agreements.drafting import KIND_NAMES, PARTS, move, part_of, reference, siblings, text_of
from agreements.drafting_forms import AgreementCreateForm, DraftCommentForm, clean_place
from agreements.frame import frame, visible_agreement
from agreements.models import Agreement, DraftComment, Provision
from lib.forms import answer_form
from lib.web import get_editable, get_visible


def agreement_create(request):
    """Begin an agreement: blank, as successor of one (``?efter=``) or under one (``?under=``)."""
    if not boards_of(request.user).exists():
        raise PermissionDenied
    source, parent = (_named(request, name) for name in ("efter", "under"))
    new = Agreement(predecessor=source, parent=None if source else parent)
    initial = {"kind": Agreement.Kind.BILATERAL if new.parent else source.kind if source else Agreement.Kind.REGIONAL}
    scope = {"user": request.user, "parent": new.parent}
    form = AgreementCreateForm(request.POST or None, instance=new, initial=initial, **scope)

    def save():
        more = {name: form.cleaned_data[name] for name in ("parties", "serves", "start", "end") if name in form.fields}
        return create_agreement(agreement=form.instance, by=request.user, **more)

    context = {
        "source": source,
        "parent": new.parent,
        "begun_from": Agreement.objects.editable_by(request.user).filter(successor=None).exclude(status="draft"),
        "crumbs": [(_("Överenskommelser"), reverse("agreements:agreement_list")), (_("Ny överenskommelse"), "")],
    }
    return answer_form(request, form, "agreements/agreement_create.html", context, url=text_url, save=save)


def _named(request, name):
    slug = request.GET.get(name)
    return get_editable(Agreement.objects.select_related("county"), request.user, slug=slug) if slug else None


# --- the text ---------------------------------------------------------------------------------------------------------


def drafted(request, slug):
    """The agreement whose text the visitor follows as a writer; with ``writes``, whether it may be changed."""
    agreement = visible_agreement(request.user, slug)
    if not Agreement.objects.drafted_by(request.user).filter(pk=agreement.pk).exists():
        raise PermissionDenied
    agreement.writes = Agreement.objects.text_editable_by(request.user).filter(pk=agreement.pk).exists()
    return agreement


@require_safe
def drafting_detail(request, slug):
    """The whole text as it reads, with what each block lets its writers do."""
    agreement = drafted(request, slug)
    blocks = _shown(agreement, text_of(agreement), open_by_block(agreement, request.user))
    context = {
        **frame(agreement, (_("Texten"), "")),
        "parts": [(PARTS[part], list(rows)) for part, rows in groupby(blocks, key=lambda block: part_of(block))],
        "whole": open_by_block(agreement, request.user).get("", 0),
        "additions": _additions(),
        "last_version": agreement.text_versions.last(),
    }
    return render(request, "agreements/drafting_detail.html", context)


def _shown(agreement, text, comments):
    """The blocks with what the page needs to know of their rows."""
    like = {}
    for block, row in text:
        like.setdefault((block["kind"], block["area"]), []).append(row.pk)
    for block, row in text:
        places = like[block["kind"], block["area"]]
        yield {
            **block,
            "row": row,
            "reference": reference(block),
            "kind_name": KIND_NAMES[block["kind"]],
            "anchor": anchor_of(block["key"]),
            "form": row._meta.model_name,
            "comments": comments.get(block["key"], 0),
            "place": places.index(row.pk) + 1,
            "is_first": places[0] == row.pk,
            "is_last": places[-1] == row.pk,
        }


def _additions():
    """(name, form's word, kind of provision) of what can be added last in the text."""
    kinds = [(label, "provision", value) for value, label in Provision.Kind.choices]
    others = [(kind.noun(), kind._meta.model._meta.model_name, "") for kind in TEXT_KINDS]
    return [(name, form, value) for name, form, value in [*others, *kinds] if form != "provision" or value]


@require_POST
def block_move(request, slug):
    """Move a block up, down or to a place among its like."""
    agreement = drafted(request, slug)
    try:
        to = clean_place(request.POST.get("to") or request.POST.get("place", ""))
        row = move(agreement=agreement, key=request.POST.get("key", ""), to=to, by=request.user)
    except ObjectDoesNotExist:
        messages.error(request, _("Den delen av texten är borttagen."))
        return redirect(text_url(agreement))
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect(text_url(agreement))
    place = [other.pk for other in siblings(row)].index(row.pk) + 1
    messages.success(request, _("Flyttad. Den står nu på plats %(place)d.") % {"place": place})
    return redirect(text_url(agreement, row))


# --- what is said about it --------------------------------------------------------------------------------------------


def draft_comment_list(request, slug):
    """What is said about a block (``?block=``) or about the whole, and a form to say something."""
    agreement = drafted(request, slug)
    key = request.GET.get("block", "")
    block = next((block for block, _row in text_of(agreement) if block["key"] == key), None)
    threads = threads_of(agreement, request.user, key)
    form = DraftCommentForm(request.POST if request.method == "POST" else None, threads=threads)

    def save():
        return say(agreement=agreement, by=request.user, block=key, **form.cleaned_data)

    for thread in threads:
        thread.form = DraftCommentForm(threads=threads, thread=thread)
    context = {
        **frame(agreement, (_("Texten"), text_url(agreement)), (_("Kommentarer"), "")),
        "commented": block,  # "block" is the template language's own word
        "about": reference(block) if block else _("Borttagen del av texten") if key else _("Hela texten"),
        "anchor": anchor_of(key),
        "threads": threads,
    }
    url, template = request.get_full_path(), "agreements/draft_comment_list.html"
    return answer_form(request, form, template, context, url=url, save=save)


@require_POST
def draft_comment_resolve(request, slug, pk):
    """Mark a thread as done, or open it again."""
    agreement = drafted(request, slug)
    rows = DraftComment.objects.select_related("agreement").filter(reply_to__isnull=True)
    comment = get_visible(rows, request.user, agreement=agreement, pk=pk)
    resolve(comment=comment, by=request.user, is_resolved=request.POST.get("resolved") != "0")
    url = reverse("agreements:draft_comment_list", args=[slug])
    return redirect(f"{url}?block={comment.block}#k{comment.pk}")
