"""Rounds and their reports: all closed and published but the last, which takes answers."""

import datetime

from django.db import connection

from actionplans.models import Activity
from agreements.models import Actor
from followup.models import Report, Respondent, Round
from followup.services import close_round
from parties.models import User

LAST_STARTS = datetime.date(2026, 7, 1)  # half-years are counted back from the one that is asked about now
DUE_ON = datetime.date(2040, 1, 31)  # no answer is ever late, so that pages look the same every day
TEXT = "Arbetet är i gång i tre kommuner. Handläggarna träffas varje månad och delar det som har fungerat bra."
STATUSES = ("done", "continuous", "not_started", "deviating", "cancelled", "not_relevant", "no_data", "")
DEVIATING = {
    "deviation_cause": "Det saknas personal", "deviation_measure": "Vi rekryterar två", "new_end_date": "2027-06-30"
}  # fmt: skip


def make(agreement, edition, size):
    """``size.rounds`` rounds about the edition, the last of them open."""
    asked = asked_about(edition)
    parties = sorted({party for _activity, party in asked})
    first = None
    for back in reversed(range(size.rounds)):
        round = round_of(agreement, half_year(back), is_last=back == 0)
        Respondent.objects.bulk_create(Respondent(round=round, party_id=party) for party in parties)
        if first and back:
            repeat(first, round)
        else:
            report(round, asked, is_open=back == 0)
        first = first or round
        if back:
            close(round)


def report(round, asked, *, is_open):
    rows = (
        Report(round=round, activity_id=activity, party_id=party, **said(place, round, is_open=is_open))
        for place, (activity, party) in enumerate(asked)
    )
    Report.objects.bulk_create(rows, batch_size=5000)


def repeat(former, round):
    """The reports of a closed round once more, handed in half a year later: copied where they lie, since most are."""
    names = [field.column for field in Report._meta.concrete_fields if not field.primary_key]
    later = {"round_id": "%s"} | dict.fromkeys(
        ["submitted_at", "approved_at"], "CASE WHEN {} IS NULL THEN {} ELSE %s END"
    )
    columns = ", ".join(names)
    values = ", ".join(later.get(name, "{}").format(name, name) for name in names)
    table = Report._meta.db_table
    day = connection.ops.adapt_datetimefield_value(handed_in(round))
    told = [round.pk if name == "round_id" else day for name in names if name in later]
    connection.cursor().execute(
        f"INSERT INTO {table} ({columns}) SELECT {values} FROM {table} WHERE round_id = %s ORDER BY id",  # noqa: S608
        [*told, former.pk],
    )


def close(round):
    """Close and publish, by whoever came first."""
    by = User.objects.order_by("pk").first()
    close_round(round=round, by=by)
    round.publish(by=by)


def asked_about(edition):
    """(activity's key, party's key) for each answer that is asked for, in the order of the plan."""
    actors = Actor.objects.filter(agreement=edition.plan.agreement)
    members = {actor.pk: list(actor.expand().order_by("pk").values_list("pk", flat=True)) for actor in actors}
    rows = Activity.objects.filter(edition=edition).order_by("order").prefetch_related("participants")
    return [
        (row.pk, party)
        for row in rows
        for actor in [row.responsible_id, *(other.pk for other in row.participants.all())]
        for party in members[actor]
    ]


def handed_in(round):
    return datetime.datetime.combine(round.period_ends_on, datetime.time(9), datetime.UTC)


def half_year(back):
    """(first day, last day) of the half-year so many before the one that is asked about now."""
    months = LAST_STARTS.year * 12 + LAST_STARTS.month - 1 - 6 * back
    first = datetime.date(months // 12, months % 12 + 1, 1)
    return first, datetime.date(first.year, 6, 30) if first.month == 1 else datetime.date(first.year, 12, 31)


def round_of(agreement, period, *, is_last):
    first, last = period
    return Round.objects.create(
        agreement=agreement, label=f"{first.year}:{1 if first.month == 1 else 2}", asks=Round.Asks.PARTICIPANTS,
        period_starts_on=first, period_ends_on=last, opened_at=f"{last}T08:00Z",
        due_on=DUE_ON if is_last else last + datetime.timedelta(days=31),
    )  # fmt: skip


def said(place, round, *, is_open):
    """What stands in the report at ``place``: of eight and twenty one deviates; an open round lacks a third."""
    status = STATUSES[place * 7 % 20 % 8] if place * 7 % 20 < 8 else "ongoing"
    answer = {"status": status, "text": TEXT} if status else {}
    if status == "deviating":
        answer |= DEVIATING | ({"decision_asked": "Ska tiden förlängas?"} if place % 1000 == 9 else {})
    if not status or is_open and place % 3 == 0:  # a draft, which its party alone reads
        return answer
    day = handed_in(round)
    return answer | {"submitted_at": day} | ({"approved_at": day} if not is_open or place % 3 == 1 else {})
