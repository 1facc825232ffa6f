"""What the inbox costs: python -m bench.inbox

Fills a SQLite database of its own with an agency that is asked in 2 and then in 20 counties, ten activities in each,
all of them answered the half-year before, and prints questions and median time of the start page and of the menu's
badge. A floor stands beside them: the same rows in one bare SQL question, joined. It judges nothing but that the number
of questions is the same.
"""

import os
import tempfile
import warnings
from html import escape
from pathlib import Path

from bench.control import measure

ACTIVITIES = 10
PERIODS = {"2025:2": ("2025-07-01", "2025-12-31"), "2026:1": ("2026-01-01", "2026-06-30")}
FLOOR = """
SELECT report.id, activity.number, activity.title, agreement.short_name, round.due_on, last.status, last.text
FROM followup_report report JOIN followup_round round ON round.id = report.round_id
JOIN agreements_agreement agreement ON agreement.id = round.agreement_id
JOIN actionplans_activity activity ON activity.id = report.activity_id
LEFT JOIN followup_report last ON last.party_id = report.party_id AND last.id <> report.id
  AND last.activity_id = report.activity_id
WHERE report.submitted_at IS NULL ORDER BY round.due_on, report.id
"""


def make_agency():
    from parties.models import Party, Role, User
    from parties.services import join

    party = Party.objects.create(key="verket", name="Mätande verket", kind="state_agency")
    user = User.objects.create_user("matare@exempel.invalid", name="Mätare")
    join(user=user, party=party, role=Role.REPORTER)
    return party, user


def ask_in(party, numbers):
    """An agreement of each number, with a round answered and a round open, both about the same activities."""
    from actionplans.models import ActionPlan, Activity, Edition
    from agreements.models import Accession, Agreement
    from followup.models import Report, Respondent, Round
    from governance.services import grant_governance_rights
    from parties.models import County

    county = County.objects.order_by("pk").first()
    for number in numbers:
        agreement = Agreement.objects.create(
            slug=f"matning-{number}", title=f"Mätning {number}", short_name=f"Mätning {number}", county=county,
            kind="regional_agreement", status="in_force", coordinating_party=party, published_on="2020-01-01",
        )  # fmt: skip
        Accession.objects.create(agreement=agreement, key="verket", party=party, name_at_signing=party.name)
        grant_governance_rights(agreement)
        plan = ActionPlan.objects.create(agreement=agreement, key="plan", name="Handlingsplan")
        edition = Edition.objects.create(plan=plan, label="1", starts_on="2026-01-01", ends_on="2026-06-30")
        activities = Activity.objects.bulk_create(
            Activity(edition=edition, number=f"A{n}", title=f"Aktivitet {n}", order=n) for n in range(ACTIVITIES)
        )
        for label, (first, last) in PERIODS.items():
            answers = {"status": "ongoing", "text": "Vi har träffats fyra gånger.", "submitted_at": "2026-01-10T00:00Z"}
            round = Round.objects.create(
                agreement=agreement, label=label, due_on="2026-08-31", opened_at="2026-07-01T00:00Z",
                period_starts_on=first, period_ends_on=last,
            )  # fmt: skip
            Respondent.objects.create(round=round, party=party)
            Report.objects.bulk_create(
                Report(round=round, activity=activity, party=party, **(answers if label == "2025:2" else {}))
                for activity in activities
            )


def floor():
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(FLOOR)
        return "".join(f"<td>{escape(' '.join(map(str, row)))}</td>" for row in cursor.fetchall())


def run():
    from django.core.management import call_command
    from django.test import Client
    from django.urls import reverse

    call_command("migrate", verbosity=0)
    party, user = make_agency()
    client = Client()
    client.force_login(user)
    pages = {
        "golv": floor,
        "mitt arbete": lambda: client.get(reverse("portal:work")),
        "antal i menyn": lambda: client.get(reverse("portal:work_badge")),
    }
    found = {name: [] for name in pages}
    for numbers in (range(2), range(2, 20)):
        ask_in(party, numbers)
        for name, action in pages.items():
            queries, middle = measure(action)
            found[name].append(queries)
            print(f"{numbers.stop * ACTIVITIES:>4} svar  {name:<14} {queries:>3} frågor  {middle:>7.1f} ms")
    assert all(len(set(queries)) == 1 for queries in found.values()), found


def main():
    import django

    with tempfile.TemporaryDirectory() as folder:
        os.environ["DATABASE_URL"] = f"sqlite:///{Path(folder) / 'bench.sqlite3'}"
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
        warnings.simplefilter("ignore")
        django.setup()
        from django.test.utils import setup_test_environment

        setup_test_environment()
        run()


if __name__ == "__main__":
    main()
