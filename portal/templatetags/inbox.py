"""The activities of a task in the inbox: a row each, of which somebody may have hundreds."""

from collections import namedtuple

from django import template
from django.utils.text import Truncator

from actionplans.fragment import escaped, joined
from followup.models import ReportStatus
from lib.markup import markup

register = template.Library()

TEXTS = ("address", "number", "title", "status", "round", "text")
LONG = 160  # letters of an answer, beyond which only its beginning is shown
State = namedtuple("State", "state")


@register.filter
def report_rows(task):
    """The rows of the answers that ``task`` asks for, each with what was answered last time."""
    labels = {code: str(label) for code, label in ReportStatus.choices}
    return joined(_row(report, task.url, labels) for report in task.reports)


def _row(report, url, labels):
    last = report.last
    said = (labels[last.status], last.round_label, _beginning(last.text)) if last else ("", "", "")
    values = (f"{url}?oppen={report.pk}#r{report.pk}", report.number, report.title, *said)
    row = markup(
        "portal/_work_report.html", TEXTS, report=State(report.state), last=bool(last),
        code=last.status if last else "", has_text=bool(said[-1]),
    )  # fmt: skip
    return row.format(**dict(zip(TEXTS, map(escaped, values), strict=True)))


def _beginning(text):
    return text if len(text) <= LONG else Truncator(text).chars(LONG)
