"""The obstacle register: the list by what is needed, one obstacle, reporting and handling it, and the joint paper."""

from copy import copy
from io import BytesIO

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import FileResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.text import Truncator, slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from agreements.frame import frame, visible_agreement
from followup.models import Obstacle
from followup.obstacle_forms import HandleForm, ObstacleFilter, ObstacleForm
from followup.obstacle_paper import need_asked, obstacle_paper_of
from followup.obstacles import (
    by_need,
    obstacles_of,
    parties_to_report_for,
    remove_obstacle,
    report_obstacle,
    save_obstacle,
)
from followup.round_forms import RemoveForm
from governance.models import Decision, Meeting
from lib.db import Frozen, VersionConflict
from lib.forms import VersionField, answer_form
from lib.typeset import pdf
from lib.web import get_visible
from lib.word import docx
from parties.models import Party, Right

REPORTED = gettext_lazy("Hindret är rapporterat. Samordnaren ser till att det får en ägare.")
UNSAID = ("draft", "closed")  # what no paper tells of


@require_safe
def obstacle_list(request, slug):
    """The obstacles the person reads: own drafts, and what is reported, by what it needs."""
    agreement = visible_agreement(request.user, slug)
    rows = list(obstacles_of(agreement, request.user))
    reported = [row for row in rows if row.reported_at]
    filters = ObstacleFilter(request.GET, reported)
    shown = filters.shown()
    context = {
        **obstacle_frame(agreement),
        "filters": filters,
        "drafts": [row for row in rows if not row.reported_at],
        "total": len(reported),
        "shown": len(shown),
        "groups": by_need(shown),
        "can_report": parties_to_report_for(agreement, request.user).exists(),
    }
    return render(request, "followup/obstacle_list.html", context)


@require_safe
def obstacle_paper(request, slug):
    return _answer_paper(request, slug, "pdf", pdf)


@require_safe
def obstacle_paper_docx(request, slug):
    return _answer_paper(request, slug, "docx", docx)


def _answer_paper(request, slug, suffix, make):
    """The open obstacles of one need (``?behov=``) as a file: what is put to the state together, unless told."""
    agreement = visible_agreement(request.user, slug)
    need = need_asked(request.GET.get("behov"))
    rows = [row for row in obstacles_of(agreement, request.user) if row.needs == need and row.state not in UNSAID]
    made = make(obstacle_paper_of(agreement, need, rows))
    name = slugify(f"{slug} hinder {Obstacle.Needs(need).label}")
    return FileResponse(BytesIO(made), as_attachment=True, filename=f"{name}.{suffix}")


def obstacle_create(request, slug):
    """Report an obstacle of one's own party; coordinators also of another."""
    agreement = visible_agreement(request.user, slug)
    parties = parties_to_report_for(agreement, request.user)
    if not parties.exists():
        raise PermissionDenied
    asked = parties.filter(key=request.GET.get("part", "")).values_list("pk", flat=True).first()
    form = ObstacleForm(request.POST or None, agreement=agreement, user=request.user, initial={"party": asked})
    context = obstacle_frame(agreement, None, _("Rapportera ett hinder"))
    context["stance"] = {"state": "draft", "label": _("Utkast"), "readers": _("Läses bara av er tills ni rapporterar.")}
    return _answer_obstacle(request, form, "followup/obstacle_create.html", context)


@require_safe
def obstacle_detail(request, slug, pk):
    """One obstacle: what it is, what it needs, who owns it, and what became of it."""
    obstacle, context = _page(request, slug, pk)
    if obstacle.reported_at and not obstacle.closed_on:
        ahead = Meeting.objects.editable_by(request.user).upcoming().select_related("body")
        context["meetings"] = ahead.filter(body__mandates__agreement=obstacle.agreement).distinct()
    context["decision"] = Decision.objects.for_page(request.user).filter(pk=obstacle.decision_id).first()
    return render(request, "followup/obstacle_detail.html", context)


def obstacle_edit(request, slug, pk):
    """Change a draft. Who was too late to change it keeps the text."""
    obstacle, context = _page(request, slug, pk, _("Ändra"))
    _require_own(request, obstacle)
    if obstacle.reported_at and request.method != "POST":
        messages.info(request, _("Hindret är rapporterat och kan inte ändras av er. Skriv till samordnaren."))
        return redirect(obstacle_url(obstacle))
    form = ObstacleForm(request.POST or None, instance=copy(obstacle))
    return _answer_obstacle(request, form, "followup/obstacle_edit.html", context)


@require_POST
def obstacle_report(request, slug, pk):
    """Leave a saved draft to the coordinators."""
    obstacle, _context = _page(request, slug, pk)
    _require_own(request, obstacle)
    try:
        version = VersionField().clean(request.POST.get("version"))
        report_obstacle(obstacle=obstacle, version=version, by=request.user)
    except VersionConflict:
        messages.warning(request, _("En kollega har sparat en nyare text. Läs den, och rapportera igen."))
    except Frozen as frozen:
        messages.warning(request, str(frozen))
    else:
        messages.success(request, REPORTED)
    return redirect(obstacle_url(obstacle))


def obstacle_delete(request, slug, pk):
    """Ask, and remove a draft."""
    obstacle, context = _page(request, slug, pk, _("Ta bort"))
    _require_own(request, obstacle)
    version = VersionField().clean(request.POST.get("version"))
    return answer_form(
        request,
        RemoveForm(request.POST if request.method == "POST" else None),
        "followup/obstacle_delete.html",
        context,
        url=reverse("followup:obstacle_list", args=[slug]),
        save=lambda: remove_obstacle(obstacle=obstacle, version=version, by=request.user),
        done=_("Utkastet är borttaget."),
    )


def obstacle_handle(request, slug, pk):
    """The coordinators sort the obstacle, give it an owner, close it and publish it."""
    obstacle, context = _page(request, slug, pk, _("Hantera"))
    if not (obstacle.reported_at and context["can_edit"]):
        raise PermissionDenied
    form = HandleForm(request.POST or None, instance=copy(obstacle), user=request.user)
    url = obstacle_url(obstacle)
    return answer_form(request, form, "followup/obstacle_handle.html", context, url=url)


def obstacle_url(obstacle):
    return reverse("followup:obstacle_detail", args=[obstacle.agreement.slug, obstacle.pk])


def obstacle_frame(agreement, obstacle=None, *trail):
    """The context of a page about the register or one obstacle; ``trail`` are names below it."""
    crumbs = [
        (_("Uppföljning"), reverse("followup:round_list", args=[agreement.slug])),
        (_("Hinder"), reverse("followup:obstacle_list", args=[agreement.slug])),
    ]
    if obstacle:
        crumbs.append((Truncator(obstacle.title).chars(40), obstacle_url(obstacle)))
    crumbs += [(name, "") for name in trail]
    crumbs[-1] = (crumbs[-1][0], "")
    context = frame(agreement, *crumbs)
    return context | {"obstacle": obstacle, "stance": _stance(agreement, obstacle)} if obstacle else context


def _stance(agreement, obstacle):
    """Which state the obstacle is in, and who can read it."""
    if not obstacle.reported_at:
        readers = _("Läses bara av %(party)s tills ni rapporterar.") % {"party": obstacle.party.name}
        return {"state": "draft", "label": _("Utkast"), "readers": readers}
    if obstacle.is_published and agreement.is_published:
        return {"state": "public", "label": _("Publicerat"), "readers": _("Alla kan läsa.")}
    return {"state": "sent", "label": _("Rapporterat"), "readers": _("Läses av parterna och organen.")}


def _answer_obstacle(request, form, template, context):
    report = "report" in request.POST
    return answer_form(
        request,
        form,
        template,
        context,
        url=obstacle_url,
        save=lambda: save_obstacle(form=form, by=request.user, report=report),
        done=REPORTED if report else _("Sparat."),
    )


def _require_own(request, obstacle):
    """Reporters of the party that reports: also afterwards, so that who was too late is told so."""
    if not _is_own(request.user, obstacle):
        raise PermissionDenied


def _is_own(user, obstacle):
    return Party.objects.with_right(user, Right.REPORT).filter(pk=obstacle.party_id).exists()


def _page(request, slug, pk, *trail):
    """(obstacle, context) of what the person may read; 404 otherwise."""
    agreement = visible_agreement(request.user, slug)
    rows = Obstacle.objects.filter(agreement=agreement).select_related("party", "area", "owner_party", "owner_body")
    obstacle = get_visible(rows, request.user, pk=pk)
    obstacle.agreement = agreement
    context = obstacle_frame(agreement, obstacle, *trail)
    return obstacle, context | {"is_own": not obstacle.reported_at and _is_own(request.user, obstacle)}
