"""The amendments of an agreement, old and new beside each other, and the pages on which they are registered."""

from django.http import Http404
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from agreements import drafting, rows
from agreements.amending import DROPPABLE, amendments_of, heading_of, problem_of_amending, row_of
from agreements.amending_forms import ADDABLE, add_form, change_form, drop_form
from agreements.frame import frame, visible_agreement
from agreements.models import Document
from agreements.row_views import editable
from lib.forms import answer_form


def amendment_list(request, slug):
    """What has been changed since the agreement was adopted, the latest first, with the decisions."""
    agreement = visible_agreement(request.user, slug)
    context = {
        **frame(agreement, (_("Ändringar"), "")),
        "amendments": amendments_of(agreement),
        "papers": Document.objects.readable_files(agreement, request.user),
        "problem": problem_of_amending(agreement),
    }
    return render(request, "agreements/amendment_list.html", context)


def amendment_choose(request, slug):
    """The whole text, block by block, to choose what is changed or dropped; and what can be added."""
    agreement = editable(request, slug)
    text = [(block, isinstance(row, DROPPABLE)) for block, row in drafting.text_of(agreement)]
    context = page_of(agreement, _("Registrera en ändring")) | {
        "text": [(block, drafting.reference(block), may_go) for block, may_go in text],
        "addable": [(word, model._meta.verbose_name) for word, (model, _names) in ADDABLE.items()],
    }
    return render(request, "agreements/amendment_choose.html", context)


def page_of(agreement, title):
    """What the pages on which one amends share."""
    listed = reverse("agreements:amendment_list", args=[agreement.slug])
    return {
        **frame(agreement, (_("Ändringar"), listed), (title, "")),
        "title": title,
        "back_url": listed,
        "problem": problem_of_amending(agreement),
    }


def amendment_create(request, slug, block):
    """Register a new wording of a block: the old one is filled in, and kept."""
    return _amend(request, slug, block, change_form, _("Ny lydelse"), "agreements/amendment_create.html")


def amendment_drop(request, slug, block):
    """Register that an area, a goal or a collaboration area is dropped."""
    return _amend(request, slug, block, drop_form, _("Utgår"), "agreements/amendment_drop.html")


def _amend(request, slug, block, form_for, title, template):
    agreement = editable(request, slug)
    row = row_of(agreement, block)
    if row is None or (form_for is drop_form and not isinstance(row, DROPPABLE)):
        raise Http404
    row.agreement = agreement
    about = heading_of(row)  # as stored: the form writes in the row
    form = form_for(type(row))(*rows.posted(request), instance=row, agreement=agreement, user=request.user)
    context = page_of(agreement, title) | {"about": about, "row": row}
    return answer_form(request, form, template, context, url=context["back_url"])


def amendment_add(request, slug, word):
    """Register something that is added in mid-period."""
    agreement = editable(request, slug)
    form = add_form(word)(*rows.posted(request), agreement=agreement, user=request.user)
    title = _("Lägg till %(kind)s") % {"kind": ADDABLE[word][0]._meta.verbose_name}
    context = page_of(agreement, title) | {"about": agreement.title}
    return answer_form(request, form, "agreements/amendment_add.html", context, url=context["back_url"])
