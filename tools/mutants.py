"""How many small breaks of the rules of who may see and do what the tests notice: python tools/mutants.py [word …]

The rules are those that tests/security/knocking.py finds, and the functions of WHOLE. Each is broken in every way that
tools/mutating.py knows: a condition turned, a filter or an argument left out, and ↔ or, a line gone, another right.
All of TESTS run once without a break, and which lines each comes by is noted; then each break is met by the tests that
come by it, the quickest first, in a process of its own, until one is red. What none of them notices is asked of the
walk through everything: the addresses that asked the rule are asked again. One process at a time, SECONDS for each.

Prints each break that survives and at last the score. A word leaves out the functions that do not contain it. With
--quick only QUICK is run and nothing is asked of the walk: a lower bound within minutes.
"""

import ast
import contextlib
import importlib
import inspect
import os
import signal
import sys
import time
from pathlib import Path

import coverage
import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
SECONDS, TRIES = 60, 60
WHOLE = {
    "parties.rights": None,
    "parties.granting": None,
    "parties.hats": None,
    "lib.web": {"is_there", "get_visible", "get_editable"},
    "portal.access": None,
}
LET_BE = {"for_page", "renew", "stage", "join"}  # take a user, but are no rules: see NO_RULES in test_knock_outs.py
WALK = "tests/security/test_canaries.py::test_leaks_are_seen"
TESTS = [
    "tests/parties", "tests/governance", "tests/security/test_strangers.py", "tests/followup/test_visibility.py",
    "tests/followup/test_revocation.py", "tests/actionplans/test_rights.py", "tests/actionplans/test_proposals.py",
    "tests/portal/test_revocation.py", "tests/portal/test_my_rights.py", "tests/portal/test_standing.py",
    "tests/portal/test_people_gaps.py", "tests/portal/test_audit.py", "tests/portal/test_hand_over.py",
    "tests/portal/test_history.py", "tests/portal/test_across.py",
]  # fmt: skip

QUICK = [
    "tests/parties/test_rights.py", "tests/parties/test_granting.py", "tests/parties/test_hats.py",
    "tests/portal/test_standing.py",
]  # fmt: skip


class Mutant:
    """One break: ``code`` is what the live ``function`` does instead."""

    def __init__(self, name, file, function, line, what, code):
        self.name, self.file, self.function = name, file, function
        self.line, self.what, self.code = line, what, code

    def __str__(self):
        return f"{self.file}:{self.line} {self.name}: {self.what}"


def targets():
    """(name, live function) of all that is broken, each once."""
    from tests.security.knocking import rules

    found = {}
    for name, ((place, attribute), *_more) in rules().items():
        if attribute not in LET_BE:
            found[inspect.unwrap(getattr(place, attribute)).__code__] = name, getattr(place, attribute)
    for module, names in WHOLE.items():
        for each in members(importlib.import_module(module)):
            if names is None or each.__name__ in names:
                found.setdefault(inspect.unwrap(each).__code__, (f"{module}.{each.__qualname__}", each))
    return [(name, inspect.unwrap(each)) for name, each in found.values()]


def members(module):
    """The functions of a module and of its classes."""
    for each in vars(module).values():
        if is_of(module, each):
            if inspect.isclass(each):
                yield from (
                    inner for inner in vars(each).values() if is_of(module, inner) and inspect.isfunction(inner)
                )
            elif inspect.isroutine(inspect.unwrap(each)):
                yield each


def is_of(module, each):
    return getattr(each, "__module__", None) == module.__name__


def mutants(words):
    from tools.mutating import broken, functions

    for name, function in targets():
        names = tuple(function.__qualname__.split("."))
        file = inspect.getsourcefile(function)
        tree = ast.parse(Path(file).read_text())
        if "<locals>" in names or names not in dict(functions(tree)) or not all(word in name for word in words):
            continue
        for line, what, code in broken(tree, names):
            if code.co_freevars == function.__code__.co_freevars:
                yield Mutant(name, str(Path(file).relative_to(Path.cwd())), function, line, what, code)


class Meeting:
    """A pytest plugin: runs the tests whole, then lets each break meet those that come by it."""

    def __init__(self, words):
        self.words, self.is_quick = [word for word in words if word != "--quick"], "--quick" in words
        self.walk, self.taken, self.comes_by, self.alive = None, {}, {}, []

    def pytest_runtest_call(self, item):
        self.walk = getattr(item, "funcargs", {}).get("walk", self.walk)

    def pytest_runtestloop(self, session):
        self.items = sorted(session.items, key=lambda item: item.nodeid.startswith(WALK))
        self.run_whole(session)
        started, everything = time.monotonic(), list(mutants(self.words))
        for number, mutant in enumerate(everything, 1):
            noticed = self.is_noticed(session, mutant)
            if not noticed:
                self.alive.append(mutant)
                print("ÖVERLEVER", mutant, flush=True)
            if number % 25 == 0:
                told = f"{number - len(self.alive)} av {number} märkta, {len(everything)} i allt"
                print(f"… {told}, {time.monotonic() - started:.0f} s", flush=True)
        killed = len(everything) - len(self.alive)
        print(f"{killed} av {len(everything)} brott märks: {killed / max(len(everything), 1):.1%}")
        return True

    def run_whole(self, session):
        """Note which lines each test comes by, and how long it takes. What is red without any break is left out."""
        from tests.security.knocking import forget

        files = {inspect.getsourcefile(function) for _name, function in targets()}
        watch, red = coverage.Coverage(data_file=None, include=sorted(files), config_file=False), []
        watch.start()
        for item, after in zip(self.items, [*self.items[1:], self.items[-1]], strict=True):
            forget()  # what is worked out once would be seen in the first test alone
            watch.switch_context(item.nodeid)
            started = time.monotonic()
            if any(report.failed for report in run(item, after)):
                red.append(item.nodeid)
            self.taken[item.nodeid] = time.monotonic() - started
        watch.stop()
        for file in files:
            for line, tests in watch.get_data().contexts_by_lineno(file).items():
                self.comes_by[file, line] = set(tests) - {"", *red}
        print(f"{len(self.items)} prov, {sum(self.taken.values()):.0f} s; röda redan utan brott: {red[:9]}", flush=True)
        if len(red) > len(self.items) / 10 or (self.walk is None and not self.is_quick):
            raise pytest.UsageError("for many tests are red without any break")

    def is_noticed(self, session, mutant):
        file = inspect.getsourcefile(mutant.function)
        names = set().union(*(self.comes_by.get((file, line), set()) for line in lines_of(mutant)))
        near = self.comes_by.get((file, mutant.line), set())
        order = {name: (name not in near, self.taken[name]) for name in names}
        chosen = sorted((item for item in self.items if item.nodeid in order), key=lambda item: order[item.nodeid])
        questions = (lambda: self.meets_tests(session, mutant, chosen)), (lambda: self.meets_walk(session, mutant))
        return any(in_child(question) for question in questions)

    def meets_tests(self, session, mutant, items):
        replace(mutant)
        until = time.monotonic() + SECONDS
        if items:
            session._setupstate.teardown_exact(items[0])
        for item, after in zip(items, [*items[1:], None], strict=True):
            if any(report.failed for report in run(item, after or item)):
                return True
            if time.monotonic() > until:
                break
        return False

    def meets_walk(self, session, mutant):
        """Whether an answer of the walk has another status, or shows what it should not."""
        from pytest_django.plugin import blocking_manager_key

        from tests.security.crawling import readable_papers
        from tests.security.test_knock_outs import candidates, noticed

        tried = [] if self.is_quick else candidates(self.walk, mutant.name)[:TRIES]
        replace(mutant)
        with session.config.stash[blocking_manager_key].unblock(), readable_papers():
            return any(noticed(self.walk, each) for each in tried)


def lines_of(mutant):
    """The lines of the function and of what is written within it."""
    stack, found = [mutant.function.__code__], []
    while stack:
        code = stack.pop()
        found += [line for _start, _end, line in code.co_lines() if line]
        stack += [each for each in code.co_consts if hasattr(each, "co_lines")]
    return set(found)


def run(item, after):
    from _pytest.runner import runtestprotocol

    return runtestprotocol(item, nextitem=after, log=False)


def replace(mutant):
    from tests.security.knocking import forget

    mutant.function.__code__ = mutant.code
    forget()


def in_child(question):
    """The answer of ``question`` asked in a copy of this process, which leaves nothing behind; too late is no."""
    child = os.fork()
    if not child:
        signal.alarm(3 * SECONDS)
        with open(os.devnull, "w") as nowhere, contextlib.redirect_stdout(nowhere), contextlib.redirect_stderr(nowhere):
            try:
                answer = question()
            except Exception:  # a break that makes a page fail is noticed too
                answer = True
        os._exit(7 if answer else 0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7


def main():
    quiet = ["-q", "--no-header", "--no-summary", "-o", "addopts=", "--no-migrations", "--capture=no"]
    meeting = Meeting(sys.argv[1:])
    pytest.main([*quiet, *(QUICK if meeting.is_quick else [*TESTS, WALK])], plugins=[meeting])
    return int(bool(meeting.alive))


if __name__ == "__main__":
    sys.exit(main())
