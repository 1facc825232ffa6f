"""A server for tests in which a whole office writes in its report form at once: python -m tests.followup.form_server.

As tests.actionplans.editor_server, with an open round, a party's two reports and twenty colleagues. A line on its
standard input is answered by how many lines of the history say that a report was handed in.
"""

from tests.actionplans import editor_server  # sets Django up

from django.conf import settings  # isort: skip
from django.db.models import F  # isort: skip
from django.urls import reverse  # isort: skip

from followup.models import Report, ReportStatus  # isort: skip
from parties.models import Role  # isort: skip
from tests import factories as make  # isort: skip


def build():
    """The form's address, a report to write in, a party whose reports are complete, and a session per colleague."""
    place = make.RespondentFactory()
    activities = [
        make.ActivityFactory(edition__plan__agreement=place.round.agreement, number=f"A{number}") for number in range(2)
    ]
    reports = [
        make.ReportFactory(round=place.round, party=place.party, activity=activity, status=ReportStatus.ONGOING)
        for activity in activities
    ]
    make.AccessionFactory(agreement=place.round.agreement, party=place.party)
    colleagues = [make.MembershipFactory(role=Role.REPORTER, party=place.party) for _ in range(editor_server.WRITERS)]
    where = [place.round.agreement.slug, place.round.label]
    return {
        "edition": "",  # so that every address is whole
        "form": reverse("followup:party_form", args=[*where, place.party.key]),
        "reports": [report.pk for report in reports],
        "round": place.round.get_absolute_url(),
        "session_cookie": settings.SESSION_COOKIE_NAME,
        "csrf_cookie": settings.CSRF_COOKIE_NAME,
        "sessions": [editor_server.session_of(colleague) for colleague in colleagues],
    }


def overwrite(self, answers, *, version, by):
    """What save_answers would be without its check: the last one to save wins."""
    Report.objects.filter(pk=self.pk)._chain().update(version=F("version") + 1, **answers)
    self.version = version + 1


def leave_out_check():
    Report.save_answers = overwrite


def times_handed_in():
    return Report.history.filter(submitted_at__isnull=False).count()


if __name__ == "__main__":
    editor_server.main(build, times_handed_in, leave_out_check)
