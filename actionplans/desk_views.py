"""What goes on around the editor's table: many rows at once, undoing, who else is here, and the checks."""

from django.contrib import messages
from django.db import IntegrityError
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from actionplans import editor, presence, steps
from actionplans.checks import findings
from actionplans.editing import change_many
from actionplans.editor_views import answer_page, answer_table, edit_url, editable_edition, saved
from actionplans.forms import BulkForm
from actionplans.models import Activity
from lib.forms import shown


@require_POST
def edition_bulk(request, slug, plan, label):
    """Change many rows at once. What had moved on is listed with both values; the other rows are saved."""
    edition = editable_edition(request, slug, plan, label)
    form = BulkForm(request.POST, instance=Activity(edition=edition))
    if not form.is_valid():
        text = " ".join(error for listed in form.errors.values() for error in listed)
        return _answer(request, edition, {"kind": "bad", "text": text}, status=422)
    text = _("Ändrade flera rader: %s") % ", ".join(str(form[name].label).lower() for name in form.values())
    bulk = change_many(edition=edition, versions=form.versions(), values=form.values(), by=request.user, label=text)
    left = _left_alone(form, bulk)
    outcome = {"kind": "warn" if left else "", "text": _told(bulk), "rows": left}
    return _answer(request, edition, outcome, status=409 if left else 200)


def _told(bulk):
    saved_rows = len(bulk.saved)
    text = ngettext("%(count)s rad är ändrad.", "%(count)s rader är ändrade.", saved_rows) % {"count": saved_rows}
    if bulk.moved_on:
        text += " " + _("Raderna nedan ändrades av någon annan medan du valde och står kvar som de är.")
    if bulk.refused:
        text += " " + _("Ändringen passar inte alla rader; de står kvar som de är.")
    if bulk.gone:
        text += " " + _("%(count)s av raderna finns inte längre.") % {"count": bulk.gone}
    return text


def _left_alone(form, bulk):
    """The rows that were left as they are, each with what was chosen and what is stored, or why."""
    values = form.values()
    rows = [
        {"pk": str(row.pk), "number": row.number, "title": row.title, "pairs": _pairs(form, row, values)}
        for row in bulk.moved_on
    ]
    return rows + [
        {"pk": str(row.pk), "number": row.number, "title": row.title, "why": why} for row, why in bulk.refused
    ]


def _pairs(form, row, values):
    stored = form.stored(row)
    return [
        {
            "label": form[name].label,
            "mine": _shown(form, name, value),
            "theirs": shown(form[name].field, stored[name]),
        }
        for name, value in values.items()
    ]


def _shown(form, name, value):
    return shown(form[name].field, getattr(value, "pk", value))


@require_POST
def edition_undo(request, slug, plan, label):
    """Undo my latest step in the edition."""
    edition = editable_edition(request, slug, plan, label)
    try:
        step = steps.undo_latest(edition=edition, by=request.user)
    except steps.CannotUndo as obstacle:
        return _answer(request, edition, {"kind": "warn", "text": str(obstacle)}, status=409)
    except IntegrityError:
        text = _("Något som raden pekade på finns inte längre. Det går inte att ångra.")
        return _answer(request, edition, {"kind": "warn", "text": text}, status=409)
    if step is None:
        return _answer(request, edition, {"kind": "warn", "text": _("Det finns inget att ångra.")}, status=409)
    return _answer(request, edition, {"kind": "", "text": _("Ångrat: %s.") % step.label})


@require_POST
def edition_presence(request, slug, plan, label):
    """Keep that I am here; answer who else is, and what has changed since ``since``."""
    edition = editable_edition(request, slug, plan, label)
    activity, since = request.POST.get("activity", ""), request.POST.get("since", "")
    presence.be_here(edition=edition, user=request.user, activity_pk=activity if _is_key(activity) else None)
    stamp = editor.stamp_of(edition)
    changed, reload = presence.changed_since(edition, int(since)) if _is_key(since) else ([], False)
    context = {"people": presence.others_in(edition, request.user), "changed": changed, "reload": reload}
    return render(request, "actionplans/_editor_presence.html", context | {"stamp": str(stamp)})


def _is_key(text):
    return text.isascii() and text.isdigit() and len(text) < 16


@require_safe
def edition_checks(request, slug, plan, label):
    """What stops the edition from being proposed, and what is good to look at."""
    edition = editable_edition(request, slug, plan, label)
    return render(request, "actionplans/_editor_checks.html", editor.checks_context(findings(edition)))


def _answer(request, edition, outcome, status=200):
    """The table with what came of it to the editor; the page with it, or a message and the page, to everybody else."""
    if request.htmx:
        response = answer_table(request, edition, outcome=outcome, status=status)
        return saved(response, edition)
    if status != 200:
        return answer_page(request, edition, outcome=outcome, status=status)
    messages.success(request, outcome["text"])
    return redirect(edit_url(edition))
