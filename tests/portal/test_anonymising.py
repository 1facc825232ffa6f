"""Making somebody who has left anonymous: the person is found in no table, and what was written stays readable."""

import datetime

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.apps import apps
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import models
from django.urls import reverse
from django.utils import timezone

from parties.anonymising import anonymise
from parties.audit import log
from parties.models import AuditEvent, FeedKey, Invitation, Mail, MailSettings, Membership, Role, User
from parties.services import join
from tests import factories
from tests.portal.test_history import edit

pytestmark = pytest.mark.django_db
NAME, EMAIL, PASSWORD = "Alvina Öberg", "alvina.oberg@exempel.invalid", "ett-gott-lösenord-2026"
BEFORE = datetime.date(2026, 1, 31)


@pytest.fixture
def by():
    return factories.UserFactory(is_superuser=True, is_staff=True, name="Siri System")


@pytest.fixture
def alva(by):
    """Somebody who has left, and has left traces wherever a person can."""
    user = factories.UserFactory(name=NAME, email=EMAIL, password=PASSWORD)
    party = factories.PartyFactory()
    row = join(user=user, party=party, role=Role.REPORTER, title="Säkerhetssamordnare Öberg", by=by)
    row.starts_on, row.ends_on = "2020-01-01", BEFORE
    row.save()
    EmailAddress.objects.create(user=user, email=EMAIL, verified=True, primary=True)
    Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data={"secret": "x"})
    SocialAccount.objects.create(user=user, provider="oidc", uid="alvina", extra_data={"name": NAME})
    factories.FeedKeyFactory(user=user)
    factories.MailSettingsFactory(alternate=user)
    factories.MailFactory(user=user, address="Alvina.Oberg@exempel.invalid", body=f"Hej {NAME}!")
    factories.MailFactory(subject=f"{NAME} har lämnat in", body=f"Skriv till {EMAIL}.", sent_at=timezone.now())
    factories.InvitationFactory(email=EMAIL, name=NAME, party=party, title="Säkerhetssamordnare Öberg")
    factories.InvitationFactory(
        email="fru.oberg@exempel.invalid", name=NAME, accepted_by=user, accepted_at=timezone.now()
    )
    LogEntry.objects.create(
        user=by, content_type=ContentType.objects.get_for_model(User), object_id=user.pk, object_repr=NAME,
        action_flag=CHANGE, change_message=EMAIL,
    )  # fmt: skip
    log(AuditEvent.Kind.INVITED, by=by, person=user, party=party, about=EMAIL)
    return user


def found(*words):
    """Table and column of everything in the database that holds one of the words."""
    hits = set()
    for model in apps.get_models(include_auto_created=True):
        texts = [field for field in model._meta.concrete_fields if isinstance(field, TEXTS)]
        for values in model._base_manager.values_list(*[field.attname for field in texts]) if texts else ():
            hits |= {
                f"{model._meta.label}.{field.name}"
                for field, value in zip(texts, values, strict=True)
                if any(word.lower() in str(value).lower() for word in words)
            }
    return hits


TEXTS = (models.CharField, models.TextField, models.JSONField, models.EmailField)
WORDS = ("Öberg", "alvina", "oberg@")


def test_anonymise_leaves_the_person_in_no_table(alva, by):
    assert len(found(*WORDS)) >= 12, "the search itself finds what is there"
    anonymise(user=alva, by=by, reason=f"{NAME} har slutat och bett om det.")
    assert found(*WORDS) == set()


@pytest.mark.parametrize(
    ("name", "body"),
    [("Bo", "Tidigare medarbetare {0} svarar. Bostäderna är klara."), ("", "Bo svarar. Bostäderna är klara.")],
)
def test_anonymise_changes_no_other_words_of_others_letters(by, name, body):
    user = factories.UserFactory(name=name)
    letter = factories.MailFactory(body="Bo svarar. Bostäderna är klara.")
    anonymise(user=user, by=by, reason="Har slutat.")
    letter.refresh_from_db()
    assert letter.body == body.format(user.pk)


def test_anonymise_takes_every_way_to_log_in(client, alva, by):
    client.force_login(alva)
    anonymise(user=alva, by=by, reason="Har slutat.")
    assert client.get(reverse("portal:work")).status_code == 302
    alva.refresh_from_db()
    assert (alva.is_active, alva.has_usable_password(), str(alva)) == (False, False, f"Tidigare medarbetare {alva.pk}")
    rows = [model.objects.filter(user=alva).count() for model in (EmailAddress, Authenticator, SocialAccount, FeedKey)]
    assert rows == [0, 0, 0, 0]
    assert not MailSettings.objects.filter(alternate=alva).exists()
    assert not Mail.objects.unsent().filter(user=alva).exists()
    assert not Invitation.objects.open().filter(email__startswith="avidentifierad").exists()
    client.post(reverse("account_login"), {"login": EMAIL, "password": PASSWORD})
    assert client.get(reverse("portal:work")).status_code == 302


def test_anonymise_keeps_what_was_written_readable(client, login_as, alva, by):
    agreement = factories.AgreementFactory()
    goal = factories.GoalFactory(area__agreement=agreement)
    join(user=alva, party=agreement.coordinating_party, role=Role.COORDINATOR)
    edit(goal, text="Fler i arbete", by=alva, why="Rådets beslut")
    Membership.objects.filter(user=alva).update(starts_on="2020-01-01", ends_on=BEFORE)
    anonymise(user=alva, by=by, reason="Har slutat.")
    login_as(Role.COORDINATOR, party=agreement.coordinating_party)
    event = client.get(reverse("portal:agreement_history", args=[agreement.slug])).context["page_obj"][0]
    assert (event.who, event.reason) == (f"Tidigare medarbetare {alva.pk}", "Rådets beslut")


@pytest.mark.parametrize(
    ("ends_on", "reason", "words"),
    [
        (None, "Har slutat.", "har roller kvar"),
        (datetime.date(2999, 1, 1), "Har slutat.", "har roller kvar"),
        (BEFORE, "  ", "Skriv varför"),
    ],
)
def test_anonymise_refuses_while_a_role_is_left_or_without_a_reason(alva, by, ends_on, reason, words):
    alva.memberships.update(ends_on=ends_on)
    with pytest.raises(ValidationError, match=words):
        anonymise(user=alva, by=by, reason=reason)
    assert User.objects.get(pk=alva.pk).name == NAME


def test_anonymise_is_logged_once_with_its_reason(alva, by):
    for _time in range(2):
        anonymise(user=alva, by=by, reason="Begäran 2026-11-22.")
    row = AuditEvent.objects.get(kind=AuditEvent.Kind.ANONYMISED)
    assert (row.actor, row.person, row.reason) == (by, alva, "Begäran 2026-11-22.")


def test_anonymise_is_not_for_oneself(by):
    with pytest.raises(PermissionDenied):
        anonymise(user=by, by=by, reason="Jag vill.")


def test_anonymise_people_asks_for_a_reason_first(client, alva, by):
    client.force_login(by)
    url, chosen = (
        reverse("admin:parties_user_changelist"),
        {"action": "anonymise_people", "_selected_action": [alva.pk]},
    )
    assert NAME in client.post(url, chosen).content.decode()
    unreasoned = client.post(url, {**chosen, "confirmed": "1"}).content.decode()
    assert "Skriv varför" in unreasoned
    assert User.objects.get(pk=alva.pk).name == NAME
    client.post(url, {**chosen, "confirmed": "1", "reason": "Begäran 2026-11-22."})
    assert User.objects.get(pk=alva.pk).name == f"Tidigare medarbetare {alva.pk}"


def test_anonymise_people_says_who_has_roles_left_and_is_for_system_administrators(client, alva, by):
    join(user=alva, party=factories.PartyFactory(), role=Role.READER)
    asked = {"action": "anonymise_people", "_selected_action": [alva.pk], "confirmed": "1", "reason": "Begäran."}
    client.force_login(by)
    page = client.post(reverse("admin:parties_user_changelist"), asked, follow=True).content.decode()
    assert f"{NAME} har roller kvar" in page
    client.force_login(factories.UserFactory(is_staff=True))
    assert client.post(reverse("admin:parties_user_changelist"), asked).status_code == 403
