"""Questions that are written once a day for nobody in particular, and then asked of anybody."""

import datetime

import pytest
import time_machine
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.utils import timezone

from agreements.models import Agreement
from lib.asked import Question, asked, asked_together, keys_of
from parties.models import Membership, Party, Right, Role
from tests import factories as make

pytestmark = pytest.mark.django_db


def worn(user):
    return Membership.objects.filter(user=user).select_related("party__county").order_by("pk")


def agreements_seen(user):
    return Agreement.objects.visible_to(user).for_list()


def test_asked_gives_each_person_their_own_rows(django_assert_num_queries):
    first, second = make.MembershipFactory(), make.MembershipFactory()
    assert [asked(worn, row.user) for row in (first, second)] == [[first], [second]]
    with django_assert_num_queries(1):
        assert asked(worn, first.user)[0].party.county == first.party.county


def test_asked_gives_what_is_annotated_and_fetched_beside():
    agreement = make.AgreementFactory(published_on=timezone.localdate())
    make.ValidityFactory(agreement=agreement, start="2026")
    for user in (make.UserFactory(), AnonymousUser()):
        (found,) = asked(agreements_seen, user)
        assert (found.party_count, found.validity.start) == (0, "2026")


def test_asked_sees_what_is_written_meanwhile():
    user = make.UserFactory()
    assert asked(worn, user) == []
    row = make.MembershipFactory(user=user)
    assert asked(worn, user) == [row]


def test_asked_is_written_anew_each_day():
    user, tomorrow = make.UserFactory(), timezone.localdate() + datetime.timedelta(days=1)
    agreement = make.AgreementFactory(published_on=tomorrow)
    assert asked(agreements_seen, user) == []
    with time_machine.travel(datetime.datetime.combine(tomorrow, datetime.time(12)), tick=False):
        assert asked(agreements_seen, user) == [agreement]


def test_asked_together_asks_only_what_has_an_answer(django_assert_num_queries):
    row = make.MembershipFactory()
    with django_assert_num_queries(2):
        assert asked_together([worn, agreements_seen], row.user) == [[row], []]
    other = make.UserFactory()
    with django_assert_num_queries(1):
        assert asked_together([worn, agreements_seen], other) == [[], []]


def test_asked_together_of_somebody_without_an_account():
    assert asked_together([agreements_seen], AnonymousUser()) == [[]]


def test_question_about_the_moment_is_refused():
    if connection.vendor == "postgresql":  # SQLite keeps moments as text
        with pytest.raises(ValueError, match="moment"):
            Question(Membership.objects.filter(user__last_login__lte=timezone.now()))


def test_keys_of_are_asked_within_a_longer_question(django_assert_num_queries):
    first, second = make.MembershipFactory(), make.MembershipFactory()
    for row in (first, second):
        with django_assert_num_queries(1):
            assert list(Membership.objects.filter(pk__in=keys_of(worn, row.user))) == [row]
    assert list(Membership.objects.filter(pk__in=keys_of(nothing_of_the_public, AnonymousUser()))) == []
    assert list(Membership.objects.exclude(pk__in=keys_of(nothing_of_the_public, AnonymousUser()))) == [first, second]


def nothing_of_the_public(user):
    return Membership.objects.filter(user=user) if user.is_authenticated else Membership.objects.none()


def test_keys_of_are_told_by_a_manager_s_method_and_what_else_it_takes():
    row = make.MembershipFactory(role=Role.REPORTER)
    for right, found in ((Right.REPORT, [row]), (Right.ADMINISTER, [])):
        keys = keys_of(Party.objects.with_right, row.user, right)
        assert (
            list(Membership.objects.filter(party__in=keys))
            == list(Membership.objects.filter(party__among=keys))
            == found
        )


def test_keys_of_may_stand_in_what_is_asked_of_a_person():
    row, _other = make.MembershipFactory(), make.MembershipFactory()
    assert asked(colleagues, row.user) == [row]


def colleagues(user):
    return Membership.objects.filter(pk__in=keys_of(worn, user))
