"""Editing the agreement itself, its publishing, and what is particular to single kinds of row."""

import datetime

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from agreements.forms import KINDS, AgreementForm
from agreements.models import Accession, Actor, Agreement, Annotation, Document, ProcessStep, Provision
from agreements.rows import kind_converter
from lib.forms import answer_form
from parties.models import Party, Right, Role
from parties.rights import with_right
from tests import factories
from tests.rows import as_sent, sent

pytestmark = pytest.mark.django_db
DAY = datetime.date(2026, 3, 1)


@pytest.fixture
def agreement():
    return factories.AgreementFactory()


@pytest.fixture
def coordinator(login_as, agreement):
    return login_as(Role.COORDINATOR, party=agreement.coordinating_party)


def url_of(verb, agreement, *args):
    return reverse(f"agreements:{verb}", args=[agreement.slug, *args])


def form_of(slug):
    return next(kind for kind in KINDS if kind.slug == slug)


def agreement_as_sent(agreement, user):
    return sent(AgreementForm(instance=Agreement.objects.get(pk=agreement.pk), user=user))


# --- the agreement ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("verb", ["agreement_edit", "agreement_publish"])
@pytest.mark.parametrize(
    ("role", "place", "draft", "status"),
    [
        (Role.COORDINATOR, "coordinating", False, 302),
        (Role.COORDINATOR, "coordinating", True, 302),
        (Role.COORDINATOR, "other", False, 403),
        (Role.COORDINATOR, "other", True, 404),
        (Role.AUDITOR, "coordinating", False, 403),
        (Role.APPROVER, "party", False, 403),
        (Role.APPROVER, "party", True, 404),
        (Role.READER, "other", True, 404),
    ],
)
def test_agreement_edit_and_publish_are_for_coordinators(client, login_as, verb, role, place, draft, status):
    agreement = factories.AgreementFactory(draft=draft)
    party = {
        "coordinating": agreement.coordinating_party,
        "party": factories.AccessionFactory(agreement=agreement).party,
        "other": factories.AgreementFactory().coordinating_party,
    }[place]
    user = login_as(role, party=party)
    data = agreement_as_sent(agreement, user) | {"short_name": "Nytt kortnamn"}
    assert client.post(url_of(verb, agreement), data).status_code == status
    assert Agreement.objects.filter(pk=agreement.pk, version=2).exists() is (status == 302)


def test_agreement_edit_asks_visitors_to_log_in(client, agreement):
    response = client.post(url_of("agreement_edit", agreement), {"title": "Kapad"})
    assert (response.status_code, response.url.split("?")[0]) == (302, "/konto/login/")


def test_agreement_edit_takes_only_its_own_fields(client, agreement, coordinator):
    """Address, county, publishing and the example mark cannot be sent along."""
    kept = ("slug", "county_id", "published_on", "is_example", "version")
    before = [getattr(agreement, name) for name in kept]
    other = factories.CountyFactory(code="01", letter="AB", name="Stockholms län")
    extra = {"slug": "kapad", "county": other.pk, "published_on": "", "is_example": "on", "title": "Ny titel"}
    data = agreement_as_sent(agreement, coordinator) | extra
    assert client.post(url_of("agreement_edit", agreement), data).status_code == 302
    agreement.refresh_from_db()
    assert [getattr(agreement, name) for name in kept] == [*before[:-1], 2]
    assert agreement.title == "Ny titel"


def test_agreement_edit_hands_over_to_another_coordinator(client, agreement, coordinator, login_as):
    Agreement.objects.filter(pk=agreement.pk).update(published_on=None, status="draft")
    new = factories.PartyFactory(kind="county_board")
    data = agreement_as_sent(agreement, coordinator) | {"coordinating_party": new.pk}
    response = client.post(url_of("agreement_edit", agreement), data, follow=True)
    assert response.redirect_chain == [("/overenskommelser/", 302)]
    assert client.get(url_of("agreement_edit", agreement)).status_code == 404
    login_as(Role.COORDINATOR, party=new)
    assert client.get(url_of("agreement_edit", agreement)).status_code == 200


def test_agreement_edit_offers_readable_agreements_of_the_county_as_predecessors(agreement, coordinator):
    readable = factories.AgreementFactory()
    factories.AgreementFactory(draft=True)
    form = AgreementForm(instance=agreement, user=coordinator)
    assert list(form.fields["predecessor"].queryset) == [readable]


def test_agreement_edit_leaves_a_hidden_predecessor_alone(client, agreement, coordinator):
    hidden = factories.AgreementFactory(draft=True, title="Hemligt utkast")
    Agreement.objects.filter(pk=agreement.pk).update(predecessor=hidden)
    page = client.get(url_of("agreement_edit", agreement))
    assert ("predecessor" in page.context["form"].fields, "Hemligt utkast" in page.content.decode()) == (False, False)
    data = agreement_as_sent(agreement, coordinator) | {"title": "Ny titel"}
    assert client.post(url_of("agreement_edit", agreement), data).status_code == 302
    agreement.refresh_from_db()
    assert (agreement.title, agreement.predecessor) == ("Ny titel", hidden)


def test_agreement_edit_refuses_predecessors_in_a_ring(client, agreement, coordinator):
    follower = factories.AgreementFactory(predecessor=agreement)
    data = agreement_as_sent(agreement, coordinator) | {"predecessor": follower.pk}
    response = client.post(url_of("agreement_edit", agreement), data)
    assert list(response.context["form"].errors) == ["predecessor"]


def test_agreement_edit_conflict_takes_over_what_i_left_alone(client, agreement, coordinator):
    """Different fields changed by two: my text stays, theirs comes into the form, and nothing clashes."""
    url = url_of("agreement_edit", agreement)
    opened = agreement_as_sent(agreement, coordinator)
    assert client.post(url, opened | {"summary": "Den andras sammanfattning"}).status_code == 302
    response = client.post(url, opened | {"goals_note": "Min anmärkning"})
    form = response.context["form"]
    assert (response.status_code, response.context["conflicts"]) == (409, [])
    assert [change["name"] for change in response.context["merged"]] == ["summary"]
    assert (form["goals_note"].value(), form["summary"].value()) == ("Min anmärkning", "Den andras sammanfattning")
    assert client.post(url, sent(form)).status_code == 302
    agreement.refresh_from_db()
    assert (agreement.goals_note, agreement.summary) == ("Min anmärkning", "Den andras sammanfattning")


@pytest.mark.parametrize("version", ["", "skräp", "-1", "99999999999999999999", "1\x00"])
def test_agreement_edit_with_an_unreadable_version_is_a_conflict(client, agreement, coordinator, version):
    Agreement.objects.filter(pk=agreement.pk).update(version=7)
    data = agreement_as_sent(agreement, coordinator) | {"version": version, "title": "Min titel"}
    response = client.post(url_of("agreement_edit", agreement), data)
    assert (response.status_code, response.context["form"]["title"].value()) == (409, "Min titel")


def test_agreement_publish_opens_and_closes_for_everybody(client, coordinator, agreement):
    Agreement.objects.filter(pk=agreement.pk).update(published_on=None)
    url = url_of("agreement_publish", agreement)
    assert "utan att logga in" in client.get(url).content.decode()
    assert client.post(url, {"version": 1}).status_code == 302
    assert Agreement.objects.get(pk=agreement.pk).published_on == timezone.localdate()
    assert client.post(url, {"version": 2}).status_code == 302
    assert Agreement.objects.get(pk=agreement.pk).published_on is None


def test_agreement_publish_pressed_twice_is_not_taken_back(client, coordinator, agreement):
    Agreement.objects.filter(pk=agreement.pk).update(published_on=None)
    url = url_of("agreement_publish", agreement)
    assert [client.post(url, {"version": 1}).status_code for _ in range(2)] == [302, 409]
    assert Agreement.objects.get(pk=agreement.pk).is_published


# --- accessions -------------------------------------------------------------------------------------------------------


def test_new_accession_gives_its_party_an_actor_and_rights(client, agreement, coordinator):
    party = Party.objects.get(key="kommun-0331")
    body = factories.MandateFactory(agreement=agreement).body
    response = client.post(url_of("row_create", agreement, "anslutning"), {
        "party": party.pk, "role": "signatory", "signature_status": "unknown", "basis": "stated",
    })  # fmt: skip
    assert response.url == f"/overenskommelser/{agreement.slug}/parter/#kommun-0331"
    assert Accession.objects.get(agreement=agreement, party=party).name_at_signing == party.name
    assert Actor.objects.get(agreement=agreement, party=party).key == "kommun-0331"
    reader = factories.MembershipFactory(party=party).user
    assert with_right(Agreement.objects.all(), reader, Right.SEE_AGREEMENT).get() == agreement
    assert agreement.agreementgroupobjectpermission_set.filter(group=body.group()).count() == 2


def test_accession_left_takes_the_rights_back(client, agreement, coordinator):
    accession = factories.AccessionFactory(agreement=agreement)
    reader = factories.MembershipFactory(party=accession.party).user
    url = url_of("row_edit", agreement, "anslutning", accession.pk)
    data = as_sent(form_of("anslutning"), accession, agreement) | {"left_on": "2026-03-01"}
    assert client.post(url, data).status_code == 302
    assert not with_right(Agreement.objects.all(), reader, Right.SEE_AGREEMENT).exists()


def test_accession_removed_takes_the_rights_back(client, agreement, coordinator):
    accession = factories.AccessionFactory(agreement=agreement)
    reader = factories.MembershipFactory(party=accession.party).user
    url = url_of("row_delete", agreement, "anslutning", accession.pk)
    assert client.post(url, {"version": 1}).status_code == 302
    assert not with_right(Agreement.objects.all(), reader, Right.SEE_AGREEMENT).exists()


@pytest.fixture
def signed(agreement):
    return factories.AccessionFactory(
        agreement=agreement, name_at_signing="Heby kommun", signature_status="signed", signed_on=DAY
    )


def test_signed_accession_shows_only_what_may_change(client, coordinator, agreement, signed):
    form = client.get(url_of("row_edit", agreement, "anslutning", signed.pk)).context["form"]
    assert set(form.fields) == {"version", "note", "notice_received_on", "left_on", "order"}
    data = sent(form) | {"note": "Sade upp avtalet", "notice_received_on": "2026-05-01"}
    assert client.post(url_of("row_edit", agreement, "anslutning", signed.pk), data).status_code == 302
    signed.refresh_from_db()
    assert (signed.note, signed.notice_received_on) == ("Sade upp avtalet", datetime.date(2026, 5, 1))


def test_signed_accession_refuses_the_rest_and_keeps_the_text(client, coordinator, agreement, signed):
    data = {"version": 1, "name_at_signing": "Annat namn", "note": "Min anmärkning"}
    response = client.post(url_of("row_edit", agreement, "anslutning", signed.pk), data)
    form = response.context["form"]
    assert (response.status_code, form.non_field_errors()) == (200, [str(Accession.frozen_message)])
    assert (form["name_at_signing"].value(), form["note"].value()) == ("Annat namn", "Min anmärkning")
    assert Accession.objects.get(pk=signed.pk).name_at_signing == "Heby kommun"


def test_accession_signed_while_i_wrote_shows_both_texts(client, coordinator, agreement):
    accession = factories.AccessionFactory(agreement=agreement, name_at_signing="Heby kommun")
    opened = as_sent(form_of("anslutning"), accession, agreement)
    accession.signature_status, accession.signed_on = "signed", DAY
    accession.save_version(1)
    url = url_of("row_edit", agreement, "anslutning", accession.pk)
    response = client.post(url, opened | {"name_at_signing": "Annat namn", "note": "Min anmärkning"})
    assert response.status_code == 409
    both = {c["name"]: (c["mine"], c["theirs"]) for c in response.context["conflicts"]}
    assert both == {"name_at_signing": ("Annat namn", "Heby kommun")}
    assert client.post(url, sent(response.context["form"])).status_code == 302
    assert Accession.objects.get(pk=accession.pk).note == "Min anmärkning"


def test_signed_accession_is_not_removed(client, coordinator, agreement, signed):
    url = url_of("row_delete", agreement, "anslutning", signed.pk)
    assert "Ta bort</button>" not in client.get(url).content.decode()
    response = client.post(url, {"version": 1})
    assert (response.status_code, response.context["problem"]) == (409, str(Accession.frozen_message))
    assert Accession.objects.filter(pk=signed.pk, version=1).exists()


# --- removing ---------------------------------------------------------------------------------------------------------


def test_row_delete_names_what_stands_in_the_way(client, coordinator, agreement):
    area = factories.PriorityAreaFactory(agreement=agreement)
    factories.GoalFactory(area=area, text="Fler i arbete")
    url = url_of("row_delete", agreement, "omrade", area.pk)
    page = client.get(url)
    assert page.context["hanging"].blocking == [("mål", "Fler i arbete")]
    assert client.post(url, {"version": 1}).status_code == 409
    area.refresh_from_db()
    assert area.version == 1


def test_row_delete_names_what_goes_with_the_row(client, coordinator, agreement):
    area = factories.PriorityAreaFactory(agreement=agreement, name="Hälsa")
    factories.GlobalGoalLinkFactory(area=area, number=3)
    factories.ResponsibilityFactory(area=area, actor__name="Rådet")
    page = client.get(url_of("row_delete", agreement, "omrade", area.pk))
    expected = [("ansvar för område", "Hälsa: Rådet"), ("globalt mål", "3 God hälsa och välbefinnande")]
    assert sorted(page.context["hanging"].going) == expected


def test_row_delete_names_the_lists_a_row_is_in(client, coordinator, agreement):
    actor = factories.ActorFactory(agreement=agreement)
    rule = factories.FollowUpRuleFactory(agreement=agreement, frequency="annual")
    rule.performed_by.add(actor)
    page = client.get(url_of("row_delete", agreement, "aktor", actor.pk))
    assert page.context["hanging"].going == [("regel för uppföljning", "varje år")]


def test_row_delete_names_the_activities_that_serve_a_goal(client, coordinator, agreement):
    goal = factories.GoalFactory(area__agreement=agreement)
    plan = factories.ActionPlanFactory(agreement=agreement)
    link = factories.ActivityGoalFactory(activity__edition__plan=plan, goal=goal)
    url = url_of("row_delete", agreement, "mal", goal.pk)
    assert client.get(url).context["hanging"].blocking == [("aktivitet", str(link.activity))]
    assert client.post(url, {"version": 1}).status_code == 409


def test_row_delete_does_not_name_what_stays(client, coordinator, agreement):
    """What stands in the row's own lists stays, and so do its rights and its history."""
    area = factories.PriorityAreaFactory(agreement=agreement)
    area.other_parties.add(factories.ActorFactory(agreement=agreement))
    assert client.get(url_of("row_delete", agreement, "omrade", area.pk)).context["hanging"].going == []


def test_row_delete_pressed_twice_finds_nothing(client, coordinator, agreement):
    goal = factories.GoalFactory(area__agreement=agreement)
    url = url_of("row_delete", agreement, "mal", goal.pk)
    assert [client.post(url, {"version": 1}).status_code for _ in range(2)] == [302, 404]


# --- papers -----------------------------------------------------------------------------------------------------------

PDF = b"%PDF-1.7\n%..."
DOCX = b"PK\x03\x04....word/document.xml...."
XLSX = b"PK\x03\x04....xl/workbook.xml...."
ODT = b"PK\x03\x04" + b"\0" * 26 + b"mimetypeapplication/vnd.oasis.opendocument.text"
PNG = b"\x89PNG\r\n\x1a\n...."
JPEG = b"\xff\xd8\xff\xe0...."


@pytest.fixture
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return lambda: sorted(path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*.*"))


def upload(client, agreement, name, content, **data):
    data = {"kind": "agreement", "title": "Handling", "basis": "stated", "is_public": "on", **data}
    return client.post(url_of("row_create", agreement, "dokument"), {**data, "file": SimpleUploadedFile(name, content)})


@pytest.mark.parametrize(
    ("name", "content", "taken"),
    [
        ("avtal.pdf", PDF, True),
        ("AVTAL.PDF", PDF, True),
        ("avtal.docx", DOCX, True),
        ("siffror.xlsx", XLSX, True),
        ("text.odt", ODT, True),
        ("bild.png", PNG, True),
        ("bild.jpg", JPEG, True),
        ("bild.jpeg", JPEG, True),
        ("../../etc/avtal.pdf", PDF, True),
        ("å" * 150 + ".pdf", PDF, True),
        ("sida.html", b"<script>alert(1)</script>", False),
        ("bild.svg", b"<svg onload='alert(1)'/>", False),
        ("sida.pdf", b"<html>", False),
        ("program.exe", b"MZ", False),
        ("arkiv.zip", b"PK\x03\x04", False),
        ("avtal.docx", b"PK\x03\x04....", False),
        ("avtal.docx", XLSX, False),
        ("makro.docx", DOCX + b"word/vbaProject.bin", False),
        ("avtal.pdf.html", PDF, False),
        ("avtal", PDF, False),
        ("tom.pdf", b"", False),
    ],
)
def test_document_upload_takes_papers_only(client, coordinator, agreement, media, name, content, taken):
    response = upload(client, agreement, name, content)
    assert response.status_code == (302 if taken else 200)
    if not taken:
        assert list(response.context["form"].errors) == ["file"]
    document = Document.objects.filter(agreement=agreement).first()
    assert media() == ([document.file.name] if taken else [])
    if taken:
        stem = document.file.name.rpartition("/")[2].partition(".")[0]
        assert (len(stem), int(stem, 16) > 0) == (32, True)


def test_document_upload_over_the_limit_is_refused(client, coordinator, agreement, media, monkeypatch):
    monkeypatch.setattr("lib.uploads.MAX_BYTES", 10)
    response = upload(client, agreement, "avtal.pdf", PDF)
    assert "större än 20 MB" in response.context["form"].errors["file"][0]
    assert media() == []


@pytest.mark.parametrize(("size", "status"), [(3000, 302), (8000, 200)])
def test_request_with_more_than_any_form_takes_is_kept_by_nobody(
    client, coordinator, agreement, media, settings, size, status
):
    settings.UPLOAD_MAX_BYTES = 5000
    response = upload(client, agreement, "avtal.pdf", PDF + b"x" * size)
    assert (response.status_code, len(media())) == (status, int(status == 302))
    if status == 200:
        assert "större än 20 MB" in response.context["form"].errors["file"][0]


def test_document_file_is_replaced_and_removed(
    client, coordinator, agreement, media, django_capture_on_commit_callbacks
):
    upload(client, agreement, "avtal.pdf", PDF)
    document = Document.objects.get(agreement=agreement)
    url, first = url_of("row_edit", agreement, "dokument", document.pk), document.file.name
    data = as_sent(form_of("dokument"), document, agreement)
    with django_capture_on_commit_callbacks(execute=True):
        client.post(url, {**data, "file": SimpleUploadedFile("nytt.pdf", PDF)})
    document.refresh_from_db()
    assert (media() == [document.file.name], document.file.name != first) == (True, True)
    with django_capture_on_commit_callbacks(execute=True):
        client.post(url, {**data, "version": 2, "title": "Utan fil", "remove_file": "on"})
    document.refresh_from_db()
    assert (document.title, document.file.name, media()) == ("Utan fil", "", [])


def test_document_removed_takes_its_file_along(
    client, coordinator, agreement, media, django_capture_on_commit_callbacks
):
    upload(client, agreement, "avtal.pdf", PDF)
    document = Document.objects.get(agreement=agreement)
    with django_capture_on_commit_callbacks(execute=True):
        client.post(url_of("row_delete", agreement, "dokument", document.pk), {"version": 1})
    assert media() == []


def test_document_conflict_asks_for_the_file_again(client, coordinator, agreement, media):
    document = factories.DocumentFactory(agreement=agreement, title="Före")
    data = as_sent(form_of("dokument"), document, agreement)
    document.save_version(1)
    url = url_of("row_edit", agreement, "dokument", document.pk)
    response = client.post(url, {**data, "title": "Efter", "file": SimpleUploadedFile("avtal.pdf", PDF)})
    assert (response.status_code, "Välj filen igen" in response.content.decode()) == (409, True)


# --- single kinds -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("start", "event", "end", "errors", "precisions"),
    [
        ("2024", "", "2027", [], ("year", "year")),
        ("2024-07", "", "2027-06-30", [], ("month", "date")),
        ("", "När alla har undertecknat", "", [], ("event", "")),
        ("", "", "", [], ("", "")),
        ("2024-13", "", "", ["start"], None),
        ("2024-02-30", "", "", ["start"], None),
        ("1 juli 2024", "", "", ["start"], None),
        ("24", "", "", ["start"], None),
        ("2027", "", "2024", ["__all__"], None),
    ],
)
def test_validity_reads_how_exact_a_moment_is(agreement, coordinator, start, event, end, errors, precisions):
    data = {"start": start, "start_event": event, "end": end, "basis": "stated"}
    form = form_of("giltighet")(data, agreement=agreement, user=coordinator)
    assert (form.is_valid(), list(form.errors)) == (not errors, errors)
    if precisions:
        row = form.save()
        assert (row.start_precision, row.end_precision) == precisions


@pytest.mark.parametrize(
    ("typed", "stored"),
    [("1234,5", "1234.5"), ("1 234,5", "1234.5"), ("1\xa0234,5", "1234.5"), ("1\u202f234", "1234"), ("−3", "-3"),
     ("0,000", "0"), ("12.5", "12.5")],
)  # fmt: skip
def test_numbers_are_read_as_swedes_write_them(client, coordinator, agreement, typed, stored):
    goal = factories.GoalFactory(area__agreement=agreement)
    url = url_of("row_edit", agreement, "mal", goal.pk)
    data = as_sent(form_of("mal"), goal, agreement) | {"target_value": typed, "target_year": "2027"}
    assert client.post(url, data).status_code == 302
    goal.refresh_from_db()
    assert f"{goal.target_value.normalize():f}" == stored
    assert client.get(url).context["form"]["target_value"].value() == goal.target_value


@pytest.mark.parametrize("year", ["27", "20277", "två", "0027"])
def test_goal_refuses_what_is_no_year(agreement, coordinator, year):
    data = {"level": "subgoal", "text": "Mål", "basis": "stated", "target_year": year}
    form = form_of("mal")(data, agreement=agreement, user=coordinator)
    assert form.errors == {"target_year": ["Skriv året med fyra siffror, till exempel 2027."]}


def test_basis_of_single_fields_is_written_by_their_labels(agreement, coordinator):
    data = {
        "level": "subgoal",
        "text": "Mål",
        "basis": "stated",
        "field_basis": "Målår: tolkad\nenhet: senare uppgift E1",
    }
    form = form_of("mal")(data, agreement=agreement, user=coordinator)
    assert form.is_valid()
    goal = form.save()
    assert goal.field_basis == {"target_year": "inferred", "unit": "external:E1"}
    shown = form_of("mal")(instance=goal, agreement=agreement, user=coordinator)["field_basis"].value()
    assert shown == "Enhet: senare uppgift E1\nMålår: tolkad"


def test_basis_of_an_unknown_field_is_refused(agreement, coordinator):
    data = {"level": "subgoal", "text": "Mål", "basis": "stated", "field_basis": "Påhittat: tolkad"}
    form = form_of("mal")(data, agreement=agreement, user=coordinator)
    assert list(form.errors) == ["field_basis"]


def test_actor_can_stand_for_several(client, coordinator, agreement):
    data = {"stands_for": "kommunerna", "basis": "stated"}
    assert client.post(url_of("row_create", agreement, "aktor"), data).status_code == 302
    actor = Actor.objects.get(agreement=agreement, key="kommunerna")
    assert (actor.kind, actor.name) == ("collective", "kommunerna")
    again = client.post(url_of("row_create", agreement, "aktor"), data)
    assert list(again.context["form"].errors) == ["stands_for", "name"]


def test_actor_without_name_is_refused(client, coordinator, agreement):
    response = client.post(url_of("row_create", agreement, "aktor"), {"basis": "stated"})
    assert list(response.context["form"].errors) == ["name"]


def test_party_actors_are_not_edited_as_names(client, coordinator, agreement):
    actor = factories.ActorFactory(agreement=agreement, party=factories.PartyFactory())
    assert client.get(url_of("row_edit", agreement, "aktor", actor.pk)).status_code == 404


def test_new_row_comes_last(client, coordinator, agreement):
    factories.FinancingFactory(agreement=agreement, order=7)
    client.post(url_of("row_create", agreement, "finansiering"), {"text": "Statsbidrag", "basis": "stated"})
    client.post(url_of("row_create", agreement, "finansiering"), {"text": "Först", "basis": "stated", "order": "0"})
    assert list(agreement.financing_set.values_list("text", "order")) == [
        ("Först", 0), ("Var och en bär sina kostnader.", 7), ("Statsbidrag", 8),
    ]  # fmt: skip


def test_row_is_moved_by_its_place(client, coordinator, agreement):
    first, second = (factories.FinancingFactory(agreement=agreement, text=text, order=1) for text in ("A", "B"))
    data = as_sent(form_of("finansiering"), first, agreement)
    client.post(url_of("row_edit", agreement, "finansiering", first.pk), data | {"order": ""})
    assert list(agreement.financing_set.values_list("text", "order")) == [("B", 1), ("A", 2)]


def test_series_entry_offers_readable_agreements_only(agreement, coordinator):
    factories.AgreementFactory(draft=True)
    readable = factories.AgreementFactory()
    form = form_of("serie")(agreement=agreement, user=coordinator)
    assert list(form.fields["linked_agreement"].queryset) == [readable]


def test_outsider_is_a_municipality_of_the_county(agreement, coordinator):
    form = form_of("utanfor")(agreement=agreement, user=coordinator)
    assert {party.scb_code[:2] for party in form.fields["party"].queryset} == {"03"}


@pytest.mark.parametrize(
    ("slug", "data"),
    [
        *[("bestammelse", {"kind": kind, "heading": "Rubrik", "text": "Text"}) for kind in Provision.Kind],
        ("bestammelse", {"kind": "direction", "heading": "Rubrik", "area": True}),
        ("bestammelse", {"kind": "commitment", "heading": "Rubrik", "area": True}),
        ("mal", {"level": "subgoal", "text": "Mål", "area": True}),
        ("mal", {"level": "overarching", "text": "Mål"}),
        *[("notering", {"kind": kind, "text": "Text"}) for kind in Annotation.Kind],
        *[("processteg", {"scope": scope, "name": "Steg"}) for scope in ProcessStep.Scope],
    ],
)
def test_saved_row_is_shown_where_the_answer_leads(client, coordinator, agreement, slug, data):
    data = {**data, "basis": "stated", "actor": factories.ActorFactory(agreement=agreement).pk}
    if "area" in data:
        data["area"] = factories.PriorityAreaFactory(agreement=agreement).pk
    page, _hash, anchor = client.post(url_of("row_create", agreement, slug), data).url.partition("#")
    assert f'id="{anchor}"' in client.get(page).content.decode()


# --- somebody is quicker ----------------------------------------------------------------------------------------------


def answer(rf, user, form, save):
    request = rf.post("/")
    request.user = user
    return answer_form(request, form, "agreements/row_create.html", {}, url="/", save=save)


def test_row_removed_while_it_is_saved_shows_what_was_typed(rf, agreement, coordinator):
    goal = factories.GoalFactory(area__agreement=agreement)
    kind = form_of("mal")
    form = kind(
        as_sent(kind, goal, agreement) | {"text": "Min text"}, instance=goal, agreement=agreement, user=coordinator
    )

    def save():
        type(goal).objects.filter(pk=goal.pk).delete()
        form.save()

    response = answer(rf, coordinator, form, save)
    assert (response.status_code, "Min text" in response.content.decode()) == (404, True)


def test_row_added_while_the_same_is_saved_is_refused_and_kept(rf, agreement, coordinator):
    party = factories.PartyFactory()
    data = {
        "party": party.pk,
        "role": "signatory",
        "signature_status": "unknown",
        "basis": "stated",
        "note": "Min text",
    }
    form = form_of("anslutning")(data, agreement=agreement, user=coordinator)

    def save():
        factories.AccessionFactory(agreement=agreement, party=party)
        form.save()

    response = answer(rf, coordinator, form, save)
    assert (response.status_code, "Min text" in response.content.decode()) == (200, True)
    assert form.non_field_errors() == ["Någon annan sparade något samtidigt som krockar med ditt. Försök igen."]
    assert not Accession.objects.filter(agreement=agreement).exists()


def test_kind_in_an_address_is_a_known_one():
    converter = kind_converter(KINDS)()
    assert (converter.to_url("goal"), converter.to_url("mal"), converter.to_python("mal")) == (
        "mal",
        "mal",
        form_of("mal"),
    )
    with pytest.raises(ValueError, match="plan"):
        converter.to_url("plan")
