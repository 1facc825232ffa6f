"""The activities of a task in the inbox: a row each, of which somebody may have hundreds."""

from collections import namedtuple

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.text import Truncator

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
    return format_html_join("", "{}", ((_row(report, task.url, labels),) for report in task.reports))


def _row(report, url, labels):
    last, activity = report.last, report.activity
    said = (labels[last.status], last.round.label, _beginning(last.text)) if last else ("", "", "")
    values = (f"{url}?oppen={report.pk}#r{report.pk}", activity.number, activity.title, *said)
    row = markup(
        "portal/_work_report.html", TEXTS, report=State(report.state), last=bool(last),
        code=last.status if last else "", has_text=bool(said[-1]),
    )  # fmt: skip
    return format_html(row, **dict(zip(TEXTS, values, strict=True)))


def _beginning(text):
    return text if len(text) <= LONG else Truncator(text).chars(LONG)
