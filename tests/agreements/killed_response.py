"""A party hands in its answer to a remiss, over HTTP, for tests.killing."""

from django.db import transaction
from django.test import Client
from django.urls import reverse

from agreements.models import ConsultationResponse
from parties.models import Mail, Role
from tests import factories as make

# Whether it is handed in, its history of that, and receipts.
UNTOUCHED = [False, 0, 0]
DONE = [True, 1, 1]
client = Client()


def build():
    """An answer that says what it must, and a reporter who has read what is handed in."""
    with transaction.atomic():
        agreement = make.AgreementFactory(status="consultation")
        text = make.TextVersionFactory(agreement=agreement)
        sent = make.ConsultationFactory(agreement=agreement, text=text, deadline="2036-10-30")
        party = make.AccessionFactory(agreement=agreement).party
        make.ConsultationResponseFactory(
            addressee__consultation=sent, addressee__party=party, stance="comments", text="Bra."
        )
        client.force_login(make.MembershipFactory(party=party, role=Role.REPORTER).user)
    client.get(address())


def response():
    return ConsultationResponse.objects.select_related("addressee__consultation__agreement").latest("pk")


def waits():
    return response().submitted_at is None


def address():
    row = response()
    consultation = row.addressee.consultation
    return reverse("agreements:response_submit", args=[consultation.agreement.slug, consultation.pk, row.pk])


def act(begin):
    url, version = address(), response().version
    begin()
    client.post(url, {"version": version})  # answered by a redirect also where it is refused
    return response().submitted_at is not None


def look():
    row = response()
    receipts = Mail.objects.filter(key=f"consultation:{row.addressee.consultation_id}:{row.addressee_id}:receipt")
    handed_in = ConsultationResponse.history.filter(id=row.pk, submitted_at__isnull=False)
    return [bool(row.submitted_at), handed_in.count(), receipts.count()]
