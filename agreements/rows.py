"""What all rows of an agreement share when they are edited: their form, their addresses, and what hangs on them."""

from collections import defaultdict
from types import SimpleNamespace

from django import forms
from django.contrib import messages
from django.contrib.admin.utils import NestedObjects
from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.db import router, transaction
from django.db.models import Max, ProtectedError
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from agreements.frame import frame
from agreements.models import Agreement, AgreementRow, Basis
from lib.cells import ExceptionsCell
from lib.db import Freezable, Frozen, VersionConflict
from lib.forms import SMALL_INTEGER_MAX, VersionedModelForm, VersionField, answer_form, answer_gone

SOURCE = ["source_document", "source_page", "source_section", "basis", "basis_ref", "field_basis"]
SOURCE_SECTION = (gettext_lazy("Källa och plats i listan"), [*SOURCE, "order"], True)
SOURCE_HELP = {
    "source_page": gettext_lazy("Sidan i filen, inte den tryckta siffran."),
    "basis": gettext_lazy("Tolkad: det är vår läsning. Senare uppgift: känt från annat håll."),
    "basis_ref": gettext_lazy("Noteringens beteckning, till exempel E1."),
}
ON_DETAIL = "agreements:agreement_detail"
ON_PARTIES = "agreements:accession_list"
ON_PROCESS = "agreements:process_detail"


class BasisByField(forms.CharField):
    """The basis of single fields, a line each (``Målår: tolkad``), stored as ``{"target_year": "inferred"}``."""

    def __init__(self):
        super().__init__(
            label=gettext_lazy("grund per fält"),
            max_length=1000,
            required=False,
            widget=forms.Textarea,
            help_text=gettext_lazy(
                "Bara för fält med annan grund än raden. Ett fält per rad, till exempel ”Målår: tolkad”."
            ),
        )
        self.cell = ExceptionsCell()
        self.cell.choices = Basis.choices

    def name_columns(self, fields):
        """Let the labels of the form's own fields be the words that name them."""
        self.cell.columns = [
            SimpleNamespace(column_name=str(field.label), attribute=name)
            for name, field in fields.items()
            if name not in {*SOURCE, "order", "version"}
        ]

    def prepare_value(self, value):
        return self.cell.render(value).replace("; ", "\n") if isinstance(value, dict) else value

    def has_changed(self, initial, data):
        return super().has_changed(self.prepare_value(initial), data)

    def clean(self, value):
        text = super().clean(value)
        try:
            return self.cell.clean(text)
        except ValueError as error:
            raise ValidationError(str(error)) from error


class OrderField(forms.IntegerField):
    """What comes first in the list. A new row comes last unless it is told where."""

    def __init__(self):
        super().__init__(
            label=gettext_lazy("plats i listan"),
            min_value=0,
            required=False,
            help_text=gettext_lazy("Lägst nummer visas först. Lämna tomt för att komma sist."),
        )


class RowForm(VersionedModelForm):
    """A row that belongs to an agreement, directly or through a body.

    ``slug`` is its word in addresses, ``page`` and ``anchor`` where it is shown, ``changes_rights`` whether somebody's
    rights follow from it, ``removable`` whether it can be removed by itself.
    """

    slug = page = anchor = ""
    changes_rights = False
    removable = True

    @classmethod
    def rows(cls, agreement):
        """The rows of ``agreement`` that this form is for."""
        return cls._meta.model.objects.filter(agreement=agreement)

    @classmethod
    def noun(cls):
        return cls._meta.model._meta.verbose_name

    @classmethod
    def url_of(cls, agreement, row=None):
        """Where the row is shown: its page, and its place there where a row is given."""
        anchor = cls.anchor_of(row) if row else ""
        return reverse(cls.page, args=[agreement.slug]) + (f"#{anchor}" if anchor else "")

    @classmethod
    def anchor_of(cls, row):
        """The id on the page of the row itself, or of the section that holds it."""
        return cls.anchor.format(row=row)

    @classmethod
    def delete(cls, row, version):
        """Remove the row if it still has that version. Raises VersionConflict, Frozen, ProtectedError."""
        row.delete_version(version)

    def limit_choices(self):
        """Only rows of the same agreement, and agreements the user may see, can be chosen, whoever sends what."""
        if self.is_new:
            self.initial["order"] = None
        for name, field in list(self.fields.items()):
            model = field.queryset.model if isinstance(field, forms.ModelChoiceField) else None
            if model is Agreement:
                self.limit_agreements(name)
            elif model and issubclass(model, AgreementRow):
                field.queryset = model.objects.filter(agreement=self.scope["agreement"])
                if model is self._meta.model:
                    field.queryset = field.queryset.exclude(pk=self.instance.pk)

    def limit_agreements(self, name):
        limit_agreements(self, name, own=self.scope["agreement"])

    def clean_order(self):
        """The place given; none given is last."""
        order = self.cleaned_data["order"]
        if order is None:
            last = self.rows(self.scope["agreement"]).exclude(pk=self.instance.pk).aggregate(last=Max("order"))["last"]
            return 0 if last is None else min(last + 1, SMALL_INTEGER_MAX)
        return order


class SourcedRowForm(RowForm):
    """A row with its source and its place in the list."""

    field_basis = BasisByField()
    order = OrderField()

    def limit_choices(self):
        super().limit_choices()
        for name, help_text in SOURCE_HELP.items():
            if name in self.fields:
                self.fields[name].help_text = help_text
        if "field_basis" in self.fields:
            self.fields["field_basis"].name_columns(self.fields)


def limit_agreements(form, name, own):
    """Offer agreements the user may see; a link to one that must not be seen stays as it is, out of the form."""
    seen = Agreement.objects.visible_to(form.scope["user"])
    chosen = getattr(form.instance, f"{name}_id")
    if chosen and not seen.filter(pk=chosen).exists():
        del form.fields[name]
    else:
        form.fields[name].queryset = seen.exclude(pk=own.pk)


def kind_converter(kinds):
    """A path converter between the Swedish word in addresses and the form; the model's name leads there too."""
    by_slug = {form.slug: form for form in kinds}
    slugs = {form._meta.model._meta.model_name: form.slug for form in kinds} | {slug: slug for slug in by_slug}

    class KindConverter:
        regex = "|".join(sorted(by_slug, key=len, reverse=True))

        def to_python(self, value):
            return by_slug[value]

        def to_url(self, value):
            if value not in slugs:
                raise ValueError(value)
            return slugs[value]

    return KindConverter


def hanging_on(row, user):
    """What hangs on ``row``, as ``blocking`` and ``going``: (kind, name) of what ``user`` may see.

    The blocking must go or point elsewhere before the row can be removed; the going is removed with it, or taken off
    the lists it is in.
    """
    protected, going = _hanging_on(row)
    return SimpleNamespace(
        is_blocked=bool(protected),
        blocking=_named(protected, row, user),
        going=[] if protected else _named(going, row, user),
    )


def is_unused(row):
    """Whether nothing at all hangs on the row, lists it is in included."""
    return not any(_hanging_on(row))


def _hanging_on(row):
    collector = NestedObjects(using=router.db_for_write(type(row)), origin=row)
    collector.collect([row])
    return collector.protected, {obj for objects in collector.data.values() for obj in objects} - {row}


def _named(objects, row, user):
    """(kind, name) of each but ``row``; rows the user may not read are told under one name, machinery not at all."""
    by_model = defaultdict(set)
    for model, key in map(_subject, objects):
        by_model[model].add(key)
    by_model[type(row)].discard(row.pk)
    lines = []
    for model, keys in by_model.items():
        if not hasattr(model._default_manager, "visible_to"):
            continue
        seen = list(model._default_manager.visible_to(user).filter(pk__in=keys))
        lines += [(model._meta.verbose_name, str(obj)) for obj in seen]
        if len(seen) < len(keys):
            lines.append((model._meta.verbose_name, _("sådant som du inte kan läsa")))
    return lines


def _subject(obj):
    """(model, key) of the row itself; for a line between two rows of the one whose list it is, which comes first."""
    if hasattr(type(obj)._default_manager, "visible_to"):
        return type(obj), obj.pk
    first = next(field for field in obj._meta.concrete_fields if field.many_to_one)
    return first.related_model, getattr(obj, first.attname)


class DeleteForm(forms.Form):
    """The version that was looked at when the button was pressed."""

    version = VersionField()


def posted(request):
    """What a form takes: the data and the files of a POST, nothing of a GET."""
    return (request.POST, request.FILES) if request.method == "POST" else (None, None)


def answer_create(request, agreement, kind, template, *, grant, initial=None, then=None, url_of=None):
    """Add a row of a kind. ``grant`` gives the rights that follow from the agreement's rows.

    ``then`` is done with the new row in the same transaction; ``url_of`` leads elsewhere back than to the kind's page.
    """
    form = kind(*posted(request), initial=initial, agreement=agreement, user=request.user)
    title = _("Lägg till %(kind)s") % {"kind": kind.noun()}
    return _answer(request, agreement, form, template, title, grant, then=then, url_of=url_of)


def answer_edit(request, agreement, kind, pk, template, *, grant, url_of=None):
    """Change a row of a kind; where it is gone, what was typed is shown once more."""
    row = kind.rows(agreement).filter(pk=pk).first()
    if row is None and request.method != "POST":
        raise Http404
    about = row and str(row)  # as stored: the form writes in the row
    form = kind(*posted(request), instance=row, agreement=agreement, user=request.user)
    if row is None:
        return answer_gone(request, form)
    title = _("Ändra %(kind)s") % {"kind": kind.noun()}
    return _answer(request, agreement, form, template, title, grant, about, url_of=url_of)


def _answer(request, agreement, form, template, title, grant, about="", then=None, url_of=None):
    url_of = url_of or (lambda row: form.url_of(agreement, row))

    def save():
        row = form.save()
        if then:
            then(row)
        if form.changes_rights:
            grant(agreement)
        return row

    context = {
        **frame(agreement, (title, "")),
        "title": title,
        "about": about or agreement.short_name,
        "row": form.instance,
        "kind": form.slug,
        "back_url": url_of(None if form.is_new else form.instance),
    }
    return answer_form(request, form, template, context, save=save, url=url_of)


def answer_delete(request, agreement, kind, pk, template, *, grant):
    """Ask, showing what hangs on the row, and remove it. Whatever stands in the way is said in words."""
    row = kind.rows(agreement).filter(pk=pk).first()
    if row is None or not kind.removable:
        raise Http404
    form = DeleteForm(request.POST) if request.method == "POST" else None
    problem = form and form.is_valid() and _delete(kind, row, form.cleaned_data["version"], agreement, grant)
    if problem == "":
        messages.success(request, _("%(kind)s togs bort.") % {"kind": capfirst(kind.noun())})
        return redirect(kind.url_of(agreement))
    row = kind.rows(agreement).filter(pk=pk).first()
    frozen = isinstance(row, Freezable) and row.is_stored_frozen()
    title = _("Ta bort %(kind)s") % {"kind": kind.noun()}
    context = {
        **frame(agreement, (title, "")),
        "title": title,
        "row": row,
        "form": DeleteForm(initial={"version": row.version}),
        "frozen": frozen,
        "problem": problem or (row.frozen_message if frozen else ""),
        "hanging": hanging_on(row, request.user),
        "back_url": kind.url_of(agreement, row),
    }
    return render(request, template, context, status=409 if problem else 200)


def _delete(kind, row, version, agreement, grant):
    """Why the row could not be removed; nothing where it is gone."""
    try:
        with transaction.atomic():
            kind.delete(row, version)
            if kind.changes_rights:
                grant(agreement)
    except VersionConflict:
        return _("Någon ändrade raden medan du läste. Läs den igen innan du tar bort den.")
    except ProtectedError:
        return _("Raden används på annat håll och kan inte tas bort än.")
    except Frozen as frozen:
        return str(frozen)
    except ObjectDoesNotExist:
        return ""
    return ""
