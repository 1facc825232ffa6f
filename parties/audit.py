"""Writing the log of people and rights. Lines belong to the transaction that gives the reason for them."""

import re

from allauth.account.adapter import get_adapter
from django.core.exceptions import ImproperlyConfigured, PermissionDenied
from django.utils.translation import gettext as _
from simple_history.models import HistoricalRecords

from lib import personal_numbers
from parties.models import AuditEvent

MAX = {name: AuditEvent._meta.get_field(name).max_length for name in ("about", "hat", "agreement")}


def log(
    kind, *, by=None, request=None, hat="", person=None, party=None, agreement="", about="", changes=None, reason=""
):
    """Add a line to the log and return it.

    ``by`` is who did it (None: nobody signed in); ``hat`` the role and party worn, as words; ``changes`` is
    {field: [before, after]}. Where no ``request`` is given, the one that is being answered tells the address. What
    reads as an e-mail address or a personal identity number is left out: a line can never be mended.
    """
    texts = {"about": told(about), "hat": told(hat), "agreement": told(agreement)}
    return AuditEvent.objects.create(
        kind=kind,
        actor=by if by is not None and by.is_authenticated else None,
        person=person,
        party=party,
        changes=told(changes or {}),
        reason=told(reason),
        address=client_address(request or getattr(HistoricalRecords.context, "request", None)),
        **{name: text[: MAX[name]] for name, text in texts.items()},
    )


def client_address(request):
    """The true address of who asks, behind as many proxies as the settings trust; None outside a request."""
    if request is None:
        return None
    try:
        return get_adapter(request).get_client_ip(request) or None
    except (PermissionDenied, ImproperlyConfigured):  # what the proxies say cannot be right: the log has no address
        return None


ADDRESS = re.compile(r"[^\s@<>()\[\]\",;:]+@[^\s@<>()\[\]\",;:]+")


def told(value):
    """A text, or a dict or list of texts, as the log tells it: without addresses and personal identity numbers."""
    if isinstance(value, dict):
        return {name: told(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [told(inner) for inner in value]
    if not isinstance(value, str):
        return value if value is None or isinstance(value, int | float) else told(str(value))
    for number in personal_numbers.find(value):
        value = value.replace(number, _("[personnummer]"))
    return ADDRESS.sub(_("[e-postadress]"), value).replace("\0", "")
