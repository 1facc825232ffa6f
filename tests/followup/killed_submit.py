"""A party hands in its half-year's answers, over HTTP, for tests.killing."""

from django.db import transaction
from django.test import Client
from django.urls import reverse

from followup.models import Report, Respondent
from parties.models import Role
from tests import factories as make

ROWS = 20
# Reports handed in, and their history of that.
UNTOUCHED = [0, 0]
DONE = [ROWS, ROWS]
client = Client()


def build():
    """A party with twenty complete drafts, and an official who has read them."""
    with transaction.atomic():
        place = make.RespondentFactory()
        agreement = place.round.agreement
        make.AccessionFactory(agreement=agreement, party=place.party)
        edition = make.EditionFactory(plan__agreement=agreement)
        for _number in range(ROWS):
            activity = make.ActivityFactory(edition=edition)
            make.ReportFactory(round=place.round, party=place.party, activity=activity, status="ongoing")
        client.force_login(make.MembershipFactory(party=place.party, role=Role.REPORTER).user)
    client.get(address())


def reports():
    place = Respondent.objects.latest("pk")
    return Report.objects.filter(round=place.round_id, party=place.party_id)


def waits():
    return reports().filter(submitted_at__isnull=True).exists()


def address():
    place = Respondent.objects.select_related("round__agreement", "party").latest("pk")
    return reverse("followup:party_submit", args=[place.round.agreement.slug, place.round.label, place.party.key])


def act(begin):
    url = address()
    read = [f"{pk}:{version}" for pk, version in reports().values_list("pk", "version")]
    begin()
    return client.post(url, {"read": read}).status_code == 302


def look():
    handed_in = Report.history.filter(id__in=reports().values("pk"), submitted_at__isnull=False)
    return [reports().submitted().count(), handed_in.count()]
