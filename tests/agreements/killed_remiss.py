"""A remiss is sent to twenty parties and somebody without account, over HTTP, for tests.killing."""

from django.db import transaction
from django.test import Client
from django.urls import reverse

from agreements.models import Addressee, Agreement, ConsultationResponse, LifeEvent
from parties.models import Mail, Role
from tests import factories as make

PARTIES = 20
# The agreement's state, its events, addressees, answers to write, letters, and links that open something.
UNTOUCHED = ["draft", 0, 0, 0, 0, 0]
DONE = ["consultation", 1, PARTIES + 1, PARTIES + 1, PARTIES + 1, 1]
client = Client()


def build():
    """A draft with a text that is kept, twenty parties with reporters, and a coordinator who has read the form."""
    with transaction.atomic():
        agreement = make.AgreementFactory(status="draft", published_on=None)
        make.TextVersionFactory(agreement=agreement)
        for _number in range(PARTIES):
            party = make.AccessionFactory(agreement=agreement).party
            make.MembershipFactory(party=party, role=Role.REPORTER)
        board = agreement.coordinating_party
        client.force_login(make.MembershipFactory(party=board, role=Role.COORDINATOR).user)
    client.get(address())


def waits():
    return Agreement.objects.latest("pk").status == "draft"


def address():
    return reverse("agreements:consultation_prepare", args=[Agreement.objects.latest("pk").slug])


def act(begin):
    agreement, url = Agreement.objects.latest("pk"), address()
    sent = {
        "version": agreement.version,
        "text": agreement.text_versions.get().pk,
        "deadline": "2036-10-30",
        "all_parties": "on",
        "others": "Föreningen; f@exempel.invalid",
    }
    begin()
    return client.post(url, sent).status_code == 302


def look():
    agreement = Agreement.objects.latest("pk")
    asked = Addressee.objects.filter(consultation__agreement=agreement)
    numbers = asked.values_list("consultation", "pk")
    letters = [Mail.objects.filter(key__startswith=f"consultation:{sent}:{pk}:sent").count() for sent, pk in numbers]
    return [
        agreement.status,
        LifeEvent.objects.filter(agreement=agreement).count(),
        len(asked),
        ConsultationResponse.objects.filter(addressee__in=asked).count(),
        sum(letters),
        asked.exclude(secret_digest="").count(),
    ]
