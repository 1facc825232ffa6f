"""The invented agreement on remiss."""

import pytest

from agreements.consultation_summary import summary_of
from agreements.models import Agreement, Consultation
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
