"""Nobody from elsewhere sees or changes a row of a draft, whatever it is and by whichever rule.

One row of every kind, all of agreements that are drafts, is asked for by each rule of its queryset, by somebody without
any role and by somebody with every role at another party and agreement.
"""

import inspect

import pytest
from django.contrib.auth.models import AnonymousUser

from agreements.models import Agreement
from parties.models import Role
from tests import factories as make
from tests.security.knocking import rules
from tests.test_factories import FACTORIES

pytestmark = pytest.mark.django_db

NO_RULES = {"for_page", "renew", "own_of", "hats_of"}  # they tell more of rows, or of one's own, and hide none
# What is everybody's to see: which organisations there are, and what follows from that.
PUBLIC = {("PartyQuerySet", "visible_to")}


def asked_of(factory):
    """(class that says it, name) of the rules that know by the user alone which rows of what ``factory`` makes."""
    own = {each.__name__ for each in type(factory._meta.model._default_manager.all()).__mro__}
    found = []
    for rule, ((place, name), *_) in rules().items():
        parameters = list(inspect.signature(getattr(place, name)).parameters)
        if inspect.isclass(place) and place.__name__ in own and parameters == ["self", "user"] and name[0] != "_":
            found.append((rule.split(".")[0], name))
    return sorted(found)


CASES = [(factory, *rule) for factory in FACTORIES for rule in asked_of(factory) if rule[1] not in NO_RULES]


def stranger():
    """Somebody with every role at one party, which coordinates an agreement of its own and sits in its body."""
    agreement = make.AgreementFactory()
    party, user = agreement.coordinating_party, make.UserFactory()
    for role in Role.values:
        make.MembershipFactory(user=user, party=party, role=role)
    group = make.MandateFactory(agreement=agreement).body.group()
    make.MembershipFactory(user=user, party=party, role=Role.COUNCIL_MEMBER, group=group)
    return user


def let_in(factory, name):
    """Whether the rule ``name`` lets in the public, and a stranger, to a row of a draft that ``factory`` makes."""
    row = factory()
    Agreement.objects.update(status=Agreement.Status.DRAFT, published_on=None)
    rows = factory._meta.model._default_manager.all()
    return [getattr(rows, name)(user).filter(pk=row.pk).exists() for user in (AnonymousUser(), stranger())]


@pytest.mark.parametrize(("factory", "cls", "name"), CASES, ids=lambda case: getattr(case, "__name__", case))
def test_rule_lets_no_stranger_in(factory, cls, name):
    assert let_in(factory, name) == [(cls, name) in PUBLIC] * 2
