"""Deploy checks of our own: what must be true before the production profile may start."""

from importlib.util import find_spec

from django.conf import settings
from django.core.checks import Error, Tags, register
from django.db import connection


@register(Tags.security, deploy=True)
def own_secret(app_configs, **kwargs):
    """The demo's secret is public; nobody may sign sessions with it."""
    if settings.SECRET_KEY == settings.DEMO_SECRET:
        return [Error("SECRET_KEY är demonstrationens nyckel. Ange en egen.", id="portal.E001")]
    return []


@register(Tags.security, deploy=True)
def safe_sqlite(app_configs, **kwargs):
    """SQLite must write ahead and take its lock at once, or simultaneous writers fail (or lose) each other's rows."""
    if connection.vendor != "sqlite":
        return []
    with connection.cursor() as cursor:
        journal = cursor.execute("PRAGMA journal_mode").fetchone()[0]
        foreign_keys = cursor.execute("PRAGMA foreign_keys").fetchone()[0]
    if journal != "wal" or not foreign_keys or connection.transaction_mode != "IMMEDIATE":
        return [Error("SQLite ska köras med WAL, IMMEDIATE och främmande nycklar.", id="portal.E002")]
    return []


@register(Tags.security, deploy=True)
def links_in_letters(app_configs, **kwargs):
    """Letters and calendars lead to the portal by this address, whoever asked for them and under whatever name."""
    if not settings.PORTAL_URL.startswith("https://"):
        return [Error("PORTAL_URL ska vara portalens adress och börja med https://.", id="portal.E004")]
    return []


@register(Tags.security, deploy=True)
def identity_providers(app_configs, **kwargs):
    """Who tells us who somebody is does so over TLS, and how surely it must know is decided, not forgotten."""
    found = []
    kinds = settings.SOCIALACCOUNT_PROVIDERS
    for app in kinds["openid_connect"]["APPS"] + kinds["saml"]["APPS"]:
        name, told = app["provider_id"], app["settings"]
        if not told.get("sso_url", told["issuer"]).startswith("https://"):
            found.append(Error(f"{name}: adressen (ISSUER, SSO_URL) ska börja med https://.", id="portal.E020"))
        if not told["levels_told"]:
            found.append(Error(f"{name}: LEVELS saknas, tillitsnivåerna som krävs eller none.", id="portal.E022"))
    names = [app["provider_id"] for kind in kinds.values() for app in kind["APPS"]]
    if len(set(names)) < len(names):
        found.append(Error("Två inloggningstjänster har samma namn.", id="portal.E021"))
    return found + (_saml() if kinds["saml"]["APPS"] else [])


def _saml():
    """What SAML needs besides: its packages, and a cache where the next web process finds what one has been sent."""
    found = []
    if not find_spec("onelogin"):
        found.append(Error("SAML_PROVIDERS kräver tillägget saml, se docs/production.md.", id="portal.E023"))
    if settings.CACHES["default"]["BACKEND"].endswith("LocMemCache"):
        found.append(Error("SAML_PROVIDERS kräver en cache som alla processer delar, CACHE_URL.", id="portal.E024"))
    return found


@register(Tags.security, deploy=True)
def ways_to_log_in(app_configs, **kwargs):
    """Tries are counted for all processes together, somebody can log in, and no role is misspelt away."""
    from parties.models import Role

    found = []
    if settings.CACHES["default"]["BACKEND"].endswith(("LocMemCache", "DummyCache")):
        found.append(Error("CACHE_URL saknas: försök att logga in ska räknas i alla processer.", id="portal.E010"))
    if not settings.LOCAL_PASSWORDS and not any(kind["APPS"] for kind in settings.SOCIALACCOUNT_PROVIDERS.values()):
        found.append(Error("LOCAL_PASSWORDS är av, och ingen inloggningstjänst finns.", id="portal.E011"))
    for role in set(settings.REQUIRE_MFA) - set(Role.values):
        found.append(Error(f"REQUIRE_MFA: {role} är ingen roll.", id="portal.E012"))
    return found


@register(Tags.security, deploy=True)
def several_hosts(app_configs, **kwargs):
    """What the hosts share needs its package, and files do not cross the network for all to read."""
    found = []
    if settings.CACHES["default"]["BACKEND"].endswith("RedisCache") and not find_spec("redis"):
        found.append(Error("CACHE_URL med Redis kräver tillägget redis, se docs/deploy.md.", id="portal.E030"))
    files = settings.STORAGES["default"].get("OPTIONS", {})
    if not files.get("endpoint", "https://").startswith("https://"):
        found.append(Error("FILES_ENDPOINT ska börja med https://.", id="portal.E031"))
    return found


@register(Tags.security, deploy=True)
def no_demo_accounts(app_configs, **kwargs):
    """A production database was never a demonstration: its open passwords would be a way in."""
    from django.db.utils import DatabaseError

    from parties.models import User

    try:
        found = User.objects.filter(is_demo=True, is_active=True).exists()
    except DatabaseError:  # no tables yet, or no database: nothing to log in to
        return []
    if found:
        return [Error("Databasen innehåller exempelkonton. Ta bort dem före drift.", id="portal.E003")]
    return []
