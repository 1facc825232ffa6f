"""Invitations: who may send them, to whom they are good, and that nothing else opens them."""

import datetime

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from parties import inviting
from parties.models import AuditEvent, Invitation, Mail, Membership, Role, User, digest
from parties.outbox import send_unsent
from parties.services import join
from tests import factories as make

pytestmark = pytest.mark.django_db

DAY = datetime.timedelta(days=1)
PASSWORD = "en-lång-mening-som-ingen-gissar"


@pytest.fixture
def party():
    return make.PartyFactory(name="Exempelkommun")


@pytest.fixture
def admin(party):
    user = make.UserFactory(name="Petra Admin")
    join(user=user, party=party, role=Role.PARTY_ADMINISTRATOR)
    return user


def invite(party, by, **values):
    given = {"email": "ny@exempel.se", "name": "Nina Ny", "role": Role.REPORTER, **values}
    return inviting.invite(party=party, by=by, **given)


def secret_in(mail):
    return mail.body.split("/inbjudan/")[1].split("/")[0]


def last_secret():
    return secret_in(Mail.objects.filter(kind="invitation").latest("pk"))


def events():
    return list(AuditEvent.objects.order_by("pk").values_list("kind", flat=True))


def open_link(client, secret):
    response = client.get(reverse("parties:invitation_open", args=[secret]))
    assert (response.status_code, response.url, response["Referrer-Policy"]) == (302, "/inbjudan/", "no-referrer")
    return client.get(response.url)


# --- sending ----------------------------------------------------------------------------------------------------------


def test_invite_writes_one_letter_and_keeps_no_secret(party, admin, mailoutbox):
    invitation = invite(party, admin, email=" Ny@Exempel.SE ")
    letter, secret = Mail.objects.get(), last_secret()
    assert (letter.address, letter.user, invitation.secret_digest) == ("ny@exempel.se", None, digest(secret))
    send_unsent()
    assert secret in mailoutbox[0].body
    letter.refresh_from_db()
    stored = [str(row) for model in (Invitation, Mail, AuditEvent) for row in model.objects.values_list()]
    assert (letter.state, secret in "".join(stored)) == ("sent", False)


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"starts_on": DAY, "ends_on": 0 * DAY}, "ends_on"),
        ({"starts_on": -DAY}, "starts_on"),
        ({"ends_on": -DAY}, "ends_on"),
        ({"email": "finns@exempel.se"}, "email"),  # has an open invitation
        ({"email": "kollega@exempel.se"}, "starts_on"),  # has the role
    ],
)
def test_invite_refuses(party, admin, values, field):
    make.MembershipFactory(user__email="kollega@exempel.se", party=party, role=Role.REPORTER)
    make.InvitationFactory(email="finns@exempel.se", party=party)
    days = {name: timezone.localdate() + value for name, value in values.items() if name != "email"}
    with pytest.raises(ValidationError) as error:
        invite(party, admin, **{**values, **days})
    assert (list(error.value.message_dict), Invitation.objects.count(), Mail.objects.count()) == ([field], 1, 0)


def test_invite_refuses_oneself_and_a_party_that_is_no_more(party, admin):
    with pytest.raises(ValidationError, match="dig själv"):
        invite(party, admin, email=admin.email.upper())
    party.dissolved_on = timezone.localdate()
    party.save()
    with pytest.raises(ValidationError, match="upphört"):
        invite(party, admin)
    assert not Invitation.objects.exists()


def test_invite_again_after_the_time_has_passed(party, admin):
    former = make.InvitationFactory(email="ny@exempel.se", party=party, expires_at=timezone.now())
    invite(party, admin)
    former.refresh_from_db()
    assert (former.state, Invitation.objects.open().count()) == ("withdrawn", 1)


def test_resend_voids_the_former_link_and_stops_at_three_a_day(client, party, admin):
    invitation = invite(party, admin)
    former = last_secret()
    inviting.resend(invitation=invitation, by=admin)
    assert Mail.objects.unsent().count() == 1
    page = open_link(client, former)
    assert "Öppna länken i brevet" in page.content.decode()
    inviting.resend(invitation=invitation, by=admin)
    with pytest.raises(ValidationError, match="tre gånger"):
        inviting.resend(invitation=invitation, by=admin)


@pytest.mark.parametrize("act", [inviting.resend, inviting.withdraw])
@pytest.mark.parametrize("answered", ["accepted_at", "withdrawn_at"])
def test_what_is_answered_is_neither_sent_nor_withdrawn(party, admin, act, answered):
    invitation = make.InvitationFactory(party=party, **{answered: timezone.now()})
    with pytest.raises(ValidationError, match="redan"):
        act(invitation=invitation, by=admin)
    assert events() == []


@pytest.mark.parametrize("act", [inviting.resend, inviting.withdraw])
def test_only_those_who_may_give_the_role_act_on_it(party, act):
    invitation = make.InvitationFactory(party=party)
    with pytest.raises(PermissionDenied):
        act(invitation=invitation, by=make.MembershipFactory(role=Role.PARTY_ADMINISTRATOR).user)


# --- answering --------------------------------------------------------------------------------------------------------


def test_invitation_answer_makes_the_account_and_logs_in(client, party, admin):
    invite(party, admin, ends_on=timezone.localdate() + DAY, title="Strateg")
    open_link(client, last_secret())
    response = client.post("/inbjudan/", {"name": "Nina Nyström", "password": PASSWORD})
    user = User.objects.get(email="ny@exempel.se")
    hat = Membership.objects.get(user=user)
    assert (response.status_code, client.session["_auth_user_id"]) == (302, str(user.pk))
    assert (user.name, user.check_password(PASSWORD)) == ("Nina Nyström", True)
    assert (hat.role, hat.title, hat.granted_by) == (Role.REPORTER, "Strateg", admin)
    assert (hat.starts_on, hat.ends_on) == (timezone.localdate(), timezone.localdate() + DAY)
    assert "invitation" not in client.session


def test_invitation_answer_of_a_known_address_is_a_log_in_and_a_click(client, party, admin):
    user = make.UserFactory(email="ny@exempel.se")
    invite(party, admin, email="NY@exempel.se")
    page = open_link(client, last_secret())
    assert (page.context["login"], "form" in page.context) == (True, False)
    client.post("/inbjudan/", {"name": "Någon annan", "password": PASSWORD})
    assert not Membership.objects.filter(user=user).exists()
    client.force_login(user)
    client.post("/inbjudan/")
    assert Membership.objects.filter(user=user).get().role == Role.REPORTER


@pytest.mark.parametrize(
    ("name", "password", "words"),
    [
        ("Nina\r\nBcc: alla@exempel.se", PASSWORD, "Skriv på en rad"),
        ("Nina", "hemligt", "12 tecken"),
        ("Nina", "password1234", "lösenord"),
        ("", PASSWORD, "måste fyllas i"),
        ("Nina 19121212-1212", PASSWORD, "inget personnummer"),
    ],
)
def test_invitation_answer_refuses_names_and_passwords(client, party, admin, name, password, words):
    """In Swedish, and logged without what was typed."""
    invite(party, admin)
    open_link(client, last_secret())
    response = client.post("/inbjudan/", {"name": name, "password": password})
    said = " ".join(text for errors in response.context["form"].errors.values() for text in errors)
    assert (response.status_code, words in said) == (200, True), said
    assert (User.objects.filter(email="ny@exempel.se").exists(), Membership.objects.count()) == (False, 1)
    line = AuditEvent.objects.get(kind="invitation_refused")
    assert (line.party, words in line.about) == (party, True)
    assert [typed for typed in ("Bcc", password, "1212-") if typed in line.about] == []


def test_invitation_leaves_only_once_it_is_stored(party, admin, mailoutbox, django_capture_on_commit_callbacks):
    """The letter of what was undone is not sent, neither at once nor later."""
    with django_capture_on_commit_callbacks(execute=True), transaction.atomic():
        invite(party, admin)
        transaction.set_rollback(True)
    send_unsent()
    assert (mailoutbox, Mail.objects.count()) == ([], 0)
    with django_capture_on_commit_callbacks(execute=True):
        invite(party, admin)
        assert mailoutbox == []
    assert [letter.to for letter in mailoutbox] == [["ny@exempel.se"]]


def accepted(invitation, admin):
    invitation.accepted_at = timezone.now()


def withdrawn(invitation, admin):
    invitation.withdrawn_at = timezone.now()


def expired(invitation, admin):
    invitation.expires_at = timezone.now()


def role_is_over(invitation, admin):
    invitation.ends_on = timezone.localdate() - DAY


def party_is_dissolved(invitation, admin):
    invitation.party.dissolved_on = timezone.localdate()
    invitation.party.save()


def inviter_has_left(invitation, admin):
    Membership.objects.filter(user=admin).update(ends_on=timezone.localdate() - DAY, starts_on="2020-01-01")


def inviter_is_closed(invitation, admin):
    admin.is_active = False
    admin.save()


def account_is_closed(invitation, admin):
    make.UserFactory(email=invitation.email, is_active=False)


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (accepted, "redan använd"),
        (withdrawn, "återkallad"),
        (expired, "gällde till"),
        (role_is_over, "Tiden för rollen"),
        (party_is_dissolved, "har upphört"),
        (inviter_has_left, "får inte längre ge rollen"),
        (inviter_is_closed, "får inte längre ge rollen"),
        (account_is_closed, "avslutat"),
    ],
)
def test_invitation_that_gives_nothing(client, party, admin, spoil, words):
    """Each is said in Swedish and logged once; neither page nor post changes anything, and the browser forgets it."""
    invitation = make.InvitationFactory(party=party, invited_by=admin, secret="hemlig")
    spoil(invitation, admin)
    invitation.save()
    people = User.objects.count(), Membership.objects.count()
    page = open_link(client, "hemlig")
    assert (page.status_code, words in page.content.decode()) == (403, True)
    assert (events(), client.session.get("invitation")) == (["invitation_refused"], None)
    open_link_only = client.get(reverse("parties:invitation_open", args=["hemlig"]))
    assert open_link_only.status_code == 302
    assert client.post("/inbjudan/", {"name": "Nina", "password": PASSWORD}).status_code == 403
    assert (User.objects.count(), Membership.objects.count()) == people


def test_invitation_opened_by_somebody_else(client, party, admin):
    invitation = make.InvitationFactory(party=party, invited_by=admin, secret="hemlig")
    other = make.UserFactory()
    client.force_login(other)
    page = open_link(client, "hemlig")
    assert (page.status_code, "annan adress" in page.content.decode()) == (403, True)
    client.get(reverse("parties:invitation_open", args=["hemlig"]))
    assert client.post("/inbjudan/").status_code == 403
    assert (Membership.objects.filter(user=other).count(), invitation.email in page.content.decode()) == (0, False)
    refused = AuditEvent.objects.filter(kind="invitation_refused")
    assert {(event.actor, event.party, invitation.email in event.about) for event in refused} == {(other, party, False)}


def test_accept_gives_the_role_once(party, admin):
    user = make.UserFactory(email="ny@exempel.se")
    invitation = invite(party, admin)
    inviting.accept(invitation=invitation, user=user)
    with pytest.raises(inviting.Refused, match="redan använd"):
        inviting.accept(invitation=invitation, user=user)
    assert (Membership.objects.filter(user=user).count(), events()) == (1, ["invited", "accepted"])


def test_the_secret_stands_in_no_page_and_no_session(client, party, admin):
    invite(party, admin)
    secret = last_secret()
    page = open_link(client, secret)
    assert secret not in page.content.decode()
    assert secret not in str(dict(client.session))
    assert (page["Referrer-Policy"], "no-store" in page["Cache-Control"]) == ("same-origin", True)
