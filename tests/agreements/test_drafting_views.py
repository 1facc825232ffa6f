"""The pages of a draft's text: who writes it, in which order, what is said of it, and that nobody else learns of it."""

import datetime

import pytest
from django.urls import reverse

from agreements.draft_comments import say
from agreements.drafting import blocks_of, save_version
from agreements.drafting_group import add_writer, group_of
from agreements.models import Agreement, DraftComment, Goal, Provision, TextVersion
from parties.models import Invitation, Mail, Membership, Role
from parties.services import join
from tests import factories
from tests.agreements.pages import page, queries, text_of, url

pytestmark = pytest.mark.django_db
SECRET = "Hemlig princip"


@pytest.fixture
def draft():
    agreement = factories.AgreementFactory(draft=True, title="Dold överenskommelse", short_name="Dold 2027")
    for number in range(1, 4):
        factories.ProvisionFactory(agreement=agreement, key=f"p{number}", heading=f"{SECRET} {number}", order=number)
    return agreement


@pytest.fixture
def coordinator(draft, login_as):
    return login_as(Role.COORDINATOR, party=draft.coordinating_party)


@pytest.fixture
def writer(draft, login_as):
    """Somebody of the drafting group."""
    return login_as(Role.DRAFTER, group=group_of(draft))


def keys(agreement):
    return [block["key"].partition(":")[2] for block in blocks_of(agreement)]


# --- who --------------------------------------------------------------------------------------------------------------

WRITERS_PAGES = ["drafting_detail", "draft_comment_list", "dialogue_list", "text_version_list", "agreement_detail"]


@pytest.mark.parametrize("name", WRITERS_PAGES)
def test_drafting_group_reads_the_draft_while_nobody_else_finds_it(client, draft, writer, login_as, name):
    assert client.get(url(name, draft)).status_code == 200
    login_as(Role.APPROVER, party=factories.AccessionFactory(agreement=draft).party)
    assert client.get(url(name, draft)).status_code == 404


@pytest.mark.parametrize(
    "address",
    ["/", "/overenskommelser/", "/sok/?q=hemlig", "/sok/?q=dold", "/mitt-arbete/", "/min-behorighet/", "/lagen/"],
)
def test_drafts_are_told_of_nowhere_to_parties_and_to_other_groups(client, draft, login_as, address):
    user = login_as(Role.REPORTER, party=factories.AccessionFactory(agreement=draft).party)
    join(
        user=user,
        party=factories.PartyFactory(),
        role=Role.DRAFTER,
        group=group_of(factories.AgreementFactory(draft=True)),
    )
    response = client.get(address)
    text = response.content.decode()
    assert "Dold" not in text
    assert SECRET not in text


def test_drafting_group_finds_its_draft_in_search_work_and_rights(client, draft, writer):
    for address in ("/sok/?q=dold", reverse("portal:work"), reverse("portal:my_rights")):
        assert "Dold" in text_of(client.get(address))
    assert SECRET in page(client, "drafting_detail", draft)
    response = client.get(reverse("portal:agreement_history", args=[draft.slug]))
    assert response.status_code == 200


def test_drafting_group_writes_rows_of_the_text_and_nothing_else(client, draft, writer):
    row = Provision.objects.get(key="p1")
    edit = reverse("agreements:row_edit", args=[draft.slug, "bestammelse", row.pk])
    data = {"kind": "principle", "heading": "Ny rubrik", "order": 1, "basis": "stated", "version": row.version}
    response = client.post(f"{edit}?till=utkast", data)
    assert response.url == f"{url('drafting_detail', draft)}#provision--p1"
    assert Provision.objects.get(key="p1").heading == "Ny rubrik"
    assert client.get(reverse("agreements:row_create", args=[draft.slug, "anslutning"])).status_code == 403
    assert client.get(url("agreement_edit", draft)).status_code == 403
    assert client.get(url("drafting_group", draft)).status_code == 403


def test_drafting_group_only_reads_once_the_draft_is_sent(client, draft, writer):
    Agreement.objects.filter(pk=draft.pk).update(status=Agreement.Status.CONSULTATION)
    text = page(client, "drafting_detail", draft)
    assert "Texten är skickad eller antagen." in text
    assert "Lägg till efter" not in text
    assert client.post(url("block_move", draft), {"key": "provision:p1", "to": "down"}).status_code == 403
    assert client.get(reverse("agreements:row_create", args=[draft.slug, "mal"])).status_code == 403


def test_a_writer_whose_time_has_passed_reads_nothing(client, draft, writer):
    Membership.objects.filter(user=writer).update(starts_on="2020-01-01", ends_on="2020-12-31")
    assert client.get(url("drafting_detail", draft)).status_code == 404


# --- the text ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("key", "to", "expected"),
    [
        ("p1", {"to": "down"}, ["p2", "p1", "p3"]),
        ("p3", {"to": "up"}, ["p1", "p3", "p2"]),
        ("p1", {"to": "up"}, ["p1", "p2", "p3"]),
        ("p1", {"place": "3"}, ["p2", "p3", "p1"]),
        ("p3", {"place": "99"}, ["p1", "p2", "p3"]),
        ("p3", {"place": "först"}, ["p1", "p2", "p3"]),
        ("borta", {"to": "up"}, ["p1", "p2", "p3"]),
    ],
)
def test_block_move_gives_the_block_its_place_and_new_numbers(client, draft, coordinator, key, to, expected):
    client.post(url("block_move", draft), {"key": f"provision:{key}", **to})
    assert keys(draft) == expected
    assert [block["number"] for block in blocks_of(draft)] == ["1", "2", "3"]


def test_row_create_from_the_text_puts_the_row_after_its_block(client, draft, coordinator):
    create = reverse("agreements:row_create", args=[draft.slug, "bestammelse"])
    address = f"{create}?till=utkast&efter=provision:p1"
    assert client.get(address).context["form"].initial["kind"] == "principle"
    client.post(address, {"kind": "principle", "heading": "Emellan", "basis": "stated"})
    assert [block["heading"] for block in blocks_of(draft)][:2] == [f"{SECRET} 1", "Emellan"]


def test_row_create_from_an_area_begins_in_that_area(client, draft, coordinator):
    area = factories.PriorityAreaFactory(agreement=draft, key="boende")
    create = reverse("agreements:row_create", args=[draft.slug, "mal"])
    address = f"{create}?till=utkast&omrade=priorityarea:boende"
    assert client.get(address).context["form"].initial["area"] == area
    client.post(address, {"area": area.pk, "level": "subgoal", "text": "Bo bra.", "basis": "stated"})
    assert Goal.objects.get(agreement=draft).area == area


@pytest.mark.parametrize(
    "name", ["drafting_detail", "draft_comment_list", "drafting_group", "text_version_list", "dialogue_list"]
)
def test_pages_ask_as_often_whatever_the_number_of_rows(client, draft, coordinator, name):
    def fill(number):
        for _each in range(number):
            row = factories.ProvisionFactory(agreement=draft)
            factories.GoalFactory(area=factories.PriorityAreaFactory(agreement=draft))
            factories.DraftCommentFactory(agreement=draft, block=f"provision:{row.key}")
            factories.TextVersionFactory(agreement=draft, made_by=factories.UserFactory())
            dialogue = factories.DialogueFactory(agreement=draft)
            dialogue.invited.add(factories.ContributionFactory(dialogue=dialogue).party)
            factories.MembershipFactory(role=Role.DRAFTER, group=group_of(draft))

    fill(1)
    once = queries(client, url(name, draft))
    fill(29)
    assert queries(client, url(name, draft)) == once


# --- what is said -----------------------------------------------------------------------------------------------------


def test_draft_comment_list_takes_a_comment_an_answer_and_marks_it_done(client, draft, writer):
    address = f"{url('draft_comment_list', draft)}?block=provision:p1"
    Provision.objects.filter(key="p1").update(text="Det som sägs något om.")
    assert "<p>Det som sägs något om.</p>" in client.get(address).text
    client.post(address, {"text": "Vad menas?"})
    thread = DraftComment.objects.get()
    client.post(address, {"text": "Alla.", "reply_to": thread.pk})
    client.post(reverse("agreements:draft_comment_resolve", args=[draft.slug, thread.pk]))
    thread.refresh_from_db()
    assert (thread.block, thread.written_by, thread.resolved_by) == ("provision:p1", writer, writer)
    assert [row.text for row in thread.replies.all()] == ["Alla."]
    client.post(address, {"text": "Fast nej.", "reply_to": thread.pk})
    thread.refresh_from_db()
    assert thread.resolved_at is None
    assert "1 kommentar" in page(client, "drafting_detail", draft)


def test_draft_comment_sent_many_times_is_one(draft, writer):
    assert len({say(agreement=draft, by=writer, text="Samma ord.").pk for _each in range(3)}) == 1


def test_draft_comment_list_refuses_an_empty_comment_and_one_in_another_thread(client, draft, writer):
    other = factories.DraftCommentFactory(agreement=draft, block="provision:p2")
    address = f"{url('draft_comment_list', draft)}?block=provision:p1"
    assert "Skriv något först." in text_of(client.post(address, {"text": " "}))
    assert "Hit hör jag inte" in text_of(client.post(address, {"text": "Hit hör jag inte", "reply_to": other.pk}))
    assert DraftComment.objects.count() == 1


# --- versions ---------------------------------------------------------------------------------------------------------


def test_text_version_create_says_that_the_text_is_kept_already(client, draft, coordinator):
    client.post(url("text_version_create", draft), {"name": "Till dialogen"})
    response = client.post(url("text_version_create", draft), {"name": "Igen"})
    assert "Texten är densamma som i Till dialogen. Ingen ny version behövs." in text_of(response)
    assert TextVersion.objects.count() == 1


def test_text_comparison_marks_words_in_words_and_makes_papers(client, draft, coordinator):
    save_version(agreement=draft, by=coordinator)
    Provision.objects.filter(key="p1").update(heading=f"{SECRET} etta")
    address = f"{url('text_comparison', draft)}?fran=1&till=nu"
    text = text_of(client.get(address))
    assert "3 delar jämförda: 2 oförändrade, 1 ändrad." in text
    assert '<span class="sr">tillagt: </span>etta' in text
    for kind, start in (("pdf", b"%PDF"), ("docx", b"PK")):
        response = client.get(f"{url(f'text_comparison_{kind}', draft)}?fran=1&till=nu")
        assert b"".join(response.streaming_content).startswith(start)
    assert "Den versionen finns inte att läsa." in text_of(client.get(f"{url('text_comparison', draft)}?fran=9"))


def test_text_versions_are_read_by_others_once_they_are_sent(client, login_as):
    agreement = factories.AgreementFactory(status=Agreement.Status.CONSULTATION)
    kept, sent = factories.TextVersionFactory.create_batch(2, agreement=agreement)
    factories.ConsultationFactory(agreement=agreement, text=sent)
    login_as(Role.READER, party=factories.AccessionFactory(agreement=agreement).party)
    seen = [
        client.get(reverse("agreements:text_version_detail", args=[agreement.slug, row.number])).status_code
        for row in (kept, sent)
    ]
    assert seen == [404, 200]


# --- the group --------------------------------------------------------------------------------------------------------


def writing(draft, **more):
    data = {"email": "ny@exempel.invalid", "name": "Ny Skribent", "party": draft.coordinating_party_id}
    return data | {"title": "", "starts_on": "", "ends_on": ""} | more


def test_drafting_group_adds_an_account_at_once_and_invites_an_address(client, draft, coordinator):
    known = factories.UserFactory(email="kand@exempel.invalid")
    client.post(url("drafting_group", draft), writing(draft, email="kand@exempel.invalid"))
    client.post(url("drafting_group", draft), writing(draft))
    hat, invitation = Membership.objects.get(user=known), Invitation.objects.get()
    assert (hat.role, hat.group, hat.granted_by) == (Role.DRAFTER, group_of(draft), coordinator)
    assert (invitation.email, invitation.group) == ("ny@exempel.invalid", group_of(draft))
    assert Mail.objects.count() == 2
    text = page(client, "drafting_group", draft)
    assert known.name in text
    assert "Ny Skribent" in text


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"email": "fel"}, "Fyll i en giltig e-postadress."),
        ({"ends_on": "2020-01-01"}, "Sista dagen har redan varit. Ange i dag eller senare."),
        ({"email": "samordnare@exempel.invalid"}, "Du kan inte ge dig själv en roll."),
    ],
)
def test_drafting_group_says_what_is_wrong_and_keeps_what_was_typed(client, draft, coordinator, more, message):
    coordinator.email = "samordnare@exempel.invalid"
    coordinator.save()
    text = text_of(client.post(url("drafting_group", draft), writing(draft, **more)))
    assert message in text
    assert "Ny Skribent" in text
    assert not Invitation.objects.exists()


def test_drafting_group_takes_nobody_once_the_draft_is_sent(client, draft, coordinator):
    Agreement.objects.filter(pk=draft.pk).update(status=Agreement.Status.CONSULTATION)
    text = text_of(client.post(url("drafting_group", draft), writing(draft)))
    assert "Överenskommelsen är inte ett utkast längre." in text
    assert not Invitation.objects.exists()


def test_drafter_end_and_withdrawal_are_at_once(client, draft, coordinator):
    hat = factories.MembershipFactory(role=Role.DRAFTER, group=group_of(draft), starts_on=datetime.date(2020, 1, 1))
    invitation = add_writer(
        agreement=draft, by=coordinator, email="ny@exempel.invalid", name="Ny", party=draft.coordinating_party
    )
    client.post(reverse("agreements:drafter_end", args=[draft.slug, hat.pk]))
    client.post(reverse("agreements:drafter_invitation_withdraw", args=[draft.slug, invitation.pk]))
    invitation.refresh_from_db()
    assert not Membership.objects.active().filter(pk=hat.pk).exists()
    assert invitation.state == "withdrawn"


def test_drafter_end_reaches_no_other_agreements_group(client, draft, coordinator):
    other = factories.MembershipFactory(role=Role.DRAFTER, group=group_of(factories.AgreementFactory(draft=True)))
    client.post(reverse("agreements:drafter_end", args=[draft.slug, other.pk]))
    assert Membership.objects.active().filter(pk=other.pk).exists()
