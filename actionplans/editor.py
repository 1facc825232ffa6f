"""The editor's table: which columns it has, and its rows as ready strings, made once in Python.

A row is a dictionary with what ``editor_rows.drawn`` writes. The table is read with two queries whatever its length:
the edition's rows, and those of the edition it builds on, to say what has changed since.
"""

import re
from collections import Counter
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import groupby

from django.db.models import Count, F, Max, OuterRef, Subquery
from django.utils.formats import number_format
from django.utils.html import format_html
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from actionplans import presence, steps
from actionplans.checks import findings
from actionplans.editor_rows import drawn_together
from actionplans.forms import ACTOR_FIELDS, ActivityForm, BulkForm
from actionplans.models import Activity, ActivityCollaborationArea, ActivityGoal, ActivityParticipant, Comment
from lib.asked import Question
from lib.db import json_list
from lib.swedish import fold, sort_key

PLACE = ("area", "collaboration_area")
KEYS = ("area", "collaboration_area", "responsible", "followed_up_by")
LISTS = {
    "participants": (ActivityParticipant, "actor", "actor__name"),
    "goals": (ActivityGoal, "goal", "goal__text"),
    "serves": (ActivityCollaborationArea, "collaboration_area", "collaboration_area__name"),
}
TEXTS = (
    "number", "title", "description", "desired_effect", "responsible_function", "indicator", "indicator_base",
    "indicator_target", "counts", "starts_on", "ends_on", "is_continuous", "milestones", "financing", "amount",
    "followed_up_how", "followed_up_when", "local_plans", "equality", "children", "target_group_voice",
)  # fmt: skip
COMPARED = (*TEXTS[1:], *KEYS)  # what makes an activity another than it was; a new number alone does not
SINCE, DEFAULT = "since", ("responsible", "starts_on", "ends_on", "indicator", "since")
CHOOSABLE = (
    "responsible", "responsible_function", "participants", "starts_on", "ends_on", "indicator", "indicator_base",
    "indicator_target", "counts", "desired_effect", "description", "area", "collaboration_area", "serves", "goals",
    "milestones", "financing", "amount", "followed_up_how", "followed_up_when", "followed_up_by",
    "local_plans", "equality", "children", "target_group_voice", "change_reason", SINCE,
)  # fmt: skip
SORTS = ("number", "title", "responsible", "starts_on", "ends_on")
CONTINUOUS = "löpande"  # what is written as an end date where there is none
EDITION, PK = -2, -3  # hold the places of the keys in a question that is written once
DIGITS = re.compile(r"([0-9]+)")


def label_of(name):
    """What a column is called."""
    short = {SINCE: _("Sedan förra"), "number": _("Nr")}
    return short.get(name) or str(capfirst(Activity._meta.get_field(name).verbose_name))


@dataclass(frozen=True)
class View:
    """What the user wants to see of the table: the columns, the filter and the order, as the address says."""

    columns: tuple = DEFAULT
    area: str = ""
    party: str = ""
    text: str = ""
    remarks: bool = False
    sort: str = ""

    @classmethod
    def read(cls, request):
        """From the address; the columns are remembered for the user's next visit. Nonsense is left out."""
        asked = request.GET.getlist("kolumner")
        columns = tuple(name for name in CHOOSABLE if name in asked)
        if columns and list(columns) != request.session.get("plan_columns"):
            request.session["plan_columns"] = list(columns)
        sort = request.GET.get("sortera", "")
        return cls(
            columns or tuple(name for name in CHOOSABLE if name in request.session.get("plan_columns", DEFAULT)),
            area=request.GET.get("omrade", ""),
            party=request.GET.get("part", ""),
            text=request.GET.get("sok", "")[:100],
            remarks=request.GET.get("visa") == "anmarkningar",
            sort=sort if sort in SORTS else "",
        )

    @cached_property
    def labels(self):
        """Column → what it is called, translated once for all rows."""
        return {name: label_of(name) for name in self.columns}

    @property
    def is_filtered(self):
        return bool(self.area or self.party or self.text or self.remarks)

    def choices(self):
        """(name, label, chosen) of every column that can be chosen."""
        return [(name, label_of(name), name in self.columns) for name in CHOOSABLE]

    def kept(self):
        """(name, value) of the filter in the address, for the form that changes the columns."""
        given = {"omrade": self.area, "part": self.party, "sok": self.text, "sortera": self.sort}
        return [*((name, value) for name, value in given.items() if value), *[("visa", "anmarkningar")] * self.remarks]

    def shows(self, row, remarked=frozenset()):
        """Whether the row is among what was asked for."""
        actors = {row["responsible"], *(one["pk"] for one in row["participants_links"] or [])}
        searched = fold(" ".join(str(row[name] or "") for name in ("number", "title", "description", "indicator")))
        return (
            (not self.area or self.area == str(row["area"] or "inget"))
            and (not self.party or self.party in map(str, actors))
            and (not self.remarks or row["pk"] in remarked)
            and fold(self.text) in searched
        )


def fetch(activities):
    """The activities as dictionaries, in the order of the table; lists and names come in the same question.

    ``open_comments`` is the number of unresolved threads, all of which whoever may edit may read.
    """
    threads = Comment.objects.unresolved().filter(activity=OuterRef("pk")).order_by().values("activity")
    threads = Subquery(threads.annotate(number=Count("pk")).values("number"))
    lists = {
        f"{name}_links": json_list(link.objects, "activity", pk=key, name=label)
        for name, (link, key, label) in LISTS.items()
    }
    names = {f"{key}_name": F(f"{key}__name") for key in KEYS}
    fields = ("pk", "version", "lineage", "ending", "ending_reason", "change_reason", "origin", *TEXTS, *KEYS)
    return activities.for_table().values(*fields, **names, **lists, open_comments=threads)


@cache
def _one_row():
    """``fetch`` of one row, whose question is written once: it is asked after every save of a cell."""
    return Question(fetch(Activity.objects.filter(edition=EDITION, pk=PK)), edition=EDITION, pk=PK)


def fetch_before(edition, **lookup):
    """The rows of the edition this one builds on, by lineage."""
    if edition.based_on_id is None:
        return {}
    before = Activity.objects.filter(edition=edition.based_on_id, **lookup)
    lists = {f"{name}_links": json_list(link.objects, "activity", pk=key) for name, (link, key, _l) in LISTS.items()}
    return {row["lineage"]: row for row in before.values("lineage", *COMPARED, **lists)}


def changed_since(row, before):
    """new, changed or same; closed and cancelled activities say so."""
    if row["ending"]:
        return row["ending"]
    old = before.get(row["lineage"])
    if old is None:
        return "new"
    same = all(row[name] == old[name] for name in COMPARED) and all(
        _pks(row[f"{name}_links"]) == _pks(old[f"{name}_links"]) for name in LISTS
    )
    return "same" if same else "changed"


def _pks(links):
    return sorted(link["pk"] for link in links or [])


def make_row(row, view, before, base):
    """The row as it is written: identity, place and ready cells. ``base`` is the address of the edition.

    Keys are texts: as numbers they would be written with spaces between the thousands.
    """
    return {
        "pk": str(row["pk"]),
        "version": str(row["version"]),
        "number": row["number"],
        "title": row["title"],
        "url": f"{base}aktivitet/{row['pk']}/",
        "link": f"../aktivitet/{row['pk']}/",  # short: it stands twice in every row
        "area": str(row["area"] or ""),
        "part": str(row["collaboration_area"] or ""),
        "ending": row["ending"],
        "comments": _comments(row["open_comments"]),
        "no_reason": bool(row["ending"]) and not row["ending_reason"],
        "cells": [
            (name, *_cell(name, row, before, label))
            for name, label in view.labels.items()
            if name != SINCE or before is not None
        ],
    }


def _comments(number):
    return ngettext("%(count)s kommentar", "%(count)s kommentarer", number) % {"count": number} if number else ""


def _cell(name, row, before, label):
    """(value where the text is not it, label, text) of one cell."""
    if name == SINCE:
        return None, label, _since(changed_since(row, before))
    if name in KEYS:
        return str(row[name] or ""), label, _key_text(name, row)
    if name in LISTS:
        links = sorted(row[f"{name}_links"] or [], key=lambda link: sort_key(link["name"]))
        keys = " ".join(str(link["pk"]) for link in links)
        return keys, label, "; ".join(capfirst(link["name"].rstrip(".")) for link in links)
    if name == "ends_on" and row["is_continuous"]:
        return CONTINUOUS, label, capfirst(_("löpande"))
    if row[name] in ("", None):
        missing = name in ("indicator", "ends_on") and not row["ending"]
        return ("", label, _gap("gap")) if missing else (None, label, "")
    if name == "amount":
        return str(row[name]), label, number_format(row[name], force_grouping=True)
    if name == "counts":
        return row[name], label, capfirst(Activity.Counts(row[name]).label)
    return None, label, str(row[name])


def _key_text(name, row):
    if row[name]:
        return capfirst(row[f"{name}_name"])
    return _gap("gap gap--stop") if name == "responsible" and not row["ending"] else ""


@cache
def _gap(css):
    """The word; its symbol comes from the style sheet, since it can stand in every row."""
    return format_html('<span class="{}">{}</span>', css, _("Saknas"))


@cache
def _since(state):
    """As _gap, of what has become of the row."""
    word = {
        "new": _("Ny"),
        "changed": _("Ändrad"),
        "same": _("Oförändrad"),
        "closed": _("Avslutad"),
        "cancelled": _("Struken"),
    }[state]
    return format_html('<span class="ch ch--{}">{}</span>', state, word)


def make_groups(rows, view):
    """The rows in their groups: dictionaries with area, part, their headings where a new one begins, and rows.

    Sorted by a column they stand in one group without headings.
    """
    if view.sort:
        return [{"area": "", "part": "", "rows": _sorted(rows, view.sort)}] if rows else []
    totals = {area: list(under) for area, under in groupby(rows, key=lambda row: row["area"])}
    groups, latest = [], object()
    for (area, part), found in groupby(rows, key=lambda row: (row["area"], row["collaboration_area"])):
        found = list(found)
        groups.append({
            "area": str(area or ""),
            "part": str(part or ""),
            "heading": (found[0]["area_name"] or _("Utan område")) if area != latest else "",
            "tally": summary_of(totals[area]) if area != latest else "",
            "part_heading": found[0]["collaboration_area_name"] or "",
            "part_count": len(found),
            "rows": found,
        })  # fmt: skip
        latest = area
    return groups


def _sorted(rows, name):
    """By a column, as Swedes sort; what is empty stands last."""
    shown = f"{name}_name" if name in KEYS else name
    return sorted(rows, key=lambda row: (row[shown] in ("", None), natural_key(str(row[shown] or ""))))


def natural_key(text):
    """Sorts B2 before B10, and å ä ö last."""
    return [(piece.isdigit(), int(piece) if piece.isdigit() else 0, sort_key(piece)) for piece in DIGITS.split(text)]


def stamp_of(edition):
    """A number that grows with every write to the edition's rows: they are written one at a time, so none is missed."""
    return Activity.history.filter(edition=edition.pk).aggregate(stamp=Max("history_id"))["stamp"] or 0


def table_context(request, edition):
    """What ``_editor_table.html`` shows, as the address asks for it."""
    view = View.read(request)
    before = fetch_before(edition) if SINCE in view.columns and edition.based_on_id else None
    base = edition.get_absolute_url()
    rows = list(fetch(edition.activities))
    remarked = _remarked(edition) if view.remarks else frozenset()
    groups = make_groups([row for row in rows if view.shows(row, remarked)], view)
    for group in groups:
        group["html"] = drawn_together(make_row(row, view, before, base) for row in group.pop("rows"))
    columns = [name for name in view.columns if name != SINCE or before is not None]
    return {
        "view": view,
        "summary": _summary(rows, before),
        "groups": groups,
        "head": [(name, label_of(name)) for name in ("number", "title", *columns)],
        "colspan": len(columns) + 3,
        "stamp": str(stamp_of(edition)),
        "undo": steps.latest(edition, request.user),
        "edit_url": f"{base}redigera/",
    }


def _remarked(edition):
    return {finding.activity.pk for finding in findings(edition) if finding.activity}


def checks_context(found):
    """The checks' findings, what stops apart from what is advice."""
    return {"stops": [one for one in found if one.is_stop], "advice": [one for one in found if not one.is_stop]}


def row_context(request, edition, pk):
    """What ``editor_rows.drawn`` writes of one row; None where it is gone."""
    view = View.read(request)
    rows = _one_row().rows(edition=edition.pk, pk=pk) if pk < 2**63 else []
    if not rows:
        return None
    wants_before = SINCE in view.columns and edition.based_on_id
    before = fetch_before(edition, lineage=rows[0]["lineage"]) if wants_before else None
    row = make_row(rows[0], view, before, edition.get_absolute_url())
    return {"row": row, "colspan": len(row["cells"]) + 3}


def tools_context(request, edition):
    """What stands once on the page around the table: one empty form for every cell, and what can be filtered."""
    form = ActivityForm(instance=Activity(edition=edition), auto_id=False)
    bulk_form = BulkForm(instance=Activity(edition=edition))
    _share_choices(form, bulk_form)
    shown = {*View.read(request).columns, "number", "title", "area", "collaboration_area"}
    return {
        "cell_fields": [form[name] for name in form.fields if name in shown],
        "areas": form.fields["area"].widget.choices[1:],
        "actors": form.fields["responsible"].widget.choices[1:],
        "sorts": [(name, label_of(name)) for name in SORTS],
        "bulk_form": bulk_form,
        "people": presence.others_in(edition, request.user),
        **checks_context(findings(edition)),
    }


def _share_choices(form, *others):
    """Read what can be chosen once, however many boxes offer it."""
    # list() would first ask how many there are
    read = [[choice for choice in form.fields[name].choices] for name in ("responsible", *PLACE)]  # noqa: C416
    actors, areas, parts = read
    shared = dict.fromkeys(ACTOR_FIELDS, actors) | {"area": areas, "collaboration_area": parts, "serves": parts}
    for one in (form, *others):
        for name in one.fields.keys() & shared.keys():
            is_list = name in LISTS
            one.fields[name].widget.choices = shared[name][1:] if is_list else shared[name]


def _summary(rows, before):
    """How many rows there are and, where that is known, how many of them are as they were."""
    if before is None or not rows:
        return summary_of(rows)
    counts = Counter(changed_since(row, before) for row in rows)
    words = {
        "same": ngettext("%s oförändrad", "%s oförändrade", counts["same"]),
        "changed": ngettext("%s ändrad", "%s ändrade", counts["changed"]),
        "new": ngettext("%s ny", "%s nya", counts["new"]),
        "closed": ngettext("%s avslutad", "%s avslutade", counts["closed"]),
        "cancelled": ngettext("%s struken", "%s strukna", counts["cancelled"]),
    }
    parts = ", ".join(word % counts[state] for state, word in words.items() if counts[state])
    total = ngettext("%(count)s rad: %(parts)s", "%(count)s rader: %(parts)s", len(rows))
    return total % {"count": len(rows), "parts": parts}


def summary_of(rows):
    """How many rows stand, and how many are ended: 12 aktiviteter, 1 struken."""
    counts = Counter(row["ending"] for row in rows)
    parts = [ngettext("%(count)s aktivitet", "%(count)s aktiviteter", counts[""]) % {"count": counts[""]}]
    if closed := counts["closed"]:
        parts.append(ngettext("%(count)s avslutad", "%(count)s avslutade", closed) % {"count": closed})
    if cancelled := counts["cancelled"]:
        parts.append(ngettext("%(count)s struken", "%(count)s strukna", cancelled) % {"count": cancelled})
    return ", ".join(parts)
