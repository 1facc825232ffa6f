"""Which tests miss the rules that the suite does not switch off itself: python tools/knock_outs.py [rule …]

tests/security/test_knock_outs.py switches off, one by one, what a walk through all addresses or a stranger misses. What
is left knows by more than who asks. Here each of those rules is switched off while the tests of its own package run,
until one is red. Prints a line for each; ends in 1 where a rule is missed by nothing.
"""

import os
import subprocess
import sys
import time

TESTS = {  # the tests that are about the rule, the likeliest first
    "MembershipQuerySet.active": ["tests/portal/test_revocation.py", "tests/parties"],
    "StagedWorkbookQuerySet.of_session": ["tests/workbook", "tests/actionplans/test_sheet_views.py"],
    "actionplans.models.voices.agreements_with_voice": ["tests/actionplans"],
}


def misses(rule):
    """The name of the first test that is red without the rule; empty where none is."""
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "tests.security.without_rule", *TESTS[rule]]
    told = subprocess.run(command, env={**os.environ, "WITHOUT_RULE": rule}, capture_output=True, text=True).stdout
    red = [line for line in told.splitlines() if line.startswith(("FAILED", "ERROR"))]
    return red[0].split(" ", 1)[1].split(" - ")[0] if red else ""


def main():
    alive = 0
    for rule in sys.argv[1:] or TESTS:
        started = time.monotonic()
        test = misses(rule)
        alive += not test
        print(f"{rule:<45} {test or 'INGEN'} ({time.monotonic() - started:.0f} s)", flush=True)
    return int(alive > 0)


if __name__ == "__main__":
    sys.exit(main())
