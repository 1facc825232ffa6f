"""The invented agreement on remiss."""

import pytest
from django.utils import timezone

from agreements.consultation_summary import summary_of
from agreements.models import Addressee, Agreement, Consultation, ConsultationResponse
from parties.models import Mail, Role, User
from parties.services import join
from portal.demonstration_remiss import AGENCY, BOARD, COORDINATOR, SLUG, send_on_remiss
from tests import factories as make


@pytest.mark.django_db
def test_demonstration_of_a_remiss_is_made_once():
    by = make.UserFactory(email=COORDINATOR, is_demo=True)
    join(user=by, party=make.PartyFactory(key=BOARD), role=Role.COORDINATOR)
    make.PartyFactory(key=AGENCY)
    for _time in range(2):
        send_on_remiss()
        agreement = Agreement.objects.get(slug=SLUG)
        assert (agreement.status, agreement.published_on, agreement.is_example) == ("consultation", None, True)
        summary = summary_of(Consultation.objects.get(), by)
        assert (len(summary.responses), len(summary.late), len(summary.untreated)) == (4, 1, 3)
        assert (summary.asked, Mail.objects.count()) == (16, 0)
    assert User.objects.count() == 1


@pytest.mark.django_db
def test_demonstration_of_a_remiss_has_days_that_can_have_been():
    """Sent before anybody decided, decided before it was answered, and late alone who came after the last day."""
    by = make.UserFactory(email=COORDINATOR, is_demo=True)
    join(user=by, party=make.PartyFactory(key=BOARD), role=Role.COORDINATOR)
    make.PartyFactory(key=AGENCY)
    send_on_remiss()
    consultation = Consultation.objects.get()
    for row in ConsultationResponse.objects.filter(submitted_at__isnull=False).select_related("addressee"):
        answered = timezone.localdate(row.submitted_at)
        assert consultation.sent_on < (row.decided_on or answered) <= answered <= timezone.localdate()
        assert row.is_late == (answered > row.addressee.last_day)
    given = Addressee.objects.exclude(extended_to=None).values_list("extended_to", flat=True)
    assert [day > timezone.localdate() for day in given] == [True, True]
