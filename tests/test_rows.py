"""Rules that hold for every kind of row that is edited in the browser."""

from contextlib import suppress
from urllib.parse import urlencode

import pytest
from django import forms
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import QueryDict
from django.urls import reverse

from agreements.models import AgreementRow
from lib.forms import MaxLength
from parties.models import Role
from tests import factories
from tests.rows import ALL, as_sent, every_kind, free_text, make_row, new_row_data, removable_kind, url_for


@pytest.fixture
def coordinator(login_as):
    def coordinator(agreement):
        return login_as(Role.COORDINATOR, party=agreement.coordinating_party)

    return coordinator


def answers(client, login_as, agreement, send):
    """Role → status of what ``send`` answers; the coordinator comes last, as the answer may remove the row."""
    member = factories.AccessionFactory(agreement=agreement).party
    cast = {
        "anonymous": (factories.PartyFactory(), "anonymous"),
        "reader": (member, Role.READER),
        "approver": (member, Role.APPROVER),
        "auditor": (agreement.coordinating_party, Role.AUDITOR),
        "administrator": (agreement.coordinating_party, Role.PARTY_ADMINISTRATOR),
        "coordinator of another": (factories.AgreementFactory().coordinating_party, Role.COORDINATOR),
        "coordinator": (agreement.coordinating_party, Role.COORDINATOR),
    }
    found = {}
    for name, (party, role) in cast.items():
        login_as(role, party=party)
        response = send()
        found[name] = "login" if response.status_code == 302 and "login" in response.url else response.status_code
    return found


PUBLISHED = {
    "anonymous": "login", "reader": 403, "approver": 403, "auditor": 403, "administrator": 403,
    "coordinator of another": 403, "coordinator": 302,
}  # fmt: skip
DRAFT = {**dict.fromkeys(PUBLISHED, 404), "anonymous": "login", "coordinator": 302}


@pytest.mark.django_db
@every_kind
def test_row_create_is_for_coordinators(client, login_as, app, kind):
    agreement = factories.AgreementFactory()
    data = new_row_data(kind, agreement)
    before = kind.rows(agreement).count()
    url = url_for(app, "create", agreement, kind)
    assert answers(client, login_as, agreement, lambda: client.post(url, data)) == PUBLISHED
    assert kind.rows(agreement).count() == before + (2 if kind.slug == "anslutning" else 1)


@pytest.mark.django_db
@pytest.mark.parametrize(("draft", "expected"), [(False, PUBLISHED), (True, DRAFT)], ids=["published", "draft"])
@every_kind
def test_row_edit_is_for_coordinators(client, login_as, app, kind, draft, expected):
    agreement = factories.AgreementFactory(draft=draft)
    row = make_row(kind, agreement)
    url, data = url_for(app, "edit", agreement, kind, row), as_sent(kind, row, agreement)
    field = free_text(kind)
    assert answers(client, login_as, agreement, lambda: client.post(url, {**data, field: "Ändrat"})) == expected
    row.refresh_from_db()
    assert (getattr(row, field), row.version) == ("Ändrat", 2)
    assert row.history.first().history_user is not None


@pytest.mark.django_db
@every_kind
def test_row_delete_is_for_coordinators(client, login_as, app, kind):
    agreement = factories.AgreementFactory(draft=True)
    row = make_row(kind, agreement)
    url = url_for(app, "delete", agreement, kind, row)
    expected = DRAFT if kind.removable else {**DRAFT, "coordinator": 404}
    assert answers(client, login_as, agreement, lambda: client.post(url, {"version": 1})) == expected
    assert kind.rows(agreement).filter(pk=row.pk).exists() is not kind.removable


@pytest.mark.django_db
@every_kind
def test_row_pages_open(client, coordinator, app, kind):
    agreement = factories.AgreementFactory()
    row = make_row(kind, agreement)
    coordinator(agreement)
    assert client.get(url_for(app, "create", agreement, kind)).status_code == 200
    assert client.get(url_for(app, "edit", agreement, kind, row)).status_code == 200
    assert client.get(url_for(app, "delete", agreement, kind, row)).status_code == (200 if kind.removable else 404)


@pytest.mark.django_db
@every_kind
def test_row_of_another_agreement_is_not_found(client, coordinator, app, kind):
    own, other = factories.AgreementFactory(), factories.AgreementFactory()
    row = make_row(kind, other)
    coordinator(own)
    for verb in ("edit", "delete"):
        url = url_for(app, verb, own, kind, row)
        assert [client.get(url).status_code, client.post(url, {"version": 1}).status_code] == [404, 404]
    assert kind.rows(other).filter(pk=row.pk, version=1).exists()


@pytest.mark.django_db
@every_kind
def test_row_edit_untouched_writes_nothing(client, coordinator, app, kind):
    agreement = factories.AgreementFactory()
    row = make_row(kind, agreement)
    coordinator(agreement)
    row.refresh_from_db()
    changes = row.history.count()
    response = client.post(url_for(app, "edit", agreement, kind, row), as_sent(kind, row, agreement))
    assert response.status_code == 302
    row.refresh_from_db()
    assert (row.version, row.history.count()) == (1, changes)


@pytest.mark.django_db
@every_kind
def test_row_edit_of_an_old_version_answers_409_with_both_texts(client, coordinator, app, kind):
    agreement = factories.AgreementFactory()
    row = make_row(kind, agreement)
    user = coordinator(agreement)
    url, data = url_for(app, "edit", agreement, kind, row), as_sent(kind, row, agreement)
    field = free_text(kind)
    assert client.post(url, {**data, field: "Första svaret"}).status_code == 302
    second = client.post(url, {**data, field: "Andra svaret"})
    assert second.status_code == 409
    conflict = {key: second.context["conflicts"][0][key] for key in ("name", "mine", "theirs")}
    assert conflict == {"name": field, "mine": "Andra svaret", "theirs": "Första svaret"}
    assert second.context["changed_by"] == user
    assert second.context["form"][field].value() == "Andra svaret"
    row.refresh_from_db()
    assert getattr(row, field) == "Första svaret"

    assert client.post(url, {**data, "version": 2, field: "Andra svaret"}).status_code == 302
    row.refresh_from_db()
    assert (getattr(row, field), row.version) == ("Andra svaret", 3)


@pytest.mark.django_db
@every_kind
def test_row_edit_of_a_removed_row_shows_what_was_typed(client, coordinator, app, kind):
    agreement = factories.AgreementFactory()
    row = make_row(kind, agreement)
    coordinator(agreement)
    url, data = url_for(app, "edit", agreement, kind, row), as_sent(kind, row, agreement)
    field = free_text(kind)
    url = url.replace(f"/{row.pk}/", "/999999999/")
    response = client.post(url, {**data, field: "Det här skrev jag länge på"})
    assert (response.status_code, "Det här skrev jag länge på" in response.content.decode()) == (404, True)


@pytest.mark.django_db
@removable_kind
def test_row_delete_of_an_old_version_answers_409(client, coordinator, app, kind):
    agreement = factories.AgreementFactory()
    row = make_row(kind, agreement)
    coordinator(agreement)
    row.save_version(1)
    url = url_for(app, "delete", agreement, kind, row)
    first = client.post(url, {"version": 1})
    assert (first.status_code, first.context["form"]["version"].value()) == (409, 2)
    assert client.post(url, {"version": 2}).status_code == 302


@pytest.mark.django_db
@every_kind
def test_saved_row_is_shown_where_the_answer_leads(client, coordinator, app, kind):
    agreement = factories.AgreementFactory()
    data = new_row_data(kind, agreement)
    coordinator(agreement)
    response = client.post(url_for(app, "create", agreement, kind), data)
    page, _hash, anchor = response.url.partition("#")
    html = client.get(page).content.decode()
    assert ("Sparat." in html, not anchor or f'id="{anchor}"' in html) == (True, True), anchor


# --- what can be chosen -----------------------------------------------------------------------------------------------

CHOICES = [
    pytest.param(app, kind, name, id=f"{kind.slug}-{name}")
    for app, kind in ALL
    for name, field in kind.base_fields.items()
    if isinstance(field, forms.ModelChoiceField) and hasattr(field.queryset.model, "visible_to") is False
    and (issubclass(field.queryset.model, AgreementRow) or field.queryset.model._meta.model_name in ("body", "meeting"))
]  # fmt: skip


def foreign_row(model):
    """A row of the model in an agreement that the coordinator has nothing to do with, but may read."""
    name = model.__name__
    if name == "Body":
        return factories.MandateFactory(agreement__draft=True).body
    if name == "Meeting":
        return factories.MeetingFactory(body=factories.MandateFactory().body)
    return getattr(factories, f"{name}Factory")()


@pytest.mark.django_db
@pytest.mark.parametrize(("app", "kind", "name"), CHOICES)
def test_row_create_refuses_what_belongs_to_another_agreement(client, coordinator, app, kind, name):
    agreement = factories.AgreementFactory()
    data = new_row_data(kind, agreement)
    foreign = foreign_row(kind.base_fields[name].queryset.model)
    user = coordinator(agreement)
    before = kind.rows(agreement).count()
    form = kind(agreement=agreement, user=user)
    assert foreign not in form.fields[name].queryset
    response = client.post(url_for(app, "create", agreement, kind), {**data, name: foreign.pk})
    assert (response.status_code, list(response.context["form"].errors)) == (200, [name])
    assert kind.rows(agreement).count() == before


# --- texts of every sort ----------------------------------------------------------------------------------------------

NASTY = {
    "nul": "a\x00b",
    "surrogate": "a\ud800b",
    "control": "a\x07\x1b[31mb\x7f",
    "rtl": "abc\u202edef",
    "emoji": "👩🏽‍🚒" * 5,
    "zalgo": "Z" + "\u0301\u0323" * 400,
    "huge number": "9" * 400,
    "exponent": "1e999999",
    "nan": "NaN",
    "infinity": "-Infinity",
    "negative": "-1",
    "beyond a small integer": "32768",
    "beyond any integer": str(2**64),
    "long": "x" * 20_000,
    "lines": "a\r\nb\u2028c\vd",
    "template": "{{ 7|add:7 }}{% now 'Y' %}",
    "markup": "<script>alert(1)</script>",
    "formula": "=1+1",
    "path": "../../etc/passwd",
    "date": "0000-13-45",
    "digits": "٢٠٢٦-٠١-٠١",
}


def try_to_save(form):
    """Save what the form found valid as the page would, or hear what is wrong with it; nothing stays."""
    if form.is_valid():
        with suppress(ValidationError), transaction.atomic():
            form.save()
            transaction.set_rollback(True)


@pytest.mark.django_db
@every_kind
def test_row_edit_takes_or_refuses_any_text(client, coordinator, app, kind):
    """Every form with the same text in all its fields, which is refused, and in its free texts, which may be saved.

    Each text meets each form and its table; a fourth of them, by turns, also the pages, which all kinds share.
    """
    agreement = factories.AgreementFactory()
    row = make_row(kind, agreement)
    user = coordinator(agreement)
    fields = kind(instance=row, agreement=agreement, user=user).fields
    texts = [name for name, field in fields.items() if type(field) is forms.CharField]
    url, turn = url_for(app, "edit", agreement, kind, row), ALL.index((app, kind))
    found = set()
    for number, text in enumerate(NASTY.values(), turn):
        row = kind.rows(agreement).get(pk=row.pk)
        found.add(kind(dict.fromkeys(fields, text), instance=row, agreement=agreement, user=user).is_valid())
        text = text.replace("\ud800", "?")  # which no browser sends
        row = kind.rows(agreement).get(pk=row.pk)
        sent = {**as_sent(kind, row, agreement), **dict.fromkeys(texts, text)}
        typed = QueryDict(urlencode(sent, doseq=True))
        try_to_save(kind(typed, instance=row, agreement=agreement, user=user))
        if number % 4 == 0:
            answers = [
                client.post(url, dict.fromkeys(fields, text)).status_code,
                client.post(url, sent).status_code,
            ]
            found |= {str(answers)} - {"[200, 200]", "[200, 302]"}
    assert found == {False}


@pytest.mark.django_db
@every_kind
def test_row_form_bounds_every_text(app, kind):
    agreement = factories.AgreementFactory()
    form = kind(agreement=agreement, user=factories.UserFactory())
    unbounded = [
        name
        for name, field in form.fields.items()
        if type(field) is forms.CharField and not any(isinstance(v, MaxLength) for v in field.validators)
    ]
    cut_by_the_browser = [name for name, field in form.fields.items() if "maxlength" in field.widget.attrs]
    assert (unbounded, cut_by_the_browser) == ([], [])


@pytest.mark.django_db
def test_row_edit_refuses_ten_megabytes(client, coordinator):
    agreement = factories.AgreementFactory()
    goal = factories.GoalFactory(area__agreement=agreement)
    coordinator(agreement)
    url = reverse("agreements:row_edit", args=[agreement.slug, "mal", goal.pk])
    assert client.post(url, {"text": "x" * 10_000_000}).status_code == 400


@pytest.mark.django_db
def test_saved_text_is_clean(client, coordinator):
    agreement = factories.AgreementFactory()
    goal = factories.GoalFactory(area__agreement=agreement)
    coordinator(agreement)
    url = reverse("agreements:row_edit", args=[agreement.slug, "mal", goal.pk])
    data = {"version": 1, "level": "subgoal", "basis": "stated", "text": "O\u0308ka\x00 \u202eandelen\r\nmed 5 %"}
    assert client.post(url, data).status_code == 302
    goal.refresh_from_db()
    assert goal.text == "Öka andelen\nmed 5 %"


@pytest.mark.django_db
def test_too_long_text_is_kept_and_measured(client, coordinator):
    agreement = factories.AgreementFactory()
    goal = factories.GoalFactory(area__agreement=agreement)
    coordinator(agreement)
    url = reverse("agreements:row_edit", args=[agreement.slug, "mal", goal.pk])
    text = "å" * 1_250
    response = client.post(url, {"version": 1, "level": "subgoal", "basis": "stated", "text": text})
    form = response.context["form"]
    said = "Texten är 1\xa0250 tecken. Här får 1\xa0000 plats. Korta den med 250 tecken."
    assert (form.errors["text"], form["text"].value()) == ([said], text)
