"""Each party's own decision: one party, several at once, one that joins later; and from which day it holds for whom."""

import datetime

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from agreements.acceding import Terms, first_day_for, holds_for, in_force_for, terms_of
from agreements.models import Accession, Agreement, Document, LifeEvent
from agreements.services import grant_rights
from parties.models import Right, Role
from parties.rights import with_right
from tests import factories
from tests.agreements.pages import page, queries
from tests.filled_form import Forms

TODAY = datetime.date(2026, 3, 1)
JANUARY, MARCH, JUNE = (datetime.date(2025, month, 1) for month in (1, 3, 6))
SIGNED, DECLINED, PENDING = (Accession.SignatureStatus[name] for name in ("SIGNED", "DECLINED", "PENDING"))


def accession(**fields):
    return Accession(**{"role": "signatory", "signature_status": SIGNED, "signed_on": MARCH, **fields})


# --- from which day ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("terms", "fields", "day"),
    [
        ({"takes_effect": "each_signature"}, {}, MARCH),
        ({"takes_effect": "each_signature", "start": JUNE}, {}, JUNE),
        ({"takes_effect": "each_signature"}, {"signed_on": None}, None),
        ({"takes_effect": "all_signed", "everybody_on": JUNE}, {}, JUNE),
        ({"takes_effect": "all_signed"}, {}, None),
        ({"takes_effect": "date", "start": JANUARY}, {"signed_on": None}, JANUARY),
        ({"takes_effect": "date", "start": JANUARY}, {}, MARCH),
        ({"start": JANUARY}, {"signed_on": None, "signature_status": "unknown"}, JANUARY),
        ({}, {}, None),
        ({"takes_effect": "date", "start": JANUARY}, {"joined_on": JUNE}, JUNE),
        ({"takes_effect": "date", "start": JANUARY}, {"signature_status": PENDING, "signed_on": None}, None),
        ({"takes_effect": "date", "start": JANUARY}, {"signature_status": DECLINED, "signed_on": None}, None),
        ({"takes_effect": "date", "start": JANUARY}, {"role": "supporter"}, None),
    ],
)
def test_first_day_for_follows_what_the_agreement_says(terms, fields, day):
    assert first_day_for(accession(**fields), Terms(**terms)) == day


@pytest.mark.parametrize(
    ("day", "left_on", "holds"),
    [
        (MARCH - datetime.timedelta(days=1), None, False),
        (MARCH, None, True),
        (JUNE, JUNE, False),  # left_on is the first day outside
        (JUNE - datetime.timedelta(days=1), JUNE, True),
        (datetime.date(2025, 12, 31), None, True),
        (datetime.date(2026, 1, 1), None, False),  # after the agreement's last day
    ],
)
def test_holds_for_ends_with_the_party_or_the_agreement(day, left_on, holds):
    terms = Terms(takes_effect="each_signature", end=datetime.date(2025, 12, 31))
    assert holds_for(accession(left_on=left_on), day, terms) is holds


@pytest.mark.parametrize(
    ("rows", "day"),
    [
        ([{"signed_on": MARCH}, {"signed_on": JUNE}], JUNE),
        ([{"signed_on": MARCH}, {"signed_on": None, "signature_status": PENDING}], None),
        ([{"signed_on": MARCH}, {"signed_on": None, "signature_status": DECLINED}], MARCH),
        ([{"signed_on": MARCH}, {"signed_on": JUNE, "joined_on": JUNE}], MARCH),
        ([{"signed_on": MARCH}, {"signed_on": None, "role": "supporter"}], MARCH),
        ([], None),
    ],
)
@pytest.mark.django_db
def test_terms_of_waits_for_all_but_those_who_abstain_or_join_later(rows, day):
    agreement = factories.ValidityFactory(takes_effect="all_signed", start="2025-01").agreement
    terms = terms_of(agreement, [accession(**row) for row in rows])
    assert (terms.everybody_on, terms.start, terms.end) == (day, JANUARY, datetime.date(2027, 12, 31))


@pytest.mark.django_db
def test_in_force_for_asks_the_agreement():
    agreement = factories.ValidityFactory(takes_effect="each_signature", start="2025").agreement
    row = factories.AccessionFactory(agreement=agreement, signature_status=SIGNED, signed_on=MARCH)
    assert [in_force_for(row, day) for day in (JANUARY, MARCH)] == [False, True]


# --- the pages --------------------------------------------------------------------------------------------------------


@pytest.fixture
def world(db, client, login_as, settings, tmp_path):
    """An adopted agreement with three parties that are waited for, and its coordinator signed in."""
    settings.MEDIA_ROOT = tmp_path
    agreement = factories.AgreementFactory(status=Agreement.Status.ADOPTED)
    factories.AdoptionFactory(agreement=agreement, decision_date=JANUARY)
    factories.ValidityFactory(agreement=agreement, start="2025", takes_effect="each_signature", end="2027")
    for name in ("Danderyds kommun", "Ekerö kommun", "Haninge kommun"):
        factories.AccessionFactory(agreement=agreement, party__name=name, signature_status=PENDING)
    login_as(Role.COORDINATOR, party=agreement.coordinating_party)
    return agreement


def first(agreement):
    return Accession.objects.filter(agreement=agreement).first()


def decide(client, row, **typed):
    address = reverse("agreements:accession_decide", args=[row.agreement.slug, row.pk])
    data = Forms(client.get(address).content.decode()).with_field("version")
    return client.post(address, data | typed)


def errors_of(response):
    return {name: list(texts) for name, texts in response.context["form"].errors.items()}


GIVEN = {
    "signature_status": "signed", "decided_by": "Kommunstyrelsen", "decided_on": "2025-02-03",
    "decision_paragraph": "§ 14", "registry_number": "KS 2025/14", "signed_on": "2025-03-01",
    "signed_place": "Danderyd", "signatory_name": "Anna Ek", "signatory_title": "Ordförande",
    "reservation": "Gäller inte § 6.",
}  # fmt: skip


def test_accession_decide_keeps_all_that_was_decided_and_freezes_it(client, world):
    row, network = first(world), factories.PartyFactory()
    paper = SimpleUploadedFile("beslut.pdf", b"%PDF-1.4 beslut")
    more = {"represented_by": network.pk, "representation": "network", "paper": paper, "paper_is_public": "on"}
    assert decide(client, row, **GIVEN, **more).status_code == 302
    row = first(world)
    document = Document.objects.get()
    assert [str(getattr(row, name)) for name in GIVEN] == list(GIVEN.values())
    assert (row.represented_by, row.document, document.title) == (network, document, "Beslut, Danderyds kommun")
    text = page(client, "accession_list", world)
    for words in ("Gäller inte § 6.", "genom nätverk", "Beslut, Danderyds kommun", "1 av 3 parter har svarat"):
        assert words in text
    address = reverse("agreements:accession_decide", args=[world.slug, row.pk])
    late = client.post(address, GIVEN | {"signed_place": "Täby", "version": row.version})
    assert "Anslutningen är undertecknad och kan inte ändras" in late.content.decode()
    assert (first(world).signed_place, first(world).version) == ("Danderyd", 2)


@pytest.mark.parametrize(
    ("typed", "errors"),
    [
        ({"signed_on": ""}, {"signed_on": ["Fyll i vilken dag parten undertecknade."]}),
        (
            {"signed_on": "2025-02-02"},
            {"signed_on": ["Underskriften är före partens eget beslut. Kontrollera datumen."]},
        ),
        ({"signed_on": "2199-01-01"}, {"signed_on": ["Dagen har inte varit än. Fyll i när det hände."]}),
        ({"decided_on": "2199-01-01"}, {"decided_on": ["Dagen har inte varit än. Fyll i när det hände."]}),
        (
            {"signature_status": "declined"},
            {"signed_on": ["Bara den som undertecknar har ett underskriftsdatum. Ta bort det."]},
        ),
        (
            {"representation": "proxy"},
            {"represented_by": ["Fyll i både vem som företräder parten och hur."]},
        ),
        (
            {"decided_on": "", "signed_on": "2024-12-31"},
            {"signed_on": ["Överenskommelsen antogs 2025-01-01. Dagen kan inte vara före det."]},
        ),
    ],
)
def test_accession_decide_refuses_and_keeps_what_was_typed(client, world, typed, errors):
    response = decide(client, first(world), **GIVEN | typed)
    assert (response.status_code, errors_of(response), first(world).version) == (200, errors, 1)
    assert "Kommunstyrelsen" in response.content.decode()


@pytest.mark.parametrize(
    ("status", "words"),
    [
        ("draft", "Överenskommelsen är inte antagen än. Parternas beslut fylls i när den är det."),
        ("terminated", "Överenskommelsen är uppsagd. Det går inte längre att ansluta sig till den."),
        ("expired", "Överenskommelsen är utgången. Det går inte längre att ansluta sig till den."),
    ],
)
def test_accession_decide_and_join_are_for_adopted_agreements(client, world, status, words):
    """The page says so instead of asking; what was typed on a page opened before stays, and nothing is saved."""
    row = first(world)
    alone = reverse("agreements:accession_decide", args=[world.slug, row.pk])
    together = reverse("agreements:accession_bulk", args=[world.slug])
    table = Forms(client.get(together).content.decode()).with_field(f"part-{row.pk}-version")
    Agreement.objects.filter(pk=world.pk).update(status=status)
    for address in (alone, together):
        page = client.get(address).content.decode()
        assert (words in page, "signature_status" in page) == (True, False)
    assert errors_of(client.post(alone, GIVEN | {"version": 1})) == {"__all__": [words]}
    page = client.post(together, table | {f"part-{row.pk}-decided_by": "Kommunstyrelsen"}).content.decode()
    assert (words in page, 'value="Kommunstyrelsen"' in page) == (True, True)
    assert errors_of(join_late(client, world)) == {"__all__": [words]}
    assert Accession.objects.filter(agreement=world, version=1).count() == 3


def test_accession_decide_tells_the_life_of_a_party_that_signs_while_in_force(client, world):
    decide(client, first(world), **GIVEN)
    Agreement.objects.filter(pk=world.pk).update(status="in_force")
    decide(client, Accession.objects.filter(agreement=world)[1], **GIVEN)
    event = LifeEvent.objects.get()
    assert (event.kind, event.text, event.effective_on) == ("joined", "Ekerö kommun", MARCH)


# --- joins later ------------------------------------------------------------------------------------------------------


def join_late(client, agreement, **typed):
    party = factories.PartyFactory(name="Täby kommun")
    given = {"party": party.pk, "role": "signatory", "joined_on": "2025-06-01", "signed_on": "2025-05-20"}
    return client.post(reverse("agreements:accession_join", args=[agreement.slug]), given | typed)


@pytest.mark.parametrize("by_table", [False, True])
def test_who_abstains_reads_no_longer_what_is_shared_until_it_changes_its_mind(client, world, by_table):
    row = first(world)
    grant_rights(world)
    member = factories.MembershipFactory(party=row.party, role=Role.READER).user
    reads = []
    for answer in ("pending", "declined", "pending"):
        typed = {"signature_status": answer}
        sent = bulk(client, world, {0: typed}) if by_table else decide(client, row, **typed)
        assert sent.status_code == 302
        reads.append(Agreement.objects.read_together_by(member).filter(pk=world.pk).exists())
    assert reads == [True, False, True]


def test_accession_join_lets_the_party_read_what_is_shared(client, world):
    assert join_late(client, world).status_code == 302
    row = Accession.objects.get(name_at_signing="Täby kommun")
    member = factories.MembershipFactory(party=row.party, role=Role.READER).user
    event = LifeEvent.objects.get()
    assert (row.signature_status, row.order, row.joined_on) == (SIGNED, 1, JUNE)
    assert (event.kind, event.party, event.effective_on) == ("joined", row.party, JUNE)
    assert with_right(Agreement.objects.all(), member, Right.SEE_AGREEMENT).get() == world


def test_accession_join_shows_supporters_apart(client, world):
    assert join_late(client, world, role="supporter", joined_on="", signed_on="").status_code == 302
    assert "Stödjer överenskommelsen, inte parter (1)" in page(client, "accession_list", world)
    assert LifeEvent.objects.count() == 0


@pytest.mark.parametrize(
    ("typed", "errors"),
    [
        ({"joined_on": ""}, {"joined_on": ["Fyll i från vilken dag parten är ansluten."]}),
        (
            {"joined_on": "2024-06-01"},
            {"joined_on": ["Överenskommelsen antogs 2025-01-01. Dagen kan inte vara före det."]},
        ),
        (
            {"joined_on": "2028-01-01"},
            {"joined_on": ["Överenskommelsen gäller till och med 2027-12-31. Dagen kan inte vara efter det."]},
        ),
    ],
)
def test_accession_join_refuses_days_outside_the_agreement(client, world, typed, errors):
    assert errors_of(join_late(client, world, **typed)) == errors
    assert Accession.objects.count() == 3


def test_accession_join_waits_for_an_extension_where_the_end_is_past(client, world):
    world.validity_set.update(end="2025")
    Agreement.objects.filter(pk=world.pk).update(status="in_force")
    words = "Överenskommelsen gäller inte längre. Den behöver förlängas först."
    assert errors_of(join_late(client, world)) == {"__all__": [words]}


def test_row_create_refuses_who_joins_after_the_end(client, world):
    """What was done before it ended is still a fact to fill in."""
    Agreement.objects.filter(pk=world.pk).update(status="expired")
    address = reverse("agreements:row_create", args=[world.slug, "anslutning"])
    typed = {"role": "signatory", "signature_status": "unknown", "basis": "stated"}
    given = [typed | {"party": factories.PartyFactory().pk, "joined_on": day} for day in ("2028-01-01", "2027-01-01")]
    late, early = (client.post(address, data) for data in given)
    words = "Överenskommelsen gäller till och med 2027-12-31. Dagen kan inte vara efter det."
    assert (errors_of(late), early.status_code) == ({"joined_on": [words]}, 302)


# --- several at once --------------------------------------------------------------------------------------------------


def bulk(client, agreement, typed, **more):
    """Post the table with ``typed`` = {place among the lines: {field: value}}."""
    address = reverse("agreements:accession_bulk", args=[agreement.slug])
    keys = list(Accession.objects.filter(agreement=agreement).values_list("pk", flat=True))
    data = Forms(client.get(address).content.decode()).with_field(f"part-{keys[0]}-version")
    for place, fields in typed.items():
        data |= {f"part-{keys[place]}-{name}": value for name, value in fields.items()}
    return client.post(address, data | more)


def stored(agreement):
    return list(Accession.objects.filter(agreement=agreement).values_list("signature_status", "version"))


def test_accession_bulk_saves_the_lines_that_were_filled_in(client, world):
    one = {"signature_status": "signed", "signed_on": "2025-03-01", "decided_by": "Kommunstyrelsen"}
    response = bulk(client, world, {0: one, 2: {"signature_status": "declined"}})
    assert (response.status_code, stored(world)) == (302, [("signed", 2), ("pending", 1), ("declined", 2)])


def test_accession_bulk_saves_none_where_one_is_wrong(client, world):
    response = bulk(
        client, world, {0: {"signature_status": "signed", "signed_on": "2025-03-01"}, 1: {"signed_on": "x"}}
    )
    assert stored(world) == [("pending", 1)] * 3
    assert "Skriv datumet med år, månad och dag" in response.content.decode()


def test_accession_bulk_puts_what_is_common_in_empty_boxes(client, world):
    common = {"alla-signature_status": "signed", "alla-signed_on": "2025-03-01", "alla-decided_by": "Kommunstyrelsen"}
    response = bulk(client, world, {1: {"decided_by": "Fullmäktige"}}, **common, fyll="1")
    form = Forms(response.content.decode()).with_field("alla-signed_on")
    shown = [form[f"part-{row.pk}-decided_by"] for row in Accession.objects.all()]
    assert shown == [["Kommunstyrelsen"], ["Fullmäktige"], ["Kommunstyrelsen"]]
    assert stored(world) == [("pending", 1)] * 3


def test_accession_bulk_says_what_somebody_else_saved_meanwhile(client, world):
    """Nothing is saved, what was typed stays, and sent again it replaces the other."""
    address = reverse("agreements:accession_bulk", args=[world.slug])
    row = first(world)
    data = Forms(client.get(address).content.decode()).with_field(f"part-{row.pk}-version")
    Accession.objects.filter(pk=row.pk).update(signature_status="declined", version=2)
    data[f"part-{row.pk}-decided_by"] = "Kommunfullmäktige"
    response = client.post(address, data)
    text = response.content.decode()
    assert (response.status_code, stored(world)[0]) == (409, ("declined", 2))
    assert "Någon annan sparade raden medan du skrev: avstår." in text
    again = client.post(address, Forms(text).with_field(f"part-{row.pk}-version"))
    assert (again.status_code, first(world).decided_by) == (302, "Kommunfullmäktige")


def opened(client, agreement):
    """The table as I opened it, and the first and second party in it."""
    address = reverse("agreements:accession_bulk", args=[agreement.slug])
    first, second = Accession.objects.filter(agreement=agreement)[:2]
    return address, Forms(client.get(address).content.decode()).with_field(f"part-{first.pk}-version"), first, second


def save(row, **fields):
    """As somebody else does, meanwhile."""
    for name, value in fields.items():
        setattr(row, name, value)
    row.save_version(row.version)


def test_accession_bulk_answers_for_what_is_typed_of_a_party_that_signed_meanwhile(client, world):
    """Nothing is saved, what was typed stays; emptied, the line no longer stands in the way of the others."""
    address, data, row, other = opened(client, world)
    save(row, signature_status=SIGNED, signed_on=MARCH, decided_by="Nämnden")
    data |= {f"part-{row.pk}-decided_by": "Kommunfullmäktige", f"part-{other.pk}-decided_by": "Styrelsen"}
    refused = client.post(address, data)
    text = refused.content.decode()
    assert (refused.status_code, stored(world)) == (409, [("signed", 2), ("pending", 1), ("pending", 1)])
    assert "Någon annan sparade raden medan du skrev: undertecknad, Nämnden, 2025-03-01. Den kan inte ändras." in text
    again = Forms(text).with_field(f"part-{row.pk}-version")
    assert again[f"part-{row.pk}-decided_by"] == ["Kommunfullmäktige"]
    assert client.post(address, again | {f"part-{row.pk}-decided_by": ""}).status_code == 302
    assert stored(world) == [("signed", 2), ("pending", 2), ("pending", 1)]


def test_accession_bulk_tells_what_was_typed_of_a_party_that_was_removed_meanwhile(client, world):
    address = reverse("agreements:accession_bulk", args=[world.slug])
    first, second, third = Accession.objects.all()
    form = Forms(client.get(address).content.decode()).with_field(f"part-{first.pk}-version")
    form |= {f"part-{first.pk}-decided_by": "Nämnd A", f"part-{second.pk}-decided_by": "Nämnd B"}
    for row in (first, third):
        row.delete()
    refused = client.post(address, form)
    said = f"{first} har tagits bort ur överenskommelsen av någon annan. I raden stod: Nämnd A."
    assert refused.context["table"].gone == [said]
    assert [said in refused.content.decode(), stored(world)] == [True, [("pending", 1)]]
    again = Forms(refused.content.decode()).with_field(f"part-{second.pk}-version")
    assert client.post(address, again).status_code == 302
    assert Accession.objects.get().decided_by == "Nämnd B"


def test_accession_bulk_leaves_alone_what_only_others_wrote_in(client, world):
    address, data, row, other = opened(client, world)
    save(row, decided_by="Nämnden")
    assert client.post(address, data | {f"part-{other.pk}-decided_by": "Styrelsen"}).status_code == 302
    assert list(Accession.objects.values_list("decided_by", flat=True)[:2]) == ["Nämnden", "Styrelsen"]


def test_accession_bulk_sent_again_replaces_only_what_i_wrote(client, world):
    address, data, row, _other = opened(client, world)
    save(row, registry_number="KS 2025/4", decided_on=JANUARY)
    refused = client.post(address, data | {f"part-{row.pk}-decided_by": "Styrelsen"})
    again = client.post(address, Forms(refused.content.decode()).with_field(f"part-{row.pk}-version"))
    row.refresh_from_db()
    told = (row.registry_number, row.decided_on, row.decided_by)
    assert (refused.status_code, again.status_code, told) == (409, 302, ("KS 2025/4", JANUARY, "Styrelsen"))


def test_accession_bulk_and_list_take_the_same_queries_whatever_the_rows(client, world):
    addresses = [reverse(f"agreements:{name}", args=[world.slug]) for name in ("accession_bulk", "accession_list")]
    before = [queries(client, address) for address in addresses]
    for _each in range(27):
        factories.AccessionFactory(agreement=world, signature_status=PENDING, decided_on=timezone.localdate())
    assert [queries(client, address) for address in addresses] == before
