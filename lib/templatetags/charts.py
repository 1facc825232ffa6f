"""Charts in templates: the picture, and in the same figure the table that says the same."""

from django import template

from lib.charting import draw_lines

register = template.Library()


@register.inclusion_tag("_line_chart.html")
def line_chart(chart):
    """A ``lib.charting.LineChart``: one picture for the page, one for telephones, and its table behind a summary."""
    return {"chart": chart, "wide": draw_lines(chart), "narrow": draw_lines(chart, is_narrow=True)}
