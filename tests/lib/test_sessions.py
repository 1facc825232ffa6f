"""The session of a request, read by a question written once, is what Django's own would read."""

from datetime import timedelta

import pytest
from django.contrib.sessions.backends.db import SessionStore as DjangosOwn
from django.contrib.sessions.models import Session
from django.utils import timezone

from lib.sessions import SessionStore

pytestmark = pytest.mark.django_db


def stored(**values):
    session = SessionStore()
    session.update(values)
    session.save()
    return session.session_key


def test_what_was_stored_is_read_as_django_reads_it():
    key = stored(place="Uppsala", turns=3)
    assert dict(SessionStore(key).items()) == dict(DjangosOwn(key).items()) == {"place": "Uppsala", "turns": 3}


@pytest.mark.parametrize(("days", "found"), [(-1, False), (1, True)])
def test_a_session_counts_until_its_day(days, found):
    key = stored(place="Uppsala")
    Session.objects.filter(pk=key).update(expire_date=timezone.now() + timedelta(days=days))
    session = SessionStore(key)
    assert ("place" in session) is found
    assert (session.session_key == key) is found  # an ended one gets a new key, so that nobody can choose it


def test_an_unknown_session_is_empty_and_gets_a_new_key():
    session = SessionStore("a" * 32)
    assert not dict(session.items())
    assert session.session_key is None
