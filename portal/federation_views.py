"""Logging in by an identity provider, and looking after which of them one can log in by."""

from allauth.account.decorators import reauthentication_required
from allauth.account.utils import get_next_redirect_url
from allauth.core.internal import ratelimit
from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.helpers import complete_social_login
from allauth.socialaccount.models import SocialAccount, SocialApp
from allauth.socialaccount.providers.base.constants import AuthProcess
from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from portal import federation, saml
from portal.id_tokens import Refused

# Whoever comes back has no name yet: so many a minute from one address, which may be a whole town hall's.
limited = ratelimit.decorator(app="allauth.account", action="provider_answer", limit_get=True)


def _provider(request, key):
    """The provider of that name in the settings, else 404."""
    try:
        return get_adapter().get_provider(request, key)
    except SocialApp.DoesNotExist as error:
        raise Http404 from error


@require_POST
def provider_login(request, provider):
    """On to the provider, by a page: the content policy lets no form lead to another website."""
    return _depart(request, _provider(request, provider), AuthProcess.LOGIN)


@require_POST
@reauthentication_required(app="allauth.socialaccount")
def connection_create(request, provider):
    """On to the provider, to come back with an identity for the account one is signed in to."""
    return _depart(request, _provider(request, provider), AuthProcess.CONNECT)


def _depart(request, provider, process):
    try:
        address = provider.ask(request, process=process, next_url=get_next_redirect_url(request))
    except Refused as refusal:
        return federation.refuse(request, provider, refusal)
    return render(request, "portal/provider_login.html", {"address": address, "provider": provider})


@require_safe
@limited
def provider_answer(request, provider):
    """Back from the provider, with an answer that is believed or not."""
    provider = _provider(request, provider)
    try:
        login, claims = provider.answer(request)
        if login.state["process"] == AuthProcess.CONNECT:
            return _connected(request, login, provider)
        if not federation.is_connected(login):
            federation.welcome(request, login, claims, provider)
    except Refused as refusal:
        return federation.refuse(request, provider, refusal)
    return complete_social_login(request, login)


@csrf_exempt
@require_POST
@limited
def saml_consume(request, provider):
    """A SAML answer, posted by the provider's website. Only kept here; it counts for the browser that had asked."""
    provider = _provider(request, provider)
    if provider.id != saml.Provider.id:
        raise Http404
    try:
        name = saml.keep(request.POST.get("SAMLResponse", ""), request.POST.get("RelayState", ""))
    except Refused as refusal:
        return federation.refuse(request, provider, refusal)
    return HttpResponseRedirect(f"{provider.get_callback_url()}?svar={name}", status=303)


@require_safe
def saml_metadata(request, provider):
    """What a SAML provider needs to know about the portal."""
    provider = _provider(request, provider)
    if provider.id != saml.Provider.id:
        raise Http404
    return HttpResponse(saml.metadata(provider), content_type="application/samlmetadata+xml")


def _connected(request, login, provider):
    if not request.user.is_authenticated:
        raise Refused("stale", "signed out")
    federation.connect(request, request.user, login, provider)
    messages.success(request, _("Nu kan du logga in med %(name)s.") % {"name": provider.name})
    return redirect("portal:connection_list")


@require_safe
def connection_list(request):
    """The identity providers, and which of them the person can log in by."""
    providers = {provider.app.provider_id: provider for provider in get_adapter().list_providers(request)}
    mine = list(SocialAccount.objects.filter(user=request.user).order_by("date_joined"))
    for identity in mine:
        identity.name = str(providers.get(identity.provider, identity.provider))
    taken = {identity.provider for identity in mine}
    context = {"mine": mine, "free": [provider for key, provider in providers.items() if key not in taken]}
    return render(request, "portal/connection_list.html", context)


@require_POST
@reauthentication_required(app="allauth.socialaccount")
def connection_delete(request, pk):
    """Log in by it no more, unless there is no other way in."""
    identity = get_object_or_404(SocialAccount, user=request.user, pk=pk)
    name = {p.app.provider_id: p.name for p in get_adapter().list_providers(request)}.get(identity.provider)
    if federation.disconnect(request, identity, name or identity.provider):
        messages.success(request, _("Inloggningen är borttagen."))
    else:
        messages.error(request, _("Det här är ditt enda sätt att logga in. Anslut ett annat först."))
    return redirect("portal:connection_list")
