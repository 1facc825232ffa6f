"""A right ends when it ends: what was open a moment ago is closed on the next request, whatever it is and why."""

import datetime

import pytest
from django.core.files.base import ContentFile
from django.urls import reverse
from django.utils import timezone

from agreements.models import StagedWorkbook
from followup.models import Report
from followup.services import close_round
from parties.models import Party, Role
from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(settings, tmp_path, client):
    """A reporter, signed in, in the middle of a round: a draft with a file, another report, a staged spreadsheet."""
    settings.MEDIA_ROOT = tmp_path
    round = make.RoundFactory()
    party = make.AccessionFactory(agreement=round.agreement).party
    report, second = (make.ReportFactory(round=round, party=party) for _ in range(2))
    Report.objects.filter(pk=report.pk).update(status="ongoing", text="Utkast", version=2)
    make.RespondentFactory(round=round, party=party)
    file = make.ReportFileFactory(report=report)
    file.file.save("prov.pdf", ContentFile(b"%PDF-1.4"))
    membership = make.MembershipFactory(party=party, role=Role.REPORTER)
    client.force_login(membership.user)
    staged = StagedWorkbook.objects.stage(user=membership.user, session=client.session, name="a.xlsx", grids=[])
    return {
        "round": round, "party": party, "report": report, "second": second, "file": file, "staged": staged,
        "membership": membership, "user": membership.user, "feed": make.FeedKeyFactory(user=membership.user),
    }  # fmt: skip


def of_form(name, *more):
    def url(world):
        place = [world["round"].agreement.slug, world["round"].label, world["party"].key]
        return reverse(f"followup:{name}", args=[*place, *(world[key].pk for key in more)])

    return url


def of_report(name, *more):
    def url(world):
        place = [world["round"].agreement.slug, world["round"].label, world["report"].pk]
        return reverse(f"followup:{name}", args=[*place, *(world[key].pk for key in more)])

    return url


HTMX = {"HTTP_HX_REQUEST": "true"}
ACTS = {
    "the form": lambda client, world: client.get(of_form("party_form")(world)),
    "a row of the form": lambda client, world: client.get(
        of_form("party_form")(world), {"oppen": world["report"].pk}, **HTMX
    ),
    "autosave": lambda client, world: client.post(
        of_report("report_field")(world), {"field": "text", "value": "För sent", "version": 2}, **HTMX
    ),
    "quick answer": lambda client, world: client.post(
        of_report("report_quick")(world), {"answer": "no_data", "version": 2}, **HTMX
    ),
    "whole form": lambda client, world: client.post(
        of_report("report_edit")(world), {"status": "done", "text": "För sent", "version": 2}
    ),
    "hand in": lambda client, world: client.post(
        of_form("party_submit")(world), {"read": [f"{world['report'].pk}:2", f"{world['second'].pk}:1"]}
    ),
    "hand in one": lambda client, world: client.post(of_report("report_submit")(world), {"version": 2}),
    "take back": lambda client, world: client.post(of_form("party_retract")(world)),
    "to the approver": lambda client, world: client.post(of_form("party_ready")(world)),
    "presence": lambda client, world: client.post(of_form("party_presence")(world), {"report": world["report"].pk}),
    "the report": lambda client, world: client.get(of_report("report_detail")(world)),
    "download": lambda client, world: client.get(of_report("report_file_download", "file")(world)),
    "fetch Excel": lambda client, world: client.get(of_form("party_export")(world)),
    "preview of a file": lambda client, world: client.get(of_form("party_import_preview", "staged")(world)),
    "import of a file": lambda client, world: client.post(of_form("party_import_confirm", "staged")(world)),
}


def end_membership(world):
    day = timezone.localdate()
    world["user"].memberships.update(starts_on=day - datetime.timedelta(9), ends_on=day - datetime.timedelta(1))


def delete_membership(world):
    world["membership"].delete()


def deactivate(world):
    world["user"].is_active = False
    world["user"].save()


def move_to_another_party(world):
    other = make.MembershipFactory(role=Role.REPORTER)
    world["user"].memberships.update(party=other.party, group=other.group)


ENDINGS = {
    "membership ended": end_membership,
    "membership removed": delete_membership,
    "account closed": deactivate,
    "moved to another party": move_to_another_party,
}


def is_let_in(response):
    """Whether the answer gives or does anything: not when it leads to the login, is refused or finds nothing."""
    response.close()
    to_login = response.status_code == 302 and response.url.startswith(reverse("account_login"))
    return not (to_login or response.status_code in (401, 403, 404))


@pytest.mark.parametrize("act", ACTS.values(), ids=ACTS)
def test_reporter_is_let_in_until_the_right_ends(client, world, act):
    assert is_let_in(act(client, world))


@pytest.mark.parametrize("end", ENDINGS.values(), ids=ENDINGS)
@pytest.mark.parametrize("act", ACTS.values(), ids=ACTS)
def test_ended_right_gives_nothing_on_the_next_request(client, world, act, end):
    client.get(reverse("portal:work"))
    end(world)
    before = list(Report.objects.order_by("pk").values())
    assert not is_let_in(act(client, world))
    assert list(Report.objects.order_by("pk").values()) == before


@pytest.mark.parametrize("end", ENDINGS.values(), ids=ENDINGS)
def test_ended_right_empties_inbox_badge_and_calendar(client, world, end):
    feed = reverse("portal:calendar_feed", args=[world["feed"].secret])
    round = world["round"].label
    assert round in client.get(reverse("portal:work")).content.decode()
    assert round in client.get(feed).content.decode()
    end(world)
    assert round not in client.get(reverse("portal:work"), follow=True).content.decode()
    assert b"badge" not in client.get(reverse("portal:work_badge")).content
    response = client.get(feed)
    assert response.status_code == 404 or round not in response.content.decode()


@pytest.mark.parametrize("act", ["autosave", "quick answer", "whole form", "hand in", "hand in one", "take back"])
def test_closed_round_takes_nothing_from_forms_that_are_open(client, world, act):
    close_round(round=world["round"], by=make.UserFactory())
    before = list(Report.objects.order_by("pk").values())
    ACTS[act](client, world)
    assert list(Report.objects.order_by("pk").values()) == before


def test_reader_of_the_party_reads_and_never_writes(client, world):
    party = Party.objects.get(pk=world["party"].pk)
    client.force_login(make.MembershipFactory(party=party, role=Role.READER).user)
    before = list(Report.objects.order_by("pk").values())
    allowed = {name for name in ACTS if "file" not in name and is_let_in(ACTS[name](client, world))}
    assert allowed == {"the form", "a row of the form", "the report", "download", "fetch Excel"}
    assert list(Report.objects.order_by("pk").values()) == before
