"""The state machine of an agreement: every step × state × role × what must hold."""

import datetime
from pathlib import Path

import pytest
from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from agreements.lifecycle import TRANSITIONS, note, problems, steps_from, take
from agreements.lifecycle_table import table
from agreements.models import Agreement, LifeEvent, Validity
from lib.db import Frozen, VersionConflict
from lib.moments import last_day_of
from parties.models import Role
from parties.services import join
from tests import factories as make

pytestmark = pytest.mark.django_db
Status = Agreement.Status

# The expectation, said apart from the code: step → (from where, to where).
EXPECTED = {
    "send": ({"draft"}, "consultation"),
    "take_back": ({"consultation"}, "draft"),
    "adopt": ({"draft", "consultation"}, "adopted"),
    "sign": ({"adopted"}, "signed"),
    "start": ({"adopted", "signed"}, "in_force"),
    "extend": ({"in_force", "expired"}, "in_force"),
    "expire": ({"in_force"}, "expired"),
    "end_by_notice": ({"adopted", "signed", "in_force"}, "terminated"),
    "terminate": ({"adopted", "signed", "in_force"}, "terminated"),
    "succeed": ({"in_force", "expired", "terminated"}, "superseded"),
}
NEEDS = {
    "take_back": {"reason"},
    "adopt": {"decided_by", "decided_on"},
    "extend": {"decided_by", "decided_on"},
    "terminate": {"decided_by", "decided_on", "document", "reason"},
}


def ready(status, name=""):
    """An agreement in a state in which no check stands in the way of the step, nor of others than the other end."""
    agreement = make.AgreementFactory(status=status)
    make.TextVersionFactory(agreement=agreement)
    make.ValidityFactory(agreement=agreement, start="2020", end="2025")
    make.AccessionFactory(agreement=agreement, signature_status="signed")
    make.AgreementFactory(predecessor=agreement, status=Status.IN_FORCE)
    if name == "end_by_notice":
        notice_of_all(agreement)
    return agreement


def notice_of_all(agreement):
    day = datetime.date(2025, 12, 31)
    make.TerminationFactory(agreement=agreement, scope="whole_agreement", last_day=day, confirmed_at=timezone.now())


def coordinator_of(agreement):
    user = make.UserFactory()
    join(user=user, party=agreement.coordinating_party, role=Role.COORDINATOR)
    return user


def told(agreement):
    return {
        "decided_by": "Kommunfullmäktige",
        "decided_on": "2026-01-10",
        "reason": "Läget är ett annat.",
        "document": make.DocumentFactory(agreement=agreement),
    }


def step(name, agreement, **more):
    by = more.pop("by", None) or coordinator_of(agreement)
    return take(name, agreement=agreement, by=by, version=agreement.version, **{**told(agreement), **more})


def test_every_step_is_expected():
    assert set(TRANSITIONS) == set(EXPECTED)


@pytest.mark.parametrize("status", Status)
@pytest.mark.parametrize("name", EXPECTED)
def test_take_leads_where_the_table_says_and_nowhere_else(name, status):
    agreement = ready(status, name)
    sources, target = EXPECTED[name]
    if status in sources:
        event = step(name, agreement)
        agreement.refresh_from_db()
        assert (agreement.status, event.from_status, event.to_status) == (target, status, target)
        assert (event.decided_by, event.done_by.email != "") == ("Kommunfullmäktige", True)
    else:
        with pytest.raises(ValidationError, match="Därifrån går det inte"):
            step(name, agreement)
        agreement.refresh_from_db()
        assert (agreement.status, LifeEvent.objects.count()) == (status, 0)


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("name", EXPECTED)
def test_take_is_for_the_coordinators_alone(name, role):
    agreement = ready(sorted(EXPECTED[name][0])[0], name)
    party = agreement.coordinating_party if role == Role.COORDINATOR else agreement.accession_set.get().party
    user = make.UserFactory()
    join(user=user, party=party, role=role)
    if role == Role.COORDINATOR:
        assert step(name, agreement, by=user).done_by == user
    else:
        with pytest.raises(PermissionDenied):
            step(name, agreement, by=user)
        assert not LifeEvent.objects.exists()


@pytest.mark.parametrize(
    ("name", "field"), [(name, field) for name, fields in NEEDS.items() for field in sorted(fields)]
)
def test_take_asks_for_what_the_step_needs(name, field):
    agreement = ready(sorted(EXPECTED[name][0])[0], name)
    with pytest.raises(ValidationError) as refused:
        step(name, agreement, **{field: None if field in ("decided_on", "document") else ""})
    assert list(refused.value.message_dict) == [field]
    assert refused.value.message_dict[field][0].startswith("Fyll i ")
    assert not LifeEvent.objects.exists()


def with_remiss(agreement):
    make.ConsultationFactory(agreement=agreement, text=agreement.text_versions.get())


def begins_later(agreement):
    Validity.objects.filter(agreement=agreement).update(start="2099-01", end="")


def when_all_have_signed(agreement):
    Validity.objects.filter(agreement=agreement).update(takes_effect="all_signed")
    make.AccessionFactory(agreement=agreement, name_at_signing="Salems kommun")


def nobody_has_signed(agreement):
    Validity.objects.filter(agreement=agreement).update(takes_effect="each_signature")
    agreement.accession_set.get().delete()
    make.AccessionFactory(agreement=agreement)


def ends_later(agreement):
    Validity.objects.filter(agreement=agreement).update(end="2099-06")


def has_no_end(agreement):
    Validity.objects.filter(agreement=agreement).update(end="", open_ended=True)


STANDS_IN_THE_WAY = [
    ("send", lambda a: a.text_versions.all()._raw_delete("default"), "Spara en version av texten först."),
    ("take_back", with_remiss, "Remissen är inte avslutad. Avsluta den först."),
    ("adopt", with_remiss, "Remissen är inte avslutad. Avsluta den först."),
    ("sign", when_all_have_signed, "Salems kommun har inte undertecknat eller avstått."),
    ("start", begins_later, "Överenskommelsen börjar gälla 2099-01. Det har inte varit än."),
    ("start", when_all_have_signed, "Salems kommun har inte undertecknat eller avstått."),
    ("start", nobody_has_signed, "Ingen part har undertecknat än."),
    ("expire", ends_later, "Överenskommelsen gäller till och med 2099-06-30."),
    (
        "expire",
        has_no_end,
        "Överenskommelsen har inget slutdatum. Avsluta den i förtid, eller fyll i giltigheten.",
    ),
    ("expire", notice_of_all, "Överenskommelsen är uppsagd. Anteckna i stället att uppsägningstiden är slut."),
    (
        "end_by_notice",
        lambda a: a.termination_set.all()._raw_delete("default"),
        "Ingen bekräftad uppsägning gäller hela överenskommelsen.",
    ),
    ("end_by_notice", ends_later, "Överenskommelsen gäller till och med 2099-06-30."),
    (
        "succeed",
        lambda a: Agreement.objects.filter(predecessor=a).update(predecessor=None),
        "Ingen överenskommelse är utpekad som efterföljare.",
    ),
]


@pytest.mark.parametrize(("name", "spoil", "message"), STANDS_IN_THE_WAY)
def test_take_is_refused_while_something_stands_in_the_way(name, spoil, message):
    agreement = ready(sorted(EXPECTED[name][0])[0] if name != "start" else Status.SIGNED, name)
    spoil(agreement)
    assert [str(reason) for reason in problems(name, agreement)] == [message]
    with pytest.raises(ValidationError, match=message.split("(")[0][:30]):
        step(name, agreement)
    agreement.refresh_from_db()
    assert not LifeEvent.objects.exists()


def test_sign_and_start_need_parties():
    agreement = ready(Status.ADOPTED)
    agreement.accession_set.all()._raw_delete("default")
    message = "Överenskommelsen har inga parter. Lägg till dem först."
    assert str(problems("sign", agreement)[0]) == str(problems("start", agreement)[0]) == message


def test_succeed_waits_until_the_successor_holds():
    agreement = ready(Status.EXPIRED)
    Agreement.objects.filter(predecessor=agreement).update(status=Status.ADOPTED, short_name="Nya")
    assert [str(reason) for reason in problems("succeed", agreement)] == ["Efterföljaren Nya gäller inte än."]


def test_take_of_an_old_version_is_a_conflict():
    agreement = ready(Status.DRAFT)
    by = coordinator_of(agreement)
    take("send", agreement=agreement, by=by, version=agreement.version)
    with pytest.raises(VersionConflict):
        take("adopt", agreement=agreement, by=by, version=agreement.version - 1, **told(agreement))


@pytest.mark.parametrize("field", ["decided_on", "when"])
def test_take_refuses_days_that_have_not_been(field):
    agreement = ready(Status.DRAFT)
    with pytest.raises(ValidationError) as refused:
        step("adopt", agreement, **{field: datetime.date(2099, 1, 1)})
    assert refused.value.message_dict == {field: ["Dagen har inte varit än. Fyll i när det hände."]}


def test_what_was_taken_here_is_frozen_and_what_was_read_is_not():
    agreement = ready(Status.DRAFT)
    event = step("send", agreement)
    event.text = "Något annat"
    with pytest.raises(Frozen):
        event.save()
    read = make.LifeEventFactory(agreement=agreement)
    read.text = "Något annat"
    read.save()
    assert LifeEvent.objects.get(pk=read.pk).text == "Något annat"


def test_note_leaves_the_state_alone():
    agreement = ready(Status.IN_FORCE)
    event = note(LifeEvent.Kind.JOINED, agreement=agreement, by=coordinator_of(agreement), text="Markaryd anslöt sig")
    agreement.refresh_from_db()
    assert (agreement.status, event.from_status, event.to_status) == (Status.IN_FORCE, "", "")


def test_steps_from_tells_the_way_on():
    agreement = ready(Status.IN_FORCE)
    assert [name for name, _step, _problems in steps_from(agreement)] == ["extend", "expire", "terminate", "succeed"]
    notice_of_all(agreement)
    ways = ["extend", "end_by_notice", "terminate", "succeed"]
    assert [name for name, _step, _problems in steps_from(agreement)] == ways


@pytest.mark.parametrize(
    ("moment", "day"),
    [("2024", "2024-12-31"), ("2024-02", "2024-02-29"), ("2023-02", "2023-02-28"), ("2024-12", "2024-12-31"),
     ("2024-07-01", "2024-07-01")],
)  # fmt: skip
def test_last_day_of(moment, day):
    assert last_day_of(moment).isoformat() == day


def test_guide_prints_the_table():
    """Made with ``manage.py lifecycle_table``."""
    guide = Path(settings.BASE_DIR, "docs/guide/livscykel.md").read_text(encoding="utf-8")
    assert table() in guide


@pytest.mark.parametrize(
    ("start", "when", "message"),
    [
        ("2025-10-19", "2025-10-18", "Överenskommelsen började gälla 2025-10-19. Den kan inte sluta före det."),
        ("2025-10-19", "2025-10-19", ""),
        ("2025", "2025-01-01", ""),
        ("2025-03", "2025-02-28", "Överenskommelsen började gälla 2025-03. Den kan inte sluta före det."),
        ("", "2020-01-01", ""),
    ],
)
def test_take_refuses_an_end_before_the_start(start, when, message):
    agreement = make.AgreementFactory(status=Status.IN_FORCE)
    make.ValidityFactory(agreement=agreement, start=start, end="2199")
    by = make.UserFactory()
    join(user=by, party=agreement.coordinating_party, role=Role.COORDINATOR)
    told = {"decided_by": "Rådet", "decided_on": "2025-11-01", "reason": "Ny lag.", "when": when}
    told["document"] = make.DocumentFactory(agreement=agreement)

    try:
        take("terminate", agreement=agreement, by=by, version=agreement.version, **told)
        refused = ""
    except ValidationError as error:
        [refused] = error.message_dict["when"]

    assert refused == message
    assert (Agreement.objects.get().status == Status.IN_FORCE) is bool(message)
