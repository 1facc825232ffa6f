"""What the pages of an edition show of its activities: one query, and the text of every cell ready to print.

Everything here is as public as the edition. Internal notes and comments lie in other tables, which nothing here reads.
"""

from collections import defaultdict
from itertools import groupby

from django.db.models import Exists, F, OuterRef, Prefetch, Value
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from actionplans.models import (
    ActionPlan,
    Activity,
    ActivityCollaborationArea,
    ActivityFile,
    ActivityGoal,
    ActivityParticipant,
    Edition,
    Milestone,
)
from agreements.models import Agreement
from lib.swedish import sort_key

FIELDS = (
    "pk", "number", "title", "description", "desired_effect", "responsible_function", "indicator", "indicator_base",
    "indicator_target", "counts", "starts_on", "ends_on", "is_continuous", "milestones", "financing", "amount",
    "followed_up_how", "followed_up_when", "followed_up_by__name", "local_plans", "equality", "children",
    "target_group_voice", "origin", "proposed_by__name", "change_reason", "ending", "ending_reason", "lineage",
    "area", "area__name", "collaboration_area", "collaboration_area__name", "responsible", "responsible__name",
)  # fmt: skip
LINKS = {
    "participants": (ActivityParticipant, "actor", "actor__order", "actor__name"),
    "goals": (ActivityGoal, "goal", "goal__order", "goal__text"),
    "serves": (
        ActivityCollaborationArea, "collaboration_area", "collaboration_area__order", "collaboration_area__name"
    ),
    "files": (ActivityFile, "pk", None, "name"),
}  # fmt: skip


def plans_of(agreement, user):
    """The plans with ``current`` (what is prepared or applies) and ``former``, the editions ``user`` may see.

    ``shows_proposals`` says whether ``user`` may come to the proposals.
    """
    shared = Agreement.objects.shared_with(user).filter(pk=OuterRef("agreement"))
    editions = Edition.objects.visible_to(user).for_list().order_by("-starts_on", "-pk")
    plans = list(
        ActionPlan.objects.filter(agreement=agreement)
        .annotate(shows_proposals=Exists(shared))
        .select_related("managed_by__body", "adopted_by__body", "area")
        .prefetch_related(Prefetch("editions", editions, to_attr="shown_editions"))
    )
    for plan in plans:
        plan.former = [edition for edition in plan.shown_editions if edition.state == Edition.State.SUPERSEDED]
        plan.current = [edition for edition in plan.shown_editions if edition not in plan.former]
        plan.draft = next((edition for edition in plan.current if not edition.is_frozen), None)
    return plans


def neighbours_of(edition, editions):
    """Of the plan's editions in their order: the one before and after ``edition``, and the one in force today."""
    place, today = editions.index(edition), timezone.localdate()
    return {
        "previous": editions[place - 1] if place else None,
        "next": editions[place + 1] if place + 1 < len(editions) else None,
        "in_force": next((row for row in editions if row.is_frozen and row.starts_on <= today <= row.ends_on), None),
    }


def rows_of(edition):
    """The activities of ``edition`` in its order: their stored values by field, and as ready texts

    ``responsible_name``, ``when``, ``measure`` (the indicator with its base and target), ``joining``, ``paid``,
    ``followed_up``, and ``facts``: what a narrow table has no column for but the description, as (label, text). What
    an activity is linked to is (order, name, key) in the agreement's order, milestones are (day, text) by day. Two
    queries.
    """
    links, labels = links_of(edition), fact_labels()
    return [_ready(row, links[row["pk"]], labels) for row in edition.activities.for_table().values(*FIELDS)]


def links_of(edition):
    """Activity → kind of link → (order, name, key); all kinds in one query, which a join of each would multiply."""
    queries = [
        model.objects.filter(activity__edition=edition)
        .order_by()
        .annotate(kind=Value(kind), place=F(order) if order else Value(0), called=F(name), key=F(key))
        .values_list("activity", "kind", "place", "called", "key")
        for kind, (model, key, order, name) in LINKS.items()
    ]
    links = defaultdict(lambda: defaultdict(list))
    for activity, kind, *link in queries[0].union(*queries[1:], all=True):
        links[activity][kind].append(link)
    return links


def standing(rows):
    return [row for row in rows if not row["ending"]]


def ended(rows):
    return [row for row in rows if row["ending"]]


def by_area(rows):
    """The rows as (area, ((collaboration area, rows), …)), each area and part {"pk", "name"} with empty for none."""
    return [
        {**_named(rows_in_area[0], "area"), "parts": _parts(rows_in_area), "count": len(rows_in_area)}
        for rows_in_area in _groups(rows, "area")
    ]


def grouped(rows, per):
    """(name, rows) of each area, or of each responsible with those that have none last."""
    if per == "part":
        rows = sorted(rows, key=_by_responsible)
        return [(group[0]["responsible_name"] or _("Ingen ansvarig"), group) for group in _groups(rows, "responsible")]
    return [(group[0]["area__name"] or _("Utan område"), group) for group in _groups(rows, "area")]


def _by_responsible(row):
    return not row["responsible_name"], sort_key(row["responsible_name"]), row["responsible"] or 0


def _parts(rows):
    return [{**_named(group[0], "collaboration_area"), "rows": group} for group in _groups(rows, "collaboration_area")]


def _groups(rows, field):
    return [list(group) for _key, group in groupby(rows, key=lambda row: row[field])]


def _named(row, field):
    return {"pk": row[field], "name": row[f"{field}__name"] or ""}


def _ready(row, links, labels):
    row |= {kind: sorted(links[kind]) for kind in LINKS}
    row["id"] = str(row["pk"])  # a number would be written with a space among its digits
    row["responsible_name"] = capfirst(row["responsible__name"] or "")
    row["when"] = when(row)
    row["milestones_by_date"] = sorted(_milestones(row["milestones"]))
    row["measure"] = measure(row) or "–"
    row["joining"] = capfirst(", ".join(name for _order, name, _key in row["participants"]))
    row["paid"] = _financing(row)
    row["followed_up"] = _follow_up(row)
    row["facts"] = [(label, text) for label, text in zip(labels, facts(row), strict=True) if text]
    row["ending_label"] = capfirst(Activity.Ending(row["ending"]).label) if row["ending"] else ""
    return row


def when(row):
    """The time of an activity in words; empty where none is said."""
    start, end = row["starts_on"], row["ends_on"]
    if row["is_continuous"]:
        return _("Löpande från %(start)s") % {"start": start} if start else _("Löpande")
    if start and end:
        return f"{start} – {end}"
    if end:
        return _("till %(end)s") % {"end": end}
    return _("från %(start)s") % {"start": start} if start else ""


def measure(row):
    """The indicator with where it starts and where it should be: ``Andel i arbete (från 40 % till 60 %)``."""
    base, target = row["indicator_base"], row["indicator_target"]
    if not (base or target):
        return row["indicator"]
    words = [_("från %(base)s") % {"base": base}] if base else []
    words += [_("till %(target)s") % {"target": target}] if target else []
    return f"{row['indicator']} ({' '.join(words)})".strip()


def fact_labels():
    """What ``facts`` are called, translated once for all rows."""
    return [
        _("Önskad effekt"), _("Mål"), _("Bidrar även till"), _("Ansvarig funktion"), _("Medverkar"),
        _("Delmoment"), _("Finansiering"), _("Uppföljning"), _("Antal i uppföljningen"),
        _("Lokala överenskommelser och planer"), _("Jämställdhet"), _("Barns rättigheter"),
        _("Målgruppens röst"), _("Ursprung"), _("Varför den ändras"),
    ]  # fmt: skip


def facts(row):
    """What the table has no column for, in the order of ``fact_labels``; empty where there is nothing to say."""
    return [
        row["desired_effect"], _names(row["goals"]), _names(row["serves"]),
        row["responsible_function"], row["joining"],
        "\n".join(f"{on} {text}" for on, text in row["milestones_by_date"]), row["paid"], row["followed_up"],
        capfirst(Activity.Counts(row["counts"]).label) if row["counts"] else "",
        row["local_plans"], row["equality"], row["children"], row["target_group_voice"], _origin(row),
        row["change_reason"],
    ]  # fmt: skip


def _milestones(text):
    """(day, text) of each line that is one; an edition adopted before a rule was tightened may hold others."""
    for line in filter(str.strip, text.splitlines()):
        try:
            milestone = Milestone.read(line)
        except ValueError:
            continue
        yield milestone.on, milestone.text


def _names(links):
    return "\n".join(name for _order, name, _key in links)


def _financing(row):
    amount = row["amount"] is not None and number_format(row["amount"], force_grouping=True)
    return "\n".join(filter(None, (row["financing"], amount and _("%(amount)s kronor") % {"amount": amount})))


def _follow_up(row):
    by = row["followed_up_by__name"] and _("av %(name)s") % {"name": row["followed_up_by__name"]}
    when_and_by = ", ".join(filter(None, (row["followed_up_when"], by)))
    return "\n".join(filter(None, (row["followed_up_how"], capfirst(when_and_by))))


def _origin(row):
    """Where the activity comes from, where that says something: what follows along unchanged says nothing."""
    if row["proposed_by__name"]:
        return _("Föreslagen av %(name)s") % {"name": row["proposed_by__name"]}
    return "" if row["origin"] == Activity.Origin.CARRIED else capfirst(Activity.Origin(row["origin"]).label)
