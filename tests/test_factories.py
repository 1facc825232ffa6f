"""Every model has a factory, and what it makes is a row that a form would accept."""

import inspect

import pytest
from django.apps import apps
from factory.django import DjangoModelFactory
from guardian.models import GroupObjectPermissionBase, UserObjectPermissionBase

from tests import factories
from tests.test_architecture import LAYERS

FACTORIES = [
    factory
    for _, factory in inspect.getmembers(factories, inspect.isclass)
    if issubclass(factory, DjangoModelFactory) and not factory._meta.abstract and factory._meta.model
]


@pytest.mark.django_db
@pytest.mark.parametrize("factory", FACTORIES)
def test_factory_makes_valid_rows(factory):
    factory().full_clean()
    factory().full_clean()


def test_every_model_has_a_factory():
    own = {
        model
        for model in apps.get_models()
        if model.__module__.split(".")[0] in LAYERS
        and not model.__name__.startswith("Historical")
        and not issubclass(model, GroupObjectPermissionBase | UserObjectPermissionBase)
    }
    assert {factory._meta.model for factory in FACTORIES} == own


@pytest.mark.django_db
def test_adopt_freezes_the_edition():
    edition = factories.ActivityFactory().edition
    assert factories.adopt(edition).is_frozen
