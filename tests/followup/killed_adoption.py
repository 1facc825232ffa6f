"""An edition is adopted, over HTTP, while a round asks about its period, for tests.killing."""

import datetime

from django.db import transaction
from django.test import Client
from django.urls import reverse

from actionplans.models import Edition
from followup.models import Report
from governance.models import Decision, Mandate
from tests import factories as make
from tests.actionplans.sheets import coordinator_of

ROWS = 20
# The edition's state, its predecessor's, decisions about it, its history of adoption, and the reports asked for.
UNTOUCHED = ["draft", "adopted", 0, 0, 0]
DONE = ["adopted", "superseded", 1, 1, ROWS]
client = Client()


def build():
    """A draft of twenty rows after an adopted edition, an open round, and a coordinator who has read the page."""
    with transaction.atomic():
        plan = make.ActionPlanFactory()
        first_half = {"starts_on": datetime.date(2026, 1, 1), "ends_on": datetime.date(2026, 6, 30)}
        make.adopt(make.EditionFactory(plan=plan, **first_half))
        edition = make.EditionFactory(plan=plan)
        party = make.AccessionFactory(agreement=plan.agreement).party
        actor = make.ActorFactory(agreement=plan.agreement, party=party)
        area = make.PriorityAreaFactory(agreement=plan.agreement)
        make.ActivityFactory.create_batch(ROWS, edition=edition, responsible=actor, area=area)
        make.RoundFactory(agreement=plan.agreement)
        client.force_login(coordinator_of(edition))
    client.get(address())


def waits():
    return Edition.objects.latest("pk").state == Edition.State.DRAFT


def address():
    edition = Edition.objects.select_related("plan__agreement").latest("pk")
    return reverse("followup:edition_adopt", args=[edition.plan.agreement.slug, edition.plan.key, edition.label])


def act(begin):
    url, mandate = address(), Mandate.objects.latest("pk")
    begin()
    return client.post(url, {"mandate": mandate.pk, "decided_on": "2026-06-01"}).status_code == 302


def look():
    edition = Edition.objects.latest("pk")
    former = edition.plan.editions.exclude(pk=edition.pk).get()
    decisions = Decision.objects.filter(key__endswith=f"-{edition.pk}", kind=Decision.Kind.ADOPT_EDITION)
    adopted = Edition.history.filter(id=edition.pk, state="adopted")
    reports = Report.objects.filter(activity__edition=edition)
    return [edition.state, former.state, decisions.count(), adopted.count(), reports.count()]
