"""A real identity provider of one's own: django-allauth's, as a process by itself, with its own settings and tables.

For the tests, and to try it by hand: ``python -m tests.oidc_provider 8810`` says what to set for the portal. Whoever
is in ``PEOPLE`` logs in with ``PASSWORD``, at that assurance level.
"""

import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from wsgiref.simple_server import WSGIRequestHandler, make_server

import django
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from django.conf import settings
from django.core.management import call_command
from django.core.wsgi import get_wsgi_application

CLIENT, SECRET, PASSWORD = "portalen", "hemlighet-for-prov", "prov-losenord-2026"
LOA3, LOA2 = "http://id.elegnamnden.se/loa/1.0/loa3", "http://id.elegnamnden.se/loa/1.0/loa2"
SITE = "tests.oidc_provider_site"
PEOPLE = {"anna": LOA3, "bo": LOA2}


SETTINGS = {
    "SECRET_KEY": "bara-for-prov",
    "ALLOWED_HOSTS": ["127.0.0.1"],
    "ROOT_URLCONF": SITE,
    "DATABASES": {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
    "MIGRATION_MODULES": dict.fromkeys(["auth", "contenttypes", "sessions", "account", "allauth_idp_oidc"]),
    "INSTALLED_APPS": [
        "django.contrib.auth",
        "django.contrib.contenttypes",
        "django.contrib.sessions",
        "django.contrib.messages",
        "allauth",
        "allauth.account",
        "allauth.idp.oidc",
    ],
    "MIDDLEWARE": [
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
        "django.contrib.messages.middleware.MessageMiddleware",
        "allauth.account.middleware.AccountMiddleware",
    ],
    "TEMPLATES": [
        {
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "APP_DIRS": True,
            "OPTIONS": {"context_processors": ["django.template.context_processors.request"]},
        }
    ],
    "AUTHENTICATION_BACKENDS": ["allauth.account.auth_backends.AuthenticationBackend"],
    "PASSWORD_HASHERS": ["django.contrib.auth.hashers.MD5PasswordHasher"],
    "LOGIN_URL": "account_login",
    "USE_TZ": True,
    "ACCOUNT_EMAIL_VERIFICATION": "none",
    "SESSION_COOKIE_NAME": "provider",  # the portal may stand on the same host
    "CSRF_COOKIE_NAME": "provider-csrf",
    "IDP_OIDC_ADAPTER": f"{SITE}.Adapter",
}


def new_key():
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    kind, plain = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    return key.private_bytes(serialization.Encoding.PEM, kind, plain).decode()


def fill(portal_url):
    from allauth.idp.oidc.models import Client
    from django.contrib.auth.models import User

    call_command("migrate", run_syncdb=True, verbosity=0)
    for name in PEOPLE:
        User.objects.create_user(name, password=PASSWORD)
    client = Client(id=CLIENT, name="Portalen", skip_consent=True, type=Client.Type.CONFIDENTIAL)
    client.set_secret(SECRET)
    client.set_scopes(["openid"])
    client.set_redirect_uris([f"{portal_url}/konto/extern/prov/svar/"])
    client.save()


class Quiet(WSGIRequestHandler):
    def log_message(self, *args):
        pass


def serve(port, portal_url):
    settings.configure(**SETTINGS, IDP_OIDC_PRIVATE_KEY=new_key())
    django.setup()
    fill(portal_url)
    server = make_server("127.0.0.1", port, get_wsgi_application(), handler_class=Quiet)
    print(f"http://127.0.0.1:{server.server_port}", flush=True)
    server.serve_forever()


@contextmanager
def running(portal_url):
    """The provider's address, while it runs as a process of its own."""
    command = [sys.executable, "-m", "tests.oidc_provider", "0", portal_url]
    with subprocess.Popen(command, cwd=Path(__file__).parent.parent, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process.stdout.readline().strip()
        finally:
            process.terminate()


def app(issuer):
    """What the portal's settings say of it (``SOCIALACCOUNT_PROVIDERS``)."""
    rules = {"issuer": issuer, "scope": ["openid"], "levels": [LOA3], "levels_told": True}
    names = {"provider_id": "prov", "name": "Provlegitimation", "client_id": CLIENT, "secret": SECRET}
    return {**names, "settings": rules}


if __name__ == "__main__":
    serve(int(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else "http://127.0.0.1:8000")
