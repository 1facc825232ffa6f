"""What a party does with its answers: saves, answers at one key, hands in, takes back, leaves to its approver."""

from django.db import models, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from agreements.services import discard_file
from followup.models import Incomplete, Report, ReportStatus, Respondent, Round
from followup.models.reports import written
from followup.report_forms import field_form
from lib.db import Frozen, VersionConflict, renew_stamp

TRIES = 3  # how often a field is saved on top of what colleagues save beside it meanwhile
QUICK = {"unchanged": "", "not_relevant": ReportStatus.NOT_RELEVANT, "no_data": ReportStatus.NO_DATA}


def save_field(*, report, name, data, by):
    """Save one field if what was sent is valid; return its form, with errors where it is not.

    What equals what is stored is not written, whatever its version. Raises VersionConflict where a colleague changed
    the same field, Frozen where it is too late, DoesNotExist where the report is gone.
    """
    for _try in range(TRIES):
        form = field_form(report, name, data, user=by)
        if not form.is_valid() or not form.answers():
            return form
        try:
            form.save()
        except VersionConflict as conflict:
            if not _untouched(conflict.current, name, form.cleaned_data["version"]):
                raise
            # on top of the row that was looked at, not of a newer one: that would overwrite what nobody has seen
            conflict.current.activity, report = report.activity, conflict.current
            data = {**data.dict(), "version": str(report.version)} if hasattr(data, "dict") else {
                **data, "version": str(report.version)}  # fmt: skip
        else:
            return form
    raise VersionConflict(report)


def _untouched(current, name, version):
    """Whether the field still holds what it held at ``version``."""
    read = Report.history.filter(id=current.pk, version=version).order_by("-history_id").first()
    return read is not None and getattr(read, name) == getattr(current, name)


def answer_quickly(*, report, answer, version, last, by):
    """Answer with one of QUICK: as last time, or that there is nothing to say. What was typed stays.

    Raises Incomplete where there is no last time, and what Report.save_answers raises.
    """
    if answer == "unchanged":
        if last is None:
            raise Incomplete({"status": _("Det finns inget tidigare svar att upprepa. Välj hur det går.")})
        answers = {name: getattr(last, name) for name in Report.REPEATED} | {"is_unchanged": True}
        if last.new_end_date and last.new_end_date < timezone.localdate():
            answers["new_end_date"] = None  # a day that has been is asked for again
    else:
        answers = {"status": QUICK[answer], "is_unchanged": False}
    if any(getattr(report, name) != value for name, value in answers.items()):
        report.save_answers(answers, version=version, by=by)
    return report


@transaction.atomic
def submit_package(*, respondent, versions, by):
    """Hand in everything the party has not handed in, all or nothing; ``versions`` is what was read: pk → version.

    Returns how many were handed in: 0 where all of it already was. Raises Frozen where the round takes no answers or
    ``by`` may not hand in, Incomplete with {pk: {field: sentence}}, VersionConflict where a colleague has saved since.
    """
    _hold_open(respondent.round_id)
    drafts = _drafts(respondent).select_related("activity").select_for_update(of=("self",), no_key=True)
    drafts = list(drafts)
    if not drafts:
        return 0
    if len(drafts) != _drafts(respondent).submittable_by(by).count():
        raise Frozen(_("Hos er lämnar godkännaren in. Säg till när svaren är klara."))
    if lacking := {report.pk: missing for report in drafts if (missing := report.missing())}:
        raise Incomplete(lacking)
    for report in drafts:
        if versions.get(report.pk) != report.version:
            raise VersionConflict(report)
    _write(drafts, by, submitted_at=timezone.now(), submitted_by=by, returned_at=None)
    return len(drafts)


@transaction.atomic
def retract_package(*, respondent, by):
    """Take back all that is handed in and not approved. Returns how many. Raises Frozen once review has begun."""
    if _hold_open(respondent.round_id).state != "open":
        raise Frozen(_("Granskningen har börjat. Be samordnaren att återlämna det som ska ändras."))
    place = {"round": respondent.round_id, "party": respondent.party_id}
    handed_in = Report.objects.filter(**place, submitted_at__isnull=False, approved_at__isnull=True)
    reports = list(handed_in.select_for_update(no_key=True))
    _write(reports, by, submitted_at=None, submitted_by=None, on_behalf="")
    return len(reports)


def _hold_open(pk):
    """The round, held until the transaction ends. Raises Frozen unless it takes answers."""
    round = Round.hold(pk)
    if not round.is_taking_answers:
        raise Frozen(_("Omgången är stängd. Det går inte att lämna in. Hör av dig till samordnaren."))
    return round


def _drafts(respondent):
    return Report.objects.filter(round=respondent.round_id, party=respondent.party_id, submitted_at__isnull=True)


def _write(reports, by, **values):
    """The same values to all of the reports, which are held: one UPDATE and one INSERT of history."""
    renew_stamp(Round.objects.filter(pk__in={report.round_id for report in reports}))
    rows = models.QuerySet(Report).filter(pk__in=[report.pk for report in reports])
    rows.update(version=F("version") + 1, **values)
    for report in reports:
        report.version += 1
        for name, value in values.items():
            setattr(report, name, value)
    written(reports, by=by)


@transaction.atomic
def hand_to_approver(*, respondent, note, by):
    """Tell the party's approver that the answers are ready. Raises Incomplete where something is missing."""
    _hold_open(respondent.round_id)
    drafts = _drafts(respondent).select_related("activity")
    if lacking := {report.pk: missing for report in drafts if (missing := report.missing())}:
        raise Incomplete(lacking)
    _mark(respondent, by, ready_at=timezone.now(), ready_by=by, ready_note=note)


@transaction.atomic
def hand_back(*, respondent, note, by):
    """The approver gives the answers back to the colleague with a note. Raises Frozen where the round is over."""
    _hold_open(respondent.round_id)
    _mark(respondent, by, ready_at=None, ready_by=None, ready_note=note)


def _mark(respondent, by, **values):
    """The party's place, as it is stored now, with ``values``."""
    stored = Respondent.objects.select_for_update(of=("self",), no_key=True).get(pk=respondent.pk)
    for name, value in values.items():
        setattr(stored, name, value)
    stored._history_user = by
    stored.save_version(stored.version)


def begin(*, round, party):
    """Keep when somebody of the party first opened its form: all that others learn of what is not handed in."""
    places = Respondent.objects.filter(round=round, party=party, begun_at__isnull=True)
    return models.QuerySet.update(places, begun_at=timezone.now())


@transaction.atomic
def add_file(*, form, by):
    """Store the file of a valid form with its report. Raises Frozen where the report was handed in meanwhile."""
    _hold_draft(form.instance.report_id)
    form.instance.added_by = form.instance._history_user = by
    return form.save()


@transaction.atomic
def delete_file(*, file, by):
    """Remove a file from its report. Raises Frozen where the report was handed in meanwhile."""
    _hold_draft(file.report_id)
    file._history_user = by
    file.delete()
    discard_file(file.file.storage, file.file.name)


def _hold_draft(pk):
    """Hold the report until the transaction ends. Raises Frozen unless the party may write in it."""
    report = Report.objects.select_related("round").select_for_update(of=("self",), no_key=True).get(pk=pk)
    if report.why_closed():
        raise Frozen(report.why_closed())
