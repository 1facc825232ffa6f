"""Where the proposals to a plan stand among the agreement's pages, who reads them, and what has happened to one."""

from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from actionplans.frame import example_band
from agreements.frame import frame


def proposals_url(plan):
    return reverse("actionplans:proposal_list", args=[plan.agreement.slug, plan.key])


def proposals_frame(agreement, plan, *trail):
    """The context of a page about the proposals to ``plan``; ``trail`` as in agreements.frame."""
    plans = (capfirst(agreement.plan_word), reverse("actionplans:plan_list", args=[agreement.slug]))
    own = (_("Förslag till %(plan)s") % {"plan": plan}, proposals_url(plan) if trail else "")
    readers = _("Utkast läses av er som föreslår. Inlämnade läses också av samordnarna och %(body)s.")
    return {
        **frame(agreement, plans, own, *trail),
        **example_band(agreement, plan),
        "plan": plan,
        "stance": {"state": "sent", "label": _("Förslag"), "readers": readers % {"body": preparing(plan)}},
    }


def proposal_frame(agreement, proposal, *trail):
    """The context of a page about one proposal; ``trail`` as in agreements.frame."""
    plan = proposal.plan
    own = (proposal.title, proposal_url(proposal) if trail else "")
    return {
        **proposals_frame(agreement, plan, own, *trail),
        "proposal": proposal,
        "stance": proposal_stance(proposal),
    }


def proposal_url(proposal):
    plan = proposal.plan
    return reverse("actionplans:proposal_detail", args=[plan.agreement.slug, plan.key, proposal.pk])


def proposal_stance(proposal):
    """Which state the proposal is in, and who can read it."""
    told = {"actor": capfirst(proposal.proposed_by.name), "body": preparing(proposal.plan)}
    if proposal.state == "draft":
        readers = _("Läses bara av %(actor)s tills ni lämnar in.") % told
        return {"state": "draft", "label": _("Utkast"), "readers": readers}
    state = "closed" if proposal.outcome else "sent"
    readers = _("Läses av %(actor)s, samordnarna och %(body)s.") % told
    return {"state": state, "label": capfirst(str(proposal.state_label)), "readers": readers}


def preparing(plan):
    """What the body that prepares the plan is called."""
    return plan.managed_by.body.name if plan.managed_by else _("de som bereder planen")


def events_of(proposal):
    """(when, what) of what has happened to the proposal, first things first."""
    first = proposal.history.select_related("history_user").order_by("history_date", "history_id").first()
    events = [(first.history_date, _("%(who)s började skriva") % {"who": proposal.author})] if first else []
    if proposal.submitted_at:
        told = {"who": proposal.submitted_by or _("någon"), "actor": proposal.proposed_by}
        events.append((proposal.submitted_at, _("%(who)s lämnade in för %(actor)s") % told))
    for other in proposal.merged.select_related("proposed_by", "decided_by").order_by("decided_at"):
        told = {"title": other.title, "actor": other.proposed_by}
        events.append((other.decided_at, _("”%(title)s” från %(actor)s slogs samman med det här") % told))
    if proposal.outcome:
        told = {"outcome": capfirst(proposal.get_outcome_display()), "who": proposal.decided_by or _("någon")}
        events.append((proposal.decided_at, _("%(outcome)s av %(who)s") % told))
    return events


def text_as_handed_in(proposal):
    """The proposal as it read when it was handed in, where its text has been changed since; None otherwise."""
    if not proposal.submitted_at:
        return None
    handed_in = proposal.history.filter(submitted_at__isnull=False).order_by("history_date", "history_id").first()
    texts = ("title", "description", "desired_effect")
    if handed_in is None or all(getattr(handed_in, name) == getattr(proposal, name) for name in texts):
        return None
    return handed_in
