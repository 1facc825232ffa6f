"""What the provider of ``tests.oidc_provider`` answers at which address, and what it tells of a person."""

from allauth.idp.oidc.adapter import DefaultOIDCAdapter
from django.urls import include, path

from tests.oidc_provider import PEOPLE

urlpatterns = [path("", include("allauth.idp.urls")), path("konto/", include("allauth.account.urls"))]


class Adapter(DefaultOIDCAdapter):
    """Tells how surely it knows who somebody is."""

    def get_claims(self, purpose, user, client, scopes, **known):
        return {**super().get_claims(purpose, user, client, scopes, **known), "acr": PEOPLE[user.username]}
