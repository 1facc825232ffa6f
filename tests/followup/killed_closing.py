"""A round is closed and its outcome stored, over HTTP, for tests.killing."""

from django.db import transaction
from django.test import Client
from django.urls import reverse

from followup.models import Outcome, Round
from parties.models import Role
from tests import factories as make

ROWS = 20
# Whether the round is closed, its history of that, outcomes, and how many reports the outcome tells of.
UNTOUCHED = [False, 0, 0, None]
DONE = [True, 1, 1, ROWS]
client = Client()


def build():
    """An open round with twenty reports handed in, and a coordinator who has read what closing means."""
    with transaction.atomic():
        round = make.RoundFactory()
        edition = make.EditionFactory(plan__agreement=round.agreement)
        party = make.AccessionFactory(agreement=round.agreement).party
        for _number in range(ROWS):
            make.ReportFactory(round=round, party=party, activity=make.ActivityFactory(edition=edition), submitted=True)
        board = round.agreement.coordinating_party
        client.force_login(make.MembershipFactory(party=board, role=Role.COORDINATOR).user)
    client.get(address())


def waits():
    return not Round.objects.latest("pk").closed_at


def address():
    round = Round.objects.select_related("agreement").latest("pk")
    return reverse("followup:round_close", args=[round.agreement.slug, round.label])


def act(begin):
    url, version = address(), Round.objects.latest("pk").version
    begin()
    return client.post(url, {"version": version}).status_code == 302


def look():
    round = Round.objects.latest("pk")
    outcomes = list(Outcome.objects.filter(round=round))
    closed = Round.history.filter(id=round.pk, closed_at__isnull=False)
    return [bool(round.closed_at), closed.count(), len(outcomes), outcomes[0].facts["total"] if outcomes else None]
