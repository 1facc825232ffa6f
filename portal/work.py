"""My work: everything that waits for the person, over all parties, agreements and counties."""

from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from actionplans.comments import editions_with_open_comments
from actionplans.models import Edition, Proposal
from agreements.draft_comments import drafts_of
from agreements.models import Agreement
from followup.assignments import assignments_of_person, placed
from followup.inbox import ASKS, count_for, tasks_from
from followup.models import Round
from governance.meeting_page import with_agreements
from governance.models import Body, Meeting
from lib.asked import asked_together
from parties.models import Right
from parties.rights import rights_of, with_right
from portal.workbook_views import importer


def work(request):
    """What waits, by date; then the rounds and drafts the person looks after, and the meetings ahead."""
    user = request.user
    found = asked_together([*ASKS, *LISTS.values()], user, rights_of(user))
    tasks = tasks_from(found[: len(ASKS)], user)
    lists = dict(zip(LISTS, found[len(ASKS) :], strict=True))
    context = {
        **lists,
        "tasks": tasks,
        "badge": sum(task.count for task in tasks),
        "meetings": with_agreements(lists["meetings"], user),
        "reported": [row for row in placed(lists["reported"], user) if row.reported_at],
        "today": timezone.localdate(),
        "crumbs": [(_("Mitt arbete"), "")],
        "stance": {"state": "draft", "label": _("Eget"), "readers": _("Bara du ser den här sidan.")},
    }
    return render(request, "portal/work.html", context)


def _rounds(user):
    """The open rounds of the agreements that the person coordinates."""
    return (
        Round.objects.open().filter(agreement__among=Agreement.objects.editable_by(user).values("pk")).with_progress()
    )


def _editions(user):
    return Edition.objects.editable_by(user).for_list()


def _proposal_drafts(user):
    return Proposal.objects.editable_by(user).select_related("plan__agreement", "proposed_by")


def _agreements(user):
    return Agreement.objects.shared_with(user).select_related("county").order_by("county__sort_name")


def _meetings(user):
    """Those ahead of the bodies that the person sits in."""
    return Meeting.objects.upcoming().filter(body__in=_own_bodies(user)).select_related("body")


def _council_rounds(user):
    """The rounds that are taken up in the bodies that the person sits in."""
    rounds = Round.objects.visible_to(user).filter(meeting__body__in=_own_bodies(user), published_at__isnull=True)
    return rounds.with_progress()


def _own_bodies(user):
    return with_right(Body.objects.all(), user, Right.SEE_BODY).values("pk")


LISTS = {
    "rounds": _rounds,
    "drafts": drafts_of,
    "editions": _editions,
    "comments": editions_with_open_comments,
    "proposal_drafts": _proposal_drafts,
    "agreements": _agreements,
    "meetings": _meetings,
    "council_rounds": _council_rounds,
    "reported": assignments_of_person,
    "can_import": importer,
}


def work_badge(request):
    """How much waits, as the figure in the menu: asked for by itself, so that no kept page ever holds it."""
    return render(request, "portal/_work_badge.html", {"badge": count_for(request.user)})
