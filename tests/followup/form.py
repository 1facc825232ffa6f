"""What the tests of the report form share: a party that is asked in a round, and its people."""

from django.urls import reverse

from followup.models import Report, Respondent
from parties.models import Role
from tests import factories as make


def asked_party(name="Heby kommun", count=1, **activity):
    """A party's place in an open round, with ``count`` unanswered reports in one adopted edition."""
    place = make.RespondentFactory(party__name=name)
    edition = make.EditionFactory(plan__agreement=place.round.agreement)
    make.AccessionFactory(agreement=place.round.agreement, party=place.party)
    for _number in range(count):
        row = make.ActivityFactory(edition=edition, **activity)
        make.ReportFactory(round=place.round, party=place.party, activity=row)
    return place


def said_before(report, **answers):
    """What the same party handed in of the same activity in the period before."""
    earlier = {"period_starts_on": "2025-07-01", "period_ends_on": "2025-12-31", "due_on": "2025-12-31"}
    round = make.RoundFactory(agreement=report.round.agreement, label="2025:2", **earlier)
    row = make.ActivityFactory(
        edition=make.EditionFactory(plan__agreement=report.round.agreement), lineage=report.activity.lineage
    )
    return make.ReportFactory(round=round, party=report.party, activity=row, submitted=True, **answers)


def person_of(client, party, role=Role.REPORTER):
    """``client`` acts as somebody of the party."""
    user = make.MembershipFactory(role=role, party=party).user
    client.force_login(user)
    return user


def address(name, row, *more):
    """The address of a page about a report or a party's place in a round."""
    what = row.pk if isinstance(row, Report) else row.party.key if isinstance(row, Respondent) else None
    place = [row.round.agreement.slug, row.round.label, what, *more]
    return reverse(f"followup:{name}", args=place)


def reports_of(place):
    return list(Report.objects.filter(round=place.round, party=place.party).order_by("pk"))


HTMX = {"HX-Request": "true"}
