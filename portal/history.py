"""The tab Historik: who changed what in an agreement, when and why, as far as the reader may see it."""

import datetime
from dataclasses import dataclass, field
from itertools import groupby

from django.core.paginator import Paginator
from django.db.models import CharField, Count, Exists, F, Max, OuterRef, Q, Subquery, Value
from django.shortcuts import render
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from agreements.frame import frame, visible_agreement
from parties.hats import HatsThen
from parties.models import Role
from portal.differences import Change, Values
from portal.history_rules import KINDS, MODELS, OF_BODIES, Reader
from portal.workbook import IMPORT

PER_PAGE = 25


def agreement_history(request, slug):
    """The tab Historik: changes newest first, one kind of row at a time if asked, an import as one line."""
    agreement = visible_agreement(request.user, slug)
    chosen = request.GET.get("slag", "")
    events = Events(Reader(agreement, request.user), [KINDS[chosen]] if chosen in KINDS else None)
    context = {
        **frame(agreement, (_("Historik"), "")),
        "page_obj": Paginator(events, PER_PAGE).get_page(request.GET.get("sida")),
        "kinds": events.kinds,
        "chosen": chosen if chosen in KINDS else "",
        "query": f"slag={chosen}" if chosen in KINDS else "",
        "names_shown": events.reader.shares,
    }
    return render(request, "portal/agreement_history.html", context)


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

    def __init__(self, reader, models=None, *, imports_as_one=True):
        self.reader, self.imports_as_one = reader, imports_as_one
        self.models = tuple(models or KINDS.values())
        self._counted = {}

    @property
    def kinds(self):
        """(Swedish name, name) of the kinds of row that have a history here."""
        present = [KINDS[kind] for kind in self._numbers(tuple(KINDS.values()))]
        return sorted((str(capfirst(model._meta.verbose_name_plural)), model._meta.model_name) for model in present)

    def count(self):
        return len(self._imports) + sum(row["single"] for row in self._numbers(self.models).values())

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
            self._lines_of(model).annotate(of_kind=_kind(model)).values("of_kind", "history_id", "history_date")
            for model in self._with("single")
        )

    def _lines_of(self, model):
        shown = self.reader.shown(model)
        return shown.exclude(_made_by_import(model)) if self.imports_as_one else shown

    @cached_property
    def _imports(self):
        """Moment of an import → what it created: one row for each kind. All rows of an import have the same moment."""
        if not self.imports_as_one:
            return {}
        rows = _union(
            self.reader.shown(model).filter(_IMPORTED)
            .values("history_date").annotate(
                of_kind=_kind(model), made=Count("history_id"), why=Max("history_change_reason"),
                by=Max("history_user__name"),
            )
            .order_by()
            for model in self._with("imported")
        ).order_by("-history_date")  # fmt: skip
        return {when: list(group) for when, group in groupby(rows, key=lambda row: row["history_date"])}

    def _with(self, what):
        """The kinds that have any such record; one of them at least, where none has: it is asked and has none."""
        numbers = self._numbers(self.models)
        return [model for model in self.models if numbers.get(_name_of(model), {}).get(what)] or self.models[:1]

    def _numbers(self, models):
        """kind → how many records there are to read, how many are lines of their own, and how many an import created.

        Only kinds that have any. To write a question takes longer than to answer it, so the others ask of these alone.
        """
        if models not in self._counted:
            rows = _union(
                self.reader.shown(model).annotate(of_kind=_kind(model)).values("of_kind").annotate(
                    made=Count("history_id"), imported=Count("history_id", filter=_IMPORTED),
                    single=Count("history_id", filter=~_made_by_import(model)) if self.imports_as_one else F("made"),
                )
                for model in models
            )  # fmt: skip
            self._counted[models] = {row["of_kind"]: row for row in rows if row["made"]}
        return self._counted[models]

    def _tell_import(self, group):
        name = group[0]["by"] if self.reader.shares else ""
        created = sorted((_named(MODELS[row["of_kind"]], row["made"]), row["made"]) for row in group)
        return Event(
            when=group[0]["history_date"], who=f"{name}, {_('import')}" if name else _("import"),
            reason=group[0]["why"], sort="+", created=created,
        )  # fmt: skip


def _named(model, number):
    return str(model._meta.verbose_name if number == 1 else model._meta.verbose_name_plural)


def _name_of(model):
    return model._meta.model_name


def _kind(model):
    return Value(_name_of(model), output_field=CharField())


def _union(queries):
    first, *others = [query.order_by() for query in queries]
    return first.union(*others, all=True) if others else first


_IMPORTED = Q(history_type="+", history_change_reason__startswith=IMPORT)


def _made_by_import(model):
    """Records of a row that an import created, from the same moment: they are told in the import's one line."""
    first = model.history.filter(id=OuterRef("id"), history_type="+", history_date=OuterRef("history_date"))
    return Q(history_change_reason__startswith=IMPORT) & Q(Exists(first))


def tell(keys, reader):
    """(kind, history id) → Event for the (date, history id, kind) of ``keys``: two queries for each kind."""
    pairs = []
    for kind in sorted({kind for _when, _id, kind in keys}):
        pairs += with_former(MODELS[kind], [history_id for _when, history_id, its in keys if its == kind], reader)
    records = [record for pair in pairs for record in pair if record]
    values = Values(records, reader.user, names_shown=reader.shares, hidden=reader.hidden)
    hats = HatsThen([record.history_user_id for record in records], on=reader.agreement)
    return {
        (_kind_of(record), record.history_id): _event(record, former, values, _who(record, hats, reader), reader)
        for record, former in pairs
    }


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


def _event(record, former, values, who, reader):
    model = record.instance_type
    return Event(
        when=record.history_date,
        who=who,
        reason=record.history_change_reason or "" if reader.tells_why else "",
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


def _who(record, hats, reader):
    """In which role it was done, and for those who share the agreement by whom."""
    if (record.history_change_reason or "").startswith(IMPORT):
        role = _("import")
    elif not record.history_user_id:
        return _("systemet")
    else:
        day = timezone.localdate(record.history_date)
        in_meetings = [Role.COUNCIL_MEMBER] if record.instance_type in OF_BODIES else []
        role = hats.words(record.history_user_id, day, party=getattr(record, "party_id", None), roles=in_meetings)
    name = str(record.history_user) if reader.shares and record.history_user_id else ""
    return ", ".join(filter(None, (name, role))) or _("en person utan roll den dagen")


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
    "draftcomment": ["written_by"],
    "contribution": ["party"],
    "internalnote": ["activity"],
    "respondent": ["party"],
    "reportingrule": ["party"],
}
USUALLY_CALLED = ["name", "title", "heading", "label", "text", "kind", "frequency"]


def _name(record, values):
    """What the row was called when the record was made."""
    fields = {field.name: field for field in record.tracked_fields}
    own = CALLED.get(_kind_of(record))
    texts = [values.text(record, fields[name]) for name in own or USUALLY_CALLED if name in fields]
    texts = [text for text in texts if text]
    return ", ".join(texts if own else texts[:1])
