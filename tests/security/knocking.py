"""Every rule of who may see and do what, and what happens without it.

A rule is found, not listed: each method of a queryset that takes a ``user``, and each function that does in the modules
that say rules. Knocked out, it lets everybody through to everything. What puts rules together for a page is no rule.
"""

import inspect
import re
import sys
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache, wraps

from django.apps import apps
from django.core.cache import caches
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet

import lib.asked

PACKAGES = ("lib", "parties", "agreements", "governance", "actionplans", "followup", "portal")
NAMES = ("user", "rights")  # what the first parameter of a rule is called
SAY_RULES = re.compile(r"\.(models|models\.\w+|rights|services)$")  # the modules whose functions are rules
MORE = {("MembershipQuerySet", "active"), ("DatedQuerySet", "on"), ("StagedWorkbookQuerySet", "of_session")}
calling = ContextVar("calling", default=None)  # the set that gathers which rules a request asked


def modules():
    return [module for name, module in sorted(sys.modules.items()) if name.split(".")[0] in PACKAGES and module]


def queryset_classes():
    """The project's queryset classes, those that others are made of too."""
    found = {}
    for model in apps.get_models():
        for each in type(model._default_manager.all()).__mro__:
            if each.__module__.split(".")[0] in PACKAGES:
                found[each.__name__] = each
    return found


@cache
def rules():
    """Name → the places (object, attribute) where the rule is found."""
    found = {}
    for name, each in sorted(queryset_classes().items()):
        for attribute, value in vars(each).items():
            if inspect.isfunction(value) and (takes_user(value, 1) or (name, attribute) in MORE):
                found[f"{name}.{attribute}"] = [(each, attribute)]
    for module in filter(lambda module: SAY_RULES.search(module.__name__), modules()):
        for attribute, value in list(vars(module).items()):
            if inspect.isfunction(value) and value.__module__ == module.__name__ and is_rule(value):
                places = [(each, attribute) for each in modules() if vars(each).get(attribute) is value]
                found[f"{module.__name__}.{attribute}"] = places
    return found


def takes_user(function, place):
    names = list(inspect.signature(inspect.unwrap(function)).parameters)
    return len(names) > place and names[place] in NAMES


def is_rule(function):
    return takes_user(function, 0) or (function.__name__ == "with_right" and function.__module__ == "parties.rights")


def opened(rule, first, args, kwargs):
    """What a rule answers when it refuses nobody: all of the rows it was asked about, or of its kind."""
    try:
        answer = rule(first, *args, **kwargs)
    except PermissionDenied:
        return None
    if isinstance(answer, bool):
        return True
    if isinstance(answer, Q):
        return Q()
    if not isinstance(answer, QuerySet):
        return answer
    if answer.query.annotations:  # what else it tells of the rows is still told: only the rights within it are given
        with replaced(rules()["parties.rights.with_right"], giving):
            return rule(first, *args, **kwargs)
    if answer._fields:
        return answer.model._default_manager.values(*answer._fields)
    return first.all() if isinstance(first, QuerySet) else answer.model._default_manager.all()


def giving(rule):
    """In place of ``with_right``: everybody has every right."""
    return lambda queryset, user, *rights: queryset.all()


@contextmanager
def replaced(places, wrap):
    """Each place holds ``wrap(what it held)``; nothing that was remembered of the rule before or meanwhile is kept."""
    held = [(place, name, vars(place)[name]) for place, name in places]
    for place, name, value in held:
        setattr(place, name, wrap(value))
    forget()
    try:
        yield
    finally:
        for place, name, value in held:
            setattr(place, name, value)
        forget()


def forget():
    """Empty all that is kept between requests: questions written once, and pages."""
    for module in modules():
        for value in vars(module).values():
            if hasattr(value, "cache_clear"):
                value.cache_clear()
    for name in caches:
        if name != "default":
            caches[name].clear()


def knocked_out(places):
    def wrap(rule):
        @wraps(rule)
        def open_door(first, *args, **kwargs):
            return opened(rule, first, args, kwargs)

        return open_door

    return replaced(places, wrap)


WRITTEN_ONCE = [(lib.asked, "_question"), (lib.asked, "_any_of")]


@contextmanager
def recorded():
    """While this lasts, each request tells in ``calling`` which rules it asked."""
    held = []
    for name, places in rules().items():
        for place, attribute in places:
            held.append((place, attribute, vars(place)[attribute]))
            setattr(place, attribute, telling(name, vars(place)[attribute]))
    try:
        with replaced(WRITTEN_ONCE, remembering):
            yield
    finally:
        for place, attribute, value in held:
            setattr(place, attribute, value)


def remembering(question):
    """What is written once tells each request anew which rules were asked when it was written."""
    known = {}

    @wraps(question)
    def asked(*args):
        if args not in known:
            token = calling.set(set())
            try:
                known[args] = question.__wrapped__(*args), calling.get()
            finally:
                calling.reset(token)
        written, rules_asked = known[args]
        if calling.get() is not None:
            calling.get().update(rules_asked)
        return written

    return asked


def telling(name, rule):
    @wraps(rule)
    def told(*args, **kwargs):
        asked = calling.get()
        if asked is not None:
            asked.add(name)
        return rule(*args, **kwargs)

    return told
