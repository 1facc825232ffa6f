"""The editor: the page of a draft's rows, and the answers to what is written in it."""

from django.core.exceptions import ObjectDoesNotExist, PermissionDenied
from django.db import IntegrityError
from django.db.models import Exists, OuterRef
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from actionplans import cells, editor
from actionplans.editor_rows import drawn, drawn_note
from actionplans.frame import edition_frame
from actionplans.models import Activity, Edition
from agreements.frame import agreement_of
from lib.asked import asked
from lib.db import Frozen, VersionConflict
from lib.web import Unseen


@require_safe
def edition_edit(request, slug, plan, label):
    """The editor's page; to htmx its table alone."""
    edition = editable_edition(request, slug, plan, label)
    if request.htmx:
        return answer_table(request, edition)
    return answer_page(request, edition)


def answer_page(request, edition, *, outcome=None, status=200):
    """The editor's page; ``outcome`` is what came of a write, told above the table."""
    agreement = agreement_of(request.user, edition.plan.agreement_id)
    context = edition_frame(agreement, edition, (_("Redigera"), "")) | editor.table_context(request, edition)
    context |= editor.tools_context(request, edition) | {"urls": _urls(edition), "outcome": outcome}
    return render(request, "actionplans/edition_edit.html", context, status=status)


def edit_url(edition):
    return f"{edition.get_absolute_url()}redigera/"


def _urls(edition):
    """Where the page's tools lead; what the portal does not have yet is left out."""
    place = [edition.plan.agreement.slug, edition.plan.key, edition.label]
    names = {
        "create": ("activity_create", place),
        "presence": ("edition_presence", place),
        "undo": ("edition_undo", place),
        "bulk": ("edition_bulk", place),
        "checks": ("edition_checks", place),
        "propose": ("edition_propose", place),
        "export": ("edition_export", place),
        "import": ("edition_import", place),
        "compare": ("edition_compare", [*place, edition.based_on.label if edition.based_on else ""]),
    }
    return {key: _url(name, args) for key, (name, args) in names.items() if all(args)}


def _url(name, args):
    try:
        return reverse(f"actionplans:{name}", args=args)
    except NoReverseMatch:
        return ""


@require_safe
def activity_row(request, slug, plan, label, pk):
    """One row of the editor's table as it is stored now."""
    return answer_row(request, editable_edition(request, slug, plan, label), pk)


@require_POST
def activity_cell(request, slug, plan, label, pk):
    """Save one cell: the row as stored, with what to mend (422), with both texts (409), or the text alone (404)."""
    edition = editable_edition(request, slug, plan, label)
    name, values = request.POST.get("field", ""), request.POST.getlist("value")
    activity, version = stored_row(edition, pk), request.POST.get("version", "")
    if activity is None:
        return answer_gone_row(request, pk, values)
    if name not in cells.NAMES:
        return _refuse_cell(request, edition, pk, name, values, [_("Det fältet går inte att ändra här.")])
    try:
        form = cells.save_cell(activity=activity, name=name, values=values, version=version, by=request.user)
    except VersionConflict as conflict:
        return answer_row(request, edition, pk, cells.conflict_note(name, values, conflict.current), status=409)
    except (Frozen, IntegrityError) as refusal:
        return _refuse_cell(request, edition, pk, name, values, [_why(refusal)])
    except ObjectDoesNotExist:
        return answer_gone_row(request, pk, values)
    if form.errors:
        return _refuse_cell(request, edition, pk, name, values, cells.errors_of(form))
    return saved(answer_row(request, edition, pk), edition)


def _refuse_cell(request, edition, pk, name, values, errors):
    return answer_row(request, edition, pk, cells.error_note(name, values, errors), status=422)


def _why(refusal):
    if isinstance(refusal, Frozen):
        return str(refusal)
    return _("Någon annan sparade något samtidigt som krockar med ditt. Försök igen.")


def editable_edition(request, slug, plan, label):
    """The edition the address names, if the user may change it: unseen is 404, read-only is 403. One question."""
    edition = next(iter(asked(_read_edition, request.user, slug=slug, plan=plan, label=label)), None)
    if edition is None:
        raise Unseen(Edition.objects.all(), _place(slug, plan, label))
    if not edition.is_editable:
        raise PermissionDenied
    if edition.based_on:
        edition.based_on.plan = edition.plan  # the same one: no need to read it again for the address
    return edition


def _read_edition(user, *, slug, plan, label):
    editable = Edition.objects.editable_by(user).filter(pk=OuterRef("pk"))
    visible = Edition.objects.for_page().visible_to(user).filter(**_place(slug, plan, label))
    return visible.annotate(is_editable=Exists(editable))


def _place(slug, plan, label):
    return {"plan__agreement__slug": slug, "plan__key": plan, "label": label}


def stored_row(edition, pk):
    """The edition's activity with that key, or None."""
    activity = edition.activities.select_related("area", "collaboration_area").filter(pk=pk).first()
    if activity:
        activity.edition = edition
    return activity


def answer_row(request, edition, pk, note=None, status=200):
    """The row's fragment as stored now, with a note; 404 where the row is gone."""
    context = editor.row_context(request, edition, pk)
    if context is None:
        raise Http404
    return HttpResponse(drawn(context["row"], drawn_note(note, context["colspan"])), status=status)


def answer_gone_row(request, pk, values):
    """404 with the text to copy, and who removed the row."""
    last = Activity.history.filter(id=pk, history_type="-").select_related("history_user").first()
    who = last and last.history_user and last.history_user.name
    context = {"pk": str(pk), "typed": " ".join(values), "text": "\n".join(values), "who": who, "colspan": 8}
    return render(request, "actionplans/_activity_gone.html", context, status=404)


def answer_table(request, edition, *, outcome=None, status=200):
    """The whole table as stored now; ``outcome`` is what came of a write, told above it."""
    context = {**editor.table_context(request, edition), "edition": edition, "outcome": outcome}
    return render(request, "actionplans/_editor_table.html", context, status=status)


def saved(response, edition):
    """The answer to a write that was stored: when, and the stamp of the table after it."""
    response["X-Stamp"] = editor.stamp_of(edition)
    response["X-Saved-At"] = timezone.localtime().strftime("%H:%M")
    return response
