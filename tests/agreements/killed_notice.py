"""A notice is confirmed and the party's seats end with it, over HTTP, for tests.killing."""

import datetime

from django.db import transaction
from django.test import Client
from django.urls import reverse

from agreements.models import Accession, LifeEvent, Termination
from governance.models import Seat
from parties.models import Mail, Role
from tests import factories as make

DAY = datetime.date(2026, 1, 20)
SEATS = 5
# Whether it is confirmed, whether the party's place has its last day, events, seats that end, and letters.
UNTOUCHED = [False, False, 0, 0, 0]
DONE = [True, True, 1, SEATS, 2]
client = Client()


def build():
    """A notice that all have got, of a party with five seats, and a coordinator who has read what it does."""
    with transaction.atomic():
        agreement = make.AgreementFactory()
        make.ValidityFactory(agreement=agreement, notice_period_months=9, notice_scope="leaving_party")
        leaver, stayer = (make.AccessionFactory(agreement=agreement, joined_on="2020-03-01").party for _ in range(2))
        for party in (leaver, stayer):
            make.MembershipFactory(party=party, role=Role.APPROVER)
        mandate = make.MandateFactory(agreement=agreement)
        for number in range(SEATS):
            make.SeatFactory(body=mandate.body, party=leaver, order=number)
        last = datetime.date(2099, 10, 20)
        notice = make.TerminationFactory(agreement=agreement, party=leaver, counted_from=DAY, last_day=last)
        make.TerminationReceiptFactory(termination=notice, party=stayer, received_on=DAY)
        client.force_login(make.MembershipFactory(party=agreement.coordinating_party, role=Role.COORDINATOR).user)
    client.get(address("effects"))


def notice():
    return Termination.objects.select_related("agreement").latest("pk")


def waits():
    return notice().confirmed_at is None


def address(page):
    return reverse(f"portal:leaving_{page}", args=[notice().agreement.slug, notice().pk])


def act(begin):
    url, version = address("confirm"), notice().version
    begin()
    return client.post(url, {"version": version, "end_seats": "on"}).status_code == 302


def look():
    row = notice()
    accession = Accession.objects.get(agreement=row.agreement_id, party=row.party_id)
    return [
        bool(row.confirmed_at),
        bool(accession.left_on),
        LifeEvent.objects.filter(agreement=row.agreement_id).count(),
        Seat.objects.filter(party=row.party_id, ends_on__isnull=False).count(),
        Mail.objects.filter(key__startswith=f"termination:{row.pk}:confirmed:").count(),
    ]
