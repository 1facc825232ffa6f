"""Counts as people write them: what is read, what is asked about, and that nothing typed is lost."""

import pytest
from django.core.exceptions import ValidationError

from followup.models import Report
from followup.numbers import Counts, read_count, sum_of_known
from tests.followup.form import HTMX, address, asked_party, person_of, reports_of


@pytest.mark.parametrize(
    ("typed", "count"),
    [
        ("34", 34), ("0", 0), (" 34 ", 34), ("1 234", 1234), ("1\N{NO-BREAK SPACE}234", 1234), ("", None), ("  ", None),
        ("1\N{NARROW NO-BREAK SPACE}234", 1234), ("12,0", 12), ("12.00", 12), ("007", 7),
    ],
)  # fmt: skip
def test_read_count_reads_whole_numbers(typed, count):
    assert read_count(typed) == count


@pytest.mark.parametrize(
    ("typed", "advice"),
    [
        ("N/A", "”N/A” går inte att räkna. Skriv bara siffror, eller välj Saknas om ni inte vet."),
        ("ca 20", "”ca 20” går inte att räkna. Skriv bara siffror, eller välj Saknas om ni inte vet."),
        ("-3", "Antalet kan inte vara mindre än noll."),
        ("\N{MINUS SIGN}3", "Antalet kan inte vara mindre än noll."),
        ("1\N{NO-BREAK SPACE}234,5", "”1\N{NO-BREAK SPACE}234,5” är inget helt antal. Skriv utan decimaler."),
        ("2,5", "”2,5” är inget helt antal. Skriv utan decimaler."),
        ("٣٤", "”٣٤” går inte att räkna. Skriv bara siffror, eller välj Saknas om ni inte vet."),
        ("10–20", "”10–20” går inte att räkna. Skriv bara siffror, eller välj Saknas om ni inte vet."),
        ("9" * 18, "Antalet är större än vad som kan stämma. Kontrollera siffrorna."),
    ],
)
def test_read_count_asks_about_what_is_not_a_number(typed, advice):
    with pytest.raises(ValidationError) as refused:
        read_count(typed)
    assert refused.value.messages == [advice]


def test_counts_read_as_words():
    assert str(Counts({"men": 9, "women": 28, "other": None})) == "28 kvinnor, 9 män, annat eller okänt saknas"


@pytest.mark.parametrize(
    ("numbers", "total"), [({}, None), ({"women": None}, None), ({"women": 3, "men": None}, 3), ({"total": 7}, 7)]
)
def test_sum_of_known_is_of_what_is_known(numbers, total):
    assert sum_of_known(numbers) == total


@pytest.fixture
def report(client):
    place = asked_party(counts="adults")
    person_of(client, place.party)
    return reports_of(place)[0]


def save(client, report, **boxes):
    post = {"field": "numbers", "version": report.version} | {f"numbers_{key}": value for key, value in boxes.items()}
    return client.post(address("report_field", report), post, headers=HTMX)


@pytest.mark.django_db
def test_report_field_stores_counts_and_what_is_not_known(client, report):
    response = save(client, report, women="1 034", men="3", other="", other_missing="on", total="")
    assert (response.status_code, Report.objects.get().numbers) == (200, {"women": 1034, "men": 3, "other": None})


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("boxes", "advice"),
    [
        ({"women": "ca 20"}, "Kvinnor: ”ca 20” går inte att räkna"),
        ({"women": "5", "women_missing": "on"}, "Kvinnor: ni har både skrivit 5 och valt Saknas"),
        ({"women": "20", "men": "10", "other": "0", "total": "40"}, "Delarna blir 30 men summan är 40"),
        ({"women": "20", "men_missing": "on", "other": "0", "total": "10"}, "Delarna blir 20 men summan är 10"),
    ],
)
def test_report_field_says_what_is_wrong_with_counts(client, report, boxes, advice):
    response = save(client, report, **boxes)
    assert (response.status_code, advice in response.content.decode()) == (422, True)
    assert Report.objects.get().numbers == {}


@pytest.mark.django_db
def test_report_edit_keeps_what_was_typed_of_counts(client, report):
    post = {"version": report.version, "status": "ongoing", "numbers_women": "ca 20", "numbers_men_missing": "on"}
    page = client.post(address("report_edit", report), post).content.decode()
    assert 'value="ca 20"' in page
    assert page.count(" checked") == 2  # the status, and Saknas
    assert Report.objects.get().status == ""


@pytest.mark.django_db
def test_report_field_asks_for_no_counts_where_the_activity_asks_none(client):
    place = asked_party()
    person_of(client, place.party)
    assert save(client, reports_of(place)[0], women="3").status_code == 422
