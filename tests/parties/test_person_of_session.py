"""Session and person are read in one question, and the person is always whom the session itself names."""

from datetime import timedelta

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests import factories as make

pytestmark = pytest.mark.django_db

PAGE = "/mina-inloggningar/tid-kvar/"


@pytest.fixture
def person(client):
    user = make.UserFactory()
    client.force_login(user)
    client.get(PAGE)
    return user


def who(client):
    """(Who asks, how many questions it took to know), as the page's view sees it."""
    with CaptureQueriesContext(connection) as asked:
        user = client.get(PAGE).wsgi_request.user
    return (user.pk, len(asked))


def test_one_question_tells_session_person_and_roles(client, person):
    make.MembershipFactory(user=person)
    assert who(client) == (person.pk, 1)
    assert client.get(PAGE).wsgi_request.user.roles_stamp


def test_a_log_in_that_no_list_holds_takes_two(client, person):
    UserSession.objects.all().delete()
    assert who(client) == (person.pk, 3)


def test_the_session_tells_who_it_is_whatever_the_list_says(client, person):
    UserSession.objects.update(user=make.UserFactory())
    assert who(client) == (person.pk, 2)


def test_an_ended_session_is_nobody(client, person):
    Session.objects.update(expire_date=timezone.now() - timedelta(seconds=1))
    assert who(client)[0] is None


@pytest.mark.parametrize("changed", [{"is_active": False}, {"password": "another"}])
def test_a_closed_account_and_a_new_password_end_what_was_read_beside(client, person, changed):
    type(person).objects.update(**changed)
    assert who(client)[0] is None


def test_nobody_is_kept_from_one_request_to_the_next(client, person):
    other = make.UserFactory()
    assert who(client)[0] == person.pk
    client.logout()
    assert who(client)[0] is None
    client.force_login(other)
    assert who(client)[0] == other.pk
