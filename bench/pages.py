"""The pages that are measured: who reads each, what it stands on, and how dear it may be."""

from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import urlencode

from django.db.models import F
from django.urls import reverse

from actionplans.models import Edition
from agreements.models import Agreement
from bench import seeds
from bench.seeds import desk, plans
from followup.models import Report, Round
from lib.db import renew_stamp
from parties.models import Party

BOARD, REGION, AGENCY = f"lansstyrelsen-{seeds.HOME}", f"region-{seeds.HOME}", "verket-1"
COORDINATOR, READER = seeds.email_of("coordinator", BOARD), seeds.email_of("reader", REGION)
PUBLIC = ""
HTMX = {"HX-Request": "true"}


@dataclass(frozen=True)
class Page:
    """``floor``: which of bench.floors, with its values. ``bar``: at most so many floors; ``by_bytes``: of the floor of
    200 activities as if it were as big as the page. ``before`` is done, untimed, before each visit; ``saves`` makes the
    fields to post, from the version that was answered last; ``kept``: asked for as by a browser that has it already.
    """

    key: str
    title: str
    who: str
    path: str
    floor: tuple[str, dict]
    bar: float | None = None
    by_bytes: bool = False
    before: Callable = lambda: None
    saves: Callable | None = None
    kept: bool = False
    headers: dict = field(default_factory=dict)

    def floor_path(self, size):
        name, values = self.floor
        return f"/{name}?{urlencode({'size': size, **values})}"


def yardstick(size):
    """The path of the floor of 200 activities, that bars by bytes are told in."""
    draft = Edition.objects.get(plan__key="plan-small", label=desk.LABEL)
    return f"/list?{urlencode({'size': size, **both(draft)})}"


def in_county(words="boende"):
    """What is read in the agreement that is the same in county and Sweden, and ten times as big in tenfold."""
    agreement = Agreement.objects.get(slug=seeds.slug_of(seeds.HOME))
    edition = Edition.objects.get(plan__agreement=agreement)
    newest, former = Round.objects.filter(agreement=agreement)[:2]
    board, agency = (Party.objects.get(key=key) for key in (BOARD, AGENCY))
    council = seeds.email_of("council_member", REGION)
    plan = reverse("actionplans:edition_detail", args=[agreement.slug, plans.KEY, plans.LABEL])
    now, then = (reverse("followup:round_detail", args=[agreement.slug, one.label]) for one in (newest, former))
    control = reverse("followup:round_review", args=[agreement.slug, newest.label])
    sums, list_of = ("sums", {"round": newest.pk}), ("list", both(edition))
    bar = {"bar": 6, "by_bytes": True}
    reporter = seeds.email_of("reporter", AGENCY)
    return [
        Page("start", "Startsidan", PUBLIC, reverse("portal:start"), ("agreements", {}), **bar),
        Page("work", "Mitt arbete", COORDINATOR, reverse("portal:work"), ("rounds", {"party": board.pk}), **bar),
        Page("inbox", "Inkorgen", reporter, reverse("portal:work"), ("inbox", {"party": agency.pk}), **bar),
        Page("agreement_new", "Överenskommelsen, ny", READER, agreement.get_absolute_url(),
             ("agreement", {"agreement": agreement.pk}), before=new_stamp(agreement), **bar),
        Page("agreement", "Överenskommelsen, oförändrad", READER, agreement.get_absolute_url(),
             ("agreement", {"agreement": agreement.pk}), **bar),
        Page("plan", "Länets plan, ny", READER, plan, list_of, before=new_stamp(edition)),
        Page("control_new", "Läget i omgången, ny", COORDINATOR, control, ("answers", {"round": newest.pk}),
             before=new_stamp(newest), **bar),
        Page("control", "Läget i omgången, oförändrad", COORDINATOR, control, ("answers", {"round": newest.pk}), **bar),
        Page("dashboard_written", "Rådets sida, något skrivet", council, now, sums, 2.2, before=write_in(newest)),
        Page("dashboard", "Rådets sida, oförändrad", council, now, sums, 0.5),
        Page("closed_renewed", "Stängd omgång, ny", council, then, ("sums", {"round": former.pk}), 2.2,
             before=new_stamp(agreement)),
        Page("closed", "Stängd omgång, oförändrad", council, then, ("sums", {"round": former.pk}), 0.5),
        Page("search", "Sök", READER, f"{reverse('portal:search')}?q={words}", ("search", {"words": f"%{words}%"}),
             **bar),
    ]  # fmt: skip


def at_desk():
    """What is read and written where plans are made and answered for."""
    small, large = (Edition.objects.get(plan__key=key, label=desk.LABEL) for key in desk.SIZES)
    return [*lists(small), *editors(small, large), *answers(), *files(small)]


def lists(draft):
    list_of = ("list", both(draft))
    adopted = draft.based_on
    return [
        Page("list", "Lista, 200, ny", COORDINATOR, at("detail", draft), list_of, 5, before=new_stamp(draft)),
        Page("list_kept", "Lista, 200, oförändrad", COORDINATOR, at("detail", draft), list_of, 0.9),
        Page("list_304", "Lista, 200, oförändrad (304)", READER, at("detail", adopted), ("list", both(adopted)),
             0.9, kept=True),
        Page("timeline", "Tidslinje, 200, ny", COORDINATOR, at("timeline", draft), list_of, before=new_stamp(draft)),
        Page("matrix", "Matris, 200, ny", COORDINATOR, at("matrix", draft), list_of, before=new_stamp(draft)),
        Page("print", "Utskrift, 200, ny", COORDINATOR, at("print", draft), list_of, before=new_stamp(draft)),
    ]  # fmt: skip


def editors(small, large):
    row, other = large.activities.order_by("order")[:2]
    place = [*address(large)]
    cell = reverse("actionplans:activity_cell", args=[*place, row.pk])
    pair = reverse("actionplans:edition_compare", args=[*place, desk.FORMER])
    return [
        Page("editor_200", "Redigeraren, 200", COORDINATOR, at("edit", small), ("list", both(small))),
        Page("editor_500", "Redigeraren, 500", COORDINATOR, at("edit", large), ("list", both(large))),
        Page("compare", "Jämförelsen, 500 mot 500", COORDINATOR, pair, ("list", both(large, large.based_on))),
        Page("cell", "Spara en cell", COORDINATOR, cell, ("activity", {"row": other.pk}), headers=HTMX,
             saves=lambda version, turn: {"field": "title", "value": f"Ta fram rutiner {turn}", "version": version}),
    ]  # fmt: skip


def answers():
    """The form of the region's thirty activities, and the save of one field; the floor writes another report."""
    round = Round.objects.filter(agreement__slug=seeds.DESK).first()
    mine, other = Report.objects.filter(round=round).order_by("pk")[:2]
    who = seeds.email_of("reporter", REGION)
    form = reverse("followup:party_form", args=[seeds.DESK, round.label, REGION])
    path = reverse("followup:report_field", args=[seeds.DESK, round.label, mine.pk])
    rows = {"round": round.pk, "party": mine.party_id}
    return [
        Page("form", "Rapportformuläret, 30", who, form, ("form", rows)),
        Page("report", "Spara ett svar", who, path, ("report", {"row": other.pk}), 5, headers=HTMX,
             saves=lambda version, turn: {"field": "text", "value": f"Skolan är i gång {turn}", "version": version}),
    ]  # fmt: skip


def files(draft):
    agreement = Agreement.objects.get(slug=seeds.slug_of(seeds.HOME))
    round = Round.objects.filter(agreement=agreement).first()
    workbook = reverse("portal:workbook_export", args=[agreement.slug])
    pack = reverse("followup:pack_download", args=[agreement.slug, round.label, "pdf"])
    return [
        Page("export", "Planen som Excel, 200", COORDINATOR, at("export", draft), ("list", both(draft))),
        Page("workbook", "Arbetsboken med alla svar", COORDINATOR, workbook, ("workbook", {"agreement": agreement.pk})),
        Page("pack", "Rådets underlag, pdf", COORDINATOR, pack, ("papers", {"round": round.pk})),
    ]


def address(edition):
    return edition.plan.agreement.slug, edition.plan.key, edition.label


def at(view, edition):
    return reverse(f"actionplans:edition_{view}", args=address(edition))


def both(edition, other=None):
    """The editions whose rows the floor reads."""
    return {"edition": edition.pk, "other": (other or edition).pk}


def new_stamp(holder):
    """A way to let the next visit be the first after a change."""
    return lambda: renew_stamp(type(holder)._base_manager.filter(pk=holder.pk))


def write_in(round):
    """A way to let somebody hand in an answer that says something else than before."""

    def write():
        first = Report.objects.filter(round=round, status__in=["done", "ongoing"], approved_at=None).order_by("pk")
        report = first.exclude(submitted_at=None).first()
        status = "done" if report.status == "ongoing" else "ongoing"
        Report.objects.filter(pk=report.pk).update(status=status, version=F("version") + 1)

    return write
