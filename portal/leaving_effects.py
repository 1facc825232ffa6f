"""What a notice does to everything else: read before it is confirmed, and what follows when it is.

Nothing is removed. What is frozen stays as it was, and what has to be given to somebody else is told, not moved.
"""

from dataclasses import dataclass, field

from django.db import transaction
from django.db.models import Count, Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from actionplans.models import Activity, Edition
from agreements.leaving import WHOLE, confirm, others_of
from agreements.models import Agreement
from agreements.services import PARTY_READERS
from followup.models import Obstacle, Round
from governance.models import Assignment, Body, Mandate, Meeting, Responsibility, Seat
from governance.services import hold_seat
from parties.models import Membership


@dataclass
class Effect:
    """One kind of thing that the notice touches: what happens to it, and each as (text, url or nothing)."""

    heading: str
    text: str
    lines: list = field(default_factory=list)


def effects_of(termination, user):
    """The Effects that ``user`` may read of, those that are touched only."""
    readers = OF_WHOLE if termination.scope == WHOLE else OF_PARTY
    return [effect for read in readers if (effect := read(termination, user)).lines]


# --- One party leaves -------------------------------------------------------------------------------------------------


def _people(termination, user):
    names = [f"party:{termination.party.key}:{role.value}" for role in PARTY_READERS]
    rows = Membership.objects.active().filter(group__name__in=names).order_by()
    number = rows.aggregate(number=Count("user", distinct=True))["number"]
    text = _("De läser det som delas mellan parterna till och med sista dagen, sedan bara det som är publicerat.")
    line = ngettext("%(number)s person hos parten", "%(number)s personer hos parten", number) % {"number": number}
    return Effect(_("Läsrätt"), text, [(line, "")] if number else [])


def _activities(user, agreement):
    rows = Activity.objects.visible_to(user).standing().filter(edition__plan__agreement=agreement)
    rows = rows.exclude(edition__state=Edition.State.SUPERSEDED).select_related("edition__plan__agreement")
    return rows.order_by("edition__plan__order", "edition__starts_on", "order", "pk")


def _responsible(termination, user):
    rows = _activities(user, termination.agreement).filter(responsible__party=termination.party_id)
    text = _("De står kvar i planen. Välj en ny ansvarig i nästa version; en fastställd version ändras inte.")
    return Effect(_("Aktiviteter som parten ansvarar för"), text, [_activity(row) for row in rows])


def _joined(termination, user):
    rows = _activities(user, termination.agreement).filter(participants__party=termination.party_id).distinct()
    text = _("Parten står kvar som medverkande i fastställda versioner. Ta bort den i nästa version.")
    return Effect(_("Aktiviteter som parten medverkar i"), text, [_activity(row) for row in rows])


def _activity(row):
    return f"{row.number} {row.title} ({row.edition})", row.edition.get_absolute_url()


def _reports(termination, user):
    asked = Q(reports__party=termination.party_id)
    rounds = Round.objects.visible_to(user).open().filter(agreement=termination.agreement_id)
    rows = rounds.select_related("agreement").annotate(
        asked=Count("reports", filter=asked),
        handed_in=Count("reports", filter=asked & Q(reports__submitted_at__isnull=False)),
    )
    text = _("Parten kan svara tills omgången stängs. Omgångar som öppnas efter sista dagen frågar inte parten.")
    line = _("Omgång %(label)s: %(handed_in)s av %(asked)s svar inlämnade")
    lines = [
        (line % {"label": row.label, "handed_in": row.handed_in, "asked": row.asked}, row.get_absolute_url())
        for row in rows.filter(asked__gt=0).order_by("pk")
    ]
    return Effect(_("Svar i öppna omgångar"), text, lines)


def seats_of(termination):
    """The party's seats in bodies of the agreement that last beyond its last day, each with ``works_elsewhere``."""
    bodies = Body.objects.filter(mandates__agreement=termination.agreement_id).values("pk")
    rows = Seat.objects.filter(party=termination.party_id, body__in=bodies).select_related("body", "membership__user")
    if termination.last_day:
        rows = rows.filter(Q(ends_on__isnull=True) | Q(ends_on__gt=termination.last_day))
        rows = rows.filter(Q(starts_on__isnull=True) | Q(starts_on__lte=termination.last_day))
    others = Mandate.objects.filter(body__in=bodies).exclude(agreement=termination.agreement_id)
    elsewhere = set(others.order_by().values_list("body", flat=True))
    seats = list(rows.order_by("body__name", "order", "pk"))
    for seat in seats:
        seat.works_elsewhere = seat.body_id in elsewhere
    return seats


def _seats(termination, user):
    visible = set(Seat.objects.visible_to(user).filter(party=termination.party_id).values_list("pk", flat=True))
    slug = termination.agreement.slug
    lines = []
    for seat in seats_of(termination):
        if seat.pk in visible:
            note = _("organet arbetar även för andra överenskommelser") if seat.works_elsewhere else ""
            who = f"{seat.body}: {seat.get_role_display()}{f', {seat.office}' if seat.office else ''}"
            url = reverse("governance:body_detail", args=[slug, seat.body.key])
            lines.append((f"{who} ({note})" if note else who, url))
    text = _("Platserna kan avslutas sista dagen när uppsägningen bekräftas. Annars står de kvar.")
    return Effect(_("Platser i organ"), text, lines)


def _assignments(termination, user):
    rows = _given(termination, user).filter(party=termination.party_id)
    text = _("De står kvar hos parten. Organet som gav uppdraget avslutar det eller ger det till någon annan.")
    return Effect(_("Uppdrag som inte är klara"), text, _assigned(termination, rows))


def _given(termination, user):
    bodies = Body.objects.filter(mandates__agreement=termination.agreement_id).values("pk")
    here = Q(decision__agreement=termination.agreement_id) | Q(decision__agreement=None, decision__body__in=bodies)
    return Assignment.objects.visible_to(user).unfinished().filter(here).select_related("decision__body")


def _assigned(termination, rows):
    slug = termination.agreement.slug
    return [(row.text, reverse("followup:assignment_detail", args=[slug, row.pk])) for row in rows]


def _responsibilities(termination, user):
    agreement, party = termination.agreement, termination.party_id
    rows = Responsibility.objects.visible_to(user).filter(agreement=agreement)
    held = rows.filter(Q(actor__party=party) | Q(leads__party=party)).select_related("area").distinct()
    convened = Mandate.objects.visible_to(user).filter(agreement=agreement, convener__party=party)
    url = reverse("governance:agreement_governance", args=[agreement.slug])
    lines = [(_("Ansvarar för eller leder %(area)s") % {"area": row.area}, url) for row in held]
    lines += [(_("Sammankallar %(body)s") % {"body": row.body}, url) for row in convened.select_related("body")]
    return Effect(_("Ansvar i styrningen"), _("Det står kvar tills ni väljer någon annan."), lines)


def _obstacles(termination, user):
    rows = Obstacle.objects.visible_to(user).open().filter(agreement=termination.agreement_id)
    owned = rows.filter(owner_party=termination.party_id)
    return Effect(_("Hinder som parten äger"), _("De behöver en ny ägare."), [(row.title, "") for row in owned])


def _sub_agreements(termination, user):
    rows = _below(termination, user).filter(accession__party=termination.party_id).distinct()
    text = _("De gäller för sig och påverkas inte av uppsägningen. Säg upp dem var för sig om de också ska upphöra.")
    return Effect(_("Avtal under överenskommelsen"), text, [_named(row) for row in rows])


def _below(termination, user):
    return Agreement.objects.visible_to(user).filter(parent=termination.agreement_id)


def _named(agreement):
    return agreement.title, agreement.get_absolute_url()


# --- All of it ends ---------------------------------------------------------------------------------------------------


def _others(termination, user):
    rows = others_of(termination.agreement_id, termination.party_id)
    text = _("Överenskommelsen upphör för dem också. De läser fortfarande allt som har delats.")
    return Effect(_("Övriga parter"), text, [(row.name_at_signing, "") for row in rows])


def _rounds(termination, user):
    rows = Round.objects.visible_to(user).filter(agreement=termination.agreement_id, closed_at__isnull=True)
    text = _("Den som är öppen kan besvaras och stängas. Efter sista dagen öppnas ingen ny.")
    name = _("Omgång %(label)s, %(state)s")
    lines = [
        (name % {"label": row.label, "state": row.state_label}, row.get_absolute_url())
        for row in rows.select_related("agreement")
    ]
    return Effect(_("Uppföljningsomgångar"), text, lines)


def _editions(termination, user):
    rows = Edition.objects.visible_to(user).filter(plan__agreement=termination.agreement_id)
    rows = rows.exclude(state=Edition.State.SUPERSEDED).select_related("plan__agreement")
    if termination.last_day:
        rows = rows.filter(Q(ends_on__isnull=True) | Q(ends_on__gt=termination.last_day))
    text = _("De går att läsa även efteråt. Efter sista dagen börjar ingen ny version.")
    return Effect(_("Planer som gäller längre"), text, [(str(row), row.get_absolute_url()) for row in rows])


def _meetings(termination, user):
    bodies = Body.objects.filter(mandates__agreement=termination.agreement_id).values("pk")
    rows = Meeting.objects.visible_to(user).upcoming().filter(body__in=bodies).select_related("body")
    if termination.last_day:
        rows = rows.filter(held_on__gt=termination.last_day)
    slug = termination.agreement.slug
    lines = [
        (f"{row.body}, {row.held_on}", reverse("governance:meeting_detail", args=[slug, row.body.key, row.key]))
        for row in rows
    ]
    return Effect(_("Möten efter sista dagen"), _("De ställs inte in av sig själva."), lines)


def _all_assignments(termination, user):
    rows = _given(termination, user)
    text = _("De kan avslutas eller besvaras även efteråt.")
    return Effect(_("Uppdrag som inte är klara"), text, _assigned(termination, rows))


def _all_below(termination, user):
    text = _("De gäller för sig. Kontrollera om de också ska upphöra.")
    return Effect(_("Avtal under överenskommelsen"), text, [_named(row) for row in _below(termination, user)])


OF_PARTY = (
    _people, _responsible, _joined, _reports, _seats, _assignments, _responsibilities, _obstacles, _sub_agreements,
)  # fmt: skip
OF_WHOLE = (_others, _rounds, _editions, _meetings, _all_assignments, _all_below)


# --- The verb ---------------------------------------------------------------------------------------------------------


@transaction.atomic
def confirm_leaving(*, termination, version, by, end_seats=False):
    """Confirm the notice and, if asked to, let the party's seats end with its last day. Returns the notice.

    Seats in bodies that work for other agreements too are left alone. Raises what ``leaving.confirm`` raises.
    """
    stored = confirm(termination=termination, version=version, by=by)
    if end_seats and stored.scope != WHOLE:
        for seat in seats_of(stored):
            if not seat.works_elsewhere:
                seat.ends_on, seat._history_user = stored.last_day, by
                seat.save_version(seat.version, reason=str(_("Parten lämnar överenskommelsen.")))
                hold_seat(seat=seat, user=seat.membership and seat.membership.user, by=by)
    return stored


def coordinates(termination):
    """Whether the party that leaves coordinates the agreement, which somebody else must do then."""
    return termination.agreement.coordinating_party_id == termination.party_id
