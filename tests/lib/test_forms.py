"""What forms make of what is typed."""

import time
from decimal import Decimal

import pytest
from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict

from lib.forms import Checkboxes, MaxLength, NumberInput, VersionField, clean_data, make_swedish, shown
from lib.moments import clean_moment, clean_year
from lib.swedish import clean_text
from parties.models import County


@pytest.mark.parametrize(("typed", "is_refused"), [
    ("1900-01-01", False), ("2199-12-31", False), ("0001-01-01", True), ("1899-12-31", True), ("9999-12-31", True),
])  # fmt: skip
def test_a_day_that_nothing_can_be_counted_from_is_refused(typed, is_refused):
    form = forms.Form({"day": typed})
    form.fields["day"] = forms.DateField()
    make_swedish(form.fields["day"])

    expected = {"day": ["Kontrollera året. Skriv ett år från 1900 till 2199."]} if is_refused else {}
    assert form.errors == expected


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("vanlig text", "vanlig text"),
        ("två\r\nrader", "två\nrader"),
        ("två\rrader", "två\nrader"),
        ("två\u2028rader\x0btre\x0cfyra\x85fem", "två\nrader\ntre\nfyra\nfem"),
        ("a\x00b\x07c\x1b[31m\x7f", "abc[31m"),
        ("a\ud800b\udfffc", "abc"),
        ("abc\u202edef\u2066", "abcdef"),
        ("A\u030angstro\u0308m", "Ångström"),
        ("\tindrag", "\tindrag"),
        ("👩🏽‍🚒", "👩🏽‍🚒"),
        ("", ""),
    ],
)
def test_clean_text(typed, stored):
    assert (clean_text(typed), clean_text(stored)) == (stored, stored)


def test_clean_text_of_a_long_row_of_accents_is_quick():
    """Composing takes time by the square of the accents, so what no field can hold is not composed."""
    started = time.process_time()
    clean_text("a" + "\u0301\u0323" * 400_000)
    assert time.process_time() - started < 5


def test_clean_data_cleans_every_value_of_every_name():
    data = QueryDict(mutable=True)
    data.setlist("namn", ["a\x00", "b\r\nc"])
    data["okänt"] = "d\x07"
    cleaned = clean_data(data)
    assert (cleaned.getlist("namn"), cleaned["okänt"], data["okänt"]) == (["a", "b\nc"], "d", "d\x07")
    assert (clean_data(None), clean_data({}), clean_data({"namn": "a\x00", "antal": 3})) == (
        None,
        {},
        {"namn": "a", "antal": 3},
    )


@pytest.mark.parametrize(
    ("typed", "read", "shown_again"),
    [
        ("1234,5", "1234.5", "1234,5"),
        ("1 234 567,5", "1234567.5", "1234567,5"),
        ("1\xa0234\u202f567", "1234567", "1234567"),
        ("\u22123", "-3", "-3"),
        ("tolv", "tolv", "tolv"),
        ("", "", None),
        (None, None, None),
    ],
)
def test_number_input(typed, read, shown_again):
    widget = NumberInput()
    assert widget.value_from_datadict({"antal": typed}, {}, "antal") == read
    assert widget.format_value(read) == shown_again


@pytest.mark.parametrize(
    ("stored", "text"),
    [(Decimal("1234.500"), "1234,5"), (Decimal("1000.000"), "1000"), (0, "0"), (Decimal("0E+6"), "0")],
)
def test_number_input_shows_stored_numbers_without_empty_decimals(stored, text):
    assert NumberInput().format_value(stored) == text


@pytest.mark.parametrize(("length", "accepted"), [(1, True), (1000, True), (1001, False), (12_345, False)])
def test_max_length(length, accepted):
    try:
        MaxLength(1000)("å" * length)
        message = ""
    except ValidationError as error:
        message = error.messages[0]
    assert (message == "") is accepted
    if length == 12_345:
        assert message == "Texten är 12\xa0345 tecken. Här får 1\xa0000 plats. Korta den med 11\xa0345 tecken."


@pytest.mark.parametrize(
    ("sent", "version"), [("3", 3), ("", 0), (None, 0), ("skräp", 0), ("-1", 0), ("0", 0), ("9" * 30, 0), ("2.5", 0)]
)
def test_version_that_cannot_be_read_is_one_nobody_has(sent, version):
    assert VersionField().clean(sent) == version


def test_checkboxes_let_no_id_through_that_is_longer_than_any_there_is():
    data = QueryDict(mutable=True)
    data.setlist("val", ["1", "9" * 18, "9" * 19])
    assert Checkboxes().value_from_datadict(data, {}, "val") == ["1", "9" * 18, ""]


@pytest.mark.parametrize(
    ("text", "accepted"),
    [
        ("", True), ("2024", True), ("2024-02", True), ("2024-02-29", True), ("2023-02-29", False), ("2024-13", False),
        ("2024-1", False), ("24", False), ("2024-01-01-01", False), ("0000", False),
        ("9999-12-31", False), ("٢٠٢٤", False), ("2024 ", False),
    ],
)  # fmt: skip
def test_clean_moment(text, accepted):
    try:
        assert clean_moment(text) == text
        assert accepted
    except ValidationError:
        assert not accepted


@pytest.mark.parametrize(
    ("text", "accepted"), [("", True), ("2027", True), ("27", False), ("3027", False), ("20277", False)]
)
def test_clean_year(text, accepted):
    try:
        assert clean_year(text) == text
        assert accepted
    except ValidationError:
        assert not accepted


class Everything(forms.Form):
    text = forms.CharField(max_length=50)
    note = forms.CharField(max_length=400, required=False)
    address = forms.EmailField(max_length=254, required=False)
    kind = forms.ChoiceField(choices=[("", "---------"), ("goal", "mål")], required=False)
    known = forms.NullBooleanField(required=False)
    done = forms.BooleanField(required=False)
    amount = forms.DecimalField(required=False)
    day = forms.DateField(required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            make_swedish(field)


def test_make_swedish_chooses_widgets_by_length_and_kind():
    fields = Everything().fields
    widgets = {name: type(field.widget).__name__ for name, field in fields.items()}
    assert widgets == {
        "text": "TextInput", "note": "LongLine", "address": "EmailInput", "kind": "Select",
        "known": "NullBooleanSelect", "done": "CheckboxInput", "amount": "NumberInput", "day": "DateInput",
    }  # fmt: skip
    assert fields["kind"].choices == [("", "Anges inte"), ("goal", "Mål")]
    assert [str(label) for _code, label in fields["known"].widget.choices] == ["Framgår inte", "Ja", "Nej"]


def test_long_line_is_one_line():
    form = Everything({"text": "x", "note": "två\nrader   och   blanksteg"})
    assert (form.is_valid(), form.cleaned_data["note"]) == (True, "två rader och blanksteg")


@pytest.mark.parametrize(
    ("name", "value", "text"),
    [
        ("text", "hej", "hej"),
        ("text", None, ""),
        ("kind", "goal", "Mål"),
        ("kind", "", ""),
        ("known", True, "Ja"),
        ("known", None, ""),
        ("done", False, "Nej"),
        ("amount", Decimal("1234.500"), "1\xa0234,5"),
        ("amount", "1234.5", "1234,5"),
        ("day", "2027-06-30", "2027-06-30"),
    ],
)
def test_shown(name, value, text):
    assert shown(Everything().fields[name], value) == text


@pytest.mark.django_db
def test_shown_names_chosen_rows():
    one, many = forms.ModelChoiceField(County.objects.all()), forms.ModelMultipleChoiceField(County.objects.all())
    uppsala, gotland = County.objects.get(code="03"), County.objects.get(code="09")
    assert (shown(one, uppsala.pk), shown(one, str(uppsala.pk)), shown(one, "0")) == ("Uppsala län", "Uppsala län", "")
    assert (shown(many, [uppsala, gotland]), shown(many, [])) == ("Gotlands län, Uppsala län", "")
