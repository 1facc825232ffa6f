"""Min behörighet: every role with its days and giver, told apart by time; and the table that the rules answer."""

import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.timezone import localdate as today

from parties.models import Right, Role
from parties.rights import party_group
from portal.my_rights import WORDS, rights_of
from portal.rights_table import COLUMNS, GUIDE, KEPT, as_json, as_page, drawn, things_for
from tests import factories as make

URL = "/min-behorighet/"


def days(number):
    return today() + datetime.timedelta(days=number)


@pytest.mark.django_db
def test_rights_table_is_what_the_rules_answer_today():
    """Red? The rules have changed. Read what that means, then: manage.py rights_table."""
    rows = drawn()
    assert KEPT.read_text(encoding="utf-8") == as_json(rows)
    assert GUIDE.read_text(encoding="utf-8") == as_page(rows)


def test_things_for_leaves_out_what_the_roles_may_nothing_with():
    assert things_for([Role.PARTY_ADMINISTRATOR])["Organisationens personer och roller"] == [[("alltid", "ändrar")]]
    told = things_for([Role.READER, Role.REPORTER])
    assert [dict(column)["utkast"] for column in told["Organisationens svar i uppföljningen"]] == ["läser", "ändrar"]
    assert told["Kommentarer i planen"] == [[("i en föreslagen version", "läser")]] * 2
    assert "Organisationens personer och roller" not in told


def test_every_role_has_words_and_a_column():
    assert (set(WORDS), set(Role) - set(COLUMNS)) == (set(Role), set())


@pytest.mark.django_db
def test_rights_of_tells_roles_apart_by_time():
    user = make.UserFactory()
    spans = {
        "current": (days(-400), None),
        "soon": (days(-400), days(30)),
        "last day": (days(-400), days(0)),
        "later": (days(-400), days(31)),
        "coming": (days(1), None),
        "ended": (days(-400), days(-1)),
        "long ago": (days(-400), days(-181)),
    }
    for name, (starts_on, ends_on) in spans.items():
        party = make.PartyFactory(name=name)
        make.MembershipFactory(user=user, party=party, starts_on=starts_on, ends_on=ends_on)
    held = rights_of(user)
    found = [{hat.membership.party.name for hat in hats} for hats in (held.current, held.soon, held.coming, held.ended)]
    assert found == [{"current", "soon", "last day", "later"}, {"soon", "last day"}, {"coming"}, {"ended"}]


@pytest.mark.django_db
def test_rights_of_names_places_and_who_stands_in():
    """A draft agreement is told to those who may edit it alone."""
    public, draft = make.AgreementFactory(short_name="Öppen"), make.AgreementFactory(short_name="Utkast", draft=True)
    party = make.PartyFactory()
    for agreement in (public, draft):
        make.AccessionFactory(agreement=agreement, party=party)
    reporter = make.MembershipFactory(party=party, role=Role.REPORTER)
    alternate = make.MembershipFactory(
        party=party, role=Role.REPORTER, stands_in_for=reporter, starts_on=days(2), ends_on=days(9)
    )
    board = draft.coordinating_party
    editor = make.MembershipFactory(party=board, role=Role.COORDINATOR, group=party_group(board, Role.COORDINATOR))
    (hat,) = rights_of(reporter.user).current
    assert ([name for name, _url in hat.places], hat.alternates) == (["Öppen"], [alternate])
    assert [name for name, _url in rights_of(editor.user).current[0].places] == ["Utkast"]
    (standing_in,) = rights_of(alternate.user).coming
    assert standing_in.membership.stands_in_for == reporter


@pytest.mark.django_db
def test_my_rights_asks_as_many_questions_for_many_roles(client):
    user = make.UserFactory()
    client.force_login(user)

    def questions():
        with CaptureQueriesContext(connection) as queries:
            assert client.get(URL).status_code == 200
        return len(queries)

    make.AccessionFactory(party=make.MembershipFactory(user=user).party)
    join_one(user)
    before = questions()
    for _number in range(29):
        join_one(user)
    assert questions() == before


def join_one(user):
    given = make.MembershipFactory(user=user, role=Role.REPORTER, granted_by=make.UserFactory())
    make.MembershipFactory(party=given.party, stands_in_for=given, ends_on=days(5))


@pytest.mark.django_db
def test_my_rights_without_a_role_says_whom_to_ask(client):
    client.force_login(make.UserFactory())
    page = client.get(URL).content.decode()
    assert "Du har ingen roll i portalen just nu." in page
    assert Right.REPORT not in page
