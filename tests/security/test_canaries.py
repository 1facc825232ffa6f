"""No text reaches anybody who may not read it, by any way: pages, fragments, files, letters, feeds, errors, logs."""

from collections import Counter

import pytest

from tests.security.canaries import EVERYBODY, READERS, models_with_texts
from tests.security.crawling import TOKEN

pytestmark = pytest.mark.django_db  # the walk needs the tables; the tests themselves ask nothing of them

# The ways out, by what the answer is or where it stands: in each, somebody finds what is theirs.
WAYS_OUT = {
    "page": lambda each: each.kind == "text/html" and "htmx" not in each.surface,
    "fragment": lambda each: "htmx" in each.surface,
    "search": lambda each: each.surface == "portal:search",
    "history": lambda each: each.surface == "portal:agreement_history",
    "my work": lambda each: each.surface == "portal:work",
    "printed": lambda each: each.surface == "actionplans:edition_print",
    "xlsx": lambda each: each.kind.endswith("spreadsheetml.sheet"),
    "docx": lambda each: each.kind.endswith("wordprocessingml.document"),
    "pdf": lambda each: each.kind == "application/pdf",
    "csv": lambda each: each.kind == "text/csv",
    "uploaded file": lambda each: each.kind == "application/octet-stream",
    "calendar": lambda each: each.kind == "text/calendar",
}
# Shown to nobody, or only on pages that are not walked (/admin/); what somebody did last stands in the own editor.
UNREAD = {"parties.Invitation", "parties.Mail", "parties.User", "actionplans.Step"}


def leaks(scene, told):
    """(model, field, surface, person) → how many tokens that (person, surface, tokens) of ``told`` should not hold."""
    found = Counter()
    for person, surface, tokens in told:
        for token in tokens & scene.tokens.keys():
            model, name, readers = scene.tokens[token]
            if person not in readers:
                found[model, name, surface, person] += 1
    return dict(found)


def test_nobody_reads_what_is_not_theirs(walk):
    assert leaks(walk.scene, ((each.person, each.surface, each.tokens) for each in walk.answers)) == {}


def test_letters_say_only_what_their_receiver_may_read(walk):
    told = [(person, "letter", set(TOKEN.findall(text))) for person, text in walk.letters]
    assert leaks(walk.scene, told) == {}
    assert {person for person, _surface, tokens in told if tokens} >= {"own reporter", "neighbour reporter"}


def test_log_holds_no_text_of_anybodys(walk):
    """The walk meets refusals, missing pages and conflicts; addresses are logged, never what they lead to."""
    assert [line for line in walk.log if TOKEN.search(line)] == []
    assert any("Not Found" in line for line in walk.log)


@pytest.mark.parametrize("way", WAYS_OUT)
def test_every_way_out_shows_somebody_their_own(walk, way):
    """The walk would see a leak: what may be read is found there."""
    assert any(each.tokens & walk.scene.tokens.keys() for each in walk.answers if WAYS_OUT[way](each))


def test_every_secret_is_read_by_somebody(walk):
    """Each kind of row that not everybody may read is found in an answer to one who may: the walk looks for it."""
    secret = {model for model, _name, readers in walk.scene.tokens.values() if readers and readers != EVERYBODY}
    read = set().union(*(each.tokens for each in walk.answers)) & walk.scene.tokens.keys()
    assert secret - {walk.scene.tokens[token][0] for token in read} - UNREAD == set()


def test_leaks_are_seen(walk):
    """A party's draft in another's answer is told, with where it stood."""
    token = next(
        key
        for key, (model, name, readers) in walk.scene.tokens.items()
        if (model, name) == ("followup.Report", "text") and readers == {"own reporter"}
    )
    told = [("own reporter", "here", {token}), ("neighbour reporter", "there", {token, "kz0"})]
    assert leaks(walk.scene, told) == {("followup.Report", "text", "there", "neighbour reporter"): 1}


def test_everything_that_is_read_has_a_reader_named():
    """READERS names no model that has no texts."""
    assert set(READERS) - {model._meta.label for model in models_with_texts()} == set()
