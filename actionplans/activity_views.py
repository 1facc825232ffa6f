"""One activity of a draft: its whole row as a form, and what is done with the row as such."""

import uuid

from django.contrib import messages
from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from actionplans import editing
from actionplans.editor_views import answer_table, edit_url, editable_edition, saved, stored_row
from actionplans.forms import ActivityForm, EndForm, NewActivityForm
from actionplans.frame import edition_frame
from actionplans.models import Activity
from agreements.frame import agreement_of
from agreements.models import CollaborationArea, PriorityArea
from lib.db import Frozen, VersionConflict
from lib.forms import answer_form, answer_gone
from lib.web import get_visible

get_or_post = require_http_methods(["GET", "HEAD", "POST"])


@get_or_post
def activity_create(request, slug, plan, label):
    """Add an activity by its form; the editor adds an empty row at once."""
    edition = editable_edition(request, slug, plan, label)
    after = stored_row(edition, _key(request.POST.get("after") or request.GET.get("efter")))
    if request.htmx and request.method == "POST":
        return _add_row(request, edition, after)
    form = NewActivityForm(request.POST or None, edition=edition, initial=_initial(after))
    made = editing.made_once(edition=edition, by=request.user, once=_once(request))
    if made:
        return redirect(_row_url(made))

    def save():
        return editing.add_activity(
            edition=edition, by=request.user, after=after, once=form.cleaned_data["once"], **form.values()
        )

    context = _context(request, edition, _("Ny aktivitet"))
    return answer_form(request, form, "actionplans/activity_edit.html", context, url=_row_url, save=save)


def _initial(after):
    """A new row stands where the one above it stands."""
    if after is None:
        return None
    return {"after": after.pk, "area": after.area_id, "collaboration_area": after.collaboration_area_id}


def _add_row(request, edition, after):
    """An empty row below another, or last in a place."""
    place = _place_of(request, edition) if after is None else {}
    fields = {"title": _("Ny aktivitet"), **place}
    row = editing.add_activity(edition=edition, by=request.user, after=after, once=_once(request), **fields)
    return _with_row(saved(answer_table(request, edition), edition), row)


@get_or_post
def activity_edit(request, slug, plan, label, pk):
    """Change an activity; to htmx the form alone, to be opened in its row."""
    edition = editable_edition(request, slug, plan, label)
    activity = stored_row(edition, pk)
    form = ActivityForm(request.POST or None, instance=activity or Activity(edition=edition))
    if activity is None:
        return _answer_gone(request, edition, form)
    context = {"activity": activity, "once": uuid.uuid4()}
    if request.htmx and request.method != "POST":
        return render(request, "actionplans/_activity_form.html", {**context, "form": form, "edition": edition})
    context |= _context(request, edition, f"{activity.number} {activity.title}")
    return answer_form(
        request,
        form,
        "actionplans/activity_edit.html",
        context,
        url=_row_url,
        save=lambda: editing.save_activity(form=form, by=request.user),
    )


@require_POST
def activity_duplicate(request, slug, plan, label, pk):
    """A copy below the row: the table to the editor, the copy's form to everybody else."""
    edition = editable_edition(request, slug, plan, label)
    activity = _row_or_404(edition, pk, request.user)
    row = editing.duplicate_activity(activity=activity, by=request.user, once=_once(request))
    if request.htmx:
        return _with_row(saved(answer_table(request, edition), edition), row)
    messages.success(request, _("Kopian heter %(number)s. Ändra det som skiljer.") % {"number": row.number})
    return redirect(f"{edition.get_absolute_url()}aktivitet/{row.pk}/")


@require_POST
def activity_move(request, slug, plan, label, pk):
    """Move the row up, down, or below another row (``after``) or first in a place (``area``, ``part``)."""
    edition = editable_edition(request, slug, plan, label)
    activity = _row_or_404(edition, pk, request.user)
    try:
        editing.move_activity(activity=activity, by=request.user, **_target(request, edition))
    except ValidationError as error:
        return _answer_write(request, edition, activity, " ".join(error.messages), kind="warn", status=422)
    except ObjectDoesNotExist:
        return _answer_already_gone(request, edition, activity)
    return _answer_write(request, edition, activity, "")


def _target(request, edition):
    """Where the row is to go, as move_activity takes it. ValidationError where that is no place in the table."""
    direction = request.POST.get("direction", "")
    if direction in ("up", "down"):
        return {"direction": direction}
    after = stored_row(edition, _key(request.POST.get("after")))
    if after:
        return {"after": after, "place": (after.area, after.collaboration_area)}
    if request.POST.get("after") or not {"area", "part"} & request.POST.keys():
        raise ValidationError(_("Raden står kvar. Släpp den på en plats i tabellen."))
    place = _place_of(request, edition)
    return {"place": (place["area"], place["collaboration_area"])}


@get_or_post
def activity_delete(request, slug, plan, label, pk):
    """Ask, then delete a row that only this edition has; others are ended with a reason."""
    edition = editable_edition(request, slug, plan, label)
    activity = _row_or_404(edition, pk, request.user)
    if request.method != "POST":
        context = _context(request, edition, _("Ta bort %(number)s") % {"number": activity.number})
        context |= {"activity": activity, "obstacle": activity.why_kept()}
        return render(request, "actionplans/activity_delete.html", context)
    try:
        version = _key(request.POST.get("version"))
        editing.delete_activity(activity=activity, version=version, by=request.user)
    except VersionConflict:
        text = _("Någon har ändrat %(number)s sedan du såg den. Läs raden igen innan du tar bort den.")
        return _answer_write(request, edition, activity, text % {"number": activity.number}, kind="warn", status=409)
    except Frozen as refusal:
        return _answer_write(request, edition, activity, str(refusal), kind="warn", status=409)
    except ObjectDoesNotExist:
        return _answer_already_gone(request, edition, activity)
    return _answer_write(request, edition, activity, _("%(number)s är borttagen.") % {"number": activity.number})


@get_or_post
def activity_end(request, slug, plan, label, pk):
    """Close or strike an activity with a reason, or let it go on again."""
    edition = editable_edition(request, slug, plan, label)
    activity = stored_row(edition, pk)
    form = EndForm(request.POST or None, instance=activity or Activity(edition=edition))
    if activity is None:
        return _answer_gone(request, edition, form)
    page = "actionplans/_activity_end.html" if request.htmx else "actionplans/activity_end.html"
    context = _context(request, edition, _("Avsluta eller stryk %(number)s") % {"number": activity.number})

    def save():
        return editing.save_activity(form=form, by=request.user, label=_end_label(activity))

    response = answer_form(request, form, page, context | {"activity": activity}, url=_row_url, save=save)
    if request.htmx and response.status_code == 302:
        list(messages.get_messages(request))
        return saved(answer_table(request, edition), edition)
    return response


def _end_label(activity):
    words = {"closed": _("Avslutade %s"), "cancelled": _("Strök %s"), "": _("Återöppnade %s")}
    return words[activity.ending] % activity.number


def _context(request, edition, heading):
    agreement = agreement_of(request.user, edition.plan.agreement_id)
    trail = ((_("Redigera"), edit_url(edition)), (heading, ""))
    return {**edition_frame(agreement, edition, *trail), "heading": heading, "edit_url": edit_url(edition)}


def _answer_write(request, edition, activity, text, *, kind="", status=200):
    """The table with what came of it to the editor; a message and the way back to everybody else."""
    if request.htmx:
        outcome = {"kind": kind, "text": text} if text else None
        response = answer_table(request, edition, outcome=outcome, status=status)
        return saved(response, edition) if status == 200 else response
    if text:
        messages.add_message(request, messages.WARNING if kind else messages.SUCCESS, text)
    return redirect(_row_url(activity))


def _answer_already_gone(request, edition, activity):
    """Somebody removed the row between reading it and writing to it."""
    text = _("%(number)s finns inte längre. Någon annan har tagit bort den.") % {"number": activity.number}
    return _answer_write(request, edition, activity, text, kind="warn", status=409)


def _answer_gone(request, edition, form):
    """404 with what was typed; 404 as for any row that does not exist where nothing was."""
    if request.method == "POST":
        return answer_gone(request, form)
    return get_visible(Activity.objects.filter(edition=edition), request.user, pk=None)


def _row_or_404(edition, pk, user):
    return stored_row(edition, pk) or get_visible(Activity.objects.filter(edition=edition), user, pk=pk)


def _place_of(request, edition):
    """The area and collaboration area that ``area`` and ``part`` name, as far as they are the agreement's."""
    own = {"agreement": edition.plan.agreement_id}
    part = CollaborationArea.objects.filter(**own, pk=_key(request.POST.get("part"))).select_related("area").first()
    area = part.area if part else PriorityArea.objects.filter(**own, pk=_key(request.POST.get("area"))).first()
    return {"area": area, "collaboration_area": part}


def _key(text):
    """A key as it was sent; 0, which no row has, where it is none."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 16 else 0


def _once(request):
    try:
        return uuid.UUID(request.POST.get("once", ""))
    except ValueError:
        return None


def _with_row(response, row):
    response["X-Row"] = row.pk
    return response


def _row_url(row):
    return f"{edit_url(row.edition)}#a{row.pk}"
