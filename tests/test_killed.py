"""What is killed on the way (T8) is there as a whole or not at all, and what was acknowledged is there."""

import pytest

from tests import killing
from tests.actionplans import killed_import, killed_upload
from tests.agreements import killed_notice, killed_remiss, killed_response
from tests.followup import killed_adoption, killed_closing, killed_submit
from tests.portal import killed_succession

pytestmark = pytest.mark.own_processes

VICTIMS = [
    killed_import, killed_upload, killed_adoption, killed_submit, killed_closing, killed_remiss, killed_response,
    killed_notice, killed_succession,
]  # fmt: skip


@pytest.mark.parametrize("victim", VICTIMS, ids=lambda victim: victim.__name__)
def test_killed_work_is_all_or_nothing(victim, tmp_path):
    in_peace, *killed = killing.outcomes(victim, tmp_path)
    assert in_peace == (True, victim.DONE, "ok")
    for acknowledged, found, whole in killed:
        assert found in ([victim.DONE] if acknowledged else [victim.DONE, victim.UNTOUCHED])
        assert whole == "ok"
