"""What is said about an activity or a proposal: read, say, reply, resolve.

Each answers htmx with the list alone, others with the page it stands on.
"""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from actionplans.comment_forms import CommentForm
from actionplans.comments import (
    discussed_editions,
    is_closed,
    is_shared_now,
    may_comment,
    readable_activities,
    reopen,
    resolve,
    thread_counts,
    threads_of,
)
from actionplans.frame import edition_frame
from actionplans.models import ActionPlan, Comment, Proposal
from agreements.frame import agreement_of
from lib.web import get_editable, get_visible


def comment_index(request, slug, plan, label):
    """The activities of an edition with how much is said about each: the way in for those who only read the plan."""
    place = {"plan__agreement__slug": slug, "plan__key": plan, "label": label}
    edition = get_visible(discussed_editions(request.user).for_page(), request.user, **place)
    agreement = agreement_of(request.user, edition.plan.agreement_id)
    counts = thread_counts(edition, request.user)
    activities = list(edition.activities.for_table())
    for activity in activities:
        activity.unresolved, activity.threads = counts.get(activity.pk, (0, 0))
    context = {
        **edition_frame(agreement, edition, (_("Kommentarer"), "")),
        "activities": activities,
        "unresolved": sum(activity.unresolved for activity in activities),
    }
    return render(request, "actionplans/comment_index.html", context)


def comment_list(request, slug, plan, label, pk):
    """What is said about an activity of an edition, and a form to say more."""
    place = {"edition__plan__agreement__slug": slug, "edition__plan__key": plan, "edition__label": label}
    activities = readable_activities(request.user).select_related(
        "edition__plan__agreement", "area", "collaboration_area", "responsible"
    )
    activity = get_visible(activities, request.user, pk=pk, **place)
    form, saved = post_comment(request, activity)
    if saved and not request.htmx:
        return redirect(address_of(activity, saved))
    if request.htmx:
        return render(request, "actionplans/_comment_list.html", talk(request, activity, form))
    agreement = agreement_of(request.user, activity.edition.plan.agreement_id)
    trail = [(_("Kommentarer"), index_url(activity.edition)), (activity.number, "")]
    context = {**edition_frame(agreement, activity.edition, *trail), **talk(request, activity, form)}
    return render(request, "actionplans/comment_list.html", context)


@require_POST
def comment_resolve(request, slug, plan, pk):
    """Mark a thread as resolved, or open it again."""
    plan = get_visible(ActionPlan.objects, request.user, agreement__slug=slug, key=plan)
    threads = Comment.objects.filter(Q(activity__edition__plan=plan) | Q(proposal__plan=plan)).threads()
    thread = get_editable(threads, request.user, pk=pk)
    if request.POST.get("resolved") == "0":
        reopen(comment=thread)
    elif not resolve(comment=thread, by=request.user):
        messages.info(request, _("Någon annan hade redan markerat tråden som löst."))
    about = thread.activity or thread.proposal
    if request.htmx:
        return render(request, "actionplans/_comment_list.html", talk(request, about))
    return redirect(address_of(about, thread))


def post_comment(request, about):
    """(form, comment) after a post: the form again where something stops it, the comment where it is saved."""
    if request.method != "POST":
        return None, None
    if not is_closed(about) and not may_comment(request.user, about):
        raise PermissionDenied
    form = CommentForm(request.POST, about=about, user=request.user)
    saved = form.save() if form.is_valid() else None
    return (None, saved) if saved else (form, None)


def talk(request, about, posted=None):
    """The context of ``_comment_list.html``: the threads about a thing, each with its form.

    ``posted`` is a form that was refused: it stands where it was written, with its text.
    """
    threads = threads_of(about, request.user)
    answered = next((thread for thread in threads if posted and posted.data.get("reply_to") == str(thread.pk)), None)
    for thread in threads:
        thread.form = posted if thread == answered else CommentForm(about=about, user=request.user, thread=thread)
    if answered:
        posted.belongs_to(answered)
    return {
        "about": about,
        "threads": threads,
        "unresolved": sum(thread.resolved_at is None for thread in threads),
        "answered": answered,
        "comment_form": posted if posted and not answered else CommentForm(about=about, user=request.user),
        "can_comment": not is_closed(about) and may_comment(request.user, about),
        "saved": request.method == "POST" and not posted,
        "is_closed": is_closed(about),
        "shared_now": is_shared_now(about),
        "post_url": address_of(about, post=True),
        "plan": plan_of(about),
    }


def index_url(edition):
    return reverse("actionplans:comment_index", args=[edition.plan.agreement.slug, edition.plan.key, edition.label])


def plan_of(about):
    return about.plan if isinstance(about, Proposal) else about.edition.plan


def address_of(about, comment=None, *, post=False):
    """Where the talk about a thing stands, at one of its comments; or where to post to."""
    plan = plan_of(about)
    if isinstance(about, Proposal):
        name = "actionplans:proposal_comment" if post else "actionplans:proposal_detail"
        url = reverse(name, args=[plan.agreement.slug, plan.key, about.pk])
    else:
        url = reverse("actionplans:comment_list", args=[plan.agreement.slug, plan.key, about.edition.label, about.pk])
    return f"{url}#k{comment.pk}" if comment else url
