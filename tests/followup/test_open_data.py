"""The tables of a round as CSV and JSON: the same as the page, no more than the reader may read, and no formulas."""

import csv
import io

import pytest
from django.urls import reverse

from followup.data_files import as_csv
from followup.open_data import TABLES, TITLES, table_of, tables_of, told_to, told_to_all
from followup.services import close_round
from parties.models import Role
from tests import factories as make
from tests.followup.test_pack import council_round, person

pytestmark = pytest.mark.django_db


@pytest.fixture
def round():
    return council_round()


def test_every_table_has_a_title_that_a_sheet_can_have():
    assert TITLES.keys() == TABLES.keys()
    assert [title for title in map(str, TITLES.values()) if len(title) > 31] == []


def rows_of(client, round, name):
    answer = client.get(reverse("followup:round_data", args=[round.agreement.slug, round.label, name, "json"]))
    assert answer.status_code == 200
    return answer.json()["rader"]


def test_counts_add_up_and_missing_is_a_share_of_its_own(round):
    told = told_to(round, person(Role.COORDINATOR, round.agreement.coordinating_party))
    status = table_of(told, "status")
    assert {row[0]: row[2] for row in status.rows if row[2]} == {"ongoing": 1, "deviating": 1, "not_reported": 1}
    for name in ("areas", "parties", "cells"):
        table = table_of(told, name)
        first = [column.key for column in table.columns].index("antal")
        assert [sum(row[first + 1 : first + 10]) for row in table.rows] == [row[first] for row in table.rows]
        assert sum(row[first] for row in table.rows) == 3
    assert len(table_of(told, "answers").rows) == 3


def test_deviations_are_told_to_those_who_may_read_the_report(client, round):
    coordinator = person(Role.COORDINATOR, round.agreement.coordinating_party)
    parties = [round.reports.get(party__name=name).party for name in ("Heby kommun", "Tierps kommun")]
    heby, tierp = (person(Role.REPORTER, party) for party in parties)
    close_round(round=round, by=coordinator)
    found = {}
    for user in (coordinator, heby, tierp):
        client.force_login(user)
        found[user] = [row["fraga_till_radet"] for row in rows_of(client, round, "deviations")]
    assert found == {coordinator: ["Ska vi gå vidare?"], heby: [], tierp: ["Ska vi gå vidare?"]}
    client.logout()
    url = reverse("followup:round_data", args=[round.agreement.slug, round.label, "deviations", "json"])
    assert client.get(url).status_code == 404
    round.publish(by=coordinator)
    assert [row["part"] for row in rows_of(client, round, "deviations")] == ["Tierps kommun"]


def test_round_data_as_csv_is_read_by_a_swedish_spreadsheet(client, round):
    report = round.reports.get(status="deviating")
    report.deviation_cause = '=HYPERLINK("http://x")'
    report.save()
    close_round(round=round, by=make.UserFactory())
    round.publish(by=make.UserFactory())
    answer = client.get(reverse("followup:round_data", args=[round.agreement.slug, round.label, "deviations", "csv"]))
    assert answer.content.startswith(b"\xef\xbb\xbfnummer;aktivitet;")
    (row,) = csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig")), delimiter=";")
    assert (row["part"], row["orsak"]) == ("Tierps kommun", '\'=HYPERLINK("http://x")')
    status = as_csv(table_of(told_to_all(round), "status")).decode()
    assert ";33,3;" in status


@pytest.mark.parametrize(("name", "kind"), [("persons", "csv"), ("status", "xml")])
def test_round_data_knows_its_tables_and_kinds(client, round, name, kind):
    close_round(round=round, by=make.UserFactory())
    round.publish(by=make.UserFactory())
    url = reverse("followup:round_data", args=[round.agreement.slug, round.label, name, kind])
    assert client.get(url).status_code == 404


def test_a_closed_round_gives_what_was_stored(round):
    close_round(round=round, by=make.UserFactory())
    before = [table.rows for table in tables_of(told_to_all(round))]
    for report in round.reports.all():
        report.party.name, report.activity.area.name = "Ny", "Nytt"
        report.party.save()
        report.activity.area.save()
    assert [table.rows for table in tables_of(told_to_all(round))] == before
