"""An agreement follows when a party was carried on, and what is open goes over, over HTTP, for tests.killing."""

import datetime

from django.db import transaction
from django.test import Client
from django.urls import reverse

from actionplans.models import Activity
from agreements.models import Accession, LifeEvent
from agreements.services import actor_for
from followup.models import Report
from governance.models import Seat
from parties.models import PartySuccession, Role
from parties.succession import merge
from tests import factories as make
from tests.filled_form import Forms

ON = datetime.date(2026, 1, 1)
ROWS = 5
# Whether the successor stands there, whether the old party has left, events, and activities, answers and seats moved.
UNTOUCHED = [False, False, 0, 0, 0, 0]
DONE = [True, True, 2, ROWS, ROWS, ROWS]
client = Client()


def build():
    """A party with five activities, answers and seats, merged into another, and a coordinator who reads what moves."""
    with transaction.atomic():
        agreement = make.AgreementFactory()
        old, new = make.AccessionFactory(agreement=agreement).party, make.PartyFactory()
        actor = actor_for(agreement=agreement, key=old.key)
        plan, body = make.ActionPlanFactory(agreement=agreement), make.MandateFactory(agreement=agreement).body
        draft, adopted = (make.EditionFactory(plan=plan) for _ in range(2))
        round = make.RoundFactory(agreement=agreement)
        make.RespondentFactory(round=round, party=old)
        for number in range(ROWS):
            make.ActivityFactory(edition=draft, responsible=actor)
            answered = make.ActivityFactory(edition=adopted, responsible=actor)
            make.ReportFactory(round=round, party=old, activity=answered)
            make.SeatFactory(body=body, party=old, order=number)
        make.adopt(adopted)
        merge(parties=[old], into=new, on=ON, reason="Beslut", by=make.UserFactory(is_superuser=True))
        client.force_login(make.MembershipFactory(party=agreement.coordinating_party, role=Role.COORDINATOR).user)
    client.get(address())


def link():
    return PartySuccession.objects.select_related("predecessor", "successor").latest("pk")


def agreement():
    return Accession.objects.select_related("agreement").get(party=link().predecessor).agreement


def waits():
    return not Accession.objects.filter(party=link().successor).exists()


def address():
    query = {"fran": link().predecessor.key, "till": link().successor.key}
    return reverse("portal:succession_apply", args=[agreement().slug], query=query)


def act(begin):
    url = address()
    form = Forms(client.get(url).content.decode()).with_field("seen")
    begin()
    return client.post(url, form).status_code == 302


def look():
    old, new = link().predecessor, link().successor
    return [
        Accession.objects.filter(agreement=agreement(), party=new).exists(),
        Accession.objects.get(party=old).left_on == ON,
        LifeEvent.objects.filter(agreement=agreement()).count(),
        Activity.objects.filter(responsible__party=new).count(),
        Report.objects.filter(party=new).count(),
        Seat.objects.filter(party=new).count(),
    ]
