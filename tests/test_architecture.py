"""Imports and model relations point left only; docs/architecture.md says why.

Foreign keys count as imports, also those written as strings: what they name is read from the loaded models.
"""

import ast
from pathlib import Path

import pytest
from django.apps import apps
from django.db import models
from django.test.utils import isolate_apps

ROOT = Path(__file__).resolve().parent.parent
LAYERS = ["lib", "parties", "agreements", "governance", "actionplans", "followup", "portal"]
OUTSIDE = {"bench", "tests", "tools"}  # know everybody, known by nobody


def above(app):
    return {*LAYERS[LAYERS.index(app) + 1 :], *OUTSIDE}


def imported_packages(package):
    """The first words of every import in the package's files, wherever in the file it stands."""
    found = set()
    for path in package.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(), path)):
            if isinstance(node, ast.Import):
                found |= {name.name.split(".")[0] for name in node.names}
            elif isinstance(node, ast.ImportFrom):
                assert not node.level, f"{path}:{node.lineno} imports relatively; write the whole name"
                found.add(node.module.split(".")[0])
    return found


def related_packages(package_models):
    """The apps that the models' own foreign keys and many-to-many relations lead to, tables between included."""
    found = set()
    for model in package_models:
        for field in (*model._meta.fields, *model._meta.many_to_many):
            if field.remote_field:
                found.add(field.remote_field.model._meta.app_label)
                through = getattr(field.remote_field, "through", None)
                found |= {through._meta.app_label} if through else set()
    return found


@pytest.mark.parametrize("app", LAYERS)
def test_app_imports_only_lower_layers(app):
    assert imported_packages(ROOT / app) & above(app) == set()


@pytest.mark.parametrize("app", LAYERS)
def test_app_relates_only_to_lower_layers(app):
    own = [model for model in apps.get_models(include_auto_created=True) if model.__module__.split(".")[0] == app]
    assert related_packages(own) & above(app) == set()


def test_lib_has_no_models():
    assert [model for model in apps.get_models() if model.__module__.startswith("lib.")] == []


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("from followup.models import Report", {"followup"}),
        ("import followup.models as upper", {"followup"}),
        ("def late():\n    from followup import models", {"followup"}),
        ("from parties.models import Party\nimport portal.views", {"parties", "portal"}),
        ("from tests.factories import PartyFactory", {"tests"}),
        ("name = 'followup.models'", set()),
    ],
)
def test_import_of_an_upper_layer_is_found(tmp_path, line, found):
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "module.py").write_text(line)
    assert imported_packages(tmp_path) == found


@isolate_apps("parties", "followup")
def test_relation_to_an_upper_layer_is_found():
    class Upper(models.Model):
        class Meta:
            app_label = "followup"

    class ByKey(models.Model):
        upper = models.ForeignKey("followup.Upper", models.CASCADE)

        class Meta:
            app_label = "parties"

    class ByTable(models.Model):
        uppers = models.ManyToManyField("followup.Upper")

        class Meta:
            app_label = "parties"

    assert related_packages([ByKey]) == {"followup"}
    assert related_packages([ByTable]) == {"followup", "parties"}
    assert related_packages([Upper]) == set()
