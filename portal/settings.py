"""All settings, from the environment. ``PORTAL_PROFILE`` is ``demo`` (make run), ``test`` or ``production``."""

from email.utils import parseaddr
from pathlib import Path

import environ
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = BASE_DIR / "var"
env = environ.Env()

PROFILE = env("PORTAL_PROFILE", default="demo")
if PROFILE not in ("demo", "test", "production"):
    raise ImproperlyConfigured("PORTAL_PROFILE ska vara demo, test eller production.")
PRODUCTION = PROFILE == "production"

DEBUG = False
DEMO_SECRET = "endast-for-demo-" + "0123456789abcdef" * 4
SECRET_KEY = env("SECRET_KEY", default="" if PRODUCTION else DEMO_SECRET)
if not SECRET_KEY:
    raise ImproperlyConfigured("SECRET_KEY saknas. Ange en egen, minst 50 slumpade tecken.")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=[] if PRODUCTION else ["127.0.0.1", "localhost", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "guardian",
    "import_export",
    "simple_history",
    "django_htmx",
    "csp",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.usersessions",
    "lib",
    "parties",
    "agreements",
    "governance",
    "actionplans",
    "followup",
    "portal",
]

MIDDLEWARE = [
    # What stands above every answer comes first, so that redirects and static files have it too.
    "portal.middleware.own_site",
    "csp.middleware.CSPMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "parties.sessions.SignedIn",
    "allauth.account.middleware.AccountMiddleware",
    "portal.sessions.session_limits",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "simple_history.middleware.HistoryRequestMiddleware",
    "portal.audit.audit_trail",
    "portal.middleware.access_control",
    "portal.login_rules.login_rules",
    "portal.middleware.forms_of_others",
    "portal.middleware.kept_forms",
    "portal.middleware.conflicts",
    "portal.middleware.private_pages",
]

ROOT_URLCONF = "portal.urls"
WSGI_APPLICATION = "portal.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "builtins": ["lib.templatetags.marked_forms"],  # each form says whose it is
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "portal.context.hats",
            ],
        },
    }
]

# SQLite is the embedded default: WAL and IMMEDIATE, so that readers and one writer never lock each other out.
SQLITE_OPTIONS = {
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,
    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;",
}
DATABASES = {"default": env.db("DATABASE_URL", default=f"sqlite:///{VAR_DIR / 'portal.sqlite3'}")}
# A new connection costs several pages: SQLite reads the whole schema before its first question.
DATABASES["default"]["CONN_MAX_AGE"] = env.int("CONN_MAX_AGE", default=600)
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["OPTIONS"] = SQLITE_OPTIONS
    VAR_DIR.mkdir(exist_ok=True)
else:
    DATABASES["default"]["ENGINE"] = "lib.postgres"
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
    # What is asked twice on a connection is planned once: planning often takes longer than answering.
    PREPARED = {"server_side_binding": True, "prepare_threshold": 2} if env.bool("PREPARED_STATEMENTS", True) else {}
    DATABASES["default"]["OPTIONS"] = {**DATABASES["default"].get("OPTIONS", {}), **PREPARED}
    DATABASES["default"]["DISABLE_SERVER_SIDE_CURSORS"] = not PREPARED  # behind a pooler

# Beyond one machine (docs/deploy.md): a copy of the database that public pages are read from.
REPLICA_MAX_LAG = env.int("REPLICA_MAX_LAG", default=5)  # seconds; a copy further behind is not read
if env("DATABASE_REPLICA_URL", default=""):
    PATIENCE = {  # a host that is away must not hold up a page for long
        "connect_timeout": 2,
        "tcp_user_timeout": 5000,
        "keepalives_idle": 4,
        "keepalives_interval": 2,
        "keepalives_count": 2,
    }
    replica = env.db("DATABASE_REPLICA_URL")
    if (replica["ENGINE"], DATABASES["default"]["ENGINE"]) != ("django.db.backends.postgresql", "lib.postgres"):
        raise ImproperlyConfigured("DATABASE_REPLICA_URL kan bara anges när databaserna är PostgreSQL.")
    for database in (DATABASES["default"], replica):
        database["OPTIONS"] = {**PATIENCE, **PREPARED, **database.get("OPTIONS", {})}
    DATABASES["replica"] = {**DATABASES["default"], **replica, "ENGINE": "lib.postgres", "TEST": {"MIRROR": "default"}}
    DATABASE_ROUTERS = ["portal.replica.Router"]
    MIDDLEWARE.append("portal.replica.public_reads")
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "parties.User"
AUTHENTICATION_BACKENDS = ["parties.backends.MembershipBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("email", "name")},
    },
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
ANONYMOUS_USER_NAME = None  # no account row for the public
GUARDIAN_AUTO_PREFETCH = False
SILENCED_SYSTEM_CHECKS = ["guardian.W001"]  # our own backend asks through dated memberships

ACCOUNT_ADAPTER = "portal.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_SESSION_REMEMBER = False
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "portal:work"
ACCOUNT_LOGOUT_REDIRECT_URL = "portal:start"

# Log-in: a second step, passkeys, and how often one may try. Who looks after much must have a second step.
OTHER_WAYS = env("OIDC_PROVIDERS", default="") or env("SAML_PROVIDERS", default="")
LOCAL_PASSWORDS = env.bool("LOCAL_PASSWORDS", default=not (PRODUCTION and OTHER_WAYS))
REQUIRE_MFA = env.list("REQUIRE_MFA", default=["coordinator", "system_administrator"] if PRODUCTION else [])
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])
ACCOUNT_FORMS = {"reset_password": "portal.login_forms.ResetPasswordForm"}
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""  # else the name that the portal was asked by
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_PASSWORD_RESET_TOKEN_GENERATOR = "django.contrib.auth.tokens.PasswordResetTokenGenerator"
MFA_ADAPTER = "portal.adapter.MFAAdapter"
MFA_FORMS = {
    "authenticate": "portal.login_forms.AuthenticateForm",
    "reauthenticate": "portal.login_forms.ReauthenticateForm",
    "activate_totp": "portal.login_forms.ActivateTOTPForm",
    "add_webauthn": "portal.login_forms.AddWebAuthnForm",
    "edit_webauthn": "portal.login_forms.EditWebAuthnForm",
}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_USER_VERIFICATION = "required"  # finger, face or PIN
MFA_ALLOW_UNVERIFIED_EMAIL = True  # addresses are known by invitation
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_TOTP_ISSUER = "Regionala överenskommelser"
MFA_TOTP_TOLERANCE = 1  # a code typed slowly still holds; each is good once (portal/login_forms.py)
# A town hall shares one address, so addresses get wide limits; what protects an account is counted for the account.
ALLAUTH_TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXY_COUNT", default=0)
ACCOUNT_RATE_LIMITS = {
    "login": "600/m/ip",
    "login_failed": "5/15m/key,1000/15m/ip",
    "login_failed_known": "5/15m/key",  # in a browser where the account has been logged in before
    "reset_password": "300/m/ip,5/15m/key",
    "reset_password_from_key": "300/m/ip",
    "provider_answer": "600/m/ip",  # what comes back from an identity provider
    "reauthenticate": "10/m/user",
    "change_password": "5/m/user",
}
MFA_RATE_LIMITS = {"webauthn_login": "600/m/ip"}


# Federation: log-in by identity providers (docs/production.md). OIDC_PROVIDERS names them: "freja" reads OIDC_FREJA_….
def provider(kind, key):
    """What allauth must know of one, and how to read further variables of it."""
    if not key.isalnum() or key != key.lower():
        raise ImproperlyConfigured(f"{kind}_PROVIDERS: namnen ska bestå av små bokstäver och siffror.")

    def told(name, **default):
        return env(f"{kind}_{key.upper()}_{name}", **default)

    levels = told("LEVELS", default="").split()
    rules = {"levels": [level for level in levels if level != "none"], "levels_told": bool(levels)}
    return {"provider_id": key, "name": told("NAME", default=key), "client_id": key, "settings": rules}, told


def oidc_provider(key):
    app, told = provider("OIDC", key)
    app["settings"] |= {"issuer": told("ISSUER"), "scope": told("SCOPES", default="openid").split()}
    return {**app, "client_id": told("CLIENT_ID"), "secret": told("SECRET")}


def saml_provider(key):
    app, told = provider("SAML", key)
    app["settings"] |= {
        "issuer": told("ENTITY_ID"),
        "sso_url": told("SSO_URL"),
        "certificates": [Path(name).read_text() for name in told("CERTIFICATES").split(",")],
        "subject": told("SUBJECT", default="urn:oasis:names:tc:SAML:attribute:subject-id"),
    }
    return app


SOCIALACCOUNT_PROVIDERS = {
    "openid_connect": {"APPS": [oidc_provider(key) for key in env.list("OIDC_PROVIDERS", default=[])]},
    "saml": {"APPS": [saml_provider(key) for key in env.list("SAML_PROVIDERS", default=[])]},
}
SAML_OWN = {  # what the portal signs its questions with, and opens answers that are encrypted for it
    "key": Path(env("SAML_KEY")).read_text() if env("SAML_KEY", default="") else "",
    "certificate": Path(env("SAML_CERTIFICATE")).read_text() if env("SAML_CERTIFICATE", default="") else "",
}
SOCIALACCOUNT_EMAIL_AUTHENTICATION = SOCIALACCOUNT_AUTO_SIGNUP = False
SOCIALACCOUNT_REAUTHENTICATION_REQUIRED = True

# Login throttling counts in the cache: several web processes need a shared one.
CACHES = {
    "default": env.cache("CACHE_URL", default="locmemcache://"),
    # Parts of pages, under a key that says what they were made from: each process may have its own.
    "pages": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "LOCATION": "pages",
        "TIMEOUT": 24 * 3600,
        "OPTIONS": {"MAX_ENTRIES": 200},
    },
}

if CACHES["default"]["BACKEND"].endswith(("LocMemCache", "DatabaseCache", "FileBasedCache")):
    # Beyond its number of entries a cache throws some away; whoever tries many accounts must not clear the counts so.
    CACHES["default"].setdefault("OPTIONS", {}).setdefault("MAX_ENTRIES", 100_000)

if CACHES["default"]["BACKEND"].endswith("RedisCache"):
    CACHES["default"].setdefault("OPTIONS", {}).update(socket_connect_timeout=2, socket_timeout=5)

# Which release answers: what browsers keep of public pages is fetched anew after each. Several hosts need the same.
SOURCES = (path for kind in ("py", "html", "css", "js") for path in BASE_DIR.glob(f"[a-z]*/**/*.{kind}"))
RELEASE = env("RELEASE", default=str(max(path.stat().st_mtime_ns for path in SOURCES)))

LANGUAGE_CODE = "sv"
LANGUAGES = [("sv", "Svenska")]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "Europe/Stockholm"
USE_I18N = True
USE_TZ = True
USE_THOUSAND_SEPARATOR = True
FORMAT_MODULE_PATH = ["portal.formats"]

STATIC_URL = "static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
WHITENOISE_USE_FINDERS = not PRODUCTION
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "portal.static_files.ModuleStorage"
        if PRODUCTION
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
MEDIA_ROOT = env("MEDIA_ROOT", default=str(VAR_DIR / "media"))
FILE_UPLOAD_PERMISSIONS = 0o640
# Several hosts: uploaded files in object storage that speaks S3, instead of a folder (docs/deploy.md).
if env("FILES_BUCKET", default=""):
    FILES = {
        "endpoint": env("FILES_ENDPOINT"),
        "bucket": env("FILES_BUCKET"),
        "region": env("FILES_REGION", default="us-east-1"),
        "key": env("FILES_KEY"),
        "secret": env("FILES_SECRET"),
    }
    STORAGES["default"] = {"BACKEND": "lib.object_storage.ObjectStorage", "OPTIONS": FILES}
UPLOAD_MAX_BYTES = 30 * 1024 * 1024  # what forms take is less, and they say so; beyond this nothing is received
UPLOAD_DAILY_BYTES, UPLOAD_DAILY_FILES = 500 * 1024 * 1024, 300  # of one person in a day
ANTIVIRUS = env("ANTIVIRUS", default="")  # where a scanner listens that speaks ClamAV's protocol (lib/antivirus.py)
FILE_UPLOAD_HANDLERS = [
    "lib.uploads.UploadLimit",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]
DATA_UPLOAD_MAX_NUMBER_FIELDS = 3000  # an edition of 500 activities is carried over with two answers for each
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
WORKBOOK_MAX_BYTES = 10 * 1024 * 1024

EMAIL_BACKEND = env("EMAIL_BACKEND", default="django.core.mail.backends.console.EmailBackend")
DEFAULT_FROM_EMAIL = env("DEFAULT_FROM_EMAIL", default="portalen@localhost")
# Where those who found a hole tell of it: mailto: or https:, shown in /.well-known/security.txt.
SECURITY_CONTACT = env("SECURITY_CONTACT", default=f"mailto:{parseaddr(DEFAULT_FROM_EMAIL)[1]}")
EMAIL_HOST, EMAIL_PORT = env("EMAIL_HOST", default="localhost"), env.int("EMAIL_PORT", default=25)
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = env("EMAIL_HOST_USER", default=""), env("EMAIL_HOST_PASSWORD", default="")
EMAIL_USE_TLS, EMAIL_USE_SSL = env.bool("EMAIL_USE_TLS", default=False), env.bool("EMAIL_USE_SSL", default=False)
EMAIL_TIMEOUT = 30
# Where the portal is found: what links in letters and calendars begin with. Never taken from who asks (Host).
PORTAL_URL = env("PORTAL_URL", default="" if PRODUCTION else "http://127.0.0.1:8000").rstrip("/")
# Where figures of municipalities are fetched from (docs/indicators.md).
KOLADA_URL = env("KOLADA_URL", default="https://api.kolada.se/v3")

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SESSION_ENGINE = "parties.sessions"
# A log-in ends after so long without activity, and after so many hours whatever happens; and when the browser closes.
SESSION_COOKIE_AGE = env.int("SESSION_IDLE_MINUTES", default=30) * 60
SESSION_HOURS = env.int("SESSION_HOURS", default=12)
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "portal.errors.csrf_failure"
if PRODUCTION:
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-session", "__Host-csrf"
    SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", default=True)
    SECURE_HSTS_SECONDS = 365 * 24 * 3600
    SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = True
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

SIMPLE_HISTORY_HISTORY_CHANGE_REASON_USE_TEXT_FIELD = True
