"""A remiss from sending to summary: who is asked, what each answers, and what becomes of every remark."""

import datetime
import re

import pytest
from django.core import mail
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from agreements import consulting, responses
from agreements.consultation_papers import consultation_paper, lead
from agreements.consultation_summary import summary_of
from agreements.models import Addressee, Agreement, Consultation, ConsultationResponse, ResponseFile, SectionResponse
from agreements.services import grant_rights
from lib.db import Frozen
from parties.models import Mail, Role
from parties.services import join
from tests import factories as make
from tests.filled_form import Forms

TODAY = timezone.localdate
DAY = datetime.timedelta(days=1)
BLOCKS = [
    {"key": f"provision:paragraf-{number}", "kind": "section", "number": str(number), "heading": heading,
     "text": f"Parterna gör {heading.lower()}.", "area": ""}
    for number, heading in enumerate(["Syfte", "Ansvar", "Uppföljning"], start=1)
]  # fmt: skip


class World:
    """A draft with a text, its coordinator, and two parties with a reporter each."""

    def __init__(self, status="draft"):
        self.agreement = make.AgreementFactory(status=status)
        self.text = make.TextVersionFactory(agreement=self.agreement, blocks=BLOCKS)
        self.parties = [make.AccessionFactory(agreement=self.agreement).party for _ in range(2)]
        grant_rights(self.agreement)
        self.coordinator = self.person(self.agreement.coordinating_party, Role.COORDINATOR)
        self.reporters = [self.person(party, Role.REPORTER) for party in self.parties]

    def person(self, party, role):
        user = make.UserFactory()
        join(user=user, party=party, role=role)
        return user

    def send(self, **told):
        told = {"parties": self.parties, "deadline": TODAY() + 30 * DAY, "text": self.text, **told}
        version = Agreement.objects.get(pk=self.agreement.pk).version
        self.consultation = consulting.send(agreement=self.agreement, by=self.coordinator, version=version, **told)
        return self.consultation

    def response(self, place=0):
        return ConsultationResponse.objects.get(addressee__consultation=self.consultation,
                                                addressee__party=self.parties[place])  # fmt: skip

    def url(self, name, *more):
        return reverse(f"agreements:{name}", args=[self.agreement.slug, self.consultation.pk, *more])


@pytest.fixture
def world(db):
    return World()


@pytest.fixture
def sent(world):
    world.send(others=[("Myndigheten", "remiss@myndighet.invalid")])
    return world


@pytest.fixture
def as_user(client):
    def log_in(user):
        client.force_login(user)
        return client

    return log_in


def post_send(world, client, **data):
    data = {"version": 1, "text": world.text.pk, "deadline": TODAY() + 30 * DAY, "all_parties": "on", **data}
    return client.post(reverse("agreements:consultation_prepare", args=[world.agreement.slug]), data)


def test_consultation_prepare_sends_to_parties_by_account_and_to_others_by_link(world, as_user):
    client = as_user(world.coordinator)
    shown = post_send(world, client, others="Myndigheten; Remiss@Myndighet.invalid", granska="1")
    assert (shown.status_code, Consultation.objects.count()) == (200, 0)
    assert shown.context["preview"]["by_link"] == [("Myndigheten", "remiss@myndighet.invalid")]
    answer = post_send(world, client, others="Myndigheten; Remiss@Myndighet.invalid")
    world.consultation = Consultation.objects.get()
    assert answer.url == world.url("consultation_detail")
    assert Agreement.objects.get().status == "consultation"
    letters = Mail.objects.filter(kind="consultation")
    addresses = {user.email for user in world.reporters} | {"remiss@myndighet.invalid"}
    assert {letter.address for letter in letters} == addresses
    stored = Addressee.objects.get(party=None)
    secret = re.search(r"/remissvar/([\w-]+)/", letters.get(user=None).body)[1]
    assert (len(stored.secret_digest), secret in stored.secret_digest) == (64, False)


@pytest.mark.parametrize(
    ("data", "text"),
    [
        ({"deadline": TODAY() - DAY}, "Sista svarsdag har redan varit. Välj i dag eller en senare dag."),
        ({"all_parties": ""}, "Välj minst en som ska få remissen."),
        ({"others": "Myndigheten"}, "Rad 1: skriv namn; e-postadress."),
        ({"others": "A; a@b.invalid\nB; a@b.invalid"},
         "B har redan fått remissen, eller står två gånger. Ta bort den ena."),
        ({"answers_public_on": TODAY()}, "Svaren kan inte bli offentliga före sista svarsdag."),
    ],
)  # fmt: skip
def test_consultation_prepare_refuses_bad_input_and_changes_nothing(world, as_user, data, text):
    answer = post_send(world, as_user(world.coordinator), **data)
    told = [str(error) for errors in answer.context["form"].errors.as_data().values() for e in errors for error in e]
    assert (answer.status_code, text in told or told) == (200, True)
    assert (Agreement.objects.get().status, Consultation.objects.count(), Mail.objects.count()) == ("draft", 0, 0)


def test_consultation_add_offers_only_those_who_do_not_have_the_remiss(world, as_user):
    """A shortcut takes the others alone; somebody asked meanwhile is told of, and what was typed stays."""
    first, second = world.parties
    world.send(parties=[first])
    client, url = as_user(world.coordinator), world.url("consultation_add")
    offered = client.get(url).context["form"].fields["parties"].queryset
    assert (offered.contains(first), offered.contains(second)) == (False, True)
    shown = client.post(url, {"version": 1, "all_parties": "on", "granska": "1"})
    assert shown.context["preview"]["by_account"] == [second]
    refused = client.post(url, {"version": 1, "parties": [first.pk], "others": "A; a@b.invalid"})
    assert "Någon du valde har redan fått remissen, eller går inte att välja. Kontrollera valen." in refused.text
    assert "A; a@b.invalid" in refused.text
    assert client.post(url, {"version": 1, "all_parties": "on"}).url == world.url("consultation_detail")
    assert set(Addressee.objects.values_list("party", flat=True)) == {first.pk, second.pk}
    assert "all_parties" not in client.get(url).context["form"].fields


def test_consultation_add_says_that_the_last_day_has_been(sent, as_user):
    client, url = as_user(sent.coordinator), sent.url("consultation_add")
    assert "Den dagen har varit." not in client.get(url).text
    Consultation.objects.update(sent_on=None, deadline=TODAY() - DAY)
    assert "Den dagen har varit. Förläng svarstiden för de nya när du har skickat." in client.get(url).text


def test_response_edit_keeps_the_draft_and_submit_answers_once(sent, as_user):
    row, client = sent.response(), as_user(sent.reporters[0])
    edit, submit = sent.url("response_edit", row.pk), sent.url("response_submit", row.pk)
    typed = {
        "version": 1,
        "stance": "comments",
        "text": "Bra i stort.",
        "text_1": "Vem betalar?",
        "stance_2": "supports",
    }
    assert client.post(edit, {**typed, "vidare": "1"}).url == submit
    said = list(SectionResponse.objects.values_list("block", "stance", "text"))
    assert said == [("provision:paragraf-2", "", "Vem betalar?"), ("provision:paragraf-3", "supports", "")]
    assert client.get(submit).status_code == 200
    for _again in range(3):
        client.post(submit, {"version": 2})
    row.refresh_from_db()
    assert (row.submitted_by, row.is_late, row.version) == (sent.reporters[0], False, 3)
    assert Mail.objects.filter(key__endswith=":receipt").count() == 1
    late = client.post(edit, {**typed, "version": 3, "text": "Mer text"})
    assert "Mer text" in late.text
    assert "Remissvaret är inlämnat och kan inte ändras." in late.text
    assert SectionResponse.objects.get(block="provision:paragraf-2").text == "Vem betalar?"


@pytest.mark.parametrize(
    ("values", "text"),
    [
        ({}, "Välj ställningstagande innan du lämnar in."),
        ({"stance": "opposes"}, "Ni tillstyrker inte. Skriv vad ni tycker, om helheten eller om ett avsnitt."),
        ({"stance": "supports"}, ""),
        ({"stance": "abstains"}, ""),
        ({"stance": "opposes", "reservation": "Vi är oense."}, ""),
    ],
)
def test_missing_asks_for_a_stance_and_for_words_where_it_needs_them(sent, values, text):
    row = sent.response()
    ConsultationResponse.objects.filter(pk=row.pk).update(**values)
    row.refresh_from_db()
    assert responses.missing(row) == ([text] if text else [])


def test_response_submit_refuses_an_empty_stance_and_changes_nothing(sent, as_user):
    row = sent.response()
    answer = as_user(sent.reporters[0]).post(sent.url("response_submit", row.pk), {"version": 1}, follow=True)
    assert "Välj ställningstagande innan du lämnar in." in answer.text
    assert ConsultationResponse.objects.get(pk=row.pk).submitted_at is None


@pytest.mark.parametrize(("offset", "extended", "is_late"), [(0, None, False), (-1, None, True), (-1, 3, False)])
def test_submit_marks_what_comes_after_the_last_day(sent, offset, extended, is_late):
    Consultation.objects.update(deadline=TODAY() + offset * DAY, sent_on=TODAY() - 9 * DAY)
    Addressee.objects.update(extended_to=TODAY() + extended * DAY if extended else None)
    ConsultationResponse.objects.update(stance="supports")
    assert responses.submit(response=sent.response(), version=1, by=sent.reporters[0]).is_late is is_late


def test_closed_takes_no_answer_and_keeps_what_is_typed(sent, as_user):
    consulting.close(consultation=sent.consultation, by=sent.coordinator)
    row, client = sent.response(), as_user(sent.reporters[0])
    answer = client.post(sent.url("response_edit", row.pk), {"version": 1, "stance": "supports", "text": "För sent"})
    assert "Remissen är avslutad. Inga fler svar tas emot." in answer.text
    assert "För sent" in answer.text
    client.post(sent.url("response_submit", row.pk), {"version": 1})
    assert ConsultationResponse.objects.exclude(submitted_at=None, text="").count() == 0


def test_response_of_another_party_is_not_there(sent, as_user):
    client = as_user(sent.reporters[1])
    assert [client.get(sent.url(name, sent.response(0).pk)).status_code for name in
            ("response_edit", "response_submit", "response_detail")] == [404, 404, 404]  # fmt: skip


def test_drafts_are_read_by_nobody_else_and_answers_by_all_from_the_day(sent, as_user):
    mine, client = sent.response(0), as_user(sent.coordinator)
    ConsultationResponse.objects.filter(pk=mine.pk).update(stance="supports", text="Hemligt utkast")
    assert "Hemligt utkast" not in client.get(sent.url("consultation_summary")).text
    responses.submit(response=sent.response(0), version=1, by=sent.reporters[0])
    assert "Hemligt utkast" in client.get(sent.url("consultation_summary")).text
    other = as_user(sent.reporters[1])
    assert other.get(sent.url("consultation_summary")).status_code == 404
    assert other.get(sent.url("response_detail", mine.pk)).status_code == 404
    Consultation.objects.update(answers_public_on=TODAY())
    assert "Hemligt utkast" in other.get(sent.url("consultation_summary")).text


# --- by link ----------------------------------------------------------------------------------------------------------


def link_in(letter):
    return "/overenskommelser/remissvar/" + re.search(r"/remissvar/([\w-]+)/", letter.body)[1] + "/"


def test_response_link_answers_once_without_an_account(sent, client):
    link = link_in(Mail.objects.get(user=None))
    opened = client.get(link)
    assert (opened.url, opened["Referrer-Policy"]) == (reverse("agreements:response_link"), "no-referrer")
    edit, submit = reverse("agreements:response_link"), reverse("agreements:response_link_submit")
    assert client.post(edit, {"version": 1, "stance": "supports", "text_0": "Bra syfte."}).status_code == 302
    client.post(submit, {"version": 2})
    client.post(submit, {"version": 2})
    row = ConsultationResponse.objects.get(addressee__party=None)
    assert (row.stance, row.submitted_by, row.submitted_at is None) == ("supports", None, False)
    assert "Bra syfte." in client.get(edit).text
    assert [m.to for m in mail.outbox if "inlämnat" in m.subject] in ([], [["remiss@myndighet.invalid"]])


def test_response_open_gives_nothing_by_an_unknown_or_replaced_link(sent, client):
    old = link_in(Mail.objects.get(user=None))
    consulting.remind(consultation=sent.consultation, by=sent.coordinator)
    for link in (old, reverse("agreements:response_open", args=["gissning"])):
        client.get(link)
        assert client.get(reverse("agreements:response_link")).context.get("response") is None
    new = link_in(Mail.objects.filter(user=None).latest("pk"))
    client.get(new)
    assert client.get(reverse("agreements:response_link")).context["response"].addressee.name == "Myndigheten"
    consulting.withdraw(addressee=Addressee.objects.get(party=None), by=sent.coordinator)
    assert client.get(reverse("agreements:response_link")).context.get("response") is None


@pytest.mark.parametrize("meanwhile", ["another link", "the session ends", "the remiss is taken back"])
def test_response_link_answers_for_what_was_typed_when_the_link_is_not_open_any_more(world, client, meanwhile):
    """It becomes no answer of somebody else's, and can be copied."""
    world.send(others=[("Myndigheten", "m@exempel.invalid"), ("Föreningen", "f@exempel.invalid")])
    one, other = (link_in(Mail.objects.get(address=f"{name}@exempel.invalid")) for name in "mf")
    client.get(one)
    edit = reverse("agreements:response_link")
    form = Forms(client.get(edit).text).with_field("stance") | {"stance": "supports", "text": "Vi håller med."}
    if meanwhile == "another link":
        client.get(other)
    elif meanwhile == "the session ends":
        client.session.flush()
    else:
        consulting.withdraw(addressee=Addressee.objects.get(name="Myndigheten"), by=world.coordinator)
    answer = client.post(edit, form)
    assert (answer.status_code, "Vi håller med." in answer.text) == (409, True)
    assert "Länken till det här svaret är inte längre öppen i webbläsaren." in answer.text
    client.post(reverse("agreements:response_link_submit"), {"version": 1, "svar": form["svar"]})
    assert not ConsultationResponse.objects.exclude(text="", stance="", submitted_at=None).exists()
    client.get(one)
    assert client.post(edit, form).status_code == (409 if meanwhile == "the remiss is taken back" else 302)


def pdf_called(name, content=b"%PDF-1.7 beslut"):
    return SimpleUploadedFile(name, content)


def test_response_link_files_keeps_attachments_until_it_is_handed_in(sent, client, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    client.get(link_in(Mail.objects.get(user=None)))
    url, row = reverse("agreements:response_link_files"), ConsultationResponse.objects.get(addressee__party=None)
    for name in ("Beslut", "Bilaga 1"):
        assert client.post(url, {"name": name, "file": pdf_called("beslut.pdf")}).status_code == 302
    decision, extra = row.files.all()
    client.post(reverse("agreements:response_link_file_delete", args=[extra.pk]))
    page = client.get(url).text
    own = reverse("agreements:response_link_file_download", args=[decision.pk])
    assert (own in page, "Bilaga 1" in page) == (True, False)
    answer = client.get(own)
    assert (b"".join(answer.streaming_content), answer["Content-Disposition"][:10]) == (
        b"%PDF-1.7 beslut",
        "attachment",
    )
    ConsultationResponse.objects.filter(pk=row.pk).update(stance="supports")
    responses.submit(response=row, version=row.version)
    client.post(url, {"name": "För sent", "file": pdf_called("sent.pdf")})
    client.post(reverse("agreements:response_link_file_delete", args=[decision.pk]))
    assert [file.name for file in row.files.all()] == ["Beslut"]
    assert own in client.get(reverse("agreements:response_link")).text


@pytest.mark.parametrize(
    ("file", "told"),
    [
        (("beslut.exe", b"MZ"), "Filen är inte av ett slag som tas emot."),
        (("beslut.pdf", b"<html>"), "Filen är inte en vanlig pdf-fil, trots namnet."),
    ],
)
def test_response_link_files_asks_the_same_of_files_as_of_accounts(sent, client, file, told):
    client.get(link_in(Mail.objects.get(user=None)))
    shown = client.post(reverse("agreements:response_link_files"), {"name": "Beslut", "file": pdf_called(*file)})
    assert (told in shown.text, ResponseFile.objects.count()) == (True, 0)


def test_response_link_files_has_the_day_of_an_account(sent, client, settings, tmp_path):
    settings.MEDIA_ROOT, settings.UPLOAD_DAILY_FILES = tmp_path, 1
    cache.clear()
    client.get(link_in(Mail.objects.get(user=None)))
    url = reverse("agreements:response_link_files")
    for name in ("Beslut", "Bilaga"):
        shown = client.post(url, {"name": name, "file": pdf_called("beslut.pdf")})
    assert "Du har laddat upp så mycket som får plats på ett dygn." in shown.text
    assert [file.name for file in ResponseFile.objects.all()] == ["Beslut"]


@pytest.mark.parametrize("opens", [False, True])
def test_response_link_files_are_for_the_opened_link_alone(sent, client, settings, tmp_path, opens):
    settings.MEDIA_ROOT = tmp_path
    foreign = make.ResponseFileFactory(response=sent.response(0))
    if opens:
        client.get(link_in(Mail.objects.get(user=None)))
    download = client.get(reverse("agreements:response_link_file_download", args=[foreign.pk]))
    delete = client.post(reverse("agreements:response_link_file_delete", args=[foreign.pk]))
    upload = client.post(reverse("agreements:response_link_files"), {"name": "", "file": pdf_called("beslut.pdf")})
    assert [answer.status_code for answer in (download, delete, upload)] == ([404, 404, 200] if opens else [302] * 3)
    assert list(ResponseFile.objects.all()) == [foreign]


# --- running it -------------------------------------------------------------------------------------------------------


def test_extend_keeps_the_last_day_of_the_others_and_tells_who_got_more(sent, as_user):
    one, to = Addressee.objects.get(party=sent.parties[0]), TODAY() + 60 * DAY
    data = {"version": 1, "to": to, "reason": "Nämnden sammanträder senare.", "addressees": [one.pk]}
    assert as_user(sent.coordinator).post(sent.url("consultation_extend"), data).status_code == 302
    days = dict(Addressee.objects.values_list("pk", "extended_to"))
    assert [day for pk, day in days.items() if pk != one.pk] == [None, None]
    assert (days[one.pk], Consultation.objects.get().deadline) == (to, TODAY() + 30 * DAY)
    assert Mail.objects.filter(key__contains=":extended:").count() == 1


@pytest.mark.parametrize(
    ("to", "text"),
    [(-1, "Sista svarsdag har redan varit. Välj i dag eller en senare dag."),
     (30, "Den nya dagen måste vara senare än sista svarsdag")],
)  # fmt: skip
def test_extend_refuses_an_earlier_day(sent, as_user, to, text):
    data = {"version": 1, "to": TODAY() + to * DAY, "reason": "X", "addressees": [Addressee.objects.first().pk]}
    assert text in as_user(sent.coordinator).post(sent.url("consultation_extend"), data).text
    assert Addressee.objects.exclude(extended_to=None).count() == 0


def test_extend_shows_what_somebody_else_gave_meanwhile(sent, as_user):
    """The shorter time is not given unseen; sent again, it is."""
    client, url, pk = as_user(sent.coordinator), sent.url("consultation_extend"), Addressee.objects.first().pk
    mine = {"version": 1, "to": TODAY() + 40 * DAY, "reason": "Semestrar.", "addressees": [pk]}
    theirs = mine | {"to": TODAY() + 60 * DAY, "reason": "Nämnden sammanträder senare."}
    answers = [client.post(url, data) for data in (theirs, mine)]
    shown = answers[1].text
    assert [answer.status_code for answer in answers] == [302, 409]
    assert [text in shown for text in ("Semestrar.", "Nämnden sammanträder senare.", str(theirs["to"]))] == [True] * 3
    assert Addressee.objects.get(pk=pk).extended_to == theirs["to"]
    again = client.post(url, Forms(shown).with_field("to"))
    assert (again.status_code, Addressee.objects.get(pk=pk).extended_to) == (302, mine["to"])


def test_extend_again_to_the_same_day_leaves_a_link_that_opens(sent, as_user, client):
    one, to = Addressee.objects.get(party=None), TODAY() + 60 * DAY
    for version in (1, 2):
        data = {"version": version, "to": to, "reason": "Nämnden sammanträder senare.", "addressees": [one.pk]}
        assert as_user(sent.coordinator).post(sent.url("consultation_extend"), data).status_code == 302
    client.logout()
    last = Mail.objects.filter(user=None).latest("pk")
    assert client.get(link_in(last)).url == reverse("agreements:response_link")
    assert client.get(reverse("agreements:response_link")).context["response"].addressee == one


def test_remind_writes_once_a_day_to_those_who_have_not_answered(sent):
    ConsultationResponse.objects.update(stance="supports")
    responses.submit(response=sent.response(0), version=1, by=sent.reporters[0])
    reached = [len(consulting.remind(consultation=sent.consultation, by=sent.coordinator)) for _ in range(2)]
    assert (reached, Mail.objects.filter(key__contains=":reminder:").count()) == ([2, 0], 2)


def test_withdraw_and_close_refuse_what_is_done(sent, as_user):
    client, row = as_user(sent.coordinator), Addressee.objects.get(party=sent.parties[0])
    url = sent.url("addressee_withdraw", row.pk)
    assert "är återkallad" in client.post(url, follow=True).text
    assert "Mottagaren har redan svarat, eller är redan återkallad." in client.post(url, follow=True).text
    assert client.post(sent.url("consultation_close"), follow=True).status_code == 200
    assert "Inga fler svar tas emot." in client.post(sent.url("consultation_remind"), follow=True).text


# --- what becomes of remarks ------------------------------------------------------------------------------------------


@pytest.fixture
def answered(sent):
    """Both parties have answered, each with remarks; the third said nothing."""
    for place, stance in enumerate(["comments", "opposes"]):
        row = sent.response(place)
        row.stance, row.text = stance, f"Helheten {place}"
        row.save()
        make.SectionResponseFactory(response=row, block=BLOCKS[1]["key"], heading="§ 2 Ansvar", text=f"Del {place}")
        responses.submit(response=row, version=1, by=sent.reporters[place])
    return sent


def test_response_treat_wants_a_reason_and_leads_to_the_next(answered, as_user):
    client = as_user(answered.coordinator)
    first = answered.response(0)
    url = answered.url("response_treat", "helhet", first.pk)
    data = {"version": first.version, "treatment": "not_followed", "treatment_reason": "", "nasta": "1"}
    assert "Skriv varför synpunkten inte följs fullt ut." in client.post(url, data).text
    assert client.post(url, {**data, "treatment_reason": "Utanför lagen."}).url == answered.url(
        "response_treat", "helhet", answered.response(1).pk
    )
    section = SectionResponse.objects.get(response=first)
    url = answered.url("response_treat", "avsnitt", section.pk)
    assert next(block["text"] for block in BLOCKS if block["key"] == section.block) in client.get(url).text
    data = {"version": section.version, "treatment": "followed", "treatment_reason": ""}
    assert client.post(url, data).status_code == 302
    left = client.get(answered.url("remark_list") + "?visa=obehandlade")
    assert ("Del 1" in left.text, "Del 0" in left.text, len(left.context["summary"].untreated)) == (True, False, 2)
    first.refresh_from_db()
    assert (first.text, first.treatment, first.treated_by) == ("Helheten 0", "not_followed", answered.coordinator)
    first.text = "Ändrat"
    with pytest.raises(Frozen):
        first.save()


def test_summary_counts_stances_and_tells_who_was_silent(answered):
    summary = summary_of(answered.consultation, answered.coordinator)
    assert lead(summary) == "2 av 3 har svarat: 1 tillstyrker med synpunkter, 1 tillstyrker inte."
    assert [row.name for row in summary.silent] == ["Myndigheten"]
    assert [(part.heading, len(part.remarks)) for part in summary.spoken_of] == [("Helheten", 2), ("§ 2 Ansvar", 2)]
    blocks = consultation_paper(summary)["blocks"]
    place = next(number for number, part in enumerate(blocks) if part.get("text") == "Helheten")
    kinds = [(part["kind"], part.get("style")) for part in blocks[place : place + 3]]
    assert kinds == [("heading", None), ("paragraph", "keep"), ("table", None)]  # on the same page


@pytest.mark.parametrize("name", ["consultation_detail", "consultation_summary", "remark_list"])
def test_pages_ask_the_same_whatever_the_number_of_answers(
    answered, as_user, name, django_assert_max_num_queries, django_assert_num_queries
):
    client, url = as_user(answered.coordinator), answered.url(name)
    client.get(url)
    with django_assert_max_num_queries(40) as counted:
        client.get(url)
    text = {"stance": "supports", "text": "Bra.", "submitted_at": timezone.now()}
    for _ in range(30):
        row = make.ConsultationResponseFactory(addressee__consultation=answered.consultation, **text)
        make.AccessionFactory(agreement=answered.agreement, party=row.addressee.party)
    with django_assert_num_queries(len(counted)):
        client.get(url)


@pytest.mark.parametrize("name", ["consultation_summary_pdf", "consultation_summary_docx"])
def test_summary_is_a_paper(answered, as_user, name):
    content = b"".join(as_user(answered.coordinator).get(answered.url(name)).streaming_content)
    assert content[:4] == {"f": b"%PDF", "x": b"PK\x03\x04"}[name[-1]]
