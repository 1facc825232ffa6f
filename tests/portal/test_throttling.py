"""How often one may try: counted for the account, and for the true address of who asks."""

import datetime
import random

import pytest
import time_machine
from allauth.account.adapter import get_adapter
from allauth.core import context, ratelimit
from django.contrib.auth.hashers import MD5PasswordHasher
from django.contrib.sessions.backends.cache import SessionStore
from django.core.cache import cache
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse
from django.urls import reverse

from parties.audit import client_address
from parties.models import AuditEvent
from portal.adapter import KNOWN_COOKIE, known_as
from tests.factories import UserFactory

RIGHT, WRONG = "rätt häst batteri", "fel häst batteri"


class Counting(MD5PasswordHasher):
    """Quick, and tells how often it was asked."""

    asked = 0

    def encode(self, password, salt):
        Counting.asked += 1
        return super().encode(password, salt)


@pytest.fixture(autouse=True)
def quick(settings, db):
    settings.PASSWORD_HASHERS = [f"{__name__}.Counting"]
    cache.clear()


@pytest.fixture
def person():
    return UserFactory(email="sten@kommun.se", password=RIGHT)


@pytest.fixture
def attempt(rf):
    """attempt(email, password, cookies=…, **META) → ``in``, ``wrong`` or ``shut``, as the log-in form would answer."""

    def attempt(email, password=WRONG, cookies=None, **meta):
        request = rf.post("/", **meta)
        request.session = SessionStore()
        request.COOKIES.update(cookies or {})
        with context.request_context(request):
            try:
                return "in" if get_adapter(request).authenticate(request, email=email, password=password) else "wrong"
            except ValidationError as error:
                return {"too_many_login_attempts": "shut"}[error.code]

    return attempt


@pytest.fixture
def known(person):
    """The cookies of a browser that ``person`` has logged in with."""
    response = HttpResponse()
    response.set_signed_cookie(KNOWN_COOKIE, known_as(person.email))
    return {KNOWN_COOKIE: response.cookies[KNOWN_COOKIE].value}


SPELLINGS = ["sten@kommun.se", "STEN@kommun.se", " sten@kommun.se", "\uff53ten@kommun.se", "\u017ften@\u212aommun.se"]


@pytest.mark.parametrize("proxies", [0, 1])
def test_authenticate_gives_nothing_for_forged_addresses_hosts_or_spellings(settings, person, attempt, proxies):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = proxies
    settings.ALLOWED_HOSTS = ["a.example.se", "b.example.se"]
    chance = random.Random(6)
    answers = []
    for number in range(1000):
        forged = ".".join(str(chance.randrange(256)) for _part in range(4))
        answers.append(
            attempt(
                chance.choice(SPELLINGS),
                HTTP_X_FORWARDED_FOR=f"{forged}, 192.0.2.7",
                HTTP_HOST=chance.choice(settings.ALLOWED_HOSTS),
                HTTP_USER_AGENT=str(number),
            )
        )
    assert (answers.count("wrong"), answers.count("shut")) == (5, 995)
    assert Counting.asked <= 2 + 2 * 5  # what is shut is not even looked at


def test_authenticate_keeps_tries_for_a_browser_that_has_been_let_in(person, attempt, known):
    """Strangers cannot shut a person out, and with both kinds of browser there are no more than ten tries."""
    strangers = [attempt(person.email) for _ in range(50)]
    assert attempt(person.email, RIGHT) == "shut"
    assert attempt(person.email, RIGHT, cookies=known) == "in"
    own = [attempt(person.email, cookies=known) for _ in range(50)]
    assert strangers.count("wrong") + own.count("wrong") == 10
    assert attempt("elin@kommun.se", cookies=known) == "wrong"  # the cookie is no pass to other accounts


@pytest.mark.parametrize("forged", ["sten", "a:b", "", "\x00"])
def test_is_known_only_by_our_own_cookie(person, attempt, forged):
    for _ in range(5):
        attempt(person.email)
    assert attempt(person.email, RIGHT, cookies={KNOWN_COOKIE: forged}) == "shut"


def test_login_lets_a_town_hall_in_behind_one_proxy(settings, attempt, rf):
    """290 people come from one address in the same minutes, and each first writes it wrong."""
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    hall = {"HTTP_X_FORWARDED_FOR": "198.51.100.4"}
    emails = [f"anna{number}@kommun.se" for number in range(290)]
    assert {attempt(email, **hall) for email in emails} == {"wrong"}
    last = UserFactory(email=emails[-1], password=RIGHT)
    assert attempt(last.email, RIGHT, **hall) == "in"
    assert all(ratelimit.consume(rf.post("/", **hall), action="login") for _ in range(2 * 290))


def test_authenticate_remembers_however_many_accounts_are_tried(person, attempt):
    """A full cache throws some of what it holds away."""
    for _ in range(5):
        attempt(person.email)
    for number in range(2000):
        cache.set(f"other-{number}", [0.0])
    assert attempt(person.email, RIGHT) == "shut"


def test_authenticate_opens_again_after_a_quarter(person, attempt):
    with time_machine.travel(datetime.datetime(2026, 11, 2, 8, tzinfo=datetime.UTC), tick=False) as clock:
        assert [attempt(person.email) for _ in range(6)][-1] == "shut"
        clock.shift(14 * 60)
        assert attempt(person.email, RIGHT) == "shut"
        clock.shift(61)
        assert attempt(person.email, RIGHT) == "in"


def test_set_password_opens_what_guesses_had_shut(rf, person, attempt):
    for _ in range(5):
        attempt(person.email)
    get_adapter(rf.post("/")).set_password(person, "ett helt nytt lösenord")
    assert attempt(person.email, "ett helt nytt lösenord") == "in"


def test_authenticate_logs_what_is_shut(person, attempt):
    for _ in range(6):
        attempt(person.email)
    shut = AuditEvent.objects.filter(kind=AuditEvent.Kind.LOGIN_FAILED, reason="för många försök")
    assert [(event.person, event.address) for event in shut] == [(person, "127.0.0.1")]


ACCOUNTS = {
    "none": {},
    "open": {"password": RIGHT},
    "closed": {"password": RIGHT, "is_active": False},
    "without password": {"password": None},
}


def test_login_tells_nothing_of_accounts(client):
    """The same words, and as much work, whatever account there is: time tells nothing either."""
    told = {}
    for number, (kind, fields) in enumerate(ACCOUNTS.items()):
        email = f"{number}@kommun.se"
        if fields:
            UserFactory(email=email, **fields)
        Counting.asked = 0
        for _ in range(6):
            response = client.post(reverse("account_login"), {"login": email, "password": WRONG})
            errors = tuple(response.context["form"].non_field_errors())
            told.setdefault(kind, []).append((response.status_code, errors))
        told[kind].append(Counting.asked)
    assert [told[kind] == told["open"] for kind in ACCOUNTS] == [True] * 4


@pytest.mark.parametrize(
    ("proxies", "forwarded", "address"),
    [
        (0, None, "10.1.1.1"),
        (0, "6.6.6.6", "10.1.1.1"),
        (1, "6.6.6.6, 192.0.2.7", "192.0.2.7"),
        (1, "192.0.2.7", "192.0.2.7"),
        (1, "6.6.6.6,[2001:db8::7]:4711", "2001:db8::7"),
        (2, "6.6.6.6, 192.0.2.7, 10.0.0.2", "192.0.2.7"),
        (2, "192.0.2.7", None),  # went around a proxy
        (1, "6.6.6.6, <script>", None),
        (1, None, "10.1.1.1"),
    ],
)
def test_get_client_ip_believes_as_many_proxies_as_told(settings, rf, proxies, forwarded, address):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = proxies
    headers = {"HTTP_X_FORWARDED_FOR": forwarded} if forwarded else {}
    request = rf.get("/", REMOTE_ADDR="10.1.1.1", **headers)
    assert client_address(request) == address
    if address is None:
        with pytest.raises(PermissionDenied):
            get_adapter(request).get_client_ip(request)
