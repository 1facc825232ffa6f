"""My work: everything that waits for the person, over all parties, agreements and counties."""

from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from actionplans.comments import editions_with_open_comments
from actionplans.models import Edition, Proposal
from agreements.models import Agreement
from followup.assignments import waiting_for
from followup.inbox import count_for, tasks_of
from followup.models import Round
from governance.meeting_page import with_agreements
from governance.models import Body, Meeting
from parties.models import Right
from parties.rights import with_right
from portal.workbook_views import may_import


def work(request):
    """What waits, by date; then the rounds and drafts the person looks after, and the meetings ahead."""
    user = request.user
    mine = Agreement.objects.editable_by(user).values("pk")
    bodies = with_right(Body.objects.all(), user, Right.SEE_BODY)
    tasks = tasks_of(user)
    context = {
        "tasks": tasks,
        "badge": sum(task.count for task in tasks),
        "rounds": Round.objects.open().filter(agreement__in=mine).for_list(),
        "editions": Edition.objects.editable_by(user).for_list(),
        "comments": editions_with_open_comments(user),
        "proposal_drafts": Proposal.objects.editable_by(user).select_related("plan__agreement", "proposed_by"),
        "meetings": with_agreements(_meetings_ahead(bodies), user),
        "council_rounds": Round.objects.visible_to(user)
        .filter(meeting__body__in=bodies.values("pk"), published_at__isnull=True)
        .for_list(),
        "agreements": Agreement.objects.shared_with(user).select_related("county").order_by("county__sort_name"),
        "reported": [row for row in waiting_for(user) if row.reported_at],
        "can_import": may_import(user),
        "today": timezone.localdate(),
        "crumbs": [(_("Mitt arbete"), "")],
        "stance": {"state": "draft", "label": _("Eget"), "readers": _("Bara du ser den här sidan.")},
    }
    return render(request, "portal/work.html", context)


def _meetings_ahead(bodies):
    return Meeting.objects.upcoming().filter(body__in=bodies.values("pk")).select_related("body")


def work_badge(request):
    """How much waits, as the figure in the menu: asked for by itself, so that no kept page ever holds it."""
    return render(request, "portal/_work_badge.html", {"badge": count_for(request.user)})
