"""The kinds of identity providers. allauth looks for them in a module of this name; ours take the place of its own."""

from portal import oidc, saml

provider_classes = [oidc.Provider, saml.Provider]
