"""The life of an agreement on one page: what has happened, what lies ahead, and what may be done next.

Nothing of it is stored a second time: the list is put together from the rows that say it, each with its source.
"""

from dataclasses import dataclass
from itertools import groupby

from django.urls import reverse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from agreements.lifecycle import TRANSITIONS, open_consultation, steps_from
from agreements.models import (
    Accession,
    Adoption,
    Agreement,
    AgreementReview,
    Amendment,
    Annotation,
    Consultation,
    LifeEvent,
    PriorityArea,
    ProcessStep,
    RevisionRequest,
    SeriesEntry,
    SituationReport,
    Termination,
    Validity,
)
from agreements.templatetags.agreements import joined
from lib.moments import last_day_of

# Steps that have a page of their own, where more is told than a decision.
OWN_PAGES = {
    "send": "agreements:consultation_prepare",
    "adopt": "agreements:adoption_create",
    "extend": "agreements:extension_create",
}
# Where what stands in the way of a step is done.
SOLVED_AT = {
    "send": (_lazy("Till texten"), "agreements:drafting_detail"),
    "sign": (_lazy("Till parterna"), "agreements:accession_list"),
    "end_by_notice": (_lazy("Till uppsägningarna"), "agreements:termination_list"),
}
# Where a line's row is told of among others of its kind.
LISTS = {
    AgreementReview: "agreements:review_list",
    Amendment: "agreements:amendment_list",
    RevisionRequest: "agreements:revision_list",
    SituationReport: "agreements:situation_list",
    Termination: "agreements:termination_list",
}
EVERYBODY, SHARERS, WRITERS = "everybody", "sharers", "writers"
PAGES = [
    (_lazy("Texten"), "agreements:drafting_detail", WRITERS),
    (_lazy("Textversioner"), "agreements:text_version_list", EVERYBODY),
    (_lazy("Dialoger"), "agreements:dialogue_list", WRITERS),
    (_lazy("Ändringar"), "agreements:amendment_list", EVERYBODY),
    (_lazy("Översyn"), "agreements:review_list", EVERYBODY),
    (_lazy("Nulägesbeskrivningar"), "agreements:situation_list", EVERYBODY),
    (_lazy("Begäran om revidering"), "agreements:revision_list", SHARERS),
    (_lazy("Uppsägningar"), "agreements:termination_list", EVERYBODY),
    (_lazy("Hinder"), "followup:obstacle_list", EVERYBODY),
]
MANY = 4  # more parties than this on one day are told as a number


@dataclass
class Entry:
    """One line: ``when`` as it is known (a year, a month, a day or what the document says), in words, with its row."""

    when: str
    title: str
    text: str = ""
    row: object = None
    icon: str = "clock"
    url: str = ""
    begins: bool = False

    @property
    def day(self):
        """Where the line stands: a year at its end, since all of it had been by then, but what begins at its start."""
        if self.begins:
            return self.when
        digits = self.when[:10] if self.when[:4].isdigit() else ""
        try:
            return last_day_of(digits if len(digits) in (4, 7, 10) else digits[:4]).isoformat()
        except ValueError:
            return ""


def life_of(agreement, user):
    """What the page lists: ``past`` (latest first), ``ahead`` (soonest first) and ``undated`` entries."""
    entries = _once([entry for read in READERS for entry in read(agreement, user)])
    for entry in entries:
        if type(entry.row) in LISTS:
            entry.url = reverse(LISTS[type(entry.row)], args=[agreement.slug])
    today = timezone.localdate().isoformat()
    dated = sorted((entry for entry in entries if entry.day), key=lambda entry: entry.day)
    return {
        "past": [entry for entry in reversed(dated) if not _is_ahead(entry, today)],
        "ahead": [entry for entry in dated if _is_ahead(entry, today)],
        "undated": [entry for entry in entries if not entry.day and not _is_told(entry, dated)],
    }


def links_for(agreement, user):
    """[(label, url), …] of the pages that tell more of the agreement's life, as far as ``user`` reads them."""
    mine = Agreement.objects.filter(pk=agreement.pk)
    may = {EVERYBODY: True, WRITERS: mine & Agreement.objects.drafted_by(user)}
    may[SHARERS] = mine & Agreement.objects.shared_with(user)
    allowed = {who: rows is True or rows.exists() for who, rows in may.items()}
    links = [(label, reverse(name, args=[agreement.slug])) for label, name, who in PAGES if allowed[who]]
    return links + _latest_consultation(agreement, user)


def _latest_consultation(agreement, user):
    """[(label, url)] of the last remiss sent from the portal, where ``user`` reads it."""
    rows = Consultation.objects.visible_to(user)
    sent = rows.filter(agreement=agreement, text__isnull=False).order_by("sent_on", "pk").last()
    return [(_("Remissen"), reverse("agreements:consultation_detail", args=[agreement.slug, sent.pk]))] if sent else []


def next_steps(agreement, user):
    """[(Transition, reasons why not, url, ways on), …] that the coordinators may take from here.

    The ways on are (label, url) of where what stands in the way is done, if there is such a place.
    """
    return [
        (step, reasons, step_url(name, agreement), _ways_on(name, agreement, user) if reasons else [])
        for name, step, reasons in steps_from(agreement)
    ]


def _ways_on(name, agreement, user):
    if open_consultation in TRANSITIONS[name].checks:
        return [(_("Till remissen"), url) for _label, url in _latest_consultation(agreement, user)]
    if name not in SOLVED_AT:
        return []
    label, place = SOLVED_AT[name]
    return [(label, reverse(place, args=[agreement.slug]))]


def step_url(name, agreement):
    if name in OWN_PAGES:
        return reverse(OWN_PAGES[name], args=[agreement.slug])
    return reverse("agreements:life_step", args=[agreement.slug, name])


def _once(entries):
    """The entries without the LifeEvents that were written together with a row that has its own line."""
    own = {_written_with(entry) for entry in entries if not isinstance(entry.row, LifeEvent)} - {None}
    return [entry for entry in entries if not isinstance(entry.row, LifeEvent) or _written_with(entry) not in own]


def _written_with(entry):
    """What a row and the LifeEvent that the portal wrote with it have in common; None where there is no such pair."""
    row, kind = entry.row, LifeEvent.Kind
    match row:
        case LifeEvent(done_at=None):
            return None
        case LifeEvent(kind=kind.SENT):
            return Consultation, row.when
        case LifeEvent(kind=kind.REVIEWED):
            return AgreementReview, row.when
        case LifeEvent(kind=kind.AMENDED):
            return Amendment, row.decided_on, entry.title
        case LifeEvent(kind=kind.NOTICE) if row.effective_on:  # without it, the notice was taken back
            return Termination, row.party_id, row.when
        case Consultation() if row.sent_on:
            return Consultation, f"{row.sent_on}"
        case AgreementReview() if row.done_on:
            return AgreementReview, f"{row.done_on}"
        case Amendment():
            return Amendment, row.decided_on, entry.title
        case Termination():
            return Termination, row.party_id, f"{row.given_on}"
    return None


def _is_told(entry, dated):
    """Whether a fact found elsewhere has its line with a date already."""
    return bool(entry.row and getattr(entry.row, "code", "")) and entry.row.code in {
        getattr(other.row, "basis_ref", "") for other in dated
    }


def _is_ahead(entry, today):
    """A day that has not come; a year that has begun is not ahead."""
    return entry.when[:10] > today[: len(entry.when[:10])]


# --- What tells of it: each takes (agreement, user) and gives entries -------------------------------------------------


def _rows(model, agreement, *related):
    return model.objects.filter(agreement=agreement).select_related("source_document", *related)


def _decision(row):
    return ", ".join(filter(None, (row.decided_by, row.decision_paragraph, row.registry_number)))


def _parts(*texts):
    return " · ".join(filter(None, texts))


def _steps(agreement, user):
    rows = _rows(ProcessStep, agreement, "actor").filter(scope=ProcessStep.Scope.AGREEMENT)
    return [Entry(row.when, row.name, row.text, row, "doc") for row in rows]


def _consultations(agreement, user):
    for row in _rows(Consultation, agreement):
        if row.sent_on:
            here = [agreement.slug, row.pk]
            url = reverse("agreements:consultation_detail", args=here) if row.text_id else ""
            yield Entry(
                f"{row.sent_on}", _("Remissen skickades"), _parts(row.sent_by, row.registry_number), row, "sent", url
            )
        if row.deadline:
            yield Entry(f"{row.deadline}", _("Sista svarsdag i remissen"), "", row, "sent")
        if row.closed_on:
            yield Entry(f"{row.closed_on}", _("Remissen avslutades"), "", row, "sent")


def _adoptions(agreement, user):
    for row in _rows(Adoption, agreement, "decided_by"):
        by = capfirst(row.decided_by.name) if row.decided_by else ""
        if row.decision_date:
            yield Entry(f"{row.decision_date}", _("Antagen"), by, row, "saved")
        if row.signed_date:
            yield Entry(f"{row.signed_date}", _("Undertecknad"), row.signed_place, row, "saved")


def _accessions(agreement, user):
    told = {
        "signed_on": (_("Undertecknade"), "saved"),
        "joined_on": (_("Anslöt sig"), "saved"),
        "notice_received_on": (_("Uppsägning mottagen från"), "deviates"),
        "left_on": (_("Lämnade"), "deviates"),
    }
    rows = list(_rows(Accession, agreement))
    for field, (title, icon) in told.items():
        dated = sorted((row for row in rows if getattr(row, field)), key=lambda row: getattr(row, field))
        for day, group in groupby(dated, key=lambda row, field=field: getattr(row, field)):
            group = list(group)
            if field == "left_on" and day > timezone.localdate():
                day, title = group[0].last_day, _("Sista dagen som part")
            yield Entry(f"{day}", title, _named([row.name_at_signing for row in group]), group[0], icon)


def _named(names):
    return joined(names) if len(names) <= MANY else _("%(number)s parter") % {"number": len(names)}


def _validity(agreement, user):
    rows = list(_rows(Validity, agreement))
    for index, row in enumerate(rows):
        if row.start and not index:
            yield Entry(row.start, _("Började gälla"), row.start_event, row, "saved", begins=True)
        elif row.start_event and not index:
            yield Entry("", _("Börjar gälla"), row.start_event, row, "saved")
        if row.end:
            replaced = index < len(rows) - 1
            title = _("Tidigare slutdatum, ersatt av en förlängning") if replaced else _("Slutdatum")
            yield Entry(row.end, title, "", row, "clock")


def _reviews(agreement, user):
    for row in _rows(AgreementReview, agreement, "responsible"):
        if row.done_on:
            text = _parts(row.get_outcome_display(), _decision(row))
            yield Entry(f"{row.done_on}", capfirst(row.get_kind_display()), text, row, "saved")
        elif row.due_on:
            yield Entry(
                f"{row.due_on}", _("%(review)s ska göras") % {"review": capfirst(row.get_kind_display())}, "", row
            )


def _amendments(agreement, user):
    for row in _rows(Amendment, agreement):
        when = row.effective_on or row.decided_on or ""
        yield Entry(
            f"{when}", f"{row.heading}: {row.get_kind_display()}", _parts(_decision(row), row.reason), row, "draft"
        )


def _areas(agreement, user):
    """What the areas themselves say of having been dropped or added, where no amendment says it."""
    told = {row.block for row in Amendment.objects.filter(agreement=agreement)}
    for area in _rows(PriorityArea, agreement):
        if f"priorityarea:{area.key}" in told:
            continue
        if area.added_on:
            yield Entry(f"{area.added_on}", _("%(area)s: tillagt område") % {"area": area.name}, "", area, "draft")
        if area.dropped_on:
            title = _("%(area)s: området utgick") % {"area": area.name}
            yield Entry(f"{area.dropped_on}", title, area.dropped_note, area, "draft")


def _situation(agreement, user):
    rows = SituationReport.objects.visible_to(user).filter(agreement=agreement, published_on__isnull=False)
    return [Entry(f"{row.published_on}", str(row), "", row, "doc") for row in rows]


def _requests(agreement, user):
    rows = RevisionRequest.objects.visible_to(user).filter(agreement=agreement).select_related("party")
    for row in rows:
        title = _("%(party)s begärde revidering") % {"party": row.party}
        yield Entry(f"{row.received_on}", title, row.get_outcome_display(), row, "draft")


def _terminations(agreement, user):
    rows = Termination.objects.visible_to(user).filter(agreement=agreement).select_related("party")
    for row in rows.filter(confirmed_at__isnull=False):
        title = _("%(party)s sade upp överenskommelsen") % {"party": row.party}
        note = _("Återtagen %(day)s.") % {"day": row.withdrawn_on} if row.withdrawn_on else ""
        last = note or _("Sista dag %(day)s.") % {"day": row.last_day}
        told = [f"{capfirst(row.get_scope_display())}.", last, _parts(row.registry_number, row.reason)]
        yield Entry(f"{row.given_on}", title, " ".join(filter(None, told)), row, "deviates")


def _series(agreement, user):
    for row in SeriesEntry.objects.filter(agreement=agreement).for_page(user):
        title = f"{capfirst(row.get_relation_display())}: {row.title}"
        yield Entry(row.period, title, row.note, row, "doc")


def _events(agreement, user):
    rows = _rows(LifeEvent, agreement, "party", "document").order_by("pk")
    for row in rows:
        title = row.text or capfirst(row.get_kind_display())
        yield Entry(row.when, title, _parts(_decision(row), row.reason), row, "saved")


def _found_elsewhere(agreement, user):
    rows = Annotation.objects.external().filter(agreement=agreement).select_related("source_document")
    return [Entry("", row.text, row.found_in, row, "clock") for row in rows]


READERS = [
    _steps, _consultations, _adoptions, _accessions, _validity, _reviews, _amendments, _areas, _situation, _requests,
    _terminations, _series, _events, _found_elsewhere,
]  # fmt: skip
