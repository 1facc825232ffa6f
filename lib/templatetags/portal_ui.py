"""Display helpers that know none of our nouns."""

from django import template
from django.templatetags.static import static
from django.utils.html import format_html

register = template.Library()


@register.simple_tag
def icon(name):
    """One symbol of the sprite. It never stands alone: a word follows, so it is hidden from screen readers."""
    return format_html(
        '<svg class="i" viewBox="0 0 16 16" aria-hidden="true" focusable="false"><use href="{}#i-{}"/></svg>',
        static("img/icons.svg"),
        name,
    )


@register.filter
def lines(text):
    """The lines of a one-per-row text field, blanks dropped."""
    return [line.strip() for line in (text or "").splitlines() if line.strip()]


@register.filter
def widget_class(bound_field):
    """The field's widget with the design system's class, described by its help text and errors."""
    widget = bound_field.field.widget
    described = [f"{bound_field.auto_id}-hint"] if bound_field.help_text else []
    described += [f"{bound_field.auto_id}-error"] if bound_field.errors else []
    attrs = {} if getattr(widget, "input_type", "") in ("radio",) else {"class": "ds-input"}
    if described:
        attrs["aria-describedby"] = " ".join(described)
    if bound_field.errors:
        attrs["aria-invalid"] = "true"
    return bound_field.as_widget(attrs={**widget.attrs, **attrs})


@register.filter
def kind_of_widget(bound_field):
    """``check``, ``options`` (several radio buttons or boxes) or ``one``: how the field is laid out."""
    widget = bound_field.field.widget
    if getattr(widget, "input_type", "") == "checkbox" and not getattr(widget, "choices", None):
        return "check"
    return "options" if getattr(widget, "input_type", "") in ("radio", "checkbox") else "one"
