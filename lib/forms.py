"""Forms that clean what is typed, check the version on save, and never lose a text.

A form is answered by ``answer_form``: refused, frozen, saved by somebody else meanwhile or removed meanwhile, the page
that comes back holds everything that was typed.
"""

from decimal import Decimal

from django import forms
from django.contrib import messages
from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.core.validators import MaxLengthValidator, MaxValueValidator
from django.db import IntegrityError, models, transaction
from django.db.models.fields import BLANK_CHOICE_DASH
from django.forms.models import model_to_dict
from django.shortcuts import redirect, render
from django.utils.datastructures import MultiValueDict
from django.utils.formats import number_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lib.db import Freezable, Frozen, VersionConflict
from lib.history import one_entry
from lib.merging import merge, shown
from lib.moments import check_year, clean_moment, clean_year
from lib.swedish import clean_text

SmallIntegers = models.SmallIntegerField | models.PositiveSmallIntegerField
SMALL_INTEGER_MAX = 32767  # what both databases hold; SQLite alone would take more
SHORT_LINE = 20  # texts that cannot be longer than this get a short box
LONG_LINE = 160  # texts that may be longer than this are shown over several lines

YES_NO = (("unknown", gettext_lazy("Framgår inte")), ("true", gettext_lazy("Ja")), ("false", gettext_lazy("Nej")))


class MaxLength(MaxLengthValidator):
    """Says how long the text was, how much there is room for, and what to do."""

    def __call__(self, value):
        if len(value) > self.limit_value:
            numbers = {"length": len(value), "limit": self.limit_value, "excess": len(value) - self.limit_value}
            raise ValidationError(
                _("Texten är %(length)s tecken. Här får %(limit)s plats. Korta den med %(excess)s tecken."),
                code="max_length",
                params={name: number_format(number) for name, number in numbers.items()},
            )


class LongLine(forms.Textarea):
    """A text without line breaks that is too long for a one-line box."""

    def value_from_datadict(self, data, files, name):
        value = super().value_from_datadict(data, files, name)
        return value and " ".join(value.split())


def put_on_one_line(field):
    """Let a name that may be long have a box of one line all the same. A field of another kind is left as it is."""
    if isinstance(field.widget, LongLine):
        field.widget = forms.TextInput()


class NumberInput(forms.TextInput):
    """A number as Swedes write it: decimal comma, spaces between thousands (no-break or not), a real minus sign."""

    def value_from_datadict(self, data, files, name):
        value = super().value_from_datadict(data, files, name)
        return value and "".join(value.split()).replace("\N{MINUS SIGN}", "-").replace(",", ".")

    def format_value(self, value):
        if isinstance(value, Decimal):
            value = f"{value.normalize():f}"
        return None if value in (None, "") else str(value).replace(".", ",")


class Checkboxes(forms.CheckboxSelectMultiple):
    """Several of a list. An id longer than any there is would otherwise reach the database, which stops at it."""

    def value_from_datadict(self, data, files, name):
        return [value if len(str(value)) < 19 else "" for value in super().value_from_datadict(data, files, name) or []]


class MomentField(forms.CharField):
    """A year, a month or a date, as the document gives it."""

    def __init__(self, *, max_length=None, **kwargs):  # what it may look like says how long it may be
        super().__init__(**kwargs)

    def clean(self, value):
        return clean_moment(super().clean(value))


class YearField(MomentField):
    def clean(self, value):
        return clean_year(forms.CharField.clean(self, value))


class VersionField(forms.IntegerField):
    """The version the row was read at. What cannot be read is a version nobody has, and so a conflict to look at."""

    def __init__(self):
        super().__init__(required=False, min_value=1, max_value=2**31 - 1, widget=forms.HiddenInput)

    def clean(self, value):
        try:
            return super().clean(value) or 0
        except ValidationError:
            return 0


class VersionedModelForm(forms.ModelForm):
    """A form for one versioned row.

    Keywords beside Django's own are the form's scope: what the row belongs to (``agreement=…``) and who asks
    (``user=…``). Scope named like a field of the model is set on new rows and takes part in validation. Subclasses
    narrow what can be chosen in ``limit_choices`` and group fields in ``fieldsets``: (legend, names, folded), …
    """

    fieldsets = ()
    version = VersionField()

    def __init__(self, data=None, files=None, *, instance=None, initial=None, prefix=None, **scope):
        super().__init__(clean_data(data), files, instance=instance, initial=initial, prefix=prefix)
        self.scope = scope
        self.is_new = self.instance._state.adding
        self.frozen_note = ""
        if self.is_new:
            del self.fields["version"]
            for name in self._scope_fields():
                setattr(self.instance, name, scope[name])
        else:
            self.initial["version"] = self.instance.version
            self._leave_out_frozen()
        small = {field.name for field in self._meta.model._meta.fields if isinstance(field, SmallIntegers)}
        for name, field in self.fields.items():
            make_swedish(field)
            if name in small and isinstance(field, forms.IntegerField):
                field.validators.append(MaxValueValidator(SMALL_INTEGER_MAX))
        self.limit_choices()

    def limit_choices(self):
        """Narrow the fields' choices by ``self.scope``."""

    def _scope_fields(self):
        return self.scope.keys() & {field.name for field in self._meta.model._meta.fields}

    def _get_validation_exclusions(self):
        return super()._get_validation_exclusions() - self._scope_fields()

    def _leave_out_frozen(self):
        """A frozen row shows only what may still change. What is sent all the same is kept, and refused when saved."""
        model = self._meta.model
        if not issubclass(model, Freezable) or not self.instance.is_stored_frozen():
            return
        self.frozen_note = model.frozen_message
        locked = self.fields.keys() - {*model.frozen_but, "version"} if model.frozen_but else ()
        for name in locked:
            if self.add_prefix(name) not in self.data:
                del self.fields[name]

    def sections(self):
        """(legend, bound fields, folded) in order; what stands in no fieldset comes first, errors are never folded."""
        listed = {name for _legend, names, _folded in self.fieldsets for name in names}
        sections = [("", [field for field in self.visible_fields() if field.name not in listed], False)]
        for legend, names, folded in self.fieldsets:
            fields = [self[name] for name in names if name in self.fields]
            sections.append((legend, fields, folded and not any(field.errors for field in fields)))
        return [section for section in sections if section[1]]

    def save(self, commit=True):
        """Save at the version the row was read at; where nothing changed, nothing is written.

        Raises VersionConflict, Frozen, or ObjectDoesNotExist where the row is gone.
        """
        if self.is_new:
            with one_entry(self.instance):
                return super().save()
        if set(self.changed_data) - {"version"}:
            with one_entry(self.instance):
                self.instance.save_version(self.cleaned_data["version"])
                self._save_m2m()
        return self.instance

    def stored(self, row):
        """What the fields hold in a row as it is, or once was, stored."""
        return model_to_dict(row)

    def renewed(self, current, mine):
        """The same form on the row as stored now, with what I typed in the fields named in ``mine``."""
        typed = {name: self[name].value() for name in mine}
        return type(self)(instance=current, initial=typed, prefix=self.prefix, **self.scope)

    def typed(self):
        """(label, text) of everything typed, for a page where it can only be copied."""
        texts = [(bound.label, shown(bound.field, bound.data)) for bound in self.visible_fields()]
        return [(label, text) for label, text in texts if text]


def clean_data(data):
    """A copy of posted data (or None) in which every value is clean text, whichever field it belongs to."""
    if data is None or not hasattr(data, "setlist"):
        return data and {name: clean_text(value) if isinstance(value, str) else value for name, value in data.items()}
    data = data.copy()
    for name, values in data.lists():
        data.setlist(name, [clean_text(value) for value in values])
    return data


def make_swedish(field):
    """Give a form field its widget, bounds and messages, by what kind of field it is."""
    if isinstance(field, VersionField | forms.FileField):
        return
    if isinstance(field, forms.DateField | forms.TimeField):
        _make_time(field)
    elif isinstance(field, forms.NullBooleanField):
        field.widget.choices = YES_NO
    elif isinstance(field, forms.ChoiceField):
        _make_choice(field)
    elif isinstance(field, forms.IntegerField):
        field.widget = NumberInput(attrs={"inputmode": "decimal", "autocomplete": "off", "class": "short"})
        field.error_messages["invalid"] = _("Skriv ett tal, till exempel 1234,5.")
    elif isinstance(field, forms.CharField):
        _bound_text(field)


def _make_time(field):
    is_date = isinstance(field, forms.DateField)
    if is_date:
        field.validators.append(check_year)
    field.widget = type(field.widget)(
        attrs={"placeholder": "åååå-mm-dd" if is_date else "tt:mm", "autocomplete": "off", "class": "short"}
    )
    field.error_messages["invalid"] = (
        _("Skriv datumet med år, månad och dag, till exempel 2027-06-30.")
        if is_date
        else _("Skriv klockslaget med timme och minut, till exempel 13:30.")
    )


def _make_choice(field):
    """Say what an empty choice means, and that what was sent can no longer be chosen."""
    nothing = _("Välj") if field.required else _("Anges inte")
    field.error_messages["invalid_choice"] = _("Det du valde finns inte att välja här. Välj något annat i listan.")
    if isinstance(field, forms.ModelMultipleChoiceField):
        field.widget = Checkboxes()
        field.error_messages["invalid_pk_value"] = field.error_messages["invalid_choice"]
    elif isinstance(field, forms.ModelChoiceField):
        field.empty_label = None if field.empty_label is None else nothing
    else:
        field.choices = [
            (code, nothing if label == BLANK_CHOICE_DASH[0][1] else capfirst(label)) for code, label in field.choices
        ]


def _bound_text(field):
    """Bound a text by our own words; the browser's silent cut at maxlength would lose the end of a pasted text."""
    limits = [validator for validator in field.validators if isinstance(validator, MaxLengthValidator)]
    field.validators = [validator for validator in field.validators if validator not in limits]
    field.validators += [MaxLength(validator.limit_value) for validator in limits]
    field.widget.attrs.pop("maxlength", None)
    longest = min((validator.limit_value for validator in limits), default=0)
    if isinstance(field.widget, forms.Textarea):
        field.widget.attrs |= {"rows": 3 if longest <= 1000 else 6}
        field.widget.attrs.pop("cols", None)
    elif longest > LONG_LINE and isinstance(field.widget, forms.TextInput) and not isinstance(field, forms.EmailField):
        field.widget = LongLine(attrs={"rows": 2, "data-line": True})
    elif longest <= SHORT_LINE:
        field.widget.attrs["class"] = "short"


def answer_form(request, form, template, context, *, url, save=None, done=""):
    """Show ``form`` in ``template``, or save it, say ``done`` and go to ``url``, a string or function of the saved row.

    ``save`` (default: the form's own) runs in one transaction. The page comes again where the form is invalid, the row
    is frozen or saving refuses it (ValidationError), as 409 where somebody saved the row meanwhile, and as 404 with the
    text to copy where it is gone.
    """
    if kept := getattr(request, "kept_form", None):
        _take_up(form, kept)
    elif form.is_valid():
        try:
            with transaction.atomic():
                row = (save or form.save)()
        except VersionConflict as conflict:
            return _answer_conflict(request, form, conflict.current, template, context)
        except ObjectDoesNotExist:
            return answer_gone(request, form)
        except Frozen as frozen:
            form.add_error(None, str(frozen))
        except ValidationError as error:
            _add_errors(form, error)
        except IntegrityError:
            form.add_error(None, _("Någon annan sparade något samtidigt som krockar med ditt. Försök igen."))
        else:
            messages.success(request, done or _("Sparat."))
            return redirect(url(row) if callable(url) else url)
    return render(request, template, {**context, "form": form})


def typed_in(request):
    """What a form is filled with: what is sent, or what was typed when the session had ended; None for neither.

    For forms that ``answer_form`` does not answer. Only what is sent may be stored.
    """
    if request.method == "POST":
        return request.POST
    if kept := getattr(request, "kept_form", None):
        kept.is_shown = True
        return kept.data
    return None


def _take_up(form, kept):
    """Fill the form with what was typed when the session had ended; it is stored when the person sends it again."""
    form.data, form.files, form.is_bound = clean_data(kept.data), MultiValueDict(), True
    names = tuple(form.add_prefix(name) for name in form.fields)
    kept.beside = [text for name, text in kept.pairs if text.strip() and not name.startswith(names)]
    kept.is_shown = True


def _add_errors(form, error):
    """Put what only showed when it was saved at its fields; what the form has no field for stands at the top."""
    for name, texts in getattr(error, "message_dict", {None: error.messages}).items():
        for text in texts:
            form.add_error(name if name in form.fields else None, text)


def _answer_conflict(request, form, current, template, context):
    """409: both texts of what we both changed, theirs of what I left alone, and a form that saves when sent again."""
    context = {**context, **merge(form, current), "form_files": bool(form.files)}
    return render(request, template, context, status=409)


def answer_gone(request, form):
    """404: the row was removed while somebody wrote in it; the page holds the text to copy."""
    return render(request, "gone.html", {"typed": form.typed()}, status=404)
