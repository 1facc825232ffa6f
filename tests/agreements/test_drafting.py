"""The text made of rows, the versions kept of it, and what differs between two texts."""

import datetime

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from agreements.comparison_of_texts import Kind, compare, compare_all, summary
from agreements.comparison_papers import comparison_paper
from agreements.drafting import blocks_of, digest_of, save_version
from agreements.models import Goal, Provision, TextVersion
from lib.db import Frozen
from parties.models import Role
from tests import factories

YESTERDAY = datetime.date(2020, 1, 1)


def block(key, text="", *, area="", number="", heading=""):
    return {"key": key, "kind": "principle", "number": number, "heading": heading, "text": text, "area": area}


def texts(words, **more):
    """A block for each letter: ``abc`` is three that say a, b and c."""
    return [block(letter, letter, **more) for letter in words]


def became(changes):
    return [(change.kind.value, change.shown["key"]) for change in changes]


# --- what differs -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("", "", []),
        ("abc", "abc", []),
        ("ab", "axb", [("added", "x")]),
        ("axb", "ab", [("dropped", "x")]),
        ("xab", "ab", [("dropped", "x")]),
        ("abc", "cab", [("moved", "c")]),
        ("abcd", "bcda", [("moved", "a")]),
        ("abc", "axc", [("added", "x"), ("dropped", "b")]),
        ("abc", "", [("dropped", "a"), ("dropped", "b"), ("dropped", "c")]),
    ],
)
def test_compare_tells_what_became_of_each_block_once(old, new, expected):
    assert sorted(became(compare(texts(old), texts(new)))) == sorted(expected)


def test_compare_marks_the_words_that_differ():
    old = [block("a", "Parterna tar emot nyanlända barn i skolan.", heading="Skolan")]
    new = [block("a", "Parterna tar emot alla nyanlända barn i skolan.", heading="Skolan")]
    (change,) = compare(old, new)
    assert change.kind == Kind.CHANGED
    assert [piece.text for piece in change.text_pieces[1] if piece.is_changed] == ["alla "]
    assert not any(piece.is_changed for piece in change.heading_pieces[0] + change.heading_pieces[1])


@pytest.mark.django_db
@pytest.mark.parametrize(("text", "is_rewritten"), [("Parterna tar emot barn i skola.", False), ("Nytt.", True)])
def test_compare_says_that_a_text_is_rewritten_where_no_words_of_it_are_marked(text, is_rewritten):
    (change,) = compare([block("a", "Parterna tar emot barn i skolan.")], [block("a", text)])
    assert (change.kind, change.is_rewritten) == (Kind.CHANGED, is_rewritten)
    paper = comparison_paper(factories.AgreementFactory(), ("Före", []), ("Efter", []), [change])
    (table,) = (part for part in paper["blocks"] if part["kind"] == "table")
    assert ("till stor del omskriven" in str(table["rows"])) == is_rewritten


def test_compare_of_a_block_that_stands_in_another_area_says_moved():
    (change,) = compare([block("a", "a", area="x"), block("b", "b")], [block("a", "a", area="y"), block("b", "b")])
    assert (change.kind, change.is_moved) == (Kind.MOVED, True)


def test_compare_passes_over_new_numbers_and_tells_what_a_changed_block_was():
    old = [block("a", "a", number="1"), block("b", "b", number="2")]
    assert became(compare(old, [block("b", "b", number="1")])) == [("dropped", "a")]
    (_gone, change) = compare(old, [block("b", "c", number="1")])
    assert (change.reference, change.renumbered_from) == ("princip 1", "princip 2")


def test_summary_counts_every_block_once():
    assert summary(compare_all(texts("abcd"), texts("axdb"))) == (
        "5 delar jämförda: 2 oförändrade, 1 flyttad, 1 ny, 1 borttagen."
    )
    assert summary(compare_all(texts("ab"), texts("ab"))) == "Inget skiljer: texterna är desamma."


# --- the text ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def draft(db):
    return factories.AgreementFactory(draft=True)


@pytest.fixture
def coordinator(draft, login_as):
    return login_as(Role.COORDINATOR, party=draft.coordinating_party)


def test_blocks_of_follows_the_order_of_the_text_and_numbers_what_has_no_number(draft):
    first = factories.PriorityAreaFactory(agreement=draft, key="boende", name="Boende", challenges="Trångt.", order=1)
    factories.PriorityAreaFactory(agreement=draft, key="gammalt", dropped_on=YESTERDAY, order=0)
    factories.CollaborationAreaFactory(area=first, key="bygga", name="Bygga", text="Mer.")
    factories.GoalFactory(
        area=first, key="mal-1", text="Fler bor bra.", indicator="andel", operator=">=", target_value=60,
        unit="procent", target_year="2030",
    )  # fmt: skip
    factories.GoalFactory(area=None, agreement=draft, key="mal-0", text="Bättre.", level=Goal.Level.OVERARCHING)
    for order, kind, number in [(1, "section", ""), (2, "section", "7"), (0, "principle", ""), (0, "purpose", "")]:
        factories.ProvisionFactory(
            agreement=draft, key=f"{kind}-{order}", kind=kind, order=order, number=number, heading=kind
        )
    told = [(block["key"], block["number"], block["heading"], block["text"]) for block in blocks_of(draft)]
    assert told == [
        ("provision:purpose-0", "", "purpose", ""),
        ("provision:principle-0", "1", "principle", ""),
        ("goal:mal-0", "1", "", "Bättre."),
        ("priorityarea:boende", "1", "Boende", "Trångt."),
        ("goal:mal-1", "1.1", "", "Fler bor bra.\nMäts med: andel. Minst 60 procent år 2030."),
        ("collaborationarea:bygga", "1.1", "Bygga", "Mer."),
        ("provision:section-1", "1", "section", ""),
        ("provision:section-2", "7", "section", ""),
    ]
    assert {block["area"] for block in blocks_of(draft)} == {"", "priorityarea:boende"}


def test_blocks_of_asks_as_often_whatever_the_length(draft, django_assert_num_queries):
    for _number in range(3):
        factories.ProvisionFactory(agreement=draft, actor=factories.ActorFactory(agreement=draft))
        factories.GoalFactory(area=factories.PriorityAreaFactory(agreement=draft))
    with django_assert_num_queries(5):
        blocks_of(draft)


def test_save_version_keeps_the_text_with_number_name_and_digest(draft, coordinator):
    row = factories.ProvisionFactory(agreement=draft, text="Först.")
    first = save_version(agreement=draft, by=coordinator, name="Till dialogen")
    row.text = "Sedan."
    row.save()
    second = save_version(agreement=draft, by=coordinator)
    assert [(version.number, str(version)) for version in (first, second)] == [(1, "Till dialogen"), (2, "version 2")]
    assert TextVersion.objects.get(pk=first.pk).blocks[0]["text"] == "Först."
    assert second.digest == digest_of(second.blocks)


def test_save_version_refuses_a_text_that_is_empty_or_kept_already(draft, coordinator):
    with pytest.raises(ValidationError, match="Utkastet har ingen text än. Skriv något först."):
        save_version(agreement=draft, by=coordinator)
    factories.ProvisionFactory(agreement=draft)
    save_version(agreement=draft, by=coordinator)
    with pytest.raises(ValidationError, match="Texten är densamma som i version 1. Ingen ny version behövs."):
        save_version(agreement=draft, by=coordinator)
    assert TextVersion.objects.count() == 1


def test_save_version_is_for_those_who_write_the_text(draft):
    factories.ProvisionFactory(agreement=draft)
    with pytest.raises(PermissionDenied):
        save_version(agreement=draft, by=factories.UserFactory())


def test_text_versions_never_change(draft, coordinator):
    factories.ProvisionFactory(agreement=draft, kind=Provision.Kind.SECTION)
    version = save_version(agreement=draft, by=coordinator)
    version.note = "Annat"
    with pytest.raises(Frozen):
        version.save()
