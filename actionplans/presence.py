"""Who else is in the editor, on which row, and what they have changed since I last asked."""

from datetime import timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone

from actionplans.models import Activity, Presence

FRESH = timedelta(seconds=40)  # the page says every ten seconds that it is open
PLACE = ("area_id", "collaboration_area_id", "order", "number")  # a change of these changes the table, not only the row


def be_here(*, edition, user, activity_pk):
    """Keep that the user has the edition open, and the row in it; without it where a colleague removes it meanwhile."""
    row = edition.activities.filter(pk=activity_pk).values_list("pk", flat=True).first()
    try:
        _keep(edition, user, row)
    except IntegrityError:  # PostgreSQL looks for the row when the transaction ends
        _keep(edition, user, None)


def _keep(edition, user, row):
    here = Presence(edition=edition, user=user, activity_id=row, seen_at=timezone.now())
    with transaction.atomic():
        Presence.objects.bulk_create(
            [here], update_conflicts=True, unique_fields=["edition", "user"], update_fields=["activity", "seen_at"]
        )


def others_in(edition, user):
    """The others who have the edition open now, by name."""
    seen = Presence.objects.filter(edition=edition, seen_at__gte=timezone.now() - FRESH).exclude(user=user)
    people = list(seen.select_related("user", "activity").order_by("user__name", "user"))
    for person in people:
        person.initials = "".join(word[0] for word in person.user.name.split()[:2]).upper()
    return people


def changed_since(edition, stamp):
    """([(key, version)] of the rows changed after ``stamp``, whether rows came, went or moved).

    The history tells: its keys grow in the order the edition's rows are written.
    """
    later = list(
        Activity.history.filter(edition=edition.pk, history_id__gt=stamp)
        .order_by("history_id")
        .values_list("id", "version", "history_type", *PLACE)
    )
    latest = {pk: (version, kind, place) for pk, version, kind, *place in later}
    came_or_went = any(kind != "~" for _pk, _version, kind, *_place in later)
    reload = came_or_went or _places_before(latest, stamp) != {pk: place for pk, (_v, _k, place) in latest.items()}
    return [(str(pk), str(version)) for pk, (version, _kind, _place) in latest.items()], reload


def _places_before(pks, stamp):
    rows = Activity.history.filter(id__in=pks, history_id__lte=stamp).order_by("history_id") if pks else []
    return {pk: place for pk, *place in rows and rows.values_list("id", *PLACE)}
