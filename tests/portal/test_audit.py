"""What leaves a line in the log of itself: refusals, files, log-ins; and what must never stand there."""

import pytest
from django.core.files.base import ContentFile
from django.urls import reverse

from parties.audit import log, told
from parties.models import AuditEvent, Role
from tests import factories

pytestmark = pytest.mark.django_db
Kind = AuditEvent.Kind


def logged(kind):
    """(who, hat, party, agreement, what, why) of the lines of one kind, oldest first."""
    rows = AuditEvent.objects.filter(kind=kind).order_by("pk").select_related("actor", "party")
    return [(row.actor, row.hat, row.party, row.agreement, row.about, row.reason) for row in rows]


@pytest.fixture
def agreement():
    return factories.AgreementFactory()


def test_audit_trail_tells_who_was_refused_what_and_in_which_hat(client, login_as, agreement):
    party = factories.AccessionFactory(agreement=agreement).party
    person = login_as(Role.REPORTER, party=party)
    url = reverse("agreements:agreement_edit", args=[agreement.slug])
    client.post(f"{url}?q=hemligt", {"title": "Hemligt"})
    hat, why = f"handläggare för {party}", "Får inte göras i den rollen."
    assert logged(Kind.REFUSED) == [(person, hat, None, agreement.slug, f"POST {url}", why)]
    assert AuditEvent.objects.get(kind=Kind.REFUSED).address == "127.0.0.1"


def test_audit_trail_tells_whose_hidden_report_was_asked_for(client, login_as, agreement):
    report = factories.ReportFactory(round__agreement=agreement)
    person = login_as(Role.REPORTER, party=factories.AccessionFactory(agreement=agreement).party)
    url = report.get_absolute_url()
    client.get(url)
    client.get(url.replace(f"/{report.pk}/", "/99999/"))
    assert [(who, party, about, why) for who, _hat, party, _slug, about, why in logged(Kind.REFUSED)] == [
        (person, report.party, f"GET {url}", "Finns, men visas inte för personen."),
        (person, None, f"GET {url.replace(f'/{report.pk}/', '/99999/')}", "Finns inte."),
    ]


def test_audit_trail_tells_which_file_was_fetched(client, login_as, agreement, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    document = factories.DocumentFactory(agreement=agreement, title="Protokoll för Årsta")
    document.file.save("prov.pdf", ContentFile(b"text"))
    url = reverse("agreements:document_download", args=[agreement.slug, document.pk])
    client.get(url).close()  # the public fetches what is public, and is not followed
    person = login_as(Role.COORDINATOR, party=agreement.coordinating_party)
    client.get(url).close()
    hat = f"samordnare för {agreement.coordinating_party}"
    assert logged(Kind.EXPORTED) == [(person, hat, None, agreement.slug, f"protokoll-for-arsta.pdf, {url}", "")]


def test_audit_trail_keeps_secrets_of_addresses_to_itself(client, login_as):
    login_as(Role.READER)
    key = factories.FeedKeyFactory()
    client.get(reverse("portal:calendar_feed", args=[key.secret]))
    client.get(reverse("account_reset_password_from_key", args=["1a", "abc-def"]))
    client.get(reverse("account_confirm_email", args=["hemlig-nyckel"]))
    lines = " ".join(about for *_others, about, _why in logged(Kind.REFUSED) + logged(Kind.EXPORTED))
    assert "account_confirm_email" in lines
    assert not [secret for secret in (key.secret, "abc-def", "hemlig-nyckel") if secret in lines]


def sign_in(client, email, password):
    return client.post(reverse("account_login"), {"login": email, "password": password})


def test_audit_tells_log_ins_failures_and_log_outs(client):
    person = factories.UserFactory(password="ett-gott-lösenord-2026")
    sign_in(client, person.email, "fel-lösenord-2026")
    sign_in(client, "mitt-hemliga-ord@exempel.invalid", "fel-lösenord-2026")
    sign_in(client, f" {person.email.upper()}", "ett-gott-lösenord-2026")
    client.post(reverse("account_logout"))
    rows = AuditEvent.objects.order_by("pk").values_list("kind", "actor", "person", "about")
    assert list(rows) == [
        (Kind.LOGIN_FAILED, None, person.pk, ""),
        (Kind.LOGIN_FAILED, None, None, "Adressen har inget konto."),
        (Kind.LOGIN, person.pk, person.pk, ""),
        (Kind.LOGOUT, person.pk, person.pk, ""),
    ]


@pytest.mark.parametrize(
    ("text", "stored"),
    [
        ("Ändrat för 19121212-1212.", "Ändrat för [personnummer]."),
        ("Till: Anna <anna.ek@kommun.se>", "Till: Anna <[e-postadress]>"),
        (
            {"e-post": ["a@b.se", None], "roll": ["läsare", 2]},
            {"e-post": ["[e-postadress]", None], "roll": ["läsare", 2]},
        ),
        ("2026-11-22 kl. 15", "2026-11-22 kl. 15"),
    ],
)
def test_log_leaves_out_addresses_and_personal_numbers(text, stored):
    assert told(text) == stored


def test_log_masks_every_text():
    row = log(Kind.CHANGED, about="a@b.se", hat="b@b.se", reason="c@b.se", changes={"till": ["d@b.se", "e@b.se"]})
    row.refresh_from_db()
    assert "@" not in f"{row.about}{row.hat}{row.reason}{row.changes}"
