"""The changes of a Comparison as HTML: the markup of each kind is drawn once, then filled for each activity."""

import uuid

from django.template.loader import render_to_string
from django.urls import reverse

from actionplans.fragment import escaped, joined
from lib.markup import markup

TEXTS = ("lineage", "url", "number", "title", "sentences", "rest")
ANY = uuid.UUID(int=0)  # holds the place of an activity in its address


def drawn_by_area(comparison, changes):
    """(area's name, HTML of its changes), in the plan's order."""
    plan = comparison.new.plan
    url = reverse("followup:lineage_detail", args=[plan.agreement.slug, plan.key, ANY])
    return [
        (area, joined(drawn(change, comparison, url) for change in group))
        for area, group in comparison.by_area(changes)
    ]


def drawn(change, comparison, url):
    """The HTML of one ActivityChange; ``url`` leads to the activity ANY."""
    form = markup("actionplans/_change.html", TEXTS, kind=change.kind.value, kind_label=change.kind_label)
    return form.format(
        lineage=change.lineage,
        url=url.replace(str(ANY), str(change.lineage)),
        number=escaped(change.shown.number),
        title=escaped(change.shown.values["title"]),
        sentences="".join(f"<li>{escaped(sentence)}</li>" for sentence in change.sentences),
        rest=_rest(change, comparison),
    )


def _rest(change, comparison):
    """Why, and what the sentences leave untold; most changes have neither."""
    untold = not change.is_told if change.old else change.fields
    if not (untold or change.reasons):
        return ""
    context = {"change": change, "comparison": comparison, "untold": untold}
    return render_to_string("actionplans/_change_rest.html", context)
