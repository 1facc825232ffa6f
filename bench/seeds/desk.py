"""What is measured where people write plans and answer for them: an agreement with drafts of 200 and 500 activities.

Each draft is built on an adopted edition of as many, of which every tenth has changed. A plan of 30 activities, all the
region's, is followed up: once before, and now.
"""

from actionplans.models import ActionPlan, Activity, ActivityParticipant, Edition
from agreements.models import Actor
from bench.seeds import agreements, plans, rounds
from followup.models import Report, Respondent

SLUG, LABEL, FORMER = "matning-skrivbord", "2027:1", "2026:2"
SIZES = {"plan-small": 200, "plan-large": 500}  # activities of the drafts, by the keys of their plans
ANSWERED, PARTICIPANTS = 30, 4


def fill(board, sizes, answered):
    """The agreement, of the same parties as the county's own, coordinated by its board."""
    parties = [accession.party for accession in board.accessions.get().agreement.accession_set.order_by("order")]
    agreement = agreements.make(SLUG, board.county, parties)
    actors = list(Actor.objects.filter(agreement=agreement, kind="party").order_by("order"))
    for key, number in sizes.items():
        draft_of(agreement, key, number, actors)
    ask(agreement, actors[1], answered)


def draft_of(agreement, key, number, actors):
    plan = ActionPlan.objects.create(agreement=agreement, key=key, name=f"Handlingsplan {number}")
    former = Edition.objects.create(plan=plan, label=FORMER, starts_on="2026-07-01", ends_on="2026-12-31")
    fill_edition(former, number, actors)
    plans.adopt(former)
    draft = Edition.objects.create(
        plan=plan, label=LABEL, starts_on="2027-01-01", ends_on="2027-06-30", based_on=former
    )
    lineages = list(former.activities.order_by("order").values_list("lineage", flat=True))
    fill_edition(draft, number, actors, lineages)
    for activity in Activity.objects.filter(edition=draft, order__in=range(0, number, 10)):
        activity.title += " i hela länet"
        activity.save()


def fill_edition(edition, number, actors, lineages=()):
    rows = plans.rows_of(edition, [actors[place % len(actors)] for place in range(number)], lineages)
    ActivityParticipant.objects.bulk_create(
        ActivityParticipant(activity=row, actor=actors[(place + step) % len(actors)])
        for place, row in enumerate(rows)
        for step in range(1, PARTICIPANTS + 1)
    )


def ask(agreement, region, answered):
    """Last half-year's round answered and published, this one open and not, about activities of the region's."""
    plan = ActionPlan.objects.create(agreement=agreement, key="plan", name="Handlingsplan")
    edition = Edition.objects.create(plan=plan, label=FORMER, starts_on=plans.STARTS, ends_on=plans.ENDS)
    rows = plans.rows_of(edition, [region] * answered)
    plans.adopt(edition)
    for back in (1, 0):
        round = rounds.round_of(agreement, rounds.half_year(back), is_last=back == 0)
        Respondent.objects.create(round=round, party=region.party)
        handed_in = {"status": "ongoing", "text": rounds.TEXT, "submitted_at": f"{round.period_ends_on}T09:00Z"}
        Report.objects.bulk_create(
            Report(round=round, activity=row, party=region.party, **(handed_in if back else {})) for row in rows
        )
        if back:
            rounds.close(round)
