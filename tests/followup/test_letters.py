"""Letters: who gets one, what it says, that nobody is told twice, and that nothing reaches a header."""

import datetime
import email
import email.policy
import re
from urllib.parse import unquote, urljoin, urlsplit

import pytest
import time_machine
from django.core import mail as outbox
from django.core.cache import cache
from django.urls import reverse
from django.utils import timezone

from followup.letters import nudge
from followup.models import Notice
from followup.reminders import write_due
from lib.db import Frozen
from parties.models import Mail, Role, User
from parties.outbox import send_unsent
from parties.services import join
from tests import factories as make

pytestmark = pytest.mark.django_db
HEADERS = {
    *("Content-Type", "MIME-Version", "Content-Transfer-Encoding", "Subject", "From", "To", "Date", "Message-ID"),
    *("Auto-Submitted", "X-Auto-Response-Suppress"),
}
NOON = datetime.datetime(2026, 8, 29, 10, tzinfo=datetime.UTC)


def asked(round=None, party=None, *, answered=0, unanswered=1, **fields):
    """A party asked in a round, with so many reports handed in and so many not; the respondent."""
    round = round or make.RoundFactory()
    party = party or make.PartyFactory()
    make.ReportFactory.create_batch(unanswered, round=round, party=party)
    make.ReportFactory.create_batch(answered, round=round, party=party, submitted=True)
    return make.RespondentFactory(round=round, party=party, **fields)


def person(party, role=Role.REPORTER, **hat):
    user = make.UserFactory()
    join(user=user, party=party, role=role, **{"starts_on": datetime.date(2020, 1, 1), **hat})
    return user


def receivers():
    return {mail.user for mail in Mail.objects.select_related("user")}


def remind(respondent, **kwargs):
    kwargs = {"parties": [respondent.party], "by": make.UserFactory(), **kwargs}
    return nudge(round=respondent.round, **kwargs)


@time_machine.travel(NOON)
def test_nudge_writes_one_letter_that_says_what_is_left():
    respondent = asked(answered=3, unanswered=2)
    official = person(respondent.party)
    assert remind(respondent, by=make.UserFactory(name="Sam Ordnare")) == 1
    mail = Mail.objects.get()
    assert (mail.user, mail.address, mail.kind, mail.sent_at) == (official, official.email, "nudge", None)
    assert "Sam Ordnare" in mail.body
    assert "2 av 5 svar är inte inlämnade." in mail.body
    assert "Sista svarsdag är 2026-08-31, om 2 dagar." in mail.body
    assert f"http://127.0.0.1:8000{respondent.round.get_absolute_url()}svara/{respondent.party.key}/" in mail.body
    assert "http://127.0.0.1:8000/mina-paminnelser/" in mail.body


@pytest.mark.parametrize("role", Role.values)
def test_nudge_goes_to_those_who_report(role):
    respondent = asked()
    official = person(respondent.party, role)
    told = role in (Role.REPORTER, Role.APPROVER)
    assert (remind(respondent), receivers()) == (int(told), {official} if told else set())


def test_nudge_goes_to_the_approver_where_it_waits_for_approval():
    respondent = asked(ready_at=timezone.now())
    make.ReportingRuleFactory(party=respondent.party)
    person(respondent.party)
    approver = person(respondent.party, Role.APPROVER)
    assert (remind(respondent), receivers()) == (1, {approver})
    assert "väntar på att du godkänner" in Mail.objects.get().body


def test_nudge_leaves_out_who_has_answered_all_and_other_parties():
    done, other = asked(answered=2, unanswered=0), asked()
    person(done.party)
    person(other.party)
    assert remind(done, parties=[done.party, other.party]) == 0


def test_nudge_is_one_letter_for_a_person_of_several_parties():
    round = make.RoundFactory()
    first, second = asked(round), asked(round)
    official = person(first.party)
    join(user=official, party=second.party, role=Role.REPORTER)
    assert remind(first, parties=[first.party, second.party]) == 1
    assert {str(first.party), str(second.party)} <= set(Mail.objects.get().body.replace("\n", ": ").split(": "))


def test_nudge_twice_on_a_day_is_told_once():
    respondent = asked()
    person(respondent.party)
    with time_machine.travel(NOON, tick=False) as clock:
        assert [remind(respondent), remind(respondent)] == [1, 0]
        clock.shift(datetime.timedelta(days=1))
        assert remind(respondent) == 1
    assert Notice.objects.count() == 2


def test_nudge_is_refused_in_a_closed_round():
    respondent = asked(round=make.RoundFactory(planned=True))
    with pytest.raises(Frozen):
        remind(respondent)


@pytest.mark.parametrize("hat", [{"ends_on": "2020-01-02", "starts_on": "2020-01-01"}, {"starts_on": "2099-01-01"}])
def test_nudge_leaves_out_memberships_that_are_over_or_not_begun(hat):
    respondent = asked()
    person(respondent.party, **hat)
    assert remind(respondent) == 0


# --- Nothing that people have written reaches a header, and no link leads away (T21) ----------------------------------

HOSTILE = [
    "Kommun\r\nBcc: alla@ond.example",
    "Kommun\nTo: alla@ond.example",
    "Kommun\rSubject: Vinst",
    "Kommun\r\n\r\n<b>ny text</b>",
    "Kommun\x0bCc: a@ond.example",
    "Kommun\x0cCc: a@ond.example",
    "Kommun\x85Cc: a@ond.example",
    "Kommun\u2028Cc: a@ond.example",
    "Kommun\u2029Cc: a@ond.example",
    "Kommun\x01\x1b[31mCc: a@ond.example",
    "=?utf-8?q?Kommun=0D=0ABcc:_alla=40ond.example?=",
    "Å" * 300,
]
PLACES = ["county", "label", "party", "agreement", "person", "address", "coordinator", "colleague away"]


def plant(place, text):
    """A respondent with one person, where the text stands in the place; the respondent and who reminds."""
    county = make.CountyFactory(code="99", letter="QQ", name=text[:60]) if place == "county" else make.CountyFactory()
    agreement = make.AgreementFactory(county=county, **({"short_name": text[:80]} if place == "agreement" else {}))
    label = text[:20] if place == "label" else "2026:1"
    round = make.RoundFactory(agreement=agreement, label=label, due_on="2026-08-31")
    respondent = asked(round, make.PartyFactory(name=text[:200]) if place == "party" else None)
    official = person(respondent.party)
    if place == "person":
        User.objects.filter(pk=official.pk).update(name=text[:150])
    if place == "address":
        User.objects.filter(pk=official.pk).update(email=text[:254])
    if place == "colleague away":
        gone = person(respondent.party)
        User.objects.filter(pk=gone.pk).update(name=text[:150])
        make.MailSettingsFactory(user=gone, alternate=official, away_until="2099-01-01")
    return respondent, make.UserFactory(name=text[:150] if place == "coordinator" else "Sam")


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("place", PLACES)
def test_letter_has_one_receiver_and_its_own_headers_whatever_names_hold(place, text):
    respondent, coordinator = plant(place, text)
    assert (write_due(), remind(respondent, by=coordinator)) == (1, 1)
    send_unsent()
    if place == "address":
        assert outbox.outbox == []
        assert set(Mail.objects.values_list("error", flat=True)) == {"Adressen är ingen e-postadress."}
        return
    assert len(outbox.outbox) == 2
    for sent in outbox.outbox:
        raw = sent.message()
        parsed = email.message_from_bytes(raw.as_bytes(), policy=email.policy.default)
        assert set(raw.keys()) == set(parsed.keys()) == HEADERS
        assert len(raw.keys()) == len(HEADERS)
        assert [address.addr_spec for address in parsed["To"].addresses] == [receivers().pop().email]
        assert sent.recipients() == [receivers().pop().email]
        assert len(sent.subject) <= 200
        assert sent.subject.isprintable()


@pytest.mark.parametrize("header", ["HTTP_HOST", "HTTP_X_FORWARDED_HOST", "HTTP_X_ORIGINAL_HOST", "HTTP_FORWARDED"])
def test_letter_links_by_the_setting_and_never_by_who_asks(client, settings, login_as, header):
    settings.PORTAL_URL, settings.ALLOWED_HOSTS = "https://portalen.example.se", ["*"]
    respondent = asked()
    person(respondent.party)
    login_as(Role.COORDINATOR, party=respondent.round.agreement.coordinating_party)
    url = reverse("followup:round_bulk", args=[respondent.round.agreement.slug, respondent.round.label])
    value = "host=ond.example" if header == "HTTP_FORWARDED" else "ond.example"
    client.post(url, {"action": "paminn", "vald": respondent.party.pk}, **{header: value})
    links = re.findall(r"https?://[^/\s]+", Mail.objects.get().body)
    assert (len(links), set(links)) == (2, {"https://portalen.example.se"})


OFF_SITE = [
    *("https://ond.example", "http://ond.example/", "//ond.example", "///ond.example", "////ond.example/%2f.."),
    *("/\\ond.example", "\\\\ond.example", "\\/ond.example", "https:ond.example", "https:/ond.example"),
    *("https:///ond.example", "http:\\\\ond.example", "javascript:alert(1)", "JaVaScRiPt:alert(1)", "data:text/html,x"),
    *("vbscript:x", "ftp://ond.example", "mailto:a@ond.example", " https://ond.example", "\thttps://ond.example"),
    *("\nhttps://ond.example", "\r\n//ond.example", "%0d%0aLocation:%20//ond.example", "/%09/ond.example"),
    *("http://127.0.0.1@ond.example", "http://testserver@ond.example/", "http://testserver.ond.example/"),
    *("http://ond.example#testserver", "http://ond.example?testserver", "https://ond.example:443/"),
    *("//ond.example%E3%80%82se", "//ond。example", "http://[::1]@ond.example", "http://ond.example\\@testserver"),
    *("http:ond.example", "h\x00ttps://ond.example", "/\t/ond.example", "/\n/ond.example", "/\r/ond.example"),
    "//",
]


@pytest.mark.parametrize("target", OFF_SITE)
def test_login_never_leads_off_site(client, target):
    cache.clear()  # else so many logins are throttled
    user = make.UserFactory()
    user.set_password("exempel-lösenord-2026")
    user.save()
    data = {"login": user.email, "password": "exempel-lösenord-2026", "next": target}
    response = client.post("/konto/login/", data)
    assert response.status_code == 302
    found = urljoin("http://testserver/konto/login/", response.url.replace("\\", "/"))
    assert urlsplit(found).netloc == "testserver"
    assert urlsplit(found).scheme == "http"


def test_login_leads_straight_to_the_form_of_the_letter(client):
    respondent = asked()
    official = person(respondent.party)
    official.set_password("exempel-lösenord-2026")
    official.save()
    remind(respondent)
    link = re.search(r"http://127\.0\.0\.1:8000(\S+svara\S+)", Mail.objects.get().body)[1]
    asked_for = client.get(link)
    assert asked_for.url.startswith("/konto/login/?next=")
    data = {
        "login": official.email,
        "password": "exempel-lösenord-2026",
        "next": unquote(asked_for.url.partition("=")[2]),
    }
    response = client.post("/konto/login/", data)
    assert (response.status_code, response.url) == (302, link)
    assert client.get(response.url).status_code == 200


@pytest.mark.parametrize(
    ("header", "answer"), [({"HTTP_HOST": "ond.example"}, 400), ({"HTTP_X_FORWARDED_HOST": "ond.example"}, 302)]
)
def test_password_reset_leads_nowhere_else_whatever_host_is_named(client, settings, header, answer):
    cache.clear()
    user = make.UserFactory()
    user.set_password("exempel-lösenord-2026")
    user.save()
    response = client.post(reverse("account_reset_password"), {"email": user.email}, **header)
    links = re.findall(r"https?://[^/\s]+", " ".join(sent.body for sent in outbox.outbox))
    assert (response.status_code, links) == (answer, [] if answer == 400 else [settings.PORTAL_URL])
