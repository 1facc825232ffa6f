"""What we keep of what an identity provider tells about a person, of whichever kind it is."""

from allauth.socialaccount.providers.base import ProviderAccount
from django.urls import reverse

from portal.id_tokens import identity


class KnownBySubject:
    """Of what a provider tells about a person we keep who it is about, and how surely. Mixed into allauth's kinds."""

    account_class = ProviderAccount

    def get_login_url(self, request, **kwargs):
        return reverse("portal:provider_login", args=[self.app.provider_id])

    def get_callback_url(self):
        return reverse("portal:provider_answer", args=[self.app.provider_id])

    def extract_uid(self, data):
        return identity(data["iss"], data["sub"])

    def extract_extra_data(self, data):
        return {"iss": data["iss"], "acr": data.get("acr", "")}

    def extract_common_fields(self, data):
        return {}

    def extract_email_addresses(self, data):
        return []
