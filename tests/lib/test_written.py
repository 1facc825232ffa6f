"""Questions that are written once: each time the same answer as if they had been written anew."""

import datetime

import pytest
from django.db import models
from django.db.models import F
from django.utils import timezone

from actionplans.models import Edition
from agreements.models import Agreement
from followup.models import Report
from lib.history import update_noted
from lib.written import Constant, Written, WrittenUpdate, assembled
from parties.models import County
from tests import factories as make

pytestmark = pytest.mark.django_db
DAY = datetime.date(1, 1, 1)
READ = Edition.objects.all().READ


def by_slug():
    return Written(Agreement.objects.filter(slug="<slug>").values("slug", "title"), slug="<slug>")


def test_ask_gives_the_rows_of_what_is_told():
    first, second = make.AgreementFactory(), make.AgreementFactory()
    question = by_slug()
    answers = [question.ask(slug=slug) for slug in (first.slug, second.slug, "finns-inte")]
    assert answers == [[{"slug": row.slug, "title": row.title}] for row in (first, second)] + [[]]


@pytest.mark.parametrize("slug", ["<slug>", "' OR 1=1 --", "%s", "%", "50 % 'x'"])
def test_ask_takes_what_is_told_as_a_value(slug):
    make.AgreementFactory()
    assert by_slug().ask(slug=slug) == []


@pytest.mark.parametrize(("days", "found"), [(-1, 0), (0, 1), (1, 1)])
def test_ask_takes_days(days, found):
    today = timezone.localdate()
    make.AgreementFactory(published_on=today)
    question = Written(Agreement.objects.filter(published_on__lte=DAY).values("id"), day=DAY)
    assert len(question.ask(day=today + datetime.timedelta(days=days))) == found


def test_ask_answers_with_the_values_that_the_queryset_gives():
    """Days, stamps, yes and no, and nothing, as Python knows them on every database."""
    make.adopt(make.EditionFactory(based_on=make.EditionFactory()))
    rows = Edition.objects.order_by("pk").values(*READ)
    assert repr(Written(rows).ask()) == repr(list(rows))


def value_of(row, path):
    for name in path.split("__"):
        row = row and getattr(row, row._meta.get_field(name).attname if name == path.split("__")[-1] else name)
    return row


def test_assembled_gives_what_was_read_without_asking_again(django_assert_num_queries):
    make.adopt(make.EditionFactory(based_on=make.EditionFactory()))
    rows = list(Edition.objects.order_by("pk").values(*READ))
    with django_assert_num_queries(0):
        editions = [assembled(Edition, row) for row in rows]
        assert [{path: value_of(edition, path) for path in READ} for edition in editions] == rows
        assert [(edition.decision is None, edition.based_on is None) for edition in editions] == [
            (True, True),
            (False, False),
        ]
        assert editions[1].based_on == editions[0]


def test_assembled_reads_the_rest_when_it_is_asked_for(django_assert_num_queries):
    edition = make.EditionFactory(is_correction=True)
    found = assembled(Edition, {"id": edition.pk, "label": edition.label})
    with django_assert_num_queries(1):
        assert found.is_correction


@pytest.mark.parametrize(
    "values",
    [
        {"title": "' OR 1=1 --", "published_on": datetime.date(2026, 6, 30)},
        {"title": "<title>", "published_on": None},  # what reads as a stand-in is a value too
    ],
)
def test_run_writes_what_is_told_and_what_is_constant_in_the_rows_that_are_told(values):
    mine, other = make.AgreementFactory(), make.AgreementFactory()
    rows = models.QuerySet(Agreement).filter(slug="<slug>")
    update = WrittenUpdate(rows, tuple(values), constant={"version": F("version") + 1}, slug="<slug>")
    assert [update.run(values, slug=slug) for slug in (mine.slug, "finns-inte")] == [1, 0]
    now = [[getattr(row, name) for row in Agreement.objects.order_by("pk")] for name in (*values, "version")]
    assert now == [*([value, getattr(other, name)] for name, value in values.items()), [2, 1]]


def test_update_noted_leaves_one_line_of_what_is_stored_and_none_where_no_row_was_found():
    report, by = make.ReportFactory(text="Förr"), make.UserFactory()
    rows = models.QuerySet(Report).filter(pk=-2)
    update = WrittenUpdate(rows, ("text",), constant={"version": F("version") + 1}, pk=-2)
    assert [update_noted(update, {"text": "Nu"}, by=by, pk=pk) for pk in (report.pk, 0)] == [True, False]
    line = Report.history.get(history_type="~")
    told = line.id, line.text, line.version, line.history_user, line.round_id, line.history_change_reason
    assert told == (report.pk, "Nu", report.version + 1, by, report.round_id, "")
    report.refresh_from_db()
    assert (report.text, report.version) == ("Nu", line.version)


@pytest.mark.parametrize("text", ["it's", "two words", "%s", "ÅÄÖ", "a;b"])
def test_constant_takes_nothing_that_needs_escaping(text):
    with pytest.raises(ValueError, match="Only names of ours"):
        str(County.objects.filter(name=Constant(text)).query)


def test_constant_stands_in_the_question():
    sql, told = County.objects.filter(name=Constant("")).values("pk").query.sql_with_params()
    assert ("= ''" in sql, told) == (True, ())
