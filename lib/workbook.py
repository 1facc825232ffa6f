"""Sheets of a workbook on top of django-import-export: Swedish headings and values, rows found by their keys.

One ``Sheet`` is one kind of row. A ``Run`` is one reading or writing of a whole workbook and remembers what was looked
up on the way, so that the number of queries follows the sheets and not the cells. Knows nothing of our own nouns.
"""

import datetime
from dataclasses import dataclass, field
from functools import cached_property

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import DataError, IntegrityError, models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from import_export.fields import Field
from import_export.resources import ModelResource
from import_export.results import RowResult
from import_export.widgets import ManyToManyWidget

from lib.cells import (
    BooleanCell,
    Cell,
    ChoiceCell,
    DateCell,
    DecimalCell,
    ExceptionsCell,
    IntegerCell,
    KeyCell,
    LargeIntegerCell,
    Misread,
    MomentCell,
    TextCell,
    TimeCell,
)
from lib.db import Freezable, Frozen, VersionConflict, Versioned
from lib.differences import pieces
from lib.history import one_entry
from lib.spreadsheets import Column, Problem, Table

IMPORT = "Import av arbetsbok"  # how the reason of every import begins; the history groups its rows by it
NEW, CHANGED, UNCHANGED, REFUSED = "new", "changed", "unchanged", "refused"
OUTCOMES = {"new": NEW, "update": CHANGED, "skip": UNCHANGED}  # django-import-export's words → ours


@dataclass(frozen=True, eq=False)
class Directory:
    """Rows that cells refer to by key: where they are, what each is called, and what to do when one is missing.

    ``load(run)`` gives the rows, ``key(row)`` the name, ``missing(run, key)`` may create a row and return it. Each
    cell of a workbook looks its directory up, so it is known by being itself: to compare names would translate them.
    """

    name: str
    load: callable
    key: callable
    missing: callable = None

    def __deepcopy__(self, memo):
        return self  # the columns of each reading or writing are copies, and lead to the same rows


@dataclass
class Run:
    """One import or export: ``subject`` is what the workbook is about, ``user`` None means the system itself."""

    subject: models.Model | None = None
    user: models.Model | None = None
    reason: str = ""
    is_complete: bool = False  # whether the system writes or reads also what it gives nobody else
    started: datetime.datetime = field(default_factory=timezone.now)
    made: set = field(default_factory=set)
    refused: set = field(default_factory=set)
    tables: dict = field(default_factory=dict)
    names: dict = field(default_factory=dict)
    promises: dict = field(default_factory=dict)
    remembered: dict = field(default_factory=dict)

    def memo(self, name, find):
        """What ``find()`` gave the first time somebody asked for ``name``."""
        if name not in self.remembered:
            self.remembered[name] = find()
        return self.remembered[name]

    def visible(self, queryset):
        """What the user may see of ``queryset``; the system sees all."""
        return queryset if self.user is None else queryset.visible_to(self.user)

    def table(self, directory):
        """key → row of everything in the directory, read once."""
        if directory not in self.tables:
            self.tables[directory], self.names[directory] = {}, {}
            for row in directory.load(self):
                self.add(directory, row)
        return self.tables[directory]

    def add(self, directory, row):
        """Let the cells that follow find a row that was just saved."""
        self.table(directory)[directory.key(row)] = row
        self.names[directory][row.pk] = directory.key(row)

    def promise(self, directory, key, make):
        """Say that ``key`` will exist; ``make()`` creates the row the first time somebody refers to it."""
        self.promises.setdefault(directory, {})[key] = make

    def find(self, directory, key):
        """The row called ``key``, or None."""
        row = self.table(directory).get(key)
        if row is not None:
            return row
        make = self.promises.get(directory, {}).get(key)
        row = make() if make else directory.missing(self, key) if directory.missing else None
        if row is not None:
            self.made.add(row)
            self.add(directory, row)
        return row

    def name(self, directory, pk):
        """What the row with this primary key is called; empty for None and for rows the user may not see."""
        self.table(directory)
        return self.names[directory].get(pk, "")


@dataclass
class Change:
    """One cell: what stood there and what will."""

    column: str
    old: str
    new: str

    @property
    def pieces(self):
        """Both texts as runs of words with those that differ marked, if the texts are akin at all."""
        return pieces(self.old, self.new)


@dataclass
class Outcome:
    """What happened, or will happen, to one row of a sheet."""

    sheet: str
    row: int | None
    label: str
    kind: str
    changes: list[Change] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    version: int | None = None


class Reference(Cell):
    """The key of one row of a directory."""

    def __init__(self, directory):
        super().__init__()
        self.directory = directory

    def clean(self, value, row=None, **kwargs):
        return self._find(value) if value else None

    def render(self, value, obj=None, **kwargs):
        return self.run.name(self.directory, value) if value else ""

    def _find(self, key):
        found = self.run.find(self.directory, key)
        if found is None:
            if (self.directory, key) in self.run.refused:
                raise Misread(_("Raden ”%(key)s” som cellen hänvisar till är avvisad. Rätta den.") % {"key": key})
            raise Misread(
                _("”%(key)s” finns inte bland %(rows)s. Rätta nyckeln eller lägg till raden.")
                % {"key": key, "rows": self.directory.name}
            )
        return found


class References(Reference, ManyToManyWidget):
    """Keys of any number of rows, separated by commas."""

    def __init__(self, directory):
        Reference.__init__(self, directory)
        self.model, self.separator, self.field = None, ", ", None

    def clean(self, value, row=None, **kwargs):
        keys = [key.strip() for key in value.replace("\n", ",").replace(";", ",").split(",")]
        return [self._find(key) for key in dict.fromkeys(keys) if key]

    def render(self, value, obj=None, **kwargs):
        return self.text(value.all() if value is not None else [])

    def text(self, rows):
        return ", ".join(sorted(name for row in rows if (name := self.run.name(self.directory, row.pk))))


class Heading(Field):
    """A column of a sheet: a model field with its Swedish name, its cell and whether it must be filled in."""

    def __init__(self, attribute, column_name, widget, *, model_field, optional=False, fixed=False, **kwargs):
        super().__init__(attribute=attribute, column_name=column_name, widget=widget, **kwargs)
        self.model_field, self.optional, self.fixed = model_field, optional, fixed
        path, _dots, self.name = attribute.rpartition("__")
        self.path = path.split("__") if path else []
        self.prefix = f"{path}__" if path else ""

    @property
    def required(self):
        field = self.model_field
        return not (self.optional or field.blank or field.null or field.has_default())

    @property
    def is_many(self):
        return self.model_field.many_to_many

    def owner(self, instance):
        """The row whose field this is: the line's own, or one that it points to."""
        for step in self.path:
            instance = getattr(instance, step, None)
        return instance

    def get_value(self, instance):
        """The value; of a reference only its primary key, so that no query is made for it."""
        owner = self.owner(instance)
        if owner is None or (self.is_many and not owner.pk):
            return None
        return getattr(
            owner, f"{self.name}_id" if self.model_field.many_to_one or self.model_field.one_to_one else self.name
        )

    def stored(self, value):
        """A cleaned value as get_value would give it."""
        return value.pk if isinstance(value, models.Model) else value

    def clean(self, row, **kwargs):
        value = super().clean(row, **kwargs)
        if self.required and value in (None, "", []):
            raise Misread(_("Cellen är tom. Kolumnen måste fyllas i."))
        return value

    def describe(self):
        """The column as the file writers see it."""
        cell = self.widget
        hint = " ".join(filter(None, [self._demand(), self._help(), cell.hint]))
        return Column(self.column_name, cell.kind, tuple(cell.offered), hint, self.required)

    def _demand(self):
        if self.fixed:
            return _("Fylls i när raden är ny, ändras inte härifrån.")
        return _("Måste fyllas i.") if self.required else ""

    def _help(self):
        if isinstance(self.widget, References):
            return _("Nycklar till %(rows)s, åtskilda med komma.") % {"rows": self.widget.directory.name}
        if isinstance(self.widget, Reference):
            return _("Nyckel till %(rows)s.") % {"rows": self.widget.directory.name}
        return str(self.model_field.help_text)


CELLS = [
    (models.JSONField, ExceptionsCell),
    (models.BooleanField, BooleanCell),
    (models.SlugField, KeyCell),
    (models.DateTimeField, MomentCell),
    (models.DateField, DateCell),
    (models.TimeField, TimeCell),
    (models.DecimalField, DecimalCell),
    (models.PositiveIntegerField, LargeIntegerCell),
    (models.IntegerField, IntegerCell),
]


class Sheet(ModelResource):
    """One kind of row. Subclasses name the sheet, its columns (``Meta.fields``) and what identifies a row."""

    name = ""
    about = ""
    identity = ("key",)
    directories: dict = {}
    ordering = ("order", "pk")
    headings: dict = {}  # attribute → heading, where the model's own word is not enough
    cells: dict = {}  # attribute → cell, where the field's type is not enough
    fixed: tuple = ()  # columns that are set when the row is created and never changed from here
    kept: tuple = ()  # columns where an empty cell leaves what the row has
    makes_keys = True  # whether a row without key gets one
    former: dict = {}  # heading that a column had before → attribute: workbooks of that time are still read
    twice = gettext_lazy("”%(key)s” står redan på rad %(row)s. Ta bort den ena raden eller byt nyckel.")

    class Meta:
        skip_diff = True
        use_transactions = False

    def __init__(self, run):
        super().__init__()
        self.run = run
        for column in self.fields.values():
            column.widget.run = run
            column.widget.columns = self.columns

    # --- columns

    @classmethod
    def field_from_django_field(cls, field_name, django_field, readonly):
        heading = cls.headings.get(field_name) or django_field.verbose_name
        fixed = field_name in cls.fixed
        optional = field_name in cls.kept or (field_name == "key" and cls.makes_keys) or (fixed and "__" in field_name)
        return Heading(
            field_name, str(heading), cls.cell_for(field_name, django_field),
            model_field=django_field, optional=optional, fixed=fixed, default=django_field.default,
        )  # fmt: skip

    @classmethod
    def cell_for(cls, name, django_field):
        if name in cls.cells:
            return cls.cells[name](django_field)
        if django_field.is_relation:
            kind = References if django_field.many_to_many else Reference
            return kind(cls.directories[django_field.related_model])
        if django_field.choices:
            return ChoiceCell(django_field)
        for field_class, cell in CELLS:
            if isinstance(django_field, field_class):
                return cell(django_field)
        return TextCell(django_field)

    @classmethod
    def headings_in_order(cls):
        return [cls.fields[name].column_name for name in cls._meta.fields]

    @classmethod
    def known_headings(cls):
        """What may stand over a column, in small letters → the column's heading today."""
        former = {heading: cls.fields[name].column_name for heading, name in cls.former.items()}
        return {heading.casefold(): name for heading, name in former.items()} | {
            name.casefold(): name for name in cls.headings_in_order()
        }

    @cached_property
    def columns(self):
        """The columns in the order of ``Meta.fields``."""
        return [self.fields[name] for name in self._meta.fields]

    def describe(self):
        """The sheet without rows, as the template and the documentation show it."""
        return Table(str(self.name), [column.describe() for column in self.columns], [], about=str(self.about))

    # --- export

    def rows(self):
        """All rows that belong to the subject of the run."""
        raise NotImplementedError

    def exported(self):
        """The rows that are written to a workbook, in their order."""
        many = [column.attribute for column in self.columns if column.is_many]
        return self.seen().order_by(*self.ordering).prefetch_related(*many)

    def seen(self):
        """The rows the user of the run may see."""
        return self.run.visible(self.rows())

    def table(self):
        """The sheet with its rows, as text in every cell."""
        table = self.describe()
        table.rows = [list(self.texts(row).values()) for row in self.exported()]
        return table

    def texts(self, instance, columns=None):
        """Column → text of the row's cells."""
        return {
            column: column.widget.render(column.get_value(instance))
            for column in (self.columns if columns is None else columns)
        }

    # --- import

    def announce(self, lines):
        """Called for every sheet before the first is saved: promise the rows that other sheets may refer to."""

    def finish(self):
        """Called when all sheets are saved; returns outcomes of what happens to rows only then."""
        return []

    def check(self, instance):
        """Rules that neither cells nor models know. Raises ValidationError, by attribute or for the row."""

    def parts(self, instance):
        """(prefix of its columns, row) of everything that one line may save, in the order of saving."""
        return [("", instance)]

    def import_lines(self, lines):
        """Save the rows that are new or changed; return what became of each line. Unchanged rows are left alone."""
        many = [column.attribute for column in self.columns if column.is_many]
        self.existing = {self.identify(row): row for row in self.rows().prefetch_related(*many)}
        self.claimed, self.twins = {}, None
        for line in lines:
            self.claimed.setdefault(self.identity_of(line), line)
        self.match(lines)
        outcomes = {id(line): self._import_line(line) for line in self._in_order(lines)}
        return [outcomes[id(line)] for line in lines]

    def match(self, lines):
        """Called before the first line is saved, for sheets that find rows by more than their identity."""

    def identify(self, instance):
        """What the row is called in this sheet, the same text as ``identity_of`` gives for its line."""
        return "/".join(self.texts(instance, [self.fields[name] for name in self.identity]).values())

    def columns_of(self, line):
        """The columns that are read of the line: those that the file has."""
        return [column for column in self.columns if column.column_name in line.cells]

    def cell(self, line, name):
        """The text in the column of attribute ``name``; empty where the column is not there."""
        return line.cells.get(self.fields[name].column_name, "")

    def identity_of(self, line):
        """What the line says that its row is called; empty when it leaves that to us."""
        parts = [self.cell(line, name) for name in self.identity]
        return "/".join(parts) if all(parts) else ""

    def _in_order(self, lines):
        """The lines so that a row comes after the rows of the same sheet that it refers to."""
        own = self.directories.get(self._meta.model)
        columns = [c.column_name for c in self.columns if type(c.widget) is Reference and c.widget.directory == own]
        ordered, started = [], set()

        def visit(line):
            if id(line) not in started:
                started.add(id(line))
                for column in columns:
                    if (wanted := self.claimed.get(line.cells.get(column))) is not None:
                        visit(wanted)
                ordered.append(line)

        for line in lines:
            visit(line)
        return ordered

    def _import_line(self, line):
        self.line, self.called = line, self.identity_of(line)
        self.present = self.columns_of(line)
        self.many, self.shown, self.changed, self.version = {}, {}, set(), None
        first = self.claimed[self.called]
        if self.called and first is not line:
            message = self.twice % {"key": self.called, "row": first.number}
            return self._refused([self.problem(self.identity[-1], message)])
        result = self.import_row(line.cells, None, row_number=line.number)
        if result.import_type == "invalid":
            return self._refused(self._problems(result.validation_error))
        if result.import_type == "error":
            return self._refused([self._unexpected(result.errors[0].error)])
        outcome = Outcome(str(self.name), line.number, self.called, OUTCOMES[result.import_type], version=self.version)
        outcome.changes = [Change(column.column_name, *texts) for column, texts in self.shown.items()]
        return outcome

    def _refused(self, problems):
        self.run.refused.add((self.directories.get(self._meta.model), self.called))
        return Outcome(str(self.name), self.line.number, self.called, REFUSED, problems=problems, version=self.version)

    def _problems(self, error):
        by_attribute = error.message_dict if hasattr(error, "error_dict") else {NON_FIELD_ERRORS: error.messages}
        return [self.problem(name, message) for name, messages in by_attribute.items() for message in messages]

    def _unexpected(self, error):
        """A problem in Swedish for what the models or the database refused; anything else is a fault of ours."""
        if isinstance(error, Misread):
            return self.problem(self.identity[0], error)
        if isinstance(error, Frozen):
            return self.problem("", error)
        if isinstance(error, IntegrityError | DataError | VersionConflict):
            return self.problem("", _("Raden krockar med en annan rad, här eller i portalen. Rätta eller ta bort den."))
        raise error

    def problem(self, attribute, message):
        """A problem with the line at hand, in the column of ``attribute`` where the sheet has one."""
        column = self.fields[attribute].column_name if attribute in self.fields else ""
        return Problem(str(self.name), self.line.number, column, str(message))

    # --- the steps of django-import-export's import_row, in the order it takes them

    @classmethod
    def get_row_result_class(cls):
        return Silent

    def get_instance(self, instance_loader, row):
        return self.existing.get(self.called)

    def after_init_instance(self, instance, new, row, **kwargs):
        self.new = new
        self.version = None if new else getattr(instance, "version", None)
        stored = [c for c in self.present if (owner := c.owner(instance)) is not None and owner.pk]
        self.before = self.texts(instance, stored)

    def import_instance(self, instance, row, **kwargs):
        errors = {}
        for column in self.present:
            try:
                self.set_cell(column, instance, row)
            except Misread as error:
                errors[column.attribute] = ValidationError(str(error))
        if errors:
            raise ValidationError(errors)

    def set_cell(self, column, instance, row):
        """Put one cell of the line into the row."""
        name, nested = column.attribute, "__" in column.attribute
        if (name in self.identity and nested) or (name in self.kept and not row[column.column_name]):
            return
        if name in self.fixed and (nested or not self.new):
            self._compare(column, instance, row)
        elif column.is_many:
            self.many[column] = column.clean(row)
        else:
            column.save(instance, row)

    def _compare(self, column, instance, row):
        """A column that may not be changed from here: empty, or what stands in the portal."""
        now = column.widget.render(column.get_value(instance))
        if row[column.column_name] and column.widget.render(column.stored(column.clean(row))) != now:
            message = _("I portalen står ”%(now)s”, och det ändras inte härifrån. Skriv så eller töm cellen.")
            raise Misread(message % {"now": now})

    def skip_row(self, instance, original, row, import_validation_errors=None):
        if import_validation_errors:
            return False
        after = {
            column: column.widget.text(self.many[column]) if column in self.many else text
            for column, text in self.texts(instance, self.present).items()
        }
        if self.new and not self.called and self._is_twin(after):
            return True
        self.changed = {column for column, text in after.items() if text != self.before.get(column, "")}
        if self.new:
            self.shown = {column: ("", text) for column, text in after.items() if text}
        else:
            self.shown = {
                column: (self.before.get(column, ""), after[column]) for column in after if column in self.changed
            }
        return not self.new and not self.changed

    def _is_twin(self, after):
        """A line without key that says just what a row in the portal says is that row, not a new one."""
        key = self.fields[self.identity[-1]]
        columns = [column for column in self.present if column is not key]
        if self.twins is None:
            self.twins = {}
            for called, row in self.existing.items():
                self.twins.setdefault(tuple(self.texts(row, columns).values()), []).append(called)
        for called in self.twins.get(tuple(after[column] for column in columns), []):
            if called not in self.claimed:
                self.called, self.claimed[called] = called, self.line
                self.version = getattr(self.existing[called], "version", None)
                return True
        return False

    def validate_instance(self, instance, import_validation_errors=None, validate_unique=True):
        errors = dict(import_validation_errors or {})
        for column in self.columns:
            if self.new and column.required and column not in self.present:
                errors[column.attribute] = ValidationError(_("Kolumnen saknas. Den ska fyllas i när raden är ny."))
        if not self.called and hasattr(instance, "key"):
            self.called = self._free_key(instance)
        for prefix, part in self._touched(instance):
            self._refuse_frozen(part)
            _collect(
                errors, prefix, lambda part=part, prefix=prefix: part.clean_fields(self._known(part, prefix, errors))
            )
            if not errors:
                _collect(errors, prefix, part.clean)
        if not errors:
            _collect(errors, "", lambda: self.check(instance))
        if errors:
            raise ValidationError(errors)

    def _touched(self, instance):
        """The parts that this line creates or changes."""
        prefixes = {column.prefix for column in self.changed if column.attribute not in self.fixed}
        return [(prefix, part) for prefix, part in self.parts(instance) if part._state.adding or prefix in prefixes]

    def _known(self, part, prefix, errors):
        """Fields that need no cleaning: references were looked up already, and a cell has one problem at a time."""
        references = {field.name for field in part._meta.concrete_fields if field.is_relation}
        return references | {name.removeprefix(prefix) for name in errors if name.startswith(prefix)}

    def _free_key(self, instance):
        """Give the row the kind and the first number that neither the portal nor the file uses: ``goal-7``."""
        number = len(self.existing)
        called = ""
        while not called or called in self.existing or called in self.claimed:
            number += 1
            instance.key = f"{self._meta.model._meta.model_name}-{number}"
            called = self.identify(instance)
        self.claimed[called] = self.line
        return called

    def do_instance_save(self, instance, is_create):
        """Save in a savepoint; the database says what collides, and only then it is worth finding the words for it."""
        try:
            with transaction.atomic():
                self.save_parts(instance)
        except IntegrityError:
            errors = {}
            for prefix, part in self._touched(instance):
                _collect(errors, prefix, part.validate_unique)
                _collect(errors, prefix, part.validate_constraints)
            if errors:
                raise ValidationError(errors) from None
            raise
        self.existing[self.identify(instance)] = instance
        directory = self.directories.get(self._meta.model)
        if directory:
            self.run.add(directory, instance)

    def save_parts(self, instance):
        """Write what the line creates or changes."""
        for prefix, part in self._touched(instance):
            with one_entry(part):
                self._save(part)
                for column, rows in self.many.items():
                    if column.prefix == prefix and column in self.changed:
                        column.get_value(instance).set(rows)

    def _save(self, part):
        part._history_date = self.run.started  # one moment, so that the history can tell the import as one event
        if part._state.adding:
            part._change_reason = self.run.reason
            part.save(force_insert=True)
        elif isinstance(part, Versioned):
            part.save_version(part.version, reason=self.run.reason)
        else:
            part.save()

    def _refuse_frozen(self, part):
        """The model refuses too, but it cannot see that only a many-to-many relation is about to change."""
        if part._state.adding or not isinstance(part, Freezable):
            return
        closed = {column.attribute for column in self.changed} - {*part.frozen_but}
        if closed and type(part).objects.filter(pk=part.pk).frozen().exists():
            raise Frozen(part.frozen_message)

    def save_m2m(self, instance, row, **kwargs):
        """The lists are saved with the row they belong to."""


class Silent(RowResult):
    """A result that asks no row for its name: that would be a query each."""

    def add_instance_info(self, instance):
        pass


def _collect(errors, prefix, validate):
    """Run ``validate`` and add what it complains about to ``errors``, by the sheet's attributes."""
    try:
        validate()
    except ValidationError as error:
        for name, messages in error.update_error_dict({}).items():
            errors.setdefault(name if name == NON_FIELD_ERRORS else f"{prefix}{name}", []).extend(messages)
