"""Many people at once, and whether anything that they saved was lost. Imported once Django is set up."""

import itertools
import random
import statistics
import threading
import time
from collections import Counter
from dataclasses import dataclass, field

from django.urls import reverse

from actionplans.models import Activity
from bench import pages, seeds
from bench.measuring import VERSION, Failed, People
from bench.seeds import desk
from followup.models import Report, Round

WRITES = 0.1  # of all visits
TELL_EVERY = 60  # seconds


@dataclass
class Client:
    """Somebody with a browser: the pages they read, and what they save, if anything."""

    who: str
    reads: list
    save: str = ""  # the address
    name: str = ""  # of the field
    row: tuple = ()  # (model, key)
    version: int = 1
    saved: int = 0  # how many saves were acknowledged
    text: str = ""  # what the last of them said
    times: dict = field(default_factory=lambda: {"läsa": [], "spara": []})
    failed: Counter = field(default_factory=Counter)

    def go_on(self, people, share, chance, is_over):
        """Ask until ``is_over()``; ``share`` of the visits save something."""
        while not is_over():
            try:
                self.visit(people, share, chance)
            except OSError as error:
                self.failed[type(error).__name__] += 1

    def visit(self, people, share, chance):
        does = self._write if self.save and chance.random() < share else self._read
        does(people.portal, people.cookies_of(self.who), chance)

    def _read(self, portal, cookies, chance):
        path = chance.choice(self.reads)
        answer = portal.ask(path, cookies=cookies)
        self._note("läsa", answer, path)

    def _write(self, portal, cookies, chance):
        text = f"Svar {self.saved + 1} av {self.who}"
        post = {"field": self.name, "value": text, "version": self.version}
        answer = portal.ask(self.save, cookies=cookies, post=post, headers=pages.HTMX)
        if self._note("spara", answer, self.save):
            self.saved, self.text, self.version = self.saved + 1, text, int(VERSION.search(answer.body)[1])

    def _note(self, what, answer, path):
        """Whether it went well."""
        if answer.status == 200:
            self.times[what].append(answer.ms)
        else:
            self.failed[f"{answer.status} {path}"] += 1
        return answer.status == 200

    def lost(self):
        """What the database has of what was saved, where that is not what was acknowledged last."""
        if not self.save:
            return ""
        model, pk = self.row
        found = model.objects.get(pk=pk)
        stored, count = getattr(found, self.name), found.version - self.first
        return "" if (stored, count) == (self.text or self.before, self.saved) else f"{self.save}: {stored}, {count}"

    def __post_init__(self):
        if self.save:
            model, pk = self.row
            found = model.objects.get(pk=pk)
            self.first = self.version = found.version
            self.before = getattr(found, self.name)


def clients_of(number):
    """So many clients. Of ten six report, one coordinates and three only read; each saves in a row of its own."""
    round = Round.objects.filter(agreement__slug=seeds.slug_of(seeds.HOME)).first()
    drafts = Report.objects.filter(round=round, submitted_at=None).select_related("party", "round__agreement")
    by_turns = itertools.zip_longest(*(list(own) for _party, own in itertools.groupby(
        drafts.order_by("party", "pk"), key=lambda draft: draft.party_id
    )))  # fmt: skip
    drafts = (draft for turn in by_turns for draft in turn if draft)
    cells = iter(Activity.objects.filter(edition__plan__key="plan-large", edition__label=desk.LABEL).order_by("order"))
    read = {page.key: page.path for page in pages.in_county()}
    everybody = [read[name] for name in ("start", "work", "agreement", "plan", "dashboard", "closed", "search")]
    readers = itertools.cycle(
        [pages.READER, seeds.email_of("council_member", pages.REGION), seeds.email_of("auditor", pages.BOARD)]
    )
    kinds = itertools.cycle("RRREWRRERE")  # reporter, who only reads, coordinator
    made = {
        "R": lambda: reporter(next(drafts), everybody),
        "W": lambda: coordinator(next(cells), [*everybody, read["control"]]),
        "E": lambda: Client(next(readers), everybody),
    }
    return [made[kind]() for kind in itertools.islice(kinds, number)]


def reporter(draft, reads):
    place = draft.round.agreement.slug, draft.round.label
    form = reverse("followup:party_form", args=[*place, draft.party.key])
    save = reverse("followup:report_field", args=[*place, draft.pk])
    who = seeds.email_of("reporter", draft.party.key)
    return Client(who, [*reads, form], save=save, name="text", row=(type(draft), draft.pk))


def coordinator(activity, reads):
    place = pages.address(activity.edition)
    save = reverse("actionplans:activity_cell", args=[*place, activity.pk])
    editor = reverse("actionplans:edition_edit", args=place)
    return Client(pages.COORDINATOR, [*reads, editor], save=save, name="title", row=(type(activity), activity.pk))


def crowd(clients, portal, seconds):
    """Let them go on for so long, and tell how it goes each minute."""
    people = People(portal)
    for client in clients:  # one at a time: what is measured is not how many log in at once
        people.cookies_of(client.who)
    over, share = threading.Event(), share_of(clients)
    threads = [
        threading.Thread(target=client.go_on, args=(people, share, random.Random(place), over.is_set))  # noqa: S311
        for place, client in enumerate(clients)
    ]
    began = time.perf_counter()
    try:
        for thread in threads:
            thread.start()
        while (left := began + seconds - time.perf_counter()) > 0:
            over.wait(min(left, TELL_EVERY))
            tell(clients, time.perf_counter() - began)
    finally:
        over.set()
        for thread in threads:
            thread.join()
    return time.perf_counter() - began


def share_of(clients):
    """How much of what those who save do must be saves, for WRITES of all."""
    return WRITES * len(clients) / sum(bool(client.save) for client in clients)


def take_turns(clients, people, visits, chance):
    """So many visits by the clients, one at a time. Raises Failed where one does not go well."""
    for _ in range(visits):
        chance.choice(clients).visit(people, share_of(clients), chance)
    if failed := sum((client.failed for client in clients), Counter()):
        raise Failed(str(failed))


def tell(clients, seconds):
    """A line for each kind of visit, and what failed."""
    for what in ("läsa", "spara"):
        times = sorted(itertools.chain.from_iterable(client.times[what] for client in clients))
        if times:
            middle, late = statistics.median(times), times[int(0.95 * len(times))]
            print(
                f"{seconds:6.0f} s  {what:6}{len(times):7} besök {len(times) / seconds:7.1f}/s "
                f"{middle:8.0f} ms  p95 {late:7.0f} ms  längst {times[-1]:7.0f} ms",
                flush=True,
            )
    failed = sum((client.failed for client in clients), Counter())
    print(f"{seconds:6.0f} s  fel   {failed.total():7}", *(f"  {many} × {what}" for what, many in failed.items()))
