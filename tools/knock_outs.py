"""Which tests miss each rule of who may see and do what: python tools/knock_outs.py [rule …]

The suite itself switches off the rules that a walk through all addresses misses (tests/security/test_knock_outs.py).
The others are hidden there behind another rule, or asked by nothing that the walk reaches. Here each of them is
switched off while the tests of its own package run, until one is red. Prints a line for each; ends in 1 where a rule is
missed by nothing.
"""

import os
import subprocess
import sys
import time

TESTS = {  # what a rule's name begins with → the tests that are about it, the likeliest first
    "AgendaLink": ["tests/followup/test_agenda.py"],
    "Assessment": ["tests/followup/test_assessing.py"],
    "Assignment": ["tests/followup/test_assignments.py"],
    "Body": ["tests/governance"],
    "CouncilPack": ["tests/followup/test_pack.py"],
    "Decision": ["tests/governance", "tests/followup/test_deciding.py"],
    "FeedKey": ["tests/portal/test_calendar.py", "tests/portal/test_sessions.py"],
    "Meeting": ["tests/governance"],
    "Membership": ["tests/portal/test_revocation.py", "tests/parties"],
    "Note": ["tests/actionplans"],
    "Notice": ["tests/followup/test_round_mails.py"],
    "PartOfIndicator": ["tests/followup/test_indicators.py", "tests/workbook"],
    "PartOfMeeting": ["tests/governance"],
    "PartOfReport": ["tests/followup"],
    "PartOfRound": ["tests/followup/test_rounds.py", "tests/followup/test_pack.py", "tests/workbook"],
    "Record": ["tests/governance"],
    "ReportQuerySet": ["tests/followup/test_visibility.py"],
    "ReportingRule": ["tests/followup/test_submit.py", "tests/workbook"],
    "Respondent": ["tests/followup/test_party_form.py", "tests/followup/test_submit.py"],
    "Return": ["tests/followup/test_visibility.py"],
    "Seat": ["tests/governance", "tests/workbook"],
    "StagedWorkbook": ["tests/workbook", "tests/actionplans/test_sheet_views.py"],
    "actionplans": ["tests/actionplans"],
    "agreements": ["tests/parties"],
    "parties": ["tests/parties"],
}
EVERYWHERE = ["tests/portal/test_my_rights.py"]  # the table of roles and states is asked of most rules


def misses(rule):
    """The name of the first test that is red without the rule; empty where none is."""
    own = next(tests for start, tests in TESTS.items() if rule.startswith(start))
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "tests.security.without_rule", *own, *EVERYWHERE]
    told = subprocess.run(command, env={**os.environ, "WITHOUT_RULE": rule}, capture_output=True, text=True).stdout
    red = [line for line in told.splitlines() if line.startswith(("FAILED", "ERROR"))]
    return red[0].split(" ", 1)[1].split(" - ")[0] if red else ""


def main():
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    from django import setup

    setup()
    from tests.security.test_knock_outs import BEHIND_ANOTHER, UNASKED

    alive = 0
    for rule in sys.argv[1:] or sorted(UNASKED | BEHIND_ANOTHER):
        started = time.monotonic()
        test = misses(rule)
        alive += not test
        print(f"{rule:<45} {test or 'INGEN'} ({time.monotonic() - started:.0f} s)", flush=True)
    return int(alive > 0)


if __name__ == "__main__":
    sys.exit(main())
