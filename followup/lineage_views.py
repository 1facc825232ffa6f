"""The page of one activity through all editions."""

from django.shortcuts import render

from actionplans.frame import edition_frame
from actionplans.models import ActionPlan, Activity
from agreements.frame import agreement_of
from followup.lineage import lineage_of
from lib.web import Unseen, get_visible


def lineage_detail(request, slug, plan, lineage):
    """What the activity said in each edition, who decided it, what was reported, and how it ended."""
    plan = get_visible(ActionPlan.objects.all(), request.user, agreement__slug=slug, key=plan)
    story = lineage_of(plan=plan, lineage=lineage, user=request.user)
    if story is None:
        raise Unseen(Activity.objects.all(), {"edition__plan": plan, "lineage": lineage})
    agreement = agreement_of(request.user, plan.agreement_id)
    newest = story.newest
    heading = f"{newest.snapshot.number} {newest.snapshot.values['title']}"
    context = {**edition_frame(agreement, newest.edition, (heading, "")), "heading": heading, "story": story}
    return render(request, "followup/lineage_detail.html", context)
