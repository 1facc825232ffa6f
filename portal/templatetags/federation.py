"""The identity providers one can log in by, for the pages that offer them."""

from allauth.socialaccount.adapter import get_adapter
from django import template

register = template.Library()


@register.simple_tag(takes_context=True)
def identity_providers(context):
    """The providers of the settings; each has a ``name`` and an ``app.provider_id``."""
    return get_adapter().list_providers(context["request"])
