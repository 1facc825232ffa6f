"""What stands over the pages of an agreement that does not hold any more."""

from django import template

from agreements.ending import band
from agreements.models import Agreement

register = template.Library()


@register.inclusion_tag("agreements/_band_where_ended.html")
def band_where_ended(agreement):
    """The band, or nothing; ``agreement`` may be whatever a page calls so."""
    return {"ended": band(agreement) if isinstance(agreement, Agreement) else None}
