"""An agreement follows when a party was carried on: what is open goes over, what is frozen stays."""

import datetime

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse

from actionplans.models import Activity, Step
from agreements.models import Accession, Agreement, LifeEvent
from agreements.services import actor_for
from followup.inbox import tasks_of
from followup.models import Respondent
from governance.models import Seat
from governance.services import grant_governance_rights, seat_person
from parties.models import Role
from parties.services import join
from parties.succession import merge, split
from portal.succession import Moved, apply, load_of, pending
from tests import factories as make

pytestmark = pytest.mark.django_db
ON, DAY = datetime.date(2026, 1, 1), datetime.timedelta(days=1)


class World:
    """A party with one of everything in an agreement, merged into ``new``; rows by name, with what stays."""

    def __init__(self):
        self.agreement = make.AgreementFactory(status="in_force", published_on=None)
        self.by = make.MembershipFactory(party=self.agreement.coordinating_party, role=Role.COORDINATOR).user
        self.old = self.party(name_at_signing="Storköpings kommun", signature_status="signed", signed_on="2020-01-01")
        self.new, self.root = make.PartyFactory(name="Nya kommunen"), make.UserFactory(is_superuser=True)
        grant_governance_rights(self.agreement)

    def party(self, **accession):
        return make.AccessionFactory(agreement=self.agreement, **accession).party

    def fill(self):
        actor = actor_for(agreement=self.agreement, key=self.old.key)
        plan = make.ActionPlanFactory(agreement=self.agreement)
        draft = {"edition": make.EditionFactory(plan=plan), "responsible": actor}
        self.led, self.joined = make.ActivityFactory(**draft), make.ActivityFactory(edition=draft["edition"])
        self.joined.participants.add(actor)
        self.frozen = make.ActivityFactory(edition__plan=plan, responsible=actor)
        make.adopt(self.frozen.edition)
        self.round = make.RoundFactory(agreement=self.agreement)
        self.place = make.RespondentFactory(round=self.round, party=self.old, extended_to="2026-09-30")
        answered = {"round": self.round, "party": self.old}
        self.draft = make.ReportFactory(**answered, activity=self.frozen, text="Nästan klart")
        self.handed_in = make.ReportFactory(**answered, submitted=True)
        body = make.MandateFactory(agreement=self.agreement, convener=actor).body
        self.seat = make.SeatFactory(body=body, party=self.old)
        self.member = make.UserFactory()
        seat_person(seat=self.seat, user=self.member, party=self.old)
        decision = make.DecisionFactory(body=body, agreement=self.agreement)
        self.assignment = make.AssignmentFactory(decision=decision, party=self.old)
        area = make.PriorityAreaFactory(agreement=self.agreement)
        self.duty = make.ResponsibilityFactory(agreement=self.agreement, area=area, actor=actor)
        self.obstacle = make.ObstacleFactory(
            agreement=self.agreement, party=self.old, owner_party=self.old, reported=True
        )
        self.unreported = make.ObstacleFactory(agreement=self.agreement, party=self.old, title="Hyreslagen")
        asked = make.ConsultationFactory(agreement=self.agreement)
        self.addressee = make.AddresseeFactory(consultation=asked, party=self.old, name=self.old.name)
        return self

    def merged(self):
        merge(parties=[self.old], into=self.new, on=ON, reason="Beslut", by=self.root)
        return self

    def load(self, new=None):
        return load_of(self.agreement, self.old, new or self.new, by=self.by)

    def follow(self, **more):
        told = {"old": self.old, "new": self.new, "on": ON, "by": self.by} | more
        return apply(agreement=self.agreement, seen=self.load(told["new"]).digest, **told)


@pytest.fixture
def world():
    return World()


def test_apply_moves_what_is_open_and_leaves_what_is_frozen(world):
    world.fill().merged()
    reporter = join(user=make.UserFactory(), party=world.new, role=Role.REPORTER).user
    assert not Agreement.objects.visible_to(reporter).exists()
    world.follow()
    for row in vars(world).values():
        if hasattr(row, "refresh_from_db"):
            row.refresh_from_db()
    new = world.new
    moved = {
        "responsible": world.led.responsible.party,
        "participants": world.joined.participants.get().party,
        "report": world.draft.party,
        "assignment": world.assignment.party,
        "duty": world.duty.actor.party,
        "obstacle": world.obstacle.owner_party,
        "unreported": world.unreported.party,
        "addressee": world.addressee.party,
        "seat": Seat.objects.get().party,
        "member": Seat.objects.get().membership.party,
        "convener": Seat.objects.get().body.mandates.get().convener.party,
    }
    assert moved == dict.fromkeys(moved, new)
    assert (world.frozen.responsible.party, world.handed_in.party, world.obstacle.party) == (world.old,) * 3
    assert Seat.objects.get().membership.user == world.member
    places = Respondent.objects.filter(round=world.round).values_list("party", "extended_to")
    assert set(places) == {(world.old.pk, world.place.extended_to), (new.pk, world.place.extended_to)}
    assert Agreement.objects.visible_to(reporter).get() == world.agreement
    assert Step.objects.filter(user=world.by).count() == 2


def test_apply_writes_down_who_left_and_who_came(world):
    world.merged()
    assert [task.title for task in tasks_of(world.by)] == [f"Låt efterträdaren ta över efter {world.old}"]
    world.follow()
    assert tasks_of(world.by) == []
    old, new = (Accession.objects.get(party=party) for party in (world.old, world.new))
    assert (old.name_at_signing, old.left_on, old.signature_status) == ("Storköpings kommun", ON, "signed")
    assert (new.name_at_signing, new.joined_on, new.signed_on) == ("Nya kommunen", ON, None)
    assert new.note == "Efterträder Storköpings kommun från 2026-01-01."
    events = LifeEvent.objects.filter(done_by=world.by).values_list("kind", "party", "when")
    assert set(events) == {("left", world.old.pk, "2026-01-01"), ("joined", world.new.pk, "2026-01-01")}
    assert pending(world.agreement) == []
    with pytest.raises(ValidationError, match="Överenskommelsen har redan följt med"):
        apply(agreement=world.agreement, old=world.old, new=world.new, on=ON, seen="", by=world.by)


def coordinated_by_old(world, *, successor_can=True):
    """The party that is merged coordinates the agreement. Returns (who coordinates it now, who would at the new)."""
    Agreement.objects.filter(pk=world.agreement.pk).update(coordinating_party=world.old)
    world.by = make.MembershipFactory(party=world.old, role=Role.COORDINATOR).user
    role = Role.COORDINATOR if successor_can else Role.READER
    other = make.MembershipFactory(party=world.new, role=role).user
    grant_governance_rights(Agreement.objects.get())
    world.merged()
    return other


def test_apply_moves_the_coordination_where_that_is_chosen(world):
    other = coordinated_by_old(world)
    assert not Agreement.objects.editable_by(other).exists()
    world.follow(coordination=True)
    agreement = Agreement.objects.get()
    assert (agreement.coordinating_party, agreement.history.first().history_user) == (world.new, world.by)
    assert [Agreement.objects.editable_by(user).exists() for user in (world.by, other)] == [False, True]


@pytest.mark.parametrize(
    ("can", "moves", "told"),
    [
        (False, True, "Ingen hos Nya kommunen är samordnare än. Ge någon där den rollen först."),
        (True, False, "{old} har upphört och kan inte samordna. Låt Nya kommunen göra det."),
    ],
)
def test_apply_leaves_no_agreement_without_somebody_who_coordinates(world, can, moves, told):
    coordinated_by_old(world, successor_can=can)
    with pytest.raises(ValidationError) as refused:
        world.follow(coordination=moves)
    assert refused.value.message_dict == {"coordination": [told.format(old=world.old)]}
    assert (Agreement.objects.get().coordinating_party, LifeEvent.objects.count()) == (world.old, 0)


def test_apply_refuses_to_move_a_coordination_that_is_another_partys(world):
    world.merged()
    with pytest.raises(Moved):
        world.follow(coordination=True)


def test_succession_apply_asks_who_coordinates_and_leads_on(world, client):
    other = coordinated_by_old(world)
    client.force_login(world.by)
    page = (
        f"{reverse('portal:succession_apply', args=[world.agreement.slug])}?fran={world.old.key}&till={world.new.key}"
    )
    form = {"on": "2026-01-01", "work": "on", "seen": client.get(page).context["load"].digest}
    missing = client.post(page, form)
    assert (list(missing.context["form"].errors), "Nya kommunen tar över" in missing.text) == (["coordination"], True)
    moved = client.post(page, form | {"coordination": "tar-over"})
    assert moved.url == reverse("portal:work")
    assert Agreement.objects.editable_by(other).get() == world.agreement


def test_apply_into_one_that_is_party_already_leaves_both_answers(world):
    make.AccessionFactory(agreement=world.agreement, party=world.new)
    world.fill().merged()
    own = make.ReportFactory(round=world.round, activity=world.frozen, party=world.new)
    load = world.follow()
    assert (load.kept, load.reports) == ([world.draft], [])
    world.draft.refresh_from_db()
    assert (world.draft.party, own.party) == (world.old, world.new)
    place = Accession.objects.get(agreement=world.agreement, party=world.new)
    assert place.note == "Efterträder Storköpings kommun från 2026-01-01."


def test_apply_of_a_split_lets_the_old_party_leave_with_the_last(world):
    world.fill()
    north, south = make.PartyFactory(name="Norra"), make.PartyFactory(name="Södra")
    split(party=world.old, into=[north, south], on=ON, reason="Beslut", by=world.root)
    standing = Accession.objects.standing().filter(agreement=world.agreement)
    world.follow(new=north, work=False)
    assert Activity.objects.get(pk=world.led.pk).responsible.party == world.old
    assert standing.filter(party=world.old).exists()
    world.follow(new=south)
    assert Activity.objects.get(pk=world.led.pk).responsible.party == south
    assert set(standing.values_list("party", flat=True)) >= {north.pk, south.pk}
    assert not standing.filter(party=world.old).exists()


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"on": datetime.date(2999, 1, 1)}, "Dagen har inte varit än. Gör steget den dag det gäller."),
        ({"on": ON - DAY}, "Ange 2026-01-01 eller senare."),
        ({"status": "terminated"}, "Överenskommelsen gäller inte längre. Den behöver förlängas först."),
    ],
)
def test_apply_refuses(world, more, message):
    world.merged()
    if "status" in more:
        Agreement.objects.filter(pk=world.agreement.pk).update(status=more.pop("status"))
    with pytest.raises(ValidationError) as refused:
        world.follow(**more)
    assert refused.value.messages == [message]
    assert not Accession.objects.filter(party=world.new).exists()


def test_apply_is_of_what_was_shown_and_for_coordinators(world):
    world.fill().merged()
    seen = world.load().digest
    world.draft.save_answers({"text": "Klart"}, version=1, by=make.UserFactory())
    asked = {"agreement": world.agreement, "old": world.old, "new": world.new, "on": ON}
    with pytest.raises(Moved):
        apply(**asked, seen=seen, by=world.by)
    with pytest.raises(PermissionDenied):
        apply(**asked, seen=world.load().digest, by=world.root)


def test_succession_apply_shows_what_moves_and_not_what_drafts_say(client, world):
    world.fill().merged()
    client.force_login(world.by)
    address = reverse("portal:succession_apply", args=[world.agreement.slug])
    assert "Nya kommunen tar över efter" in client.get(address).content.decode()
    pair = f"{address}?fran={world.old.key}&till={world.new.key}"
    page = client.get(pair).content.decode()
    assert ["1 svar som inte är inlämnat" in page, "Nästan klart" in page] == [True, False]
    assert ["1 utkast" in page, "Hyreslagen" in page] == [True, False]
    sent = {"on": "2026-01-01", "work": "on", "seen": world.load().digest}
    for _time in range(2):
        assert client.post(pair, sent).url == address
    assert Accession.objects.filter(party=world.new).count() == 1
    assert LifeEvent.objects.filter(kind="joined").count() == 1
