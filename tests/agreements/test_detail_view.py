"""What the tab Överenskommelsen says of an agreement, and what it says of what is missing."""

import pytest
from django.urls import reverse

from agreements.models import Agreement, Annotation, Basis, Goal, TargetGroup
from governance.models import Body, Responsibility
from tests import factories
from tests.agreements.pages import missing, page, url

pytestmark = pytest.mark.django_db


def test_agreement_detail_head_gives_period_signature_and_counts(client):
    area = factories.PriorityAreaFactory(
        agreement__title="Strategisk överenskommelse för Kronobergs län: Mottagande och etablering",
        agreement__status=Agreement.Status.EXPIRED,
    )
    factories.ValidityFactory(agreement=area.agreement, start="2019", end="2025")
    factories.AdoptionFactory(agreement=area.agreement, signed_date="2020-03-26", signed_place="Växjö")
    factories.AccessionFactory(agreement=area.agreement)
    factories.GoalFactory.create_batch(2, area=area)
    factories.CollaborationAreaFactory(area=area)
    words = [
        "<h1>Strategisk överenskommelse för Kronobergs län</h1>",
        'Gällde <strong class="num">2019–2025</strong>',
        'Undertecknad <strong class="num">2020-03-26</strong> i Växjö',
        "<strong>1</strong> part<",
        "<strong>1</strong> område, <strong>2</strong> mål, <strong>1</strong> samverkansområde<",
    ]
    assert missing(page(client, "agreement_detail", area.agreement), *words) == []


@pytest.mark.parametrize(
    ("validity", "words"),
    [
        ({"start": "2019", "end": "2025"}, 'Gäller <strong class="num">2019–2025'),
        ({"start": "", "end": "", "open_ended": True}, 'Gäller <strong class="num">tills vidare'),
        ({"start": "", "end": ""}, "Giltighetstiden framgår inte"),
    ],
)
def test_agreement_detail_head_says_for_how_long(client, validity, words):
    row = factories.ValidityFactory(**validity)
    assert words in page(client, "agreement_detail", row.agreement)


@pytest.mark.parametrize(
    ("goal", "words"),
    [
        ({"factor": 2, "operator": ">="}, ["Mätbart: minst ×2.", "Basvärde saknas i dokumentet."]),
        ({"target_value": 0, "unit": "procentenheter", "baseline_value": 7, "baseline_year": "2008"},
         ["0 procentenheter.", "Basvärde 7 procentenheter (2008)."]),
        ({"target_value": "82.5", "unit": "procent", "target_year": "2025"}, ["82,5 procent år 2025."]),
        ({}, ["Målvärde saknas i dokumentet."]),
        ({"measurable": "directional", "direction": "increase"}, ["Riktning: ökar."]),
        ({"measurable": "directional"}, ["Anger riktning."]),
        ({"measurable": "qualitative"}, ["Bedöms i ord."]),
        ({"dropped_on": "2023-03-20"}, ["Utgick 2023-03-20"]),
        ({"indicator": "sysselsättning", "indicator_source": "Kolada"}, ["Indikator: sysselsättning (Kolada)."]),
    ],
)  # fmt: skip
def test_agreement_detail_says_how_a_goal_is_measured(client, goal, words):
    row = factories.GoalFactory(**{"measurable": "quantified", **goal})
    assert missing(page(client, "agreement_detail", row.agreement), *words) == []


def test_agreement_detail_groups_an_areas_goals_by_level(client):
    area = factories.PriorityAreaFactory()
    factories.GoalFactory(area=area, level=Goal.Level.INDIVIDUAL)
    factories.GoalFactory.create_batch(2, area=area, level=Goal.Level.COLLABORATION)
    assert missing(page(client, "agreement_detail", area.agreement), "Individmål (1)", "Samverkansmål (2)") == []


def test_agreement_detail_keeps_the_documents_own_numbers(client):
    area = factories.PriorityAreaFactory(number="4", name="Delaktighet", cross_cutting=True)
    factories.CollaborationAreaFactory(area=area, number="7", name="Föräldraskap")
    words = ["4. Delaktighet", "Tvärgående", '<span class="n">7</span><span>Föräldraskap']
    assert missing(page(client, "agreement_detail", area.agreement), *words) == []


def test_agreement_detail_flags_the_missing_group_and_who_drives_the_area_for_now(client):
    area = factories.PriorityAreaFactory(name="Boende")
    wanted, other = (
        factories.MandateFactory(agreement=area.agreement, body__name=name, body__state=state)
        for name, state in (("Bogruppen", Body.State.PLANNED), ("Beredningsgruppen", Body.State.ACTIVE))
    )
    factories.ResponsibilityFactory(area=area, actor=wanted.actor, scope=Responsibility.Scope.PLANNED)
    factories.ResponsibilityFactory(area=area, actor=other.actor, scope=Responsibility.Scope.INTERIM)
    text = page(client, "agreement_detail", area.agreement)
    link = reverse("governance:body_detail", args=[area.agreement.slug, other.body.key])
    words = ["Grupp saknas", f'<a href="{link}"><strong>Beredningsgruppen</strong></a>', "driver området tills vidare."]
    assert missing(text, *words) == []
    assert "Bogruppen" not in text


def test_agreement_detail_says_that_nobody_drives_the_area_of_a_missing_group(client):
    mandate = factories.MandateFactory(body__state=Body.State.PLANNED)
    area = factories.PriorityAreaFactory(agreement=mandate.agreement)
    factories.ResponsibilityFactory(area=area, actor=mandate.actor)
    assert "Ingen är utsedd att driva området." in page(client, "agreement_detail", area.agreement)


def test_agreement_detail_shares_an_area_between_bodies(client):
    area = factories.PriorityAreaFactory(name="Delaktighet")
    body = factories.MandateFactory(agreement=area.agreement, body__name="ASK")
    duty = factories.ResponsibilityFactory(area=area, actor=body.actor, scope=Responsibility.Scope.PARTIAL)
    for order, number in ((3, "3"), (1, "1")):
        duty.collaboration_areas.add(factories.CollaborationAreaFactory(area=area, number=number, order=order))
    duty.leads.add(factories.ActorFactory(agreement=area.agreement, name="Kommunerna"))
    assert "(1 och 3), leds av Kommunerna" in page(client, "agreement_detail", area.agreement)


def test_agreement_detail_says_when_no_area_has_anybody_responsible(client):
    area = factories.PriorityAreaFactory()
    words = "Överenskommelsen pekar inte ut någon ansvarig per område."
    assert words in page(client, "agreement_detail", area.agreement)
    factories.ResponsibilityFactory(area=area)
    assert words not in page(client, "agreement_detail", area.agreement)


def test_agreement_detail_marks_what_came_later_and_what_is_our_reading(client):
    area = factories.PriorityAreaFactory(name="Boende", dropped_on="2023-03-20", derived=True)
    factories.GlobalGoalLinkFactory(area=area, number=11, basis=Basis.INFERRED)
    factories.AnnotationFactory(
        agreement=area.agreement, area=area, kind=Annotation.Kind.EXTERNAL, text="Tre områden.", found_in="Webbplatsen"
    )
    words = [
        "Utgick 2023-03-20, senare uppgift", "Härlett ur texten", "<b>11</b>Hållbara städer och samhällen",
        "Tolkad koppling: numren står inte i texten.", "<strong>Senare uppgift:</strong> Tre områden.",
        "Källa: Webbplatsen.",
    ]  # fmt: skip
    assert missing(page(client, "agreement_detail", area.agreement), *words) == []


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ({"source_page": 5}, "Ur överenskommelsen,"),
        ({"basis": Basis.INFERRED, "source_page": 5}, "Tolkat ur texten, s. 5"),
        ({"basis": Basis.EXTERNAL, "basis_ref": "E1"}, "Senare uppgift (E1)"),
    ],
)
def test_agreement_detail_shows_where_a_row_comes_from(client, source, words):
    goal = factories.GoalFactory(area=None, agreement=factories.AgreementFactory(), **source)
    assert words in page(client, "agreement_detail", goal.agreement)


def test_agreement_detail_flags_figures_that_contradict_their_total(client):
    total = factories.StatisticFactory(value=4736)
    for value, sex in ((2498, "kvinnor"), (2221, "män")):
        factories.StatisticFactory(agreement=total.agreement, total=total, value=value, sex=sex)
    words = "Könssumman är 4\xa0719, totalen 4\xa0736."
    response = client.get(url("agreement_detail", total.agreement))
    assert words in response.content.decode()


def test_agreement_detail_does_not_flag_parts_that_are_not_all_there_is(client):
    total = factories.StatisticFactory(value=1012)
    factories.StatisticFactory(agreement=total.agreement, total=total, value=42)
    assert "Könssumman" not in page(client, "agreement_detail", total.agreement)


def test_agreement_detail_tells_an_unknown_outcome_from_nothing(client):
    commitment = factories.CommitmentFactory(agreed=0, outcome=None)
    text = page(client, "agreement_detail", commitment.agreement)
    assert missing(text, ">0</td>", ">saknas</td>") == []


def test_agreement_detail_uses_the_agreements_own_words(client):
    area = factories.PriorityAreaFactory(
        agreement__word_area="målområde", agreement__word_collaboration_area="gemensam insats"
    )
    factories.CollaborationAreaFactory(area=area)
    assert missing(page(client, "agreement_detail", area.agreement), "Målområden", "Gemensam insatser (1)") == []


@pytest.mark.parametrize(
    ("rank", "shown"),
    [(TargetGroup.Rank.PRIMARY, True), (TargetGroup.Rank.CONDITIONAL, True), (TargetGroup.Rank.SINGLE, False)],
)
def test_agreement_detail_ranks_target_groups_where_there_are_ranks(client, rank, shown):
    group = factories.TargetGroupFactory(rank=rank)
    text = page(client, "agreement_detail", group.agreement)
    assert (f">{rank.label.capitalize()}</span>" in text) is shown
