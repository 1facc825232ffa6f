"""One walk through everything by everybody; what was answered is judged by one test per promise."""

import io
import logging
import re
import zipfile
from contextlib import contextmanager
from html.parser import HTMLParser

from django.core import mail
from django.core.management import call_command
from django.db import transaction
from django.urls import reverse

from agreements.models import Agreement
from lib import typeset
from parties.models import FeedKey, Mail, User
from tests.security.canaries import PEOPLE, TOKEN
from tests.security.knocking import calling
from tests.test_access import ANONYMOUS, DOORS, LATER
from tests.test_access import PEOPLE as DOORS_PEOPLE

OFFICE = ("application/vnd.openxmlformats",)
PRIVATE_FEED = "portal:calendar_feed"


class Answer:
    """What one person got at one address, with all text of a file unpacked."""

    def __init__(self, person, surface, response):
        self.person, self.surface, self.asked = person, surface, set()
        self.status, self.headers = response.status_code, response.headers
        content = b"".join(response.streaming_content) if response.streaming else response.content
        response.close()
        self.kind = response.headers.get("Content-Type", "").split(";")[0]
        self.text = unpacked(content, self.kind)

    @property
    def tokens(self):
        return set(TOKEN.findall(self.text + str(self.headers)))


def unpacked(content, kind):
    """The text of a page or file; of an office file that of all its parts."""
    if kind.startswith(OFFICE):
        with zipfile.ZipFile(io.BytesIO(content)) as file:
            content = b"\n".join(file.read(name) for name in file.namelist())
    if kind == "text/calendar":
        content = content.replace(b"\r\n ", b"")  # long lines are folded
    return content.decode("utf-8", "replace")


def readable_paper(source, inputs, **how):
    """Stands in for the typesetter: the paper as it was handed over, so that what it says can be searched."""
    return b"%PDF-1.7 /Count 1 " + str(inputs).encode()


@contextmanager
def readable_papers():
    set_paper, typeset.set_paper = typeset.set_paper, readable_paper
    try:
        yield
    finally:
        typeset.set_paper = set_paper


@contextmanager
def log_kept():
    """Everything that is logged meanwhile, as lines."""
    lines = []
    handler = logging.Handler()
    handler.emit = lambda record: lines.append(handler.format(record))
    logging.getLogger().addHandler(handler)
    try:
        yield lines
    finally:
        logging.getLogger().removeHandler(handler)


# Who asks for what. Everybody is not sent everywhere: who gets in is test_access's to say, here it is what they read.
ASKING = {
    "own": {ANONYMOUS, "own coordinator", "own reporter", "neighbour reporter"},
    "neighbour": {"own coordinator", "own reporter", "neighbour reporter"},
    "other": {"own coordinator", "other coordinator"},
}
SLOW = {"portal:workbook_template", "account_logout"}  # the one says nothing of anybody, the other ends the visit


def addresses(scene):
    """(what it is, address, who asks) of what there is to read: the own, the neighbour's, the other agreement's."""
    seen = set()
    for relation, tables in (("own", (DOORS, LATER)), ("neighbour", (DOORS, LATER)), ("other", (DOORS,))):
        names = scene.names[relation]
        for name, door in (pair for doors in tables for pair in doors.items()):
            url = reverse(name, args=[names[arg] for arg in door.args])
            if door.only == "post" or name in SLOW or url in seen:
                continue
            seen.add(url)
            if name.startswith(("account_", "mfa_")):
                yield name, url, {ANONYMOUS, "own reporter"}
                continue
            yield name, url, set(PEOPLE) if not door.args else ASKING[relation] | insiders(relation, door)
    yield "portal:search", reverse("portal:search") + "?q=kanarie", set(PEOPLE)


def insiders(relation, door):
    """Members, auditors and administrators of the place, where they are among the few who get through."""
    few = door.through if len(door.through) < len(DOORS_PEOPLE) / 2 else set()
    former = {"former reporter"} if relation == "own" and "own reporter" in few else set()
    return {person.replace("own", relation) for person in few} & set(PEOPLE) | former


FRAGMENT = {"HX-Request": "true"}


def ask(scene, person, surface, url, **how):
    """One answer; nothing stays changed."""
    token, again = calling.set(set()), dict(how)
    with transaction.atomic():
        send = getattr(scene.people[person], how.pop("verb", "get"))
        answer = Answer(person, surface, send(url, **how))
        transaction.set_rollback(True)
    answer.asked, answer.again = calling.get(), (person, surface, url, again)
    calling.reset(token)
    return answer


def crawl(scene):
    """What everybody is answered at each address, and one of them also as a fragment."""
    answers = []
    with readable_papers():
        for name, url, people in addresses(scene):
            answers += [ask(scene, person, name, url) for person in sorted(people)]
            if "own reporter" in people and answers[-1].kind == "text/html":
                answers.append(ask(scene, "own reporter", f"{name} (htmx)", url, headers=FRAGMENT))
        for person, user in scene.users.items():
            feed = reverse(PRIVATE_FEED, args=[FeedKey.objects.get(user=user).secret])
            answers.append(replace_person(ask(scene, ANONYMOUS, f"{PRIVATE_FEED} (own)", feed), person))
    return answers


def replace_person(answer, person):
    """A feed is opened without login by the one whose it is."""
    answer.person = person
    return answer


POSTING = ("own reporter", "own council_member", "own coordinator", "neighbour reporter", "other coordinator")


def posts(scene):
    """What some are answered who send an empty form to each address, and to the neighbour's."""
    found = []
    for relation, tables in (("own", (DOORS, LATER)), ("neighbour", (DOORS, LATER))):
        names = scene.names[relation]
        people = POSTING if relation == "own" else ("own reporter", "neighbour reporter")
        for name, door in (pair for doors in tables for pair in doors.items()):
            if door.only == "get" or not door.args or name.startswith(("account_", "mfa_")):
                continue
            url = reverse(name, args=[names[arg] for arg in door.args])
            found += [ask(scene, person, f"{name} (post)", url, verb="post") for person in people]
    return found


def unpublished(scene):
    """(surface, status) of each public address of the own agreement once it is public no longer, to a visitor."""
    own, doors = scene.names["own"], {**DOORS, **LATER}
    with transaction.atomic():
        Agreement.objects.filter(pk=own["agreement"].pk).update(published_on=None)
        found = set()
        for name, door in doors.items():
            if "slug" in door.args and ANONYMOUS in door.through and door.only != "post":
                response = scene.people[ANONYMOUS].get(reverse(name, args=[own[arg] for arg in door.args]))
                found.add((name, response.status_code))
                response.close()
        transaction.set_rollback(True)
    return found


def letters(scene):
    """(person, text) of each letter that is due and sent now, headers and all."""
    Mail.objects.filter(subject__contains="Kanarie").delete()  # the scene's own rows are no letters of ours
    call_command("send_reminders", verbosity=0, stdout=io.StringIO())
    people = {User.objects.get(pk=user.pk).email: person for person, user in scene.users.items()}
    return [(people.get(letter.to[0]), letter.message().as_string()) for letter in mail.outbox]


# --- Hostile texts ----------------------------------------------------------------------------------------------------

SUSPECT = re.compile(r"<[^<>]*kzxss")
ADDRESSES = {"href", "src", "action", "formaction", "data", "xlink:href", "srcdoc", "poster"}
ACTING = re.compile(r"^(on|(data-)?hx-|style$)")


class Injected(HTMLParser):
    """Gathers what a text has become in a page beside text: an element, a script, an acting attribute, an address."""

    def __init__(self, text):
        super().__init__()
        self.found, self.inside = [], ""
        if SUSPECT.search(text) or "<script" in text:
            self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.inside = tag if tag in ("script", "style") else ""
        for name, value in attrs:
            value = value or ""
            scheme = "".join(value.split()).lower().startswith(("javascript:", "data:text"))
            written = name in ADDRESSES and value.lstrip().startswith("Kanarie")  # could as well begin with a scheme
            if (
                written
                or "kzxss" in name
                or ("kzxss" in value and (ACTING.match(name) or (name in ADDRESSES and scheme)))
            ):
                self.found.append((tag, name, value))
        if "kzxss" in tag or (tag in ("base", "meta", "object", "embed", "link") and "kzxss" in str(attrs)):
            self.found.append((tag, attrs))

    def handle_endtag(self, tag):
        self.inside = ""

    def handle_data(self, data):
        if self.inside and "kzxss" in data:
            self.found.append((self.inside, data))
