"""Parties change: the register keeps what was, and refuses what cannot be."""

import datetime

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse
from django.utils import timezone

from parties.models import AuditEvent, County, Membership, Party, PartyName, PartySuccession, Role
from parties.services import join
from parties.succession import dissolve, merge, move, rename, split
from portal.party_changes import FORMS
from portal.search import find
from tests import factories as make

pytestmark = pytest.mark.django_db
DAY, LATER = datetime.date(2024, 1, 1), datetime.date(2025, 1, 1)


@pytest.fixture
def by():
    return make.UserFactory(is_superuser=True)


@pytest.fixture
def party():
    return make.PartyFactory(name="Storköpings kommun", kind="municipality", county=County.objects.get(code="03"))


def told(by, **more):
    return {"on": DAY, "reason": "Beslut av riksdagen", "by": by} | more


def logged():
    return list(AuditEvent.objects.filter(kind="party_changed").order_by("pk").values_list("party__name", "reason"))


def test_rename_keeps_the_name_before_and_search_finds_both(by, party):
    accession = make.AccessionFactory(party=party, agreement__published_on="2020-01-01")
    rename(party=party, name="Nyköpinge kommun", **told(by))
    rename(party=party, name="Storköpings kommun", **told(by, on=LATER))  # back again
    rename(party=party, name="Sista kommun", **told(by, on=LATER + datetime.timedelta(days=40)))
    names = PartyName.objects.filter(party=party).order_by("ends_on").values_list("name", "ends_on")
    assert list(names) == [
        ("Nyköpinge kommun", datetime.date(2024, 12, 31)),
        ("Storköpings kommun", LATER + datetime.timedelta(days=39)),
    ]
    accession.refresh_from_db()
    assert accession.name_at_signing == "Storköpings kommun"
    for words in ("STORKÖPINGS", "nyköpinge", "sista"):
        (group,) = [group for group in find(words, by) if "Parter" in str(group.label)]
        assert [hit.name for hit in group.hits] == ["Sista kommun"]
    assert logged() == [("Sista kommun", "Beslut av riksdagen")] * 3
    assert party.history.first().history_user == by


def test_move_keeps_the_county_before(by, party):
    make.AgreementFactory()
    other = County.objects.get(code="19")
    move(party=party, county=other, **told(by))
    before = datetime.date(2023, 12, 31)
    counties = [(row.county.code, row.starts_on, row.ends_on) for row in party.counties.order_by("pk")]
    assert counties == [("03", None, before), ("19", DAY, None)]
    assert Party.objects.municipalities_of(other).filter(pk=party.pk).exists()
    assert not Party.objects.municipalities_of(other, on=before).filter(pk=party.pk).exists()


def test_merge_of_several_into_a_new_one_gives_people_their_roles(by, party):
    other = make.PartyFactory(name="Lillköpings kommun", kind="municipality")
    person = make.MembershipFactory(party=party, role=Role.REPORTER).user
    join(user=person, party=other, role=Role.REPORTER)
    join(user=make.UserFactory(), party=other, role=Role.COORDINATOR)  # not the party's own to carry on
    new = merge(parties=[party, other], into="Köpings nya kommun", people=True, **told(by))
    assert (new.kind, new.county, new.founded_on) == (party.kind, party.county, DAY)
    links = PartySuccession.objects.values_list("predecessor__name", "successor", "kind", "happened_on")
    assert set(links) == {(each.name, new.pk, "merged", DAY) for each in (party, other)}
    assert set(Party.objects.filter(dissolved_on=DAY)) == {party, other}
    roles = Membership.objects.filter(party=new).values_list("user", "role", "granted_by", "starts_on")
    assert list(roles) == [(person.pk, "reporter", by.pk, timezone.localdate())]
    assert AuditEvent.objects.filter(kind="granted", party=new, person=person).count() == 1


@pytest.mark.parametrize("remains", [False, True])
def test_split_into_several(by, party, remains):
    split(party=party, into=["Norra kommun", make.PartyFactory(name="Södra")], remains=remains, **told(by))
    party.refresh_from_db()
    assert party.dissolved_on == (None if remains else DAY)
    assert {each.name for each in party.successors} == {"Norra kommun", "Södra"}


FUTURE = datetime.date(2999, 1, 1)
ENDED, ITSELF, RING = "har redan upphört", "kan inte gå upp i sig själv", "Det skulle bli en ring."
REFUSED = {
    "the same name": (lambda a, b, t: rename(party=a, name=a.name, **t), "name", "heter redan så"),
    "a name to come": (
        lambda a, b, t: rename(party=a, name="Ny", **t | {"on": FUTURE}), "on", "Dagen har inte varit än.",
    ),
    "a name before the last": (
        lambda a, b, t: [rename(party=a, name=name, **t) for name in ("Ny", "Nyare")], "on", "Ange en senare dag.",
    ),
    "before it was founded": (
        lambda a, b, t: rename(party=b, name="Ny", **t | {"on": DAY - datetime.timedelta(days=4000)}), "on", "bildades",
    ),
    "a name of one that ended": (
        lambda a, b, t: [dissolve(party=a, **t), rename(party=a, name="Ny", **t)], None, ENDED,
    ),
    "a county of one that ended": (
        lambda a, b, t: [dissolve(party=a, **t), move(party=a, county=County.objects.get(code="19"), **t)], None, ENDED,
    ),
    "an end before the last county": (
        lambda a, b, t: [
            move(party=a, county=County.objects.get(code="19"), **t | {"on": LATER}), dissolve(party=a, **t),
        ], "on", "Registret har en senare ändring av Storköpings kommun, 2025-01-01. Ange den dagen eller senare.",
    ),
    "an end before the last name": (
        lambda a, b, t: [rename(party=a, name="Ny", **t | {"on": LATER}), dissolve(party=a, **t)], "on", "2025-01-01",
    ),
    "an end before it took over": (
        lambda a, b, t: [merge(parties=[b], into=a, **t | {"on": LATER}), dissolve(party=a, **t)], "on", "2025-01-01",
    ),
    "the same county": (lambda a, b, t: move(party=a, county=a.county, **t), "county", "hör redan till"),
    "counties reversed": (
        lambda a, b, t: [move(party=a, county=County.objects.get(code=code), **t) for code in ("19", "20")],
        "on", "Ange en senare dag.",
    ),
    "with itself": (lambda a, b, t: merge(parties=[a], into=a, **t), "into", ITSELF),
    "split into itself": (lambda a, b, t: split(party=a, into=[a, b], **t), "into", ITSELF),
    "the same twice": (lambda a, b, t: merge(parties=[a, a], into=b, **t), "others", "står två gånger"),
    "in a ring": (
        lambda a, b, t: [split(party=a, into=[b], remains=True, **t), merge(parties=[b], into=a, **t)], "into", RING,
    ),
    "into one that ended": (
        lambda a, b, t: [dissolve(party=b, **t), merge(parties=[a], into=b, **t)], "into", "kan inte ta över",
    ),
    "twice": (lambda a, b, t: [merge(parties=[a], into=b, **t), dissolve(party=a, **t)], None, ENDED),
    "a successor twice": (
        lambda a, b, t: [merge(parties=[a], into=b, **t), merge(parties=[a], into="Annan", **t)], None, ENDED,
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_succession_refuses(by, party, case):
    other = make.PartyFactory(founded_on=datetime.date(2015, 1, 1))
    verb, field, message = REFUSED[case]
    with pytest.raises(ValidationError) as refused:
        verb(party, other, told(by))
    told_at = getattr(refused.value, "message_dict", {None: refused.value.messages})
    assert list(told_at) == [field]
    assert message in told_at[field][0]
    assert not Party.objects.filter(name="Annan").exists()


def test_succession_is_for_who_looks_after_the_portal(party):
    for person in (make.UserFactory(is_staff=True), make.UserFactory(is_superuser=True, is_active=False)):
        with pytest.raises(PermissionDenied):
            rename(party=party, name="Ny", **told(person))
        with pytest.raises(PermissionDenied):
            merge(parties=[party], into="Ny", **told(person))


def address(party, kind):
    return reverse("portal:party_change", args=[party.key, kind])


def test_party_change_shows_what_happens_before_it_does(client, by, party):
    client.force_login(by)
    sent = {"into": "Köpings nya kommun", "on": "2024-01-01", "reason": "Beslut", "people": "on"}
    page = client.post(address(party, "uppga"), sent)
    assert "Köpings nya kommun finns inte i registret och bildas" in page.content.decode()
    assert (PartySuccession.objects.count(), logged()) == (0, [])
    back = client.post(address(party, "uppga"), sent | {"back": "1"})
    assert back.context["meaning"] == []
    answer = client.post(address(party, "uppga"), sent | {"confirm": "1"})
    assert answer.url == reverse("portal:party_detail", args=[party.key])
    page = client.get(answer.url).content.decode()
    assert ["Köpings nya kommun" in page, "2024-01-01" in page] == [True, True]
    again = client.post(address(party, "uppga"), sent | {"confirm": "1"})
    assert "har redan upphört" in again.content.decode()
    assert PartySuccession.objects.count() == 1


@pytest.mark.parametrize(
    ("kind", "sent", "field", "message"),
    [
        ("uppga", {"into": "{name}"}, "into", "En organisation kan inte gå upp i sig själv. Välj en annan."),
        ("uppga", {"into": "Ny", "others": "Okänd"}, "others", "Ingen organisation heter Okänd. Skriv namnet som i"),
        ("dela", {"into": "En ensam"}, "into", "Skriv minst två organisationer, eller välj att organisationen finns"),
        ("namn", {"name": "{name}"}, "name", "Organisationen heter redan så. Skriv det nya namnet."),
        ("upphor", {"on": ""}, "on", "Detta fält måste fyllas i."),
    ],
)
def test_party_change_says_what_to_mend(client, by, party, kind, sent, field, message):
    client.force_login(by)
    typed = {"on": "2024-01-01", "reason": "Beslut"} | {
        name: text.format(name=party.name) for name, text in sent.items()
    }
    page = client.post(address(party, kind), typed)
    assert {name: errors[0][: len(message)] for name, errors in page.context["form"].errors.items()} == {field: message}
    party.refresh_from_db()
    assert (party.dissolved_on, PartySuccession.objects.count()) == (None, 0)


@pytest.mark.parametrize(
    ("kind", "sent", "ends"),
    [
        ("upphor", {}, True),
        ("uppga", {"into": "Ny"}, True),
        ("uppga", {"into": "Ny", "others": "{name}"}, True),
        ("dela", {"into": "En\nAnnan"}, True),
        ("dela", {"into": "En", "remains": "on"}, False),
        ("namn", {"name": "Nytt namn"}, False),
    ],
)
def test_party_ends_no_sooner_than_it_signed_an_agreement(client, by, party, kind, sent, ends):
    make.AccessionFactory(party=party, signature_status="signed", signed_on=LATER)
    changed = make.PartyFactory() if "others" in sent else party
    client.force_login(by)
    typed = {"on": "2024-12-31", "reason": "Beslut", "confirm": "1"} | {
        name: text.format(name=party.name) for name, text in sent.items()
    }
    answer = client.post(address(changed, kind), typed)
    said = (
        "Storköpings kommun undertecknade en överenskommelse 2025-01-01 och fanns alltså då. "
        "Ange den dagen eller senare."
    )
    assert answer.status_code == (200 if ends else 302)
    if ends:
        assert (answer.context["form"].errors, logged()) == ({"on": [said]}, [])
        assert client.post(address(changed, kind), typed | {"on": "2025-01-01"}).status_code == 302


def test_party_detail_asks_as_much_whatever_there_is(client, by, party, django_assert_num_queries):
    url = reverse("portal:party_detail", args=[party.key])
    client.get(url)
    with django_assert_num_queries(6):
        client.get(url)
    for number in range(10):
        make.AccessionFactory(party=party, agreement__published_on="2020-01-01")
        PartyName.objects.create(party=party, name=f"Namn {number}")
        split(party=party, into=[f"Del {number}"], remains=True, **told(by))
    with django_assert_num_queries(6):
        client.get(url)


def test_party_detail_leads_whoever_looks_after_the_portal_to_every_change(client, by, party):
    url = reverse("portal:party_detail", args=[party.key])
    assert "Ändra i registret" not in client.get(url).content.decode()
    client.force_login(by)
    page = client.get(url).content.decode()
    assert [f'{address(party, kind)}">{form.link}<' in page for kind, form in FORMS.items()] == [True] * len(FORMS)
    dissolve(party=party, **told(by))
    assert "Ändra i registret" not in client.get(url).content.decode()


def test_party_detail_says_from_when_to_when_in_words(client, by, party):
    move(party=party, county=County.objects.get(code="19"), **told(by))
    rename(party=party, name="Nyköpinge kommun", **told(by))
    rename(party=party, name="Sista kommun", **told(by, on=LATER))
    page = client.get(reverse("portal:party_detail", args=[party.key])).content.decode()
    said = ("från 2024-01-01", "till och med 2023-12-31", "2024-01-01 – 2024-12-31")
    assert [f'nowrap">{days}</span>' in page for days in said] == [True, True, True]
