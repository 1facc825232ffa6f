"""Display helpers that know none of our nouns."""

from functools import cache

from django import template
from django.templatetags.static import static
from django.utils.html import format_html

register = template.Library()


@register.simple_tag
@cache  # a page shows up to a thousand, of forty kinds
def icon(name):
    """One symbol of the sprite. It never stands alone: a word follows, so it is hidden from screen readers."""
    return format_html(
        '<svg class="i" viewBox="0 0 16 16" aria-hidden="true"><use href="{}#i-{}"/></svg>',
        static("img/icons.svg"),
        name,
    )


@register.filter
def lines(text):
    """The lines of a one-per-row text field, blanks dropped."""
    return [line.strip() for line in (text or "").splitlines() if line.strip()]


@register.filter
def described_by(bound_field):
    """The ids of the field's help text and errors, for ``aria-describedby``; empty without either."""
    hint = [f"{bound_field.auto_id}-hint"] if bound_field.help_text else []
    error = [f"{bound_field.auto_id}-error"] if bound_field.errors else []
    return " ".join(hint + error)


@register.filter
def widget_class(bound_field):
    """The field's widget with the design system's class, described by its help text and errors.

    Of several radio buttons or boxes the fieldset around them is described, so that no reader hears it once for each.
    """
    widget = bound_field.field.widget
    attrs = {"class": f"ds-input {widget.attrs.get('class', '')}".strip()}
    if widget.attrs.get("autocomplete", "off") != "off":
        attrs["placeholder"] = False  # the browser fills it in; allauth's placeholders only repeat the label
    if kind_of_widget(bound_field) != "options":
        attrs["aria-describedby"] = described_by(bound_field) or False
        attrs["aria-invalid"] = "true" if bound_field.errors else False
    return bound_field.as_widget(attrs=attrs)


@register.filter
def kind_of_widget(bound_field):
    """``check``, ``options`` (several radio buttons or boxes) or ``one``: how the field is laid out."""
    widget = bound_field.field.widget
    if getattr(widget, "input_type", "") == "checkbox" and not getattr(widget, "choices", None):
        return "check"
    return "options" if getattr(widget, "input_type", "") in ("radio", "checkbox") else "one"


@register.filter
def target_id(bound_field):
    """Where a link to the field should go: its box, its first option, or the group when it has no options."""
    if bound_field.id_for_label:
        return bound_field.id_for_label
    return next((option.id_for_label for option in bound_field.subwidgets), bound_field.auto_id)
