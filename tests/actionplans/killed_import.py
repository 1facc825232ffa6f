"""A spreadsheet is read into a draft, for tests.killing."""

from django.db import transaction

from actionplans.models import Activity, Edition, Step
from actionplans.sheet_import import import_staged_plan, preview_plan, stage_plan
from agreements.models import StagedWorkbook
from parties.models import User
from tests.actionplans.sheets import coordinator_of, make_edition, opened

ROWS, CHANGED, NEW = 20, 10, 2
# Changed and new rows, their history, steps, files that wait, and numbers on their way.
UNTOUCHED = [0, 0, 0, 0, 1, 0]
DONE = [CHANGED, NEW, CHANGED + NEW, 1, 0, 0]


class Session:
    session_key = "session"


@transaction.atomic
def build():
    """A draft, and a file that changes every other title of it and adds two rows, waiting for its import."""
    edition = make_edition(*map(str, range(ROWS)))
    book = opened(edition)
    for number in range(0, ROWS, 2):
        book.write(str(number), Aktivitet=f"Ändrad {number}")
    for number in range(NEW):
        book.insert("1", Aktivitet=f"Ny {number}")
    stage_plan(user=coordinator_of(edition), session=Session, name="plan.xlsx", grids=book.grids())


def waits():
    return StagedWorkbook.objects.exists()


def act(begin):
    """Import as the view does: the file is used up in the same transaction."""
    staged, edition = StagedWorkbook.objects.get(), Edition.objects.latest("pk")
    user = User.objects.get(pk=staged.user_id)
    expected = staged.digest + preview_plan(staged, edition=edition, by=user).fingerprint
    begin()
    return import_staged_plan(staged, edition=edition, by=user, expected=expected, choices={}).saved


def look():
    edition = Edition.objects.latest("pk")
    titles = list(edition.activities.values_list("title", flat=True))
    changed, new = (sum(title.startswith(word) for title in titles) for word in ("Ändrad", "Ny"))
    imported = Activity.history.filter(edition=edition.pk, history_change_reason__contains="plan")
    steps, files = Step.objects.filter(edition=edition), StagedWorkbook.objects.all()
    unnumbered = edition.activities.filter(number__startswith="~")
    return [changed, new, imported.count(), steps.count(), files.count(), unnumbered.count()]
