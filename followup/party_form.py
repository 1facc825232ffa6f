"""The report form: all a party's activities in a round on one page, one open at a time, with last time's answer."""

import datetime
from dataclasses import dataclass
from functools import cached_property

from django.db.models import Exists
from django.urls import reverse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from agreements.frame import agreement_of
from followup.frame import round_frame
from followup.models import FormPresence, Report, Respondent, Return
from followup.numbers import Counts, sum_of_known
from followup.report_forms import ReportForm
from lib.web import Unseen
from parties.models import Party, Right

MINUTES = {"unanswered": 1.25, "known": 0.5}  # what an answer takes, for the line that says how long it all takes
FIELD_NAMES = {name: Report._meta.get_field(name).verbose_name for name in Report.ANSWERS}


@dataclass
class Row:
    """One activity of the form: the report, and what was said last time."""

    report: Report
    last: Report | None = None
    returned: Return | None = None
    form: ReportForm | None = None
    due_on: datetime.date | None = None

    @cached_property
    def missing(self):
        return self.report.missing()

    @property
    def is_open(self):
        return self.form is not None

    @property
    def is_done(self):
        """Whether it can be handed in, or is."""
        return bool(self.report.submitted_at) or not self.missing

    @property
    def is_late(self):
        """Whether it came in after the party's last day, by the clock of Stockholm."""
        handed_in = self.report.submitted_at
        return bool(handed_in and self.due_on and timezone.localdate(handed_in) > self.due_on)

    @property
    def is_deviating(self):
        return self.report.status == "deviating"

    @cached_property
    def state(self):
        """What the row's mark says: approved, submitted, returned, answered, begun or unanswered."""
        if self.report.state in ("approved", "submitted", "returned"):
            return self.report.state
        if not self.missing:
            return "answered"
        return "begun" if self.report.has_answer else "unanswered"

    @cached_property
    def url(self):
        """What the addresses of the report begin with."""
        return f"{self.report.round.get_absolute_url()}rapport/{self.report.pk}/"

    @property
    def reasons(self):
        """(label, reason) of each field that the coordinator wants changed."""
        reasons = self.returned.reasons if self.returned else {}
        return [(FIELD_NAMES.get(name, name), reason) for name, reason in reasons.items()]

    @property
    def numbers(self):
        return str(Counts(self.report.numbers))

    @property
    def sum_now(self):
        return sum_of_known(self.report.numbers)

    @property
    def sum_before(self):
        return sum_of_known(self.last.numbers) if self.last else None

    @property
    def last_numbers(self):
        return str(Counts(self.last.numbers)) if self.last else ""


@dataclass(frozen=True)
class Checklist:
    """What is missing before the party can hand in, for the panel beside the form and the line of progress."""

    rows: tuple
    url: str
    needs_approver: bool
    can_approve: bool
    ready_at: object = None

    @property
    def done(self):
        return [row for row in self.rows if row.is_done]

    @property
    def drafts(self):
        return [row for row in self.rows if not row.report.submitted_at]

    @property
    def unanswered(self):
        return [row for row in self.drafts if not row.report.status]

    @property
    def lacking(self):
        return [row for row in self.drafts if row.report.status and row.missing]

    @property
    def is_complete(self):
        return bool(self.drafts) and not self.unanswered and not self.lacking

    @property
    def is_submitted(self):
        return bool(self.rows) and not self.drafts

    @property
    def hands_in(self):
        """Whether the person hands in, and does not leave it to an approver."""
        return self.can_approve or not self.needs_approver


def respondent_of(user, slug, label, party):
    """The party's place in the round, for its own people only; 404 for everybody else.

    Knows ``can_report``, ``can_approve`` and ``needs_approver``.
    """
    may = {right: Party.objects.with_right(user, right).filter(key=party) for right in (Right.REPORT, Right.APPROVE)}
    address = {"round__agreement__slug": slug, "round__label": label, "party__key": party}
    places = Respondent.objects.filter(party__in=Party.objects.with_right(user, Right.SEE_PARTY).values("pk"))
    place = (
        places.filter(**address, round__opened_at__isnull=False)
        .select_related("round__agreement__county", "party", "ready_by")
        .annotate(can_report=Exists(may[Right.REPORT]), can_approve=Exists(may[Right.APPROVE]))
        .with_rule()
        .first()
    )
    if place is None:
        raise Unseen(Respondent.objects.all(), address)
    return place


def rows_of(round, party):
    """The party's rows in the plan's order, each with its last answer and why it was returned. Four queries."""
    reports = list(reports_of(round, party).prefetch_related("files"))
    for report in reports:
        report.round, report.party = round, party
    last = last_answers(party, round, {report.activity.lineage for report in reports})
    asked_again = [report.pk for report in reports if report.returned_at and not report.submitted_at]
    returned = {row.report_id: row for row in Return.objects.filter(report__in=asked_again)} if asked_again else {}
    return [Row(report, last.get(report.activity.lineage), returned.get(report.pk)) for report in reports]


def reports_of(round, party):
    """The party's reports in the round as the form lists them."""
    return (
        Report.objects.filter(round=round, party=party)
        .select_related("activity__area", "activity__responsible", "activity__edition")
        .order_by(*Report.FORM_ORDER)
    )


def last_answers(party, round, lineages):
    """lineage → what the party last handed in of the activity, in an earlier period of the same agreement."""
    earlier = Report.objects.filter(
        party=party,
        activity__lineage__in=lineages,
        round__agreement=round.agreement_id,
        round__period_starts_on__lt=round.period_starts_on,
        submitted_at__isnull=False,
    )
    found = earlier.select_related("round", "activity").order_by("round__period_starts_on", "submitted_at", "pk")
    return {report.activity.lineage: report for report in found}


def open_row(rows, pk, *, user, form=None):
    """Open the row of that key, with a form of what is stored or the form given; None where there is none.

    Rows that are handed in do not open: they are read on their own page.
    """
    for row in rows:
        if row.report.pk == pk and not row.report.submitted_at:
            row.form = form or ReportForm(instance=row.report, user=user, last=row.last)
            return row
    return None


def first_unanswered(rows):
    """The key of the first row that waits for an answer, None where none does."""
    return next((row.report.pk for row in rows if not row.is_done), None)


def after(rows, pk):
    """The next row to answer below the one of that key, or from the top; None where none is left."""
    places = [row.report.pk for row in rows]
    start = places.index(pk) + 1 if pk in places else 0
    return next((row for row in rows[start:] + rows[:start] if not row.is_done and row.report.pk != pk), None)


def form_url(round, party, opened=None):
    """The page of the form; ``opened`` is the key of the row to open."""
    url = reverse("followup:party_form", args=[round.agreement.slug, round.label, party.key])
    return f"{url}?oppen={opened}#r{opened}" if opened else url


def checklist_of(rows, place, url):
    """The checklist of the rows; ``place`` is a Respondent or a Report that knows what the person may do."""
    return Checklist(tuple(rows), url, place.needs_approver, place.can_approve, place.ready_at)


def context_of(request, respondent, rows, opened):
    """The whole page: frame, rows, checklist and who else is here."""
    round, party = respondent.round, respondent.party
    agreement = agreement_of(request.user, round.agreement_id)
    url = form_url(round, party)
    return {
        **round_frame(agreement, round, (party.name, "")),
        **row_context(respondent, rows),
        "stance": stance_of(respondent, rows),
        "agreement": agreement,
        "party": party,
        "respondent": respondent,
        "minutes": _minutes(rows),
        "opened": opened,
        "next_row": after(rows, opened.report.pk) if opened else None,
        "checklist": checklist_of(rows, respondent, url),
        "url": url,
        "can_retract": respondent.can_report and round.state == "open" and any(_retractable(row) for row in rows),
        "shares": _is_asked_elsewhere(round, party),
        "colleagues": FormPresence.objects.others_in(respondent, request.user),
    }


def row_context(respondent, rows):
    """What the template of one row asks for."""
    for row in rows:
        row.due_on = respondent.due_on
    return {"rows": rows, "round": respondent.round, "is_writing": is_writing(respondent)}


def is_writing(respondent):
    return respondent.can_report and respondent.round.is_taking_answers


def _retractable(row):
    return row.report.submitted_at and not row.report.approved_at


def _is_asked_elsewhere(round, party):
    """Whether the party has open reports of other agreements, so that one answer can do for several."""
    others = Report.objects.filter(party=party, submitted_at__isnull=True, round__opened_at__isnull=False)
    return others.filter(round__closed_at__isnull=True).exclude(round__agreement=round.agreement_id).exists()


def _minutes(rows):
    waiting = [row for row in rows if not row.is_done]
    return max(1, round(sum(MINUTES["known" if row.last else "unanswered"] for row in waiting))) if waiting else 0


def stance_of(respondent, rows):
    """Which state the answers are in, and who can read them."""
    if not respondent.round.is_taking_answers:
        return {
            "state": "closed",
            "label": capfirst(str(respondent.round.state_label)),
            "readers": _("Omgången är stängd."),
        }
    if rows and all(row.report.submitted_at for row in rows):
        return {"state": "sent", "label": _("Inlämnad"), "readers": _("Läses av samordnarna och organen.")}
    readers = _("Läses bara av %(party)s tills ni lämnar in.") % {"party": respondent.party.name}
    return {"state": "draft", "label": _("Utkast"), "readers": readers}


def saved_at():
    return timezone.localtime().strftime("%H:%M")
