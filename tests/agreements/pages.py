"""How the tests of the agreement's pages read them, and an agreement with everything on it."""

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from agreements.models import Annotation, Goal, Provision
from tests import factories


def url(name, agreement):
    return reverse(f"agreements:{name}", args=[agreement.slug])


def text_of(response):
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def page(client, name, agreement):
    return text_of(client.get(url(name, agreement)))


def missing(text, *words):
    return [word for word in words if word not in text]


def queries(client, address):
    """How many queries a page takes, once Django has asked SQLite whether it knows JSON (once per connection)."""
    assert connection.features.supports_json_field
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    return len(captured)


def filled(number):
    """An agreement with ``number`` rows of every kind its pages show."""
    mandate = factories.MandateFactory()
    agreement = mandate.agreement
    for n in range(number):
        actor = factories.ActorFactory(agreement=agreement, party=factories.AccessionFactory(agreement=agreement).party)
        factories.PartySuccessionFactory(predecessor=actor.party)
        fill_area(factories.PriorityAreaFactory(agreement=agreement), actor, mandate.actor if n == 0 else actor)
        fill_content(agreement, actor)
        fill_process(agreement, actor)
    return agreement


def fill_area(area, actor, responsible):
    duty = factories.ResponsibilityFactory(area=area, actor=responsible)
    duty.collaboration_areas.add(factories.CollaborationAreaFactory(area=area))
    duty.leads.add(actor)
    area.other_parties.add(actor)
    factories.GlobalGoalLinkFactory(area=area)
    factories.GoalFactory(area=area)
    agreement = area.agreement
    factories.ProvisionFactory(agreement=agreement, area=area, actor=actor, kind=Provision.Kind.COMMITMENT)
    factories.AnnotationFactory(agreement=agreement, area=area, kind=Annotation.Kind.EXTERNAL)


def fill_content(agreement, actor):
    factories.GoalFactory(area=None, agreement=agreement, level=Goal.Level.OVERARCHING)
    for kind in Provision.Kind:
        factories.ProvisionFactory(agreement=agreement, kind=kind, actor=actor)
    factories.CommitmentFactory(agreement=agreement, actor=actor)
    factories.StatisticFactory(agreement=agreement, total=factories.StatisticFactory(agreement=agreement))
    factories.TargetGroupFactory(agreement=agreement)
    factories.RelatedStrategyFactory(agreement=agreement)
    factories.FinancingFactory(agreement=agreement)
    factories.OutsiderFactory(agreement=agreement)
    factories.ValidityFactory(agreement=agreement)


def fill_process(agreement, actor):
    factories.FollowUpRuleFactory(agreement=agreement, coordinator=actor, receiver=actor).performed_by.add(actor)
    factories.PlanRuleFactory(agreement=agreement, adopted_by=actor, managed_by=actor).prepared_by.add(actor)
    factories.ProcessStepFactory(agreement=agreement, actor=actor)
    factories.ConsultationFactory(agreement=agreement, sent_via=actor, decided_by=actor)
    factories.AdoptionFactory(agreement=agreement, decided_by=actor)
    factories.SeriesEntryFactory(agreement=agreement, linked_agreement=factories.AgreementFactory())
    factories.DocumentFactory(agreement=agreement)
    factories.StatedIndicatorFactory(agreement=agreement)
