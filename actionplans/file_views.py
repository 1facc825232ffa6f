"""What hangs on an activity: its files, as public as it is, and the coordinators' own note."""

from pathlib import PurePath

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from actionplans.edition_forms import FileForm, NoteForm
from actionplans.frame import edition_frame
from actionplans.models import ActionPlan, Activity, ActivityFile, InternalNote
from actionplans.services import add_file, delete_file
from agreements.frame import agreement_of
from lib.db import Frozen
from lib.forms import answer_form
from lib.web import answer_download, get_editable, get_visible


def activity_file_create(request, slug, plan, label, pk):
    """The files of an activity, and a form for another."""
    activity = get_editable(_activities(), request.user, **_place(slug, plan, label, pk))
    form = FileForm(request.POST or None, request.FILES or None, activity=activity)
    context = {**_context(request, activity, _("Bilagor")), "files": activity.files.all()}
    return answer_form(
        request,
        form,
        "actionplans/activity_file_create.html",
        context,
        url=request.path,
        save=lambda: add_file(form=form, by=request.user),
        done=_("Bilagan är sparad."),
    )


def activity_file_download(request, slug, plan, label, pk, file):
    """A file of an activity the visitor may see, always as a download: nothing uploaded is shown as a page."""
    row = get_visible(ActivityFile.objects.all(), request.user, **_within(slug, plan, label, pk), pk=file)
    return answer_download(row.file, PurePath(row.name).stem)


def activity_file_delete(request, slug, plan, label, pk, file):
    """Remove a file from an activity that is not adopted, after asking."""
    files = ActivityFile.objects.select_related("activity__edition__plan")
    row = get_editable(files, request.user, **_within(slug, plan, label, pk), pk=file)
    back = reverse("actionplans:activity_file_create", args=[slug, plan, label, pk])
    if request.method == "POST":
        try:
            delete_file(file=row, by=request.user)
        except Frozen as frozen:
            messages.error(request, str(frozen))
        else:
            messages.success(request, _("Bilagan är borttagen."))
        return redirect(back)
    context = {**_context(request, row.activity, _("Ta bort bilaga")), "file": row, "back_url": back}
    return render(request, "actionplans/activity_file_delete.html", context)


def note_edit(request, slug, plan, label, pk):
    """The coordinators' own note about an activity, in every state of its edition."""
    activity = get_visible(_activities(), request.user, **_place(slug, plan, label, pk))
    if not ActionPlan.objects.editable_by(request.user).filter(pk=activity.edition.plan_id).exists():
        raise PermissionDenied
    note = InternalNote.objects.filter(activity=activity).first()
    form = NoteForm(request.POST or None, instance=note, activity=activity)
    return answer_form(
        request,
        form,
        "actionplans/note_edit.html",
        _context(request, activity, _("Intern anteckning")),
        url=f"{activity.edition.get_absolute_url()}#a{activity.pk}",
    )


def _activities():
    return Activity.objects.select_related("edition__plan__agreement", "edition__based_on")


def _place(slug, plan, label, pk):
    return {"edition__plan__agreement__slug": slug, "edition__plan__key": plan, "edition__label": label, "pk": pk}


def _within(slug, plan, label, pk):
    return {f"activity__{name}": value for name, value in _place(slug, plan, label, pk).items()}


def _context(request, activity, title):
    agreement = agreement_of(request.user, activity.edition.plan.agreement_id)
    return {**edition_frame(agreement, activity.edition, (activity.number, ""), (title, "")), "activity": activity}
