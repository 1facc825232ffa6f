"""Agreements that follow one another: which one is in force, and how a new one takes its place in the series."""

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from agreements.models import Agreement, AgreementSeries, SeriesEntry
from lib.moments import last_day_of


def in_order(series, user):
    """The agreements of the series that ``user`` may see, the newest first; each says for how long it held."""
    rows = Agreement.objects.visible_to(user).filter(series=series)
    rows = rows.select_related("county", "series").prefetch_related("validity_set")
    return sorted(rows, key=lambda row: (_start(row), row.pk), reverse=True)


def current(agreements):
    """The one in force among those of ``in_order``: the newest where two overlap; None where there is none."""
    today = timezone.localdate()
    for agreement in agreements:
        end = agreement.validity.end if agreement.validity else ""
        holds = _start(agreement) <= today.isoformat() and (not end or last_day_of(end) >= today)
        if agreement.status == Agreement.Status.IN_FORCE and holds:
            return agreement
    return None


def _start(agreement):
    return (agreement.validity and agreement.validity.start) or ""


def known_of(series, user):
    """Links of the series that are only known from a source, by title, each once."""
    rows = SeriesEntry.objects.visible_to(user).filter(agreement__series=series, linked_agreement__isnull=True)
    found = {}
    for row in rows.select_related("source_document").order_by("period", "order", "pk"):
        found.setdefault(row.title, row)
    return list(found.values())


def check_successor(*, predecessor, successor=None, start=""):
    """ValidationError where ``predecessor`` cannot be followed by this one: it is followed already, or by an earlier.

    ``successor`` is the agreement that is to follow, None where it is not stored yet; ``start`` when it begins.
    """
    other = Agreement.objects.filter(predecessor=predecessor).exclude(pk=successor and successor.pk).first()
    if other is not None:
        text = _("%(name)s har redan en efterföljare. En överenskommelse kan bara ersättas av en.")
        raise ValidationError(text % {"name": predecessor.short_name})
    begun = _start(predecessor)
    if start and begun and start < begun[: len(start)]:
        text = _("Efterföljaren kan inte börja före den som den ersätter, %(day)s.")
        raise ValidationError(text % {"day": begun})


def join(agreement):
    """Let an agreement that has a predecessor stand in the same series; the predecessor gets one where it has none.

    To be called in a transaction. Saves nothing but the series: the caller saves ``agreement``.
    """
    before = agreement.predecessor
    if before is None or agreement.series_id:
        return
    if before.series_id is None:
        slug = before.slug if not AgreementSeries.objects.filter(slug=before.slug).exists() else f"{before.slug}-serie"
        before.series = AgreementSeries.objects.create(slug=slug, title=before.heading[:200], county=before.county)
        before.save_version(before.version, reason=str(_("Får en serie, eftersom en efterföljare skrivs.")))
    agreement.series = before.series
