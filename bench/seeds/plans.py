"""An adopted edition of an agreement's plan, with who is responsible for each activity and who takes part."""

from actionplans.models import ActionPlan, Activity, ActivityGoal, ActivityParticipant, Edition
from agreements.models import Actor, CollaborationArea, Goal
from governance.models import Body, Decision
from parties.models import User

KEY, LABEL = "plan", "2021–2026"
STARTS, ENDS = "2021-07-01", "2026-12-31"
NOBODY_IN = 6  # of this many activities one is the government's, which the portal asks nothing: 250 of 300 are asked


def make(agreement, parties, size):
    """The plan with ``size.activities``, adopted. Returns the edition."""
    plan = ActionPlan.objects.create(agreement=agreement, key=KEY, name="Handlingsplan")
    edition = Edition.objects.create(plan=plan, label=LABEL, starts_on=STARTS, ends_on=ENDS)
    named = {actor.key: actor for actor in Actor.objects.filter(agreement=agreement)}
    who = [responsible_for(place, named, parties, size) for place in range(size.activities)]
    rows = rows_of(edition, [first for first, _others in who])
    ActivityParticipant.objects.bulk_create(
        ActivityParticipant(activity=row, actor=actor)
        for row, (_first, others) in zip(rows, who, strict=True)
        for actor in others
    )
    adopt(edition)
    return edition


def responsible_for(place, named, parties, size):
    """(actor responsible, actors who take part) for the activity at ``place``."""
    if not size.asked:
        return named["regeringen" if place % NOBODY_IN == NOBODY_IN - 1 else "alla-parter"], []
    number = size.asked[place % len(size.asked)]
    first, *others = (named[parties[(place + step) % len(parties)].key] for step in range(number))
    return first, others


def rows_of(edition, responsible, lineages=()):
    """Activities of an edition, one for each of the actors ``responsible``, with a goal each; some carried on."""
    of_agreement = {"agreement": edition.plan.agreement}
    parts = list(CollaborationArea.objects.filter(**of_agreement).select_related("area").order_by("key"))
    goals = list(Goal.objects.filter(**of_agreement).order_by("key"))
    rows = Activity.objects.bulk_create(
        Activity(
            edition=edition, number=f"A{place}", order=place, area=parts[place % len(parts)].area,
            title=f"Ta fram gemensamma rutiner för mottagande och boende {place}",
            description="Samla uppgifter från kommunerna om väntetider, trångboddhet och lediga lägenheter.",
            desired_effect="Kommunerna planerar på samma underlag.", collaboration_area=parts[place % len(parts)],
            responsible=actor, indicator="Andel i arbete efter två år", starts_on=edition.starts_on,
            ends_on=edition.ends_on, followed_up_when="Varje halvår",
            **({"lineage": lineages[place], "origin": "carried"} if lineages else {}),
        )
        for place, actor in enumerate(responsible)
    )  # fmt: skip
    ActivityGoal.objects.bulk_create(
        ActivityGoal(activity=row, goal=goals[place % len(goals)]) for place, row in enumerate(rows)
    )
    return rows


def adopt(edition):
    """Adopt by a decision of the agreement's council."""
    plan = edition.plan
    council = Body.objects.get(mandates__agreement=plan.agreement)
    decision = Decision.objects.create(
        body=council, key=f"{plan.key}-{edition.pk}", title="Fastställer planen", decided_on=edition.starts_on
    )
    edition.adopt(decision=decision, by=User.objects.order_by("pk").first())
