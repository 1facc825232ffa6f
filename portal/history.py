"""The tab Historik: who changed what in an agreement, when and why, as far as the reader may see it."""

import datetime
from dataclasses import dataclass, field
from itertools import groupby

from django.apps import apps
from django.core.paginator import Paginator
from django.db.models import CharField, Count, Exists, Max, OuterRef, Q, Subquery, Value
from django.shortcuts import render
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from actionplans.models import ActionPlan, Activity, Edition
from agreements.frame import frame
from agreements.models import Actor, Agreement, AgreementRow, Document
from followup.models import Round
from governance.models import AgendaItem, Assignment, Body, Decision, Mandate, Meeting, Seat
from lib.web import get_visible
from portal.differences import Change, Values
from portal.workbook import IMPORT

PER_PAGE = 25


def agreement_history(request, slug):
    """The tab Historik: changes newest first, one kind of row at a time if asked, an import as one line."""
    agreement = get_visible(Agreement.objects.for_page(request.user), request.user, slug=slug)
    chosen = request.GET.get("slag", "")
    events = Events(agreement, request.user, chosen)
    context = {
        **frame(agreement, (_("Historik"), "")),
        "page_obj": Paginator(events, PER_PAGE).get_page(request.GET.get("sida")),
        "kinds": events.kinds,
        "chosen": chosen if chosen in KINDS else "",
        "query": f"slag={chosen}" if chosen in KINDS else "",
        "names_shown": events.reader.shares,
    }
    return render(request, "portal/agreement_history.html", context)


# The kinds of row that have a place in the tab. Reports are their parties' and are not here at all.
OWN_ROWS = [model for model in apps.get_models() if issubclass(model, AgreementRow)]
OF_BODIES = (Body, Seat, Meeting, AgendaItem, Decision, Assignment)
KINDS = {
    model._meta.model_name: model for model in (Agreement, *OWN_ROWS, *OF_BODIES, ActionPlan, Edition, Activity, Round)
}


class Reader:
    """What one person may read of the history of one agreement."""

    def __init__(self, agreement, user):
        self.agreement, self.user = agreement, user
        self.edits = agreement.can_edit
        self.shares = self.edits or Agreement.objects.shared_with(user).filter(pk=agreement.pk).exists()
        self.since = None if self.shares else self._published_at()

    def _published_at(self):
        """From when on changes are public: what was written before publication was somebody's draft."""
        since = None
        records = Agreement.history.filter(id=self.agreement.pk).order_by("history_date", "history_id")
        for when, published_on in records.values_list("history_date", "published_on"):
            since = (since or max(when, midnight(published_on))) if published_on else None
        return since or midnight(self.agreement.published_on)

    def records(self, model):
        """The historical records of one kind that the reader may see, as a query."""
        rule = RULES.get(model, _of_agreement)
        return model.history.filter(rule(self))

    def shown(self, model):
        """Those of them that are lines or parts of lines in the tab."""
        records = self.records(model)
        return records.filter(history_date__gte=self.since) if self.since else records


def midnight(day):
    return timezone.make_aware(datetime.datetime(day.year, day.month, day.day))


# --- Which records a reader may see: a rule for each kind whose rows do not simply follow the agreement --------------


def _of_agreement(reader):
    return Q(agreement_id=reader.agreement.pk)


def _of_bodies(reader):
    """Rows of the bodies that have a mandate in the agreement now."""
    return Q(body_id__in=Mandate.objects.filter(agreement=reader.agreement).values("body"))


def _agreement(reader):
    return Q(id=reader.agreement.pk)


def _named_actors(reader):
    """Actors that stand for a party or a body follow theirs and are nobody's own work."""
    return _of_agreement(reader) & Q(kind=Actor.Kind.NAMED)


def _documents(reader):
    """Working papers are the coordinators' own, also in what the history remembers of them."""
    if reader.edits:
        return _of_agreement(reader)
    secret = Document.objects.filter(agreement=reader.agreement, is_public=False)
    return _of_agreement(reader) & Q(is_public=True) & ~Q(id__in=secret.values("pk"))


def _bodies(reader):
    return Q(id__in=Mandate.objects.filter(agreement=reader.agreement).values("body"))


def _decisions(reader):
    """What a meeting decided is read by those to whom it is opened, also in what the history remembers of it."""
    ours = _of_bodies(reader) & (Q(agreement_id=reader.agreement.pk) | Q(agreement_id__isnull=True))
    opened = Meeting.objects.opened_to(reader.user).values("pk")
    return ours & (Q(meeting_id__isnull=True) | Q(meeting_id__in=opened))


def _items(reader):
    """Matters are read as the agenda they stand on."""
    meetings = Meeting.objects.opened_to(reader.user).filter(body__mandates__agreement=reader.agreement)
    about = Q(agreement_id=reader.agreement.pk) | Q(agreement_id__isnull=True)
    return Q(meeting_id__in=meetings.values("pk")) & about


def _assignments(reader):
    """What a decision gave somebody is read as the decision."""
    bodies = Mandate.objects.filter(agreement=reader.agreement).values("body")
    about = Q(agreement=reader.agreement) | Q(agreement__isnull=True, body__in=bodies)
    return Q(decision_id__in=Decision.objects.filter(about).visible_to(reader.user).values("pk"))


def _editions(reader):
    """Drafts are the coordinators', proposals the parties', adopted editions everybody's."""
    ours = Q(plan_id__in=ActionPlan.objects.filter(agreement=reader.agreement).values("pk"))
    if reader.edits:
        return ours
    proposed = [Edition.State.PROPOSED] if reader.shares else []
    return ours & Q(state__in=[*proposed, *Edition.FROZEN_STATES])


def _activities(reader):
    """An activity changes only in a draft, and drafts are the coordinators'."""
    plans = ActionPlan.objects.filter(agreement=reader.agreement)
    ours = Q(edition_id__in=Edition.objects.filter(plan__in=plans.values("pk")).values("pk"))
    return ours if reader.edits else Q(pk__in=[])


def _rounds(reader):
    return _of_agreement(reader) if reader.shares else _of_agreement(reader) & Q(published_at__isnull=False)


RULES = {
    Agreement: _agreement,
    Actor: _named_actors,
    Document: _documents,
    Body: _bodies,
    Seat: _of_bodies,
    Meeting: _of_bodies,
    AgendaItem: _items,
    Decision: _decisions,
    Assignment: _assignments,
    Edition: _editions,
    Activity: _activities,
    Round: _rounds,
}


FIRST_SEEN = "first seen"  # changed, but what stood before is not for the reader: a draft that was published
WORDS = {
    "+": gettext_lazy("Tillagd"),
    "~": gettext_lazy("Ändrad"),
    "-": gettext_lazy("Borttagen"),
    FIRST_SEEN: gettext_lazy("Publicerad"),
}


# --- The lines of the tab ---------------------------------------------------------------------------------------------


@dataclass
class Event:
    """One line: what was done to a row, or ``created`` (kind, number) when an import made many at once."""

    when: datetime.datetime
    who: str
    reason: str
    sort: str  # a key of WORDS
    kind: str = ""
    name: str = ""
    changes: list[Change] = field(default_factory=list)
    created: list[tuple[str, int]] = field(default_factory=list)

    @property
    def word(self):
        return _("Import") if self.created else WORDS[self.sort]

    @property
    def is_new(self):
        return self.sort in ("+", FIRST_SEEN)

    @property
    def is_gone(self):
        return self.sort == "-"

    @property
    def is_whole(self):
        """The fields are a whole row, not what was changed in it."""
        return self.is_new or self.is_gone

    @property
    def total(self):
        return sum(count for _kind, count in self.created)


class Events:
    """All lines of the tab, newest first, counted and sliced without fetching more than is shown."""

    def __init__(self, agreement, user, chosen=""):
        self.reader = Reader(agreement, user)
        self.models = [KINDS[chosen]] if chosen in KINDS else list(KINDS.values())

    @property
    def kinds(self):
        """(Swedish name, name) of the kinds of row that have a history here."""
        counts = _union(
            self.reader.shown(model).annotate(of_kind=_kind(model)).values("of_kind").annotate(made=Count("history_id"))
            for model in KINDS.values()
        )
        present = [KINDS[row["of_kind"]] for row in counts if row["made"]]
        return sorted((str(capfirst(model._meta.verbose_name_plural)), model._meta.model_name) for model in present)

    def count(self):
        return len(self._imports) + self._single.count()

    def __getitem__(self, part):
        """The lines of a slice. Imports are few: they are all laid among the first single changes, then cut."""
        single = list(self._single.order_by("-history_date", "-history_id", "of_kind")[: part.stop])
        keys = [(row["history_date"], row["history_id"], row["of_kind"]) for row in single]
        keys += [(when, 0, group) for when, group in self._imports.items()]
        page = sorted(keys, key=lambda key: key[:2], reverse=True)[part]
        told = tell([key for key in page if key[1]], self.reader)
        return [told[key[2], key[1]] if key[1] else self._tell_import(key[2]) for key in page]

    @property
    def _single(self):
        """Every record that is a line of its own, as (kind, history id, date)."""
        return _union(
            self.reader.shown(model).exclude(_made_by_import(model)).annotate(of_kind=_kind(model)).values(
                "of_kind", "history_id", "history_date"
            )
            for model in self.models
        )  # fmt: skip

    @property
    def _imports(self):
        """Moment of an import → what it created: one row for each kind. All rows of an import have the same moment."""
        if not hasattr(self, "_found"):
            rows = _union(
                self.reader.shown(model).filter(history_type="+", history_change_reason__startswith=IMPORT)
                .values("history_date").annotate(
                    of_kind=_kind(model), made=Count("history_id"), why=Max("history_change_reason"),
                    by=Max("history_user__name"),
                )
                .order_by()
                for model in self.models
            ).order_by("-history_date")  # fmt: skip
            self._found = {when: list(group) for when, group in groupby(rows, key=lambda row: row["history_date"])}
        return self._found

    def _tell_import(self, group):
        name = group[0]["by"] if self.reader.shares else ""
        created = sorted((_named(KINDS[row["of_kind"]], row["made"]), row["made"]) for row in group)
        return Event(
            when=group[0]["history_date"], who=f"{name}, {_('import')}" if name else _("import"),
            reason=group[0]["why"], sort="+", created=created,
        )  # fmt: skip


def _named(model, number):
    return str(model._meta.verbose_name if number == 1 else model._meta.verbose_name_plural)


def _kind(model):
    return Value(model._meta.model_name, output_field=CharField())


def _union(queries):
    first, *others = [query.order_by() for query in queries]
    return first.union(*others, all=True) if others else first


def _made_by_import(model):
    """Records of a row that an import created, from the same moment: they are told in the import's one line."""
    first = model.history.filter(id=OuterRef("id"), history_type="+", history_date=OuterRef("history_date"))
    return Q(history_change_reason__startswith=IMPORT) & Q(Exists(first))


def tell(keys, reader):
    """(kind, history id) → Event for the (date, history id, kind) of ``keys``: two queries for each kind."""
    pairs = []
    for kind in sorted({kind for _when, _id, kind in keys}):
        pairs += with_former(KINDS[kind], [history_id for _when, history_id, its in keys if its == kind], reader)
    records = [record for pair in pairs for record in pair if record]
    values = Values(records, reader.user, names_shown=reader.shares)
    return {(_kind_of(record), record.history_id): _event(record, former, values, reader) for record, former in pairs}


def with_former(model, ids, reader):
    """(record, the record before it or None) for the history ids of one kind; what is not seen is never the former."""
    visible = reader.records(model)
    former = visible.filter(id=OuterRef("id"), history_id__lt=OuterRef("history_id")).order_by("-history_id")
    records = list(
        visible.filter(history_id__in=ids)
        .select_related("history_user")
        .annotate(former_id=Subquery(former.values("history_id")[:1]))
    )
    formers = visible.in_bulk([record.former_id for record in records if record.former_id])
    return [(record, _public(formers.get(record.former_id), record, reader)) for record in records]


def _public(former, record, reader):
    """The former record, unless it is the draft that publication itself replaced."""
    return None if reader.since and record.history_date <= reader.since else former


def _kind_of(record):
    return record.instance_type._meta.model_name


def _event(record, former, values, reader):
    model = record.instance_type
    return Event(
        when=record.history_date,
        who=_who(record, reader),
        reason=record.history_change_reason or "",
        sort=_sort(record, former, reader),
        kind=str(capfirst(model._meta.verbose_name)),
        name=_name(record, values),
        changes=values.changes(record, None) if record.history_type == "-" else values.changes(former, record),
    )


def _sort(record, former, reader):
    """What was done, as the reader sees it: a change of what was hidden before is something new."""
    if record.history_type != "~" or former:
        return record.history_type
    return FIRST_SEEN if reader.since else "+"


def _who(record, reader):
    """The person's name for those who share the agreement; the role for everybody else."""
    if (record.history_change_reason or "").startswith(IMPORT):
        role = _("import")
    else:
        role = _("samordnare") if record.history_user_id else _("systemet")
    if not reader.shares or not record.history_user_id:
        return role
    return f"{record.history_user}, {role}"


# What a row is called where its own name is another row's, or is put together.
CALLED = {
    "mandate": ["body"],
    "seat": ["body", "office", "party"],
    "meeting": ["body", "held_on"],
    "decision": ["paragraph", "title"],
    "responsibility": ["area", "actor"],
    "globalgoallink": ["area", "number"],
    "outsider": ["party"],
    "adoption": ["decided_by"],
    "validity": ["start", "end"],
    "edition": ["plan", "label"],
    "activity": ["number", "title"],
    "accession": ["name_at_signing"],
    "agreement": ["short_name"],
}
USUALLY_CALLED = ["name", "title", "heading", "label", "text", "kind", "frequency"]


def _name(record, values):
    """What the row was called when the record was made."""
    fields = {field.name: field for field in record.tracked_fields}
    own = CALLED.get(_kind_of(record))
    texts = [values.text(record, fields[name]) for name in own or USUALLY_CALLED if name in fields]
    texts = [text for text in texts if text]
    return ", ".join(texts if own else texts[:1])
