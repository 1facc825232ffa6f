"""Versions, frozen rows and constraints, on the models that use them."""

import datetime

import pytest
from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.db import IntegrityError, transaction

from agreements.models import Accession, Adoption, Agreement, Consultation, Goal
from governance.models import Meeting, Responsibility, Seat
from lib.db import Frozen, VersionConflict
from parties.models import Membership, Party, PartyCounty, PartyName
from tests import factories

pytestmark = pytest.mark.django_db
EARLY, LATE = datetime.date(2026, 1, 1), datetime.date(2026, 6, 30)


# --- Versioned --------------------------------------------------------------------------------------------------------


def read_twice(row):
    """Two people read the same row."""
    return type(row).objects.get(pk=row.pk), type(row).objects.get(pk=row.pk)


def test_save_version_counts_up_and_keeps_the_reason():
    goal = factories.GoalFactory(text="Före")
    goal.text = "Efter"
    goal.save_version(1, reason="Enligt rådets beslut")
    stored = Goal.objects.get(pk=goal.pk)
    assert (stored.text, stored.version, goal.version) == ("Efter", 2, 2)
    assert stored.history.first().history_change_reason == "Enligt rådets beslut"


def test_plain_save_loses_what_the_first_wrote():
    """The trap itself: without the version the second saver silently wins."""
    first, second = read_twice(factories.GoalFactory(text="Före", why=""))
    first.text, second.why = "Den första skrev", "Den andra skrev"
    first.save()
    second.save()
    assert Goal.objects.get(pk=first.pk).text == "Före"


def test_save_version_of_an_old_version_writes_nothing_and_brings_the_stored_row():
    first, second = read_twice(factories.GoalFactory(text="Före"))
    first.text, second.text = "Den första skrev", "Den andra skrev"
    first.save_version(1)
    with pytest.raises(VersionConflict) as conflict:
        second.save_version(1)
    assert (conflict.value.current.text, conflict.value.current.version) == ("Den första skrev", 2)
    assert Goal.objects.get(pk=first.pk).text == "Den första skrev"


def test_twenty_savers_of_one_version_let_one_through():
    goal = factories.GoalFactory(text="Före")
    rows = [Goal.objects.get(pk=goal.pk) for _ in range(20)]
    saved = []
    for number, row in enumerate(rows):
        row.text = f"Sparare {number}"
        try:
            row.save_version(1)
            saved.append(row.text)
        except VersionConflict:
            continue
    assert saved == [Goal.objects.get(pk=goal.pk).text]


def test_save_version_of_a_removed_row_says_that_it_is_gone():
    first, second = read_twice(factories.GoalFactory())
    first.delete()
    with pytest.raises(ObjectDoesNotExist):
        second.save_version(1)
    assert not Goal.objects.filter(pk=second.pk).exists()


def test_save_version_leaves_the_version_when_the_row_is_refused():
    accession = factories.AccessionFactory(signature_status="signed", signed_on=EARLY)
    accession.name_at_signing = "Annat namn"
    with pytest.raises(Frozen):
        accession.save_version(1)
    assert Accession.objects.get(pk=accession.pk).version == 1


def test_delete_version_of_an_old_version_removes_nothing():
    first, second = read_twice(factories.GoalFactory())
    first.save_version(1)
    with pytest.raises(VersionConflict):
        second.delete_version(1)
    assert Goal.objects.filter(pk=first.pk, version=2).exists()
    second.delete_version(2)
    assert not Goal.objects.filter(pk=first.pk).exists()


# --- Freezable --------------------------------------------------------------------------------------------------------


@pytest.fixture
def signed():
    return factories.AccessionFactory(
        name_at_signing="Heby kommun", signature_status="signed", signed_on=EARLY, signed_place="Uppsala"
    )


def rename(row, **values):
    for name, value in {"name_at_signing": "Annat namn", **values}.items():
        setattr(row, name, value)
    return row


WAYS = {
    "save": lambda row: rename(row).save(),
    "save one field": lambda row: rename(row).save(update_fields=["name_at_signing"]),
    "thaw and change": lambda row: rename(row, signed_on=None, signature_status="unknown").save(),
    "thaw by field": lambda row: rename(row, signed_on=None).save(update_fields=["signed_on"]),
    "another party": lambda row: rename(row, party=factories.PartyFactory()).save(),
    "another agreement": lambda row: rename(row, agreement=factories.AgreementFactory()).save(),
    "save version": lambda row: rename(row).save_version(1),
    "delete": lambda row: row.delete(),
    "delete version": lambda row: row.delete_version(1),
    "update": lambda row: Accession.objects.filter(pk=row.pk).update(name_at_signing="Annat namn"),
    "update all": lambda row: Accession.objects.update(name_at_signing="Annat namn"),
    "update an open field": lambda row: Accession.objects.filter(pk=row.pk).update(note="Annat"),
    "delete many": lambda row: Accession.objects.filter(agreement=row.agreement).delete(),
    "bulk update": lambda row: Accession.objects.bulk_update([rename(row)], ["name_at_signing"]),
    "bulk create over": lambda row: Accession.objects.bulk_create(
        [rename(row)], update_conflicts=True, unique_fields=["id"], update_fields=["name_at_signing"]
    ),
    "update or create": lambda row: Accession.objects.update_or_create(
        pk=row.pk, defaults={"name_at_signing": "Annat namn"}
    ),
    "by way of the agreement": lambda row: row.agreement.accession_set.update(name_at_signing="Annat namn"),
    "by way of the party": lambda row: row.party.accessions.all().delete(),
}


@pytest.mark.parametrize("change", WAYS.values(), ids=WAYS.keys())
def test_frozen_row_refuses_every_way_of_changing_it(signed, change):
    before = Accession.objects.filter(pk=signed.pk).values().get()
    with pytest.raises(Frozen), transaction.atomic():
        change(signed)
    assert Accession.objects.filter(pk=signed.pk).values().get() == before


def test_frozen_row_takes_what_may_still_change(signed):
    signed.note, signed.left_on, signed.notice_received_on = "Sade upp", LATE, LATE
    signed.save_version(1)
    stored = Accession.objects.get(pk=signed.pk)
    assert (stored.note, stored.left_on, stored.version) == ("Sade upp", LATE, 2)


def test_row_freezes_by_the_save_that_signs_it():
    accession = factories.AccessionFactory(name_at_signing="Heby kommun")
    accession.signature_status, accession.signed_on = "signed", EARLY
    accession.save_version(1)
    with pytest.raises(Frozen):
        rename(accession).save()


def test_bulk_create_of_new_rows_is_open():
    party = factories.PartyFactory()
    agreement = factories.AgreementFactory()
    row = Accession(agreement=agreement, party=party, name_at_signing=party.name, key="ny")
    Accession.objects.bulk_create([row])
    assert Accession.objects.filter(key="ny").count() == 1


def test_frozen_row_is_not_touched_by_writes_to_others(signed):
    other = factories.AccessionFactory(agreement=signed.agreement)
    Accession.objects.filter(pk=other.pk).update(note="Öppen")
    other.delete()
    assert list(Accession.objects.filter(agreement=signed.agreement)) == [signed]


# --- constraints ------------------------------------------------------------------------------------------------------


def refused(factory, **values):
    """Whether the form's door (full_clean) and the database both refuse the row."""
    row = factory.build(**values)
    try:
        row.full_clean()
        by_form = False
    except ValidationError:
        by_form = True
    try:
        with transaction.atomic():
            row.save()
        by_database = False
    except IntegrityError:
        by_database = True
    return by_form, by_database


DATES = [
    (Party, factories.PartyFactory, "founded_on", "dissolved_on", ()),
    (PartyName, factories.PartyNameFactory, "starts_on", "ends_on", ("party",)),
    (PartyCounty, factories.PartyCountyFactory, "starts_on", "ends_on", ("party", "county")),
    (Membership, factories.MembershipFactory, "starts_on", "ends_on", ("user", "party", "group")),
    (Accession, factories.AccessionFactory, "joined_on", "left_on", ("agreement", "party")),
    (Adoption, factories.AdoptionFactory, "decision_date", "signed_date", ("agreement", "decided_by")),
    (Consultation, factories.ConsultationFactory, "sent_on", "deadline", ("agreement",)),
    (Seat, factories.SeatFactory, "starts_on", "ends_on", ("body", "party")),
    (Responsibility, factories.ResponsibilityFactory, "starts_on", "ends_on", ("area", "agreement", "actor")),
    (Meeting, factories.MeetingFactory, "starts_at", "ends_at", ("body",)),
]


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [
        (EARLY, LATE, (False, False)),
        (EARLY, EARLY, (False, False)),
        (None, EARLY, (False, False)),
        (LATE, None, (False, False)),
        (LATE, EARLY, (True, True)),
    ],
    ids=["in order", "same day", "no start", "no end", "backwards"],
)
@pytest.mark.parametrize(
    ("model", "factory", "start", "end", "links"), DATES, ids=lambda value: getattr(value, "__name__", "")
)
def test_date_order(model, factory, start, end, links, first, last, expected):
    made = factory()
    values = {link: getattr(made, link) for link in links}
    model._base_manager.filter(pk=made.pk).delete()
    if model is Meeting:
        first, last = (value and datetime.time(value.month) for value in (first, last))
    if model is Membership and first is None:
        first = EARLY  # a membership always has a first day
    assert refused(factory, **values, **{start: first, end: last}) == expected


RULES = [
    ("a municipality's code on another kind", factories.PartyFactory, {"scb_code": "9999", "kind": "region"}),
    ("a signature date without signature", factories.AccessionFactory, {"signed_on": EARLY}),
    (
        "notice before the signature",
        factories.AccessionFactory,
        {"signature_status": "signed", "signed_on": LATE, "notice_received_on": EARLY},
    ),
    ("open-ended with an end", factories.ValidityFactory, {"open_ended": True, "end": "2027"}),
    ("an end before the start", factories.ValidityFactory, {"start": "2027", "end": "2024"}),
    ("a party actor without party", factories.ActorFactory, {"kind": "party"}),
    ("a body actor with party", factories.ActorFactory, {"kind": "body", "party": True}),
    ("a responsibility of nobody", factories.ProvisionFactory, {"kind": "responsibility"}),
    ("a provision that says nothing", factories.ProvisionFactory, {"heading": "", "text": ""}),
    ("an eighteenth global goal", factories.GlobalGoalLinkFactory, {"number": 18}),
    ("a seat of nobody", factories.SeatFactory, {"party": None, "office": ""}),
]


@pytest.mark.parametrize(("factory", "values"), [rule[1:] for rule in RULES], ids=[rule[0] for rule in RULES])
def test_constraint_refuses(factory, values):
    made = factory()
    links = {
        field.name: getattr(made, field.name)
        for field in made._meta.concrete_fields
        if field.many_to_one and field.name not in values and getattr(made, field.name)
    }
    if values.get("party") is True:
        values = {**values, "party": factories.PartyFactory()}
    type(made)._base_manager.filter(pk=made.pk).delete()
    assert refused(factory, **links, **values) == (True, True)


TWICE = [
    ("key in an agreement", factories.GoalFactory, ("agreement", "area", "key")),
    ("party in an agreement", factories.AccessionFactory, ("agreement", "party")),
    ("outsider of an agreement", factories.OutsiderFactory, ("agreement", "party")),
    ("global goal of an area", factories.GlobalGoalLinkFactory, ("agreement", "area", "number")),
    ("mandate of a body", factories.MandateFactory, ("agreement", "body", "actor")),
    ("responsibility of an actor", factories.ResponsibilityFactory, ("agreement", "area", "actor", "scope")),
    ("body of a county", factories.BodyFactory, ("county", "key")),
    ("seat of a body", factories.SeatFactory, ("body", "key", "party")),
    ("meeting of a body", factories.MeetingFactory, ("body", "key")),
    ("decision of a body", factories.DecisionFactory, ("body", "key")),
    ("name of a party", factories.PartyNameFactory, ("party", "name")),
    ("county of a party", factories.PartyCountyFactory, ("party", "county")),
    ("succession", factories.PartySuccessionFactory, ("predecessor", "successor")),
    ("hat of a person", factories.MembershipFactory, ("user", "party", "group", "starts_on")),
]


@pytest.mark.parametrize(("factory", "same"), [rule[1:] for rule in TWICE], ids=[rule[0] for rule in TWICE])
def test_same_row_twice_is_refused(factory, same):
    made = factory()
    assert refused(factory, **{name: getattr(made, name) for name in same}) == (True, True)


def test_agreement_is_not_its_own_predecessor():
    agreement = factories.AgreementFactory()
    agreement.predecessor = agreement
    with pytest.raises(ValidationError):
        agreement.full_clean()
    with pytest.raises(IntegrityError), transaction.atomic():
        Agreement.objects.filter(pk=agreement.pk).update(predecessor=agreement)


def test_party_is_not_its_own_successor():
    party = factories.PartyFactory()
    assert refused(factories.PartySuccessionFactory, predecessor=party, successor=party) == (True, True)


def test_body_does_not_answer_to_itself():
    mandate = factories.MandateFactory()
    mandate.reports_to = mandate
    with pytest.raises(ValidationError):
        mandate.full_clean()
    with pytest.raises(IntegrityError), transaction.atomic():
        mandate.save()
