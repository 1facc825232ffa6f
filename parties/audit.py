"""Writing the log of people and rights. Lines belong to the transaction that gives the reason for them."""

from allauth.account.adapter import get_adapter
from django.core.exceptions import PermissionDenied
from simple_history.models import HistoricalRecords

from parties.models import AuditEvent

MAX = {name: AuditEvent._meta.get_field(name).max_length for name in ("about", "hat", "agreement")}


def log(
    kind, *, by=None, request=None, hat="", person=None, party=None, agreement="", about="", changes=None, reason=""
):
    """Add a line to the log and return it.

    ``by`` is who did it (None: nobody signed in); ``hat`` the role and party worn, as words; ``changes`` is
    {field: [before, after]}. Where no ``request`` is given, the one that is being answered tells the address.
    """
    texts = {"about": about, "hat": hat, "agreement": agreement}
    return AuditEvent.objects.create(
        kind=kind,
        actor=by if by is not None and by.is_authenticated else None,
        person=person,
        party=party,
        changes=changes or {},
        reason=reason,
        address=client_address(request or getattr(HistoricalRecords.context, "request", None)),
        **{name: text[: MAX[name]] for name, text in texts.items()},
    )


def client_address(request):
    """The true address of who asks, behind as many proxies as the settings trust; None outside a request."""
    if request is None:
        return None
    try:
        return get_adapter(request).get_client_ip(request) or None
    except PermissionDenied:  # what the proxies say cannot be right: throttling refuses it, the log has no address
        return None
