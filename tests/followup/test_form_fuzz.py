"""Every form of the follow-up takes what nobody should send (T13): an answer, never a fault, whatever the database.

Run with FORM_EXAMPLES=500 now and then; a few go along each time.
"""

import os
from urllib.parse import quote

import pytest
from django.db import transaction
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from actionplans.models import Activity
from parties.models import Role
from tests import factories as make
from tests.followup.form import HTMX, address, asked_party, person_of, reports_of

pytestmark = pytest.mark.django_db
EXAMPLES = int(os.environ.get("FORM_EXAMPLES", 15))
CORPUS = (
    "", "\0", "text\0mitt i", "\ud800", "\u202eevas", "Z͑ͫ̓ͪ̂ͫ̽͏̴̙̤̞͉͚̯̞̠͍A̴̵̜̰͔ͫ͗͢L̠ͨͧͩ͘G̴̻͈͍͔̹̑͗̎̅͛́Ǫ̵̹̻̝̳͂̌̌͘", "👩‍👩‍👧‍👦" * 50, "9" * 400, "-1", "1e309", "NaN",
    "١٢٣", "2026-02-30", "9999-12-31", "0000-00-00", "2026-06-30T00:00", "ca 20", "1 234,5",
    "<script>alert(1)</script>", "x" * 100_000, "=1+1", "19811218-9876", "true", "None",
    "[]", "{}", "%s %(x)s", "'; DROP TABLE x; --",
)  # fmt: skip
TYPED = st.one_of(
    st.sampled_from(CORPUS), st.text(st.characters(), max_size=40), st.integers().map(str), st.dates().map(str)
)

# form → (URL name, whose it is, its fields)
NUMBERS = [
    f"numbers_{group}{end}" for group in ("women", "men", "girls", "boys", "other", "total") for end in ("", "_missing")
]
ANSWERS = [
    "status", "degree", "text", "effect", "deviation_cause", "deviation_measure", "new_end_date", "decision_asked",
    "addition", "version", "not_personal", *NUMBERS,
]  # fmt: skip
ROUND = [
    "label", "period_starts_on", "period_ends_on", "asks", "meeting", "opens_on", "due_on", "review_on", "prepare_on",
    "close_on", "publish_on", "counted_from", "version", "is_sure",
]  # fmt: skip
FORMS = {
    "report_edit": ("report", Role.REPORTER, ANSWERS),
    "report_field": ("report", Role.REPORTER, ["field", "value", "version", "not_personal", *NUMBERS]),
    "report_quick": ("report", Role.REPORTER, ["answer", "version"]),
    "report_submit": ("report", Role.REPORTER, ["version"]),
    "report_reuse": ("report", Role.REPORTER, ["to"]),
    "report_file_create": ("report", Role.REPORTER, ["name", "version"]),
    "party_submit": ("place", Role.REPORTER, ["read"]),
    "party_ready": ("place", Role.APPROVER, ["ready_note", "back"]),
    "party_presence": ("place", Role.REPORTER, ["report", "since"]),
    "reporting_rule": ("place", Role.APPROVER, ["needs_approver", "version"]),
    "report_return": ("handed in", Role.COORDINATOR, ["comment", "due_on", "version", "falt", "skal-text"]),
    "report_approve": ("handed in", Role.COORDINATOR, ["comment", "version"]),
    "report_on_behalf": ("report", Role.COORDINATOR, ["source", *ANSWERS]),
    "respondent_extend": ("place", Role.COORDINATOR, ["to", "reason", "extended_to", "extension_reason", "version"]),
    "round_bulk": ("round", Role.COORDINATOR, ["action", "andring", "part", "rapport", "to", "reason"]),
    "round_edit": ("round", Role.COORDINATOR, ROUND),
    "round_reopen": ("round", Role.COORDINATOR, ["reason", "version"]),
    "round_create": ("agreement", Role.COORDINATOR, ROUND),
}  # fmt: skip


def url_of(name, world):
    whose, _role, _fields = FORMS[name]
    if whose == "agreement":
        return reverse("followup:round_create", args=[world["round"].agreement.slug])
    if whose == "round":
        return reverse(f"followup:{name}", args=[world["round"].agreement.slug, world["round"].label])
    return address(name, world[whose])


def post(client, url, typed, **more):
    """POST what was typed byte by byte, half characters too, as no test client would."""
    pairs = (f"{name}={quote(text.encode('utf-8', 'surrogatepass'))}" for name, text in typed.items())
    return client.post(url, "&".join(pairs), content_type="application/x-www-form-urlencoded", **more)


@pytest.fixture
def world():
    place = asked_party(count=2, counts=Activity.Counts.ALL_AGES)
    report, other = reports_of(place)
    other.status = "not_relevant"
    other.save()
    other.submit(by=make.UserFactory())
    return {"place": place, "round": place.round, "report": report, "handed in": other}


@pytest.mark.parametrize("name", FORMS)
def test_form_answers_whatever_is_sent(client, world, name):
    _whose, role, fields = FORMS[name]
    board = world["round"].agreement.coordinating_party
    person_of(client, board if role == Role.COORDINATOR else world["place"].party, role)
    client.raise_request_exception = False
    url = url_of(name, world)

    @settings(max_examples=EXAMPLES, suppress_health_check=list(HealthCheck))
    @given(st.dictionaries(st.sampled_from(fields), TYPED, min_size=1, max_size=6), st.booleans())
    def send(typed, with_script):
        with transaction.atomic():
            status = post(client, url, typed, headers=HTMX if with_script else {}).status_code
            transaction.set_rollback(True)
        assert status < 500

    send()


def test_settings_of_reminders_answer_whatever_is_sent(client, world):
    person_of(client, world["place"].party)
    client.raise_request_exception = False

    @settings(max_examples=EXAMPLES, suppress_health_check=list(HealthCheck))
    @given(
        st.dictionaries(
            st.sampled_from(["pace", "paused_until", "away_from", "away_until", "alternate", "version"]),
            TYPED,
            min_size=1,
        )
    )
    def send(typed):
        with transaction.atomic():
            status = post(client, reverse("portal:mail_settings"), typed).status_code
            transaction.set_rollback(True)
        assert status < 500

    send()
