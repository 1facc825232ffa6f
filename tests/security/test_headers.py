"""What stands above every answer: policy of content, no sniffing, no frames, no referrers, nothing private stored."""

import json
import os
import secrets
import subprocess
import sys

import pytest
from django.conf import settings
from django.contrib import admin
from django.test import Client, RequestFactory
from django.urls import reverse

from tests import factories as make
from tests.security.crawling import Injected
from tests.test_access import ANONYMOUS

pytestmark = pytest.mark.django_db

POLICY = {
    "default-src": "'self'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "font-src": "'self'",
    "connect-src": "'self'",
    "object-src": "'none'",
    "base-uri": "'none'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
}
ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
REFERRERS = {"same-origin", "no-referrer"}


def policy_of(headers):
    directives = (part.strip().partition(" ") for part in headers.get("Content-Security-Policy", "").split(";"))
    return {name: value for name, _space, value in directives if name}


def faults_of(headers):
    """What the headers of one answer lack, as texts."""
    faults = [name for name, value in ALWAYS.items() if headers.get(name) != value]
    if policy_of(headers) != POLICY:
        faults.append(f"policy {headers.get('Content-Security-Policy')}")
    if headers.get("Referrer-Policy") not in REFERRERS:
        faults.append("Referrer-Policy")
    return faults


def test_every_answer_has_its_headers(walk):
    """Pages, fragments, redirects, refusals, files, feeds: of each kind of status there are some."""
    lacking = {(each.surface, each.status, str(faults)) for each in walk.answers if (faults := faults_of(each.headers))}
    assert lacking == set()
    assert {each.status for each in walk.answers} >= {200, 302, 403, 404}


def test_nothing_private_is_stored(walk):
    """What a person who is signed in gets is stored nowhere, or asked about each time by the own browser."""
    answers = [each for each in walk.answers if each.person != ANONYMOUS]
    kept = {(each.surface, told) for each in answers if not is_private(told := each.headers.get("Cache-Control", ""))}
    assert kept == set()


def is_private(told):
    return told == "private, no-cache" or {"no-store", "private"} <= set(told.split(", "))


def test_only_pages_are_shown_in_the_browser(walk):
    """Everything else is saved as a file: nothing that somebody uploaded can act as a page of ours."""
    shown = {"text/html", "text/calendar"}
    opened = {
        (each.surface, each.kind)
        for each in walk.answers
        if each.status == 200
        and each.kind not in shown
        and not each.headers.get("Content-Disposition", "").startswith("attachment")
    }
    assert opened == {("portal:health", "text/plain"), ("portal:security_txt", "text/plain")}


def administration(user):
    """Every page of the administration that ``user`` can open, as (address, answer): lists, forms, history, script."""
    client = Client()
    client.force_login(user)
    paths = [reverse(f"admin:{name}") for name in ("index", "jsi18n")]
    for model, of_model in admin.site._registry.items():
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        paths.append(reverse("admin:app_list", args=[model._meta.app_label]))
        paths += [reverse(f"{name}_changelist"), reverse(f"{name}_changelist") + "?q=a", reverse(f"{name}_add")]
        paths += [reverse(f"{name}_{page}", args=[row.pk]) for row in model.objects.all() for page in PER_ROW]
        assert of_model.has_delete_permission(RequestFactory().get("/")) is False, "its page is one more to walk"
    return [(path, client.get(path)) for path in paths]


PER_ROW = ("change", "history")


def test_administration_has_its_headers():
    """Walked by somebody who gets in: the pages themselves, not what leads to the log-in."""
    make.MembershipFactory()
    answers = administration(make.UserFactory(is_staff=True, is_superuser=True))
    assert {answer.status_code for _path, answer in answers} == {200}
    assert {path: faults for path, answer in answers if (faults := faults_of(answer.headers))} == {}
    assert [path for path, answer in answers if not is_private(answer.headers.get("Cache-Control", ""))] == []
    assert [path for path, answer in answers if Injected(answer.content.decode()).found] == []  # where the walk stands
    assert len(answers) >= 10


IN_PRODUCTION = """
import json
import django
from django.conf import settings
settings.STORAGES["staticfiles"]["BACKEND"] = "django.contrib.staticfiles.storage.StaticFilesStorage"  # none collected
django.setup()
from django.test import Client
found = []
client = Client(raise_request_exception=False, headers={"host": "portalen.example.se"})
for path in json.loads(%r):
    answer = client.get(path, secure=path != "/http/")
    kept = ("secure", "httponly", "samesite", "path", "domain")
    cookies = {name: [cookie[flag] for flag in kept] for name, cookie in answer.cookies.items()}
    found.append([path, answer.status_code, dict(answer.headers), cookies])
print(json.dumps(found))
"""
PATHS = [
    "/http/",
    "/tillganglighet/",
    "/finns-inte/",
    "/admin/",
    "/konto/login/",
    "/overenskommelser/",
    "/static/x.js",
]


@pytest.fixture(scope="module")
def production(tmp_path_factory):
    """Path → (status, headers, cookies) as production answers; without tables, so that one answer is a fault."""
    environment = {
        "PORTAL_PROFILE": "production",
        "DJANGO_SETTINGS_MODULE": "portal.settings",
        "SECRET_KEY": secrets.token_urlsafe(60),
        "ALLOWED_HOSTS": "portalen.example.se",
        "PORTAL_URL": "https://portalen.example.se",
        "DATABASE_URL": f"sqlite:///{tmp_path_factory.mktemp('production') / 'p.sqlite3'}",
        "PATH": os.environ["PATH"],
    }
    code = IN_PRODUCTION % json.dumps(PATHS)
    ran = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code],
        cwd=settings.BASE_DIR, env=environment, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    return {path: rest for path, *rest in json.loads(ran.stdout.splitlines()[-1])}


def test_production_answers_with_its_headers_whatever_happens(production):
    statuses = {path: status for path, (status, _headers, _cookies) in production.items()}
    assert statuses == {
        "/http/": 301, "/tillganglighet/": 200, "/finns-inte/": 404, "/admin/": 302, "/konto/login/": 503,
        "/overenskommelser/": 503, "/static/x.js": 404,
    }  # fmt: skip
    assert {
        path: faults for path, (_status, headers, _cookies) in production.items() if (faults := faults_of(headers))
    } == {}


def test_production_is_only_spoken_to_in_private(production):
    """HSTS for a year with everything beneath; what is asked in the clear is sent to the safe address first."""
    secure = {path: headers for path, (_status, headers, _cookies) in production.items() if path != "/http/"}
    told = {headers.get("Strict-Transport-Security") for headers in secure.values()}
    assert told == {"max-age=31536000; includeSubDomains; preload"}
    assert production["/http/"][1]["Location"] == "https://portalen.example.se/http/"


def test_production_cookies_are_bound_to_the_host(production):
    cookies = {name: flags for _status, _headers, found in production.values() for name, flags in found.items()}
    assert {name for name in cookies if not name.startswith("__Host-")} == set()
    assert {(bool(secure), path, domain) for secure, _http, _site, path, domain in cookies.values()} == {
        (True, "/", "")
    }
    assert {site for _secure, _http, site, _path, _domain in cookies.values()} <= {"Lax", "Strict"}
