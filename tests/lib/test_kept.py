"""Every kind of thing that is kept once drawn, with the test that it shows nobody another's draft.

Beside them all stands tests/security/test_canaries.py: everybody opens everything there, one after another, in a
process that keeps what it has drawn, and nobody may read a word that is not theirs.
"""

import re

import pytest

from tests.test_architecture import LAYERS, ROOT

STAMPS = "tests/actionplans/test_stamps.py::test_rows_that_are_kept_are_shown_only_to_who_may_read_the_edition"
COUNCIL = "tests/followup/test_kept_council_page.py"
AGREEMENT = "tests/agreements/test_kept_agreement_page.py::test_kept_parts_show_nobody_what_others_draft"
START = "tests/portal/test_start.py::test_start_that_is_kept_shows_nobody_what_others_draft"
EVIDENCE = f"{COUNCIL}::test_round_detail_leads_to_the_evidence_that_the_reader_may_open"
READERS, WORDS = (
    f"{COUNCIL}::test_round_detail_is_each_readers_own",
    f"{COUNCIL}::test_round_detail_tells_a_party_its_own",
)
CONTROL = "tests/followup/test_kept_control.py::test_round_review_that_is_kept_shows_nobody_what_others_draft"
SEARCH = "tests/portal/test_search.py::test_search_that_is_kept_shows_nobody_what_others_draft"
KEPT = {  # where, and its kind: the tests
    ("lib/kept.py", "page"): [STAMPS, READERS, CONTROL, SEARCH, AGREEMENT],
    ("actionplans/fragment.py", "template"): [STAMPS],
    ("agreements/opened.py", "agreement"): [AGREEMENT],
    ("followup/kept_page.py", "council-page"): [WORDS],
    ("followup/kept_page.py", "council-rest"): [READERS],
    ("followup/kept_page.py", "council-earlier"): [READERS],
    ("followup/kept_page.py", "council-names"): [f"{COUNCIL}::test_round_detail_is_never_older_than_what_is_stored"],
    ("followup/opened_round.py", "own-parties"): [WORDS],
    ("followup/opened_round.py", "council-evidence"): [EVIDENCE],
    ("followup/templatetags/latest_round.py", "latest-round"): [AGREEMENT],
    ("portal/start.py", "start"): [START],
}  # fmt: skip
KINDS = re.compile(r"""(?<!def )\bkept\(\s*"?([\w-]+)""")


def test_every_kind_that_is_kept_is_listed():
    modules = [path for layer in LAYERS for path in (ROOT / layer).rglob("*.py")]
    found = {(str(path.relative_to(ROOT)), kind) for path in modules for kind in KINDS.findall(path.read_text())}
    assert found == KEPT.keys()


@pytest.mark.parametrize("test", sorted({test for tests in KEPT.values() for test in tests}))
def test_what_is_kept_has_a_test_of_drafts(test):
    path, _, name = test.partition("::")
    assert f"def {name}" in (ROOT / path).read_text()
