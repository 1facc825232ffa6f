"""The end: whether it is past, and what is said of it on every page of the agreement."""

from dataclasses import dataclass
from functools import lru_cache

from django.core.exceptions import ValidationError
from django.db.models import OuterRef, Subquery
from django.utils import timezone
from django.utils.translation import gettext as _

from agreements.lifecycle import OVER
from agreements.models import Agreement, LifeEvent, Termination, Validity
from lib.moments import last_day_of


@dataclass(frozen=True)
class Ended:
    """What the band over an agreement's pages says: the text, and the series whose version in force it leads to."""

    text: str
    series: str = ""


def end_of(agreement):
    """The last day on which the agreement holds, or held; None where it is not known or there is none.

    What was ended early held until the day of that decision, or the day it said.
    """
    return _end_under(agreement.pk, agreement.stamp, agreement.status in OVER) if agreement.pk else None


@lru_cache(maxsize=2048)
def _end_under(agreement, stamp, is_over):
    """As end_of. Every page asks this, and whoever writes what it reads gives the agreement a new stamp."""
    last = Validity.objects.filter(agreement=agreement).order_by("order", "pk").values_list("end", flat=True).last()
    early = LifeEvent.objects.filter(agreement=agreement, kind=LifeEvent.Kind.TERMINATED) if is_over else ()
    days = [event.effective_on or last_day_of(event.when) for event in early if event.effective_on or event.when]
    return min([*days, *([last_day_of(last)] if last else [])], default=None)


def is_past(agreement):
    """Whether an agreement that counts as in force has come to its end; the status says so only when somebody does."""
    end = end_of(agreement) if agreement.status == Agreement.Status.IN_FORCE else None
    return end is not None and end < timezone.localdate()


def is_over(agreement):
    return agreement.status in OVER or is_past(agreement)


def band(agreement):
    """The Ended of an agreement that does not hold any more, else None."""
    if not is_over(agreement):
        return None
    end, series = end_of(agreement), agreement.series.slug if agreement.series_id else ""
    if agreement.status == Agreement.Status.SUPERSEDED:
        return Ended(_("Överenskommelsen är ersatt av en senare. Allt går fortfarande att läsa."), series)
    if agreement.status == Agreement.Status.TERMINATED or not end or end >= timezone.localdate():
        return Ended(_("Överenskommelsen gäller inte längre. Allt går fortfarande att läsa."), series)
    text = _("Överenskommelsen gällde till och med %(day)s. Allt går fortfarande att läsa.")
    return Ended(text % {"day": end}, series)


def refuse_over(agreement):
    """ValidationError where the agreement is over: nobody joins it."""
    if is_over(agreement):
        raise ValidationError(_("Överenskommelsen gäller inte längre. Den behöver förlängas först."))


def refuse_beyond(agreement, starts_on):
    """ValidationError where a period would begin after the end of an agreement that is over.

    What it did until its end can still be followed up.
    """
    end = end_of(agreement) if is_over(agreement) else None
    if end and starts_on and starts_on > end:
        text = _("Överenskommelsen gällde till och med %(day)s, och perioden börjar efter det. Förläng den först.")
        raise ValidationError(text % {"day": end})


# --- What waits for its coordinators ----------------------------------------------------------------------------------


def in_force_with_end(user):
    """The agreements in force that ``user`` coordinates and that have an ``end``."""
    rows = Agreement.objects.editable_by(user).filter(status=Agreement.Status.IN_FORCE)
    ends = Validity.objects.filter(agreement=OuterRef("pk")).order_by("-order", "-pk").values("end")[:1]
    return rows.annotate(end=Subquery(ends)).exclude(end="").exclude(end=None).select_related("county")


def ends_passed(agreements):
    """Those of ``in_force_with_end`` whose end is past though they still count as in force."""
    today = timezone.localdate()
    return [row for row in agreements if last_day_of(row.end) < today]


def waiting_notices(user):
    """The notices that ``user`` has to confirm, with their agreement and party."""
    rows = Termination.objects.editable_by(user).filter(confirmed_at__isnull=True, withdrawn_on__isnull=True)
    return rows.select_related("agreement__county", "party")
