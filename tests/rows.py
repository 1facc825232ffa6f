"""Every kind of row that is edited in the browser, and how its form is filled in and sent."""

import pytest
from django import forms
from django.contrib.auth.models import AnonymousUser
from django.urls import reverse

from agreements.forms import KINDS as AGREEMENT_KINDS
from governance.forms import KINDS as GOVERNANCE_KINDS
from tests import factories

ALL = [("agreements", kind) for kind in AGREEMENT_KINDS] + [("governance", kind) for kind in GOVERNANCE_KINDS]


def kinds(rows):
    return pytest.mark.parametrize(("app", "kind"), [pytest.param(*row, id=row[1].slug) for row in rows])


every_kind = kinds(ALL)
removable_kind = kinds([(app, kind) for app, kind in ALL if kind.removable])
# Texts of a fixed form, in which any word will not do.
FORMED = {"start", "end", "formed", "dissolved", "period", "target_year", "baseline_year"}


def url_for(app, verb, agreement, kind, row=None):
    return reverse(f"{app}:row_{verb}", args=[agreement.slug, kind.slug, *([row.pk] if row else [])])


def make_row(kind, agreement):
    """A row of the kind in the agreement, as a coordinator would find it."""
    if kind.slug == "organ":
        return factories.MandateFactory(agreement=agreement).body
    if kind.slug == "utanfor":
        municipality = factories.PartyCountyFactory(county=agreement.county).party
        return factories.OutsiderFactory(agreement=agreement, party=municipality)
    factory = getattr(factories, f"{kind._meta.model.__name__}Factory")
    if kind.slug in ("platser", "beslut"):
        return factory(body=factories.MandateFactory(agreement=agreement).body)
    if issubclass(factory, factories.InAreaFactory):
        return factory(area=factories.PriorityAreaFactory(agreement=agreement))
    return factory(agreement=agreement)


def sent(form):
    """What a browser sends when the page of the form is sent back untouched."""
    data = {}
    for bound in form:
        value = bound.value()
        if isinstance(bound.field, forms.FileField) or value is None or value is False or value == "":
            continue
        if isinstance(value, list):
            value = [getattr(row, "pk", row) for row in value]
        data[bound.html_name] = value
    return data


def as_sent(kind, row, agreement):
    return sent(kind(instance=row, agreement=agreement, user=AnonymousUser()))


def new_row_data(kind, agreement):
    """What is sent to add a row like the one ``make_row`` makes."""
    if kind.slug == "uppdrag":
        return {"body": factories.MandateFactory().body_id, "level": "steering", "basis": "stated"}
    row = make_row(kind, agreement)
    data = as_sent(kind, row, agreement)
    del data["version"]
    if kind.slug == "organ":
        return {**data, "level": "steering"}
    if hasattr(row, "body_id"):
        return {**data, "body": row.body_id}
    row.delete()
    return data


def free_text(kind):
    """The name of the field of the kind with most room for any words."""
    texts = {name: field for name, field in kind.base_fields.items() if type(field) is forms.CharField}
    return max(texts.keys() - FORMED, key=lambda name: (texts[name].max_length, name))
