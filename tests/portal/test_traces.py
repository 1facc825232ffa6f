"""Every address that changes something leaves who, when and what: T33 of the security plan.

The addresses are those of the access table. Each is posted as somebody who gets through, with its own form filled in,
and the tables that were written are read off the SQL: each must have got a line of history by that person as well, or
be one of those that say themselves who and when. What was typed must not be in the log.
"""

import re
from contextlib import contextmanager

import pytest
from django import forms
from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction

from agreements.models import Agreement
from lib.forms import VersionField
from parties.models import AuditEvent
from portal.access import ACCESS, SIGNED_IN
from tests.filled_form import Forms
from tests.test_access import DOORS, LATER, THROUGH, address, build, clients

pytestmark = pytest.mark.django_db
NUMBER, ADDRESS = "19121212-1212", "alva@exempel.invalid"
REASONS = {"reason", "comment", "answer", "end_note", "change_reason"}
WRITERS = ["own coordinator", "own approver", "own reporter", "own party_administrator", "own council_member"]

# Tables that say themselves who and when, and whose rows are not changed but added.
SAYS_ITSELF = {
    "actionplans_comment": "author, created_at, resolved_by",
    "actionplans_proposalrank": "user",
    "actionplans_step": "user: what undo needs; the rows have their own history",
    "followup_return": "returned_by, returned_at",
    "followup_reopening": "reopened_by, reopened_at",
    "followup_outcome": "closed with the round, which has its history",
    "followup_councilpack": "made_by",
    "agreements_textversion": "made_by, made_at; never changed",
    "parties_invitation": "invited_by, withdrawn_by; and the log",
}
# Tables that hold nothing that anybody decided.
NO_DECISION = {
    "actionplans_presence", "followup_formpresence", "followup_respondent", "followup_notice", "parties_mail",
    "parties_feedkey", "parties_mailsettings", "agreements_stagedworkbook", "followup_agendalink",
}  # fmt: skip
# What is told in the history of the row it belongs to, and the register, whose changes stand in the log.
TOLD_BESIDE = {
    "agreements_responsefile": "agreements_historicalconsultationresponse",
    "agreements_terminationreceipt": "agreements_historicaltermination",
    "followup_registrynumber": "followup_historicalround",
    "followup_measurement": "followup_historicalindicator",
    "followup_indicatordefinition": "followup_historicalindicator",
}
LINKS = {
    "actionplans_activitycollaborationarea", "actionplans_activitygoal", "actionplans_activityparticipant",
    "agreements_agreementseries", "parties_county", "parties_partycounty", "parties_partyname",
    "parties_partysuccession",
}  # fmt: skip
WRITE = re.compile(r'^(?:INSERT INTO|UPDATE|DELETE FROM) "(\w+)"(?: SET (.*?) WHERE)?', re.DOTALL)
# No change by itself: a new stamp or version, and that what is pointed at was removed, which has its own line.
UNTOLD = re.compile(r'"(stamp|version)" = [^,]*|"\w+_id" = NULL')
OURS = {"parties", "agreements", "governance", "actionplans", "followup"}


def historical_tables():
    """Table → the table of its history, for the models that have one."""
    return {
        model._meta.db_table: model.history.model._meta.db_table
        for model in apps.get_models()
        if model._meta.app_label in OURS and hasattr(getattr(model, "history", None), "model")
    }


def own_tables():
    """Tables of rows that people write, without histories, the log, and what only links two rows."""
    histories = set(historical_tables().values())
    return {
        model._meta.db_table
        for model in apps.get_models()
        if model._meta.app_label in OURS
        and model._meta.db_table not in histories
        and not hasattr(model, "instance_type")
        and "permission" not in model._meta.db_table
    } - {"parties_auditevent", "parties_user"}


class Written:
    """Notes the tables that are written while it is on."""

    def __init__(self):
        self.tables = set()

    def __call__(self, execute, sql, params, many, context):
        match = WRITE.match(sql)
        if match and not UNTOLD.fullmatch(match[2] or ""):
            self.tables.add(match[1])
        return execute(sql, params, many, context)


def filled(page, text):
    """What a browser would send of the page's own form, with ``text`` after each text and in what must be filled in."""
    form = page.context.get("form") if page.context else None
    sent = max(Forms(page.content.decode()).forms, key=len, default={})
    data = {name: values for name, values in sent.items() if name != "csrfmiddlewaretoken"}
    for bound in form if isinstance(form, forms.BaseForm) else ():
        is_empty = data.get(bound.html_name, [""]) == [""]
        is_asked = bound.field.required or bound.name in REASONS
        if is_empty and is_asked:
            data[bound.html_name] = value_for(bound.field, text)
        elif type(bound.field) is forms.CharField and not is_empty:
            data[bound.html_name] = [f"{data[bound.html_name][0]} {text}"]
    return {name: value for name, value in data.items() if value is not None}


def value_for(field, text):
    if isinstance(field, VersionField):
        return None
    if isinstance(field, forms.FileField):
        return SimpleUploadedFile("prov.pdf", b"%PDF-1.7\n%%EOF\n")
    if isinstance(field, forms.EmailField):
        return ADDRESS
    if isinstance(field, forms.BooleanField):
        return "on"
    if isinstance(field, forms.DateField):
        return "2026-12-31"
    if isinstance(field, forms.IntegerField | forms.DecimalField):
        return "3"
    if hasattr(field, "choices"):
        values = [str(value) for value, _label in field.choices if value not in ("", None)]
        return values[-1:] or None
    return text if isinstance(field, forms.CharField) else None


def doors():
    """(name, door) of every address that takes a post from somebody; later where it gives nothing to do at first."""
    for table in (DOORS, LATER):
        for name, door in table.items():
            takes = door.only != "get" and ACCESS[name] is SIGNED_IN and ":" in name
            if takes and door.through & set(WRITERS):
                yield name, door


def try_door(client, url, door):
    """Post to the address what its page says; once more, plainly, where that was refused. The tables written."""
    written = Written()
    with connection.execute_wrapper(written):
        for text in (f"Prov {NUMBER} {ADDRESS}", "Prov"):
            page = None if door.only else client.get(url)
            is_page = page is not None and page.status_code in THROUGH and not page.streaming
            response = client.post(url, filled(page, text) if is_page else {})
            for answer in filter(None, (page, response)):
                answer.close()
            if response.status_code < 400:
                break
    return written.tables


@contextmanager
def undone(client):
    """What is done within is not done, and the person's session is as before."""
    cookies = client.cookies.copy()
    with transaction.atomic():
        yield
        transaction.set_rollback(True)
    client.cookies = cookies


def test_doors_leave_who_when_and_what(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    world = build(Agreement.Status.IN_FORCE, "2020-01-01")
    people = clients(world)
    histories, own = historical_tables() | TOLD_BESIDE, own_tables()
    untraced, changing = {}, set()
    for name, door in doors():
        if name in changing:
            continue
        client = people[next(person for person in WRITERS if person in door.through)]
        with undone(client):
            before, user = AuditEvent.objects.count(), int(client.session["_auth_user_id"])
            tables = try_door(client, address(door, name, world), door)
            lines = list(AuditEvent.objects.values_list("about", "reason", "changes", "hat", "actor"))
            logged = [line for line in lines[: len(lines) - before] if line[-1] == user]
        secrets = (NUMBER, ADDRESS, client.session.session_key, world["feed_secret"])
        assert not [line for line in map(str, lines) for secret in secrets if secret in line], name
        changed = tables & own - NO_DECISION - LINKS
        changing |= {name} if changed else set()
        bare = {table for table in changed if histories.get(table) not in tables and table not in SAYS_ITSELF}
        if bare and not logged:
            untraced[name] = bare
    assert untraced == {}
    assert len(changing) >= 45  # the rest need more than their own form: a file, a state, an earlier step


def test_every_table_has_a_history_or_says_itself_or_decides_nothing():
    known = historical_tables().keys() | TOLD_BESIDE.keys() | SAYS_ITSELF.keys() | NO_DECISION
    assert own_tables() - known - LINKS == set()


SWITCHED_OFF = {"portal:provider_answer", "portal:saml_metadata"}  # nothing stands there until the settings say so


def test_every_hidden_door_is_logged_as_hidden(settings, tmp_path):
    """Somebody of another party asks for everything: each 404 and 403 leaves a line that says which it was."""
    settings.MEDIA_ROOT = tmp_path
    world = build(Agreement.Status.IN_FORCE, "2020-01-01")
    person = "other reporter"
    client = clients(world)[person]
    names = [name for name, door in DOORS.items() if person not in door.seen and door.only != "post" and ":" in name]
    answers = {name: client.get(address(DOORS[name], name, world)).status_code for name in names}
    lines = AuditEvent.objects.filter(kind="refused", reason="Finns, men visas inte för personen.")
    logged = set(lines.values_list("about", flat=True))
    silent = {
        name for name in names if name not in SWITCHED_OFF and f"GET {address(DOORS[name], name, world)}" not in logged
    }
    assert set(answers.values()) == {404}
    assert silent == set()
