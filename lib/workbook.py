"""Sheets of a workbook on top of django-import-export: Swedish headings and values, rows found by their keys.

One ``Sheet`` is one kind of row. A ``Run`` is one reading or writing of a whole workbook and remembers what was looked
up on the way, so that the number of queries follows the sheets and not the cells. Knows nothing of our own nouns.
"""

from dataclasses import dataclass, field
from functools import cached_property

from django.db import models
from django.utils.translation import gettext as _
from import_export.fields import Field
from import_export.resources import ModelResource
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
    MomentCell,
    TextCell,
    TimeCell,
)
from lib.spreadsheets import Column, Problem, Table

NEW, CHANGED, UNCHANGED, REFUSED = "new", "changed", "unchanged", "refused"


@dataclass(frozen=True)
class Directory:
    """Rows that cells refer to by key: where they are, what each is called, and what to do when one is missing.

    ``load(run)`` gives the rows, ``key(row)`` the name, ``missing(run, key)`` may create a row and return it.
    """

    name: str
    load: callable
    key: callable
    missing: callable = None


@dataclass
class Run:
    """One import or export: ``subject`` is what the workbook is about, ``user`` None means the system itself."""

    subject: models.Model | None = None
    user: models.Model | None = None
    today: object = None
    reason: str = ""
    made: set = field(default_factory=set)
    tables: dict = field(default_factory=dict)
    names: dict = field(default_factory=dict)
    promises: dict = field(default_factory=dict)

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
            raise ValueError(
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

    def __init__(self, attribute, column_name, widget, *, model_field, **kwargs):
        super().__init__(attribute=attribute, column_name=column_name, widget=widget, **kwargs)
        self.model_field = model_field

    @property
    def required(self):
        return not (self.model_field.blank or self.model_field.null or self.model_field.has_default())

    @property
    def is_many(self):
        return self.model_field.many_to_many

    def get_value(self, instance):
        """The value; of a reference only its primary key, so that no query is made for it."""
        *path, name = self.attribute.split("__")
        for step in path:
            instance = getattr(instance, step)
        if instance is None:
            return None
        if self.is_many:
            return getattr(instance, name) if instance.pk else None
        return getattr(instance, f"{name}_id" if self.model_field.is_relation else name)

    def clean(self, row, **kwargs):
        value = super().clean(row, **kwargs)
        if self.required and value in (None, "", []):
            raise ValueError(_("Cellen är tom. Kolumnen måste fyllas i."))
        return value

    def describe(self):
        """The column as the file writers see it."""
        cell = self.widget
        hint = " ".join(filter(None, [_("Måste fyllas i.") if self.required else "", self._help(), cell.hint]))
        return Column(name=self.column_name, kind=cell.kind, choices=cell.offered, help=hint)

    def _help(self):
        if isinstance(self.widget, References):
            return _("Nycklar till %(rows)s, åtskilda med komma.") % {"rows": self.widget.directory.name}
        if isinstance(self.widget, Reference):
            return _("Nyckel till %(rows)s.") % {"rows": self.widget.directory.name}
        return str(self.model_field.help_text)


@dataclass
class Change:
    """One cell: what stood there and what will."""

    column: str
    old: str
    new: str


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


CELLS = [
    (models.JSONField, ExceptionsCell),
    (models.BooleanField, BooleanCell),
    (models.SlugField, KeyCell),
    (models.DateTimeField, MomentCell),
    (models.DateField, DateCell),
    (models.TimeField, TimeCell),
    (models.DecimalField, DecimalCell),
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
    fixed: tuple = ()  # columns of shared rows: set when the row is created, never changed from here

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
        return Heading(
            field_name, str(heading), cls.cell_for(field_name, django_field),
            model_field=django_field, default=django_field.default,
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
