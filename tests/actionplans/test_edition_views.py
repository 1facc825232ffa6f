"""The pages of plans and editions: what is saved, what is refused and where, and that nothing typed is lost."""

import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from actionplans.models import ActionPlan, Activity, Edition
from parties.models import Role
from tests.factories import (
    ActionPlanFactory,
    ActivityFactory,
    ActivityFileFactory,
    AgreementFactory,
    CommentFactory,
    EditionFactory,
    InternalNoteFactory,
    MandateFactory,
    PlanRuleFactory,
    PriorityAreaFactory,
    adopt,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def draft(login_as):
    """A draft with an activity; its agreement's coordinator is logged in."""
    edition = ActivityFactory(number="B1", edition__label="2026:2").edition
    login_as(Role.COORDINATOR, party=edition.plan.agreement.coordinating_party)
    return edition


def of_edition(name, edition):
    return reverse(f"actionplans:{name}", args=[edition.plan.agreement.slug, edition.plan.key, edition.label])


# --- plans ------------------------------------------------------------------------------------------------------------


def test_plan_create_starts_from_what_the_agreement_says(client, login_as):
    agreement = AgreementFactory()
    council = MandateFactory(agreement=agreement)
    PlanRuleFactory(agreement=agreement, name="Aktivitetsplan", cadence="annual", adopted_by=council.actor)
    login_as(Role.COORDINATOR, party=agreement.coordinating_party)
    form = client.get(reverse("actionplans:plan_create", args=[agreement.slug])).context["form"]
    initial = {name: form.initial[name] for name in ("name", "cadence", "managed_by", "adopted_by")}
    assert initial == {"name": "Aktivitetsplan", "cadence": "annual", "managed_by": None, "adopted_by": council.pk}


@pytest.mark.parametrize(
    ("name", "key"),
    [("Aktivitetsplan för hälsa", "aktivitetsplan-for-halsa"), ("Ny", "ny-2"), ("Plan", "plan-2"), ("–", "plan-2")],
)
def test_plan_create_gives_a_key_and_leads_to_the_first_edition(client, login_as, name, key):
    agreement = ActionPlanFactory(key="plan", order=4).agreement
    login_as(Role.COORDINATOR, party=agreement.coordinating_party)
    response = client.post(reverse("actionplans:plan_create", args=[agreement.slug]), {"name": name})
    plan = ActionPlan.objects.latest("pk")
    assert (plan.key, plan.order, plan.agreement) == (key, 5, agreement)
    assert response.url == reverse("followup:edition_create", args=[agreement.slug, key])


def test_plan_edit_refuses_what_belongs_to_another_agreement(client, draft):
    plan = draft.plan
    url = reverse("actionplans:plan_edit", args=[plan.agreement.slug, plan.key])
    data = {"name": "Nytt namn", "version": plan.version}
    refused = client.post(url, {**data, "area": PriorityAreaFactory().pk, "adopted_by": MandateFactory().pk})
    assert (refused.status_code, sorted(refused.context["form"].errors)) == (200, ["adopted_by", "area"])
    area = PriorityAreaFactory(agreement=plan.agreement)
    assert client.post(url, {**data, "area": area.pk, "cadence": ""}).status_code == 302
    plan.refresh_from_db()
    assert (plan.name, plan.area, plan.cadence) == ("Nytt namn", area, "")


# --- label and period -------------------------------------------------------------------------------------------------


def described(edition, **changes):
    return {
        "label": "2026:2",
        "starts_on": "2026-07-01",
        "ends_on": "2026-12-31",
        "version": edition.version,
        **changes,
    }


@pytest.mark.parametrize(
    ("changes", "field", "message"),
    [
        ({"label": "forslag"}, "label", "används i portalens adresser"),
        ({"label": "2026/2"}, "label", "bokstäver, siffror, kolon"),
        ({"label": "2026:1"}, "label", "redan en version med det namnet"),
        ({"starts_on": "2026-06-30"}, "starts_on", "krockar med 2026:1"),
        ({"ends_on": "2026-06-01"}, None, "Slutdatum kan inte vara före startdatum"),
        ({"ends_on": "snart"}, "ends_on", "Skriv datumet med år, månad och dag"),
    ],
)
def test_edition_describe_refuses_at_the_place_and_keeps_what_was_typed(client, draft, changes, field, message):
    first = datetime.date(2026, 1, 1)
    EditionFactory(plan=draft.plan, label="2026:1", starts_on=first, ends_on=datetime.date(2026, 6, 30))
    response = client.post(of_edition("edition_describe", draft), described(draft, **changes))
    form = response.context["form"]
    assert message in " ".join(form.errors[field] if field else form.non_field_errors())
    assert all(value in response.content.decode() for value in changes.values())


def test_edition_describe_lets_a_correction_begin_early(client, draft):
    EditionFactory(plan=draft.plan, label="2026:1")
    data = described(draft, label="2026:2 rättad", is_correction="on")
    assert client.post(of_edition("edition_describe", draft), data).status_code == 302
    assert Edition.objects.get(pk=draft.pk).is_correction


def test_edition_describe_answers_a_colleague_with_both_texts(client, draft):
    url = of_edition("edition_describe", draft)
    first = client.post(url, described(draft, label="2026:B"))
    url = url.replace("2026:2", "2026:B").replace("2026%3A2", "2026:B")
    second = client.post(url, described(draft, label="2026:C"))
    page = second.content.decode()
    assert (first.status_code, second.status_code, "2026:B" in page, "2026:C" in page) == (302, 409, True, True)


# --- propose, take back, delete ---------------------------------------------------------------------------------------


def test_edition_propose_shows_what_stops_it_and_leads_there(client, draft):
    activity = ActivityFactory(edition=draft, number="B2", responsible=None)
    response = client.post(of_edition("edition_propose", draft))
    page = response.content.decode()
    place = [draft.plan.agreement.slug, draft.plan.key, draft.label, activity.pk]
    link = reverse("actionplans:activity_edit", args=place) + "#id_responsible"
    assert (response.status_code, link in page, "Ansvarig part saknas" in page) == (422, True, True)
    assert Edition.objects.get(pk=draft.pk).state == "draft"


def test_edition_propose_and_withdraw(client, draft):
    assert client.post(of_edition("edition_propose", draft)).status_code == 302
    assert Edition.objects.get(pk=draft.pk).state == "proposed"
    assert "redan föreslagen" in client.post(of_edition("edition_propose", draft), follow=True).content.decode()
    client.post(of_edition("edition_withdraw", draft), {"reason": "Mer tid"})
    edition = Edition.objects.get(pk=draft.pk)
    assert (edition.state, edition.history.first().history_change_reason) == ("draft", "Mer tid")
    assert "inte föreslagen" in client.post(of_edition("edition_withdraw", draft), follow=True).content.decode()


def test_edition_withdraw_goes_through_with_a_reason_that_is_too_long(client, draft):
    draft.propose(by=None)
    assert client.post(of_edition("edition_withdraw", draft), {"reason": "x" * 9000}).status_code == 302
    assert Edition.objects.get(pk=draft.pk).state == "draft"


def test_edition_delete_shows_what_disappears(client, draft):
    activity = draft.activities.get()
    ActivityFileFactory(activity=activity)
    CommentFactory(activity=activity)
    InternalNoteFactory(activity=activity)
    page = client.get(of_edition("edition_delete", draft)).content.decode()
    for line in ("1 aktivitet", str(activity), "1 bilaga", "1 kommentar", "1 intern anteckning"):
        assert line in page
    response = client.post(of_edition("edition_delete", draft), {"version": draft.version})
    assert response.url == reverse("actionplans:plan_list", args=[draft.plan.agreement.slug])
    assert (Edition.objects.count(), Activity.objects.count()) == (0, 0)


def test_edition_delete_takes_a_draft_whose_period_was_taken_meanwhile(client, draft):
    adopt(EditionFactory(plan=draft.plan, starts_on=draft.starts_on, ends_on=draft.ends_on))
    response = client.post(of_edition("edition_delete", draft), {"version": draft.version})
    assert (response.status_code, Edition.objects.filter(pk=draft.pk).exists()) == (302, False)


def test_edition_delete_is_for_drafts(client, draft):
    draft.propose(by=None)
    assert "Ta tillbaka den till utkast" in client.get(of_edition("edition_delete", draft)).content.decode()
    client.post(of_edition("edition_delete", draft), {"version": draft.version})
    assert Edition.objects.get() == draft


def test_edition_delete_asks_again_where_a_colleague_saved(client, draft):
    draft.save_version(draft.version)
    response = client.post(of_edition("edition_delete", draft), {"version": 1})
    assert (response.status_code, Edition.objects.count()) == (409, 1)


@pytest.mark.parametrize(
    ("state", "buttons"),
    [
        ("draft", {"edition_propose", "edition_describe", "edition_adopt"}),
        ("proposed", {"edition_withdraw", "edition_describe", "edition_adopt"}),
        ("adopted", {"edition_create"}),
    ],
)
def test_edition_detail_offers_what_the_state_allows(client, draft, state, buttons):
    if state == "proposed":
        draft.propose(by=None)
    if state == "adopted":
        adopt(draft)
    page = client.get(of_edition("edition_detail", draft)).content.decode()
    place = [draft.plan.agreement.slug, draft.plan.key, draft.label]
    names = ("edition_propose", "edition_withdraw", "edition_describe")
    offered = {name for name in names if f'"{of_edition(name, draft)}"' in page}
    offered |= {"edition_adopt"} & (
        {"edition_adopt"} if reverse("followup:edition_adopt", args=place) in page else set()
    )
    offered |= {"edition_create"} if reverse("followup:edition_create", args=place[:2]) in page else set()
    assert offered == buttons


@pytest.mark.parametrize("name", ["edition_delete", "edition_describe"])
def test_queries_do_not_follow_rows(client, draft, name):
    def queries():
        client.get(of_edition(name, draft))
        with CaptureQueriesContext(connection) as captured:
            assert client.get(of_edition(name, draft)).status_code == 200
        return len(captured)

    with_one = queries()
    for _ in range(29):
        ActivityFactory(edition=draft)
    assert queries() == with_one
