"""A run ends in a sentence where the disk is full, and goes on with the next kind of database."""

import errno
import sqlite3

import psycopg
import pytest

from bench.__main__ import FULL, told_when_full, without_database


def caused_by(cause):
    try:
        raise RuntimeError("Spara") from cause
    except RuntimeError as error:
        return error


@pytest.mark.parametrize(
    "error",
    [
        OSError(errno.ENOSPC, "No space left on device"),
        psycopg.errors.DiskFull("could not extend file"),
        sqlite3.OperationalError("database or disk is full"),
        caused_by(psycopg.errors.DiskFull("could not extend file")),
    ],
)
def test_full_disk_is_told(error):
    with pytest.raises(SystemExit) as ended, told_when_full():
        raise error
    assert ended.value.code == FULL


def test_other_errors_are_not_the_disk():
    with pytest.raises(KeyError), told_when_full():
        raise KeyError("list")


@pytest.mark.parametrize(
    ("words", "left"),
    [
        ([], []),
        (["--compare"], ["--compare"]),
        (["--database", "postgresql", "sqlite", "--compare"], ["--compare"]),
        (["--only", "list", "--database", "sqlite"], ["--only", "list"]),
    ],
)
def test_without_database_leaves_the_other_words(words, left):
    assert without_database(words) == left
