"""The letter to the council that its papers are there: a link that leads to them, through login."""

from urllib.parse import urlencode

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from followup.decided import council_of
from followup.letters import absolute, hold, mail_to, place_of, who_gets
from followup.models import CouncilPack, Round
from followup.pack import last_outcome
from governance.models import Seat
from lib.db import Frozen
from parties.models import Mail, MailSettings, Membership


def members_of(round):
    """The people who sit in the round's council today, alternates and secretaries too, in the order of the seats."""
    body = council_of(round)
    hats = Membership.objects.active().filter(user__is_active=True)
    seats = Seat.objects.on(timezone.localdate()).filter(body=body, membership__in=hats.values("pk"))
    people = [seat.membership.user for seat in seats.select_related("membership__user")] if body else []
    return list({user.pk: user for user in people}.values())


def letters_to(members, outcome):
    """(member, the letter about what this closing left or None) for each of ``members``."""
    keys = {_key(outcome, user): user.pk for user in members} if outcome else {}
    letters = {keys[mail.key]: mail for mail in Mail.objects.filter(key__in=keys)}
    return [(user, letters.get(user.pk)) for user in members]


def _key(outcome, receiver):
    return f"pack:{outcome.pk}:{receiver.pk}"


@transaction.atomic
def send_pack(*, round, by):
    """Write a letter to each member of the council, once for each closing. Returns how many, and how many have paused.

    Whoever is away and has an alternate in the same council gets it through the alternate. Raises Frozen where there
    are no papers, or nobody to write to.
    """
    Round.hold(round.pk)
    outcome = last_outcome(round)
    packs = CouncilPack.objects.filter(outcome=outcome) if outcome else CouncilPack.objects.none()
    if not packs.exists():
        raise Frozen(_("Underlaget är inte skapat än. Skapa det först."))
    members = members_of(round)
    if not members:
        raise Frozen(_("Rådet har ingen ledamot med konto i portalen. Lägg in ledamöterna på organets sida."))
    told = _receivers(members)
    letters = [_letter(round, outcome, receiver, away, by) for receiver, away in told]
    known = set(Mail.objects.filter(key__in=[letter.key for letter in letters]).values_list("key", flat=True))
    fresh = [letter for letter in letters if letter.key not in known]
    Mail.objects.bulk_create(fresh)
    for pack in packs.filter(sent_at__isnull=True) if fresh else ():
        pack.sent_at = timezone.now()
        pack.save(update_fields=["sent_at"])
    reached = {receiver.pk for receiver, _away in told} | {row.user_id for _receiver, away in told for row in away}
    return len(fresh), len(members) - len(reached)


def _through_login(path):
    """A link that asks for login first: before the round is published the page says to others that it is not there."""
    return absolute(f"{reverse('account_login')}?{urlencode({'next': path}, safe='/')}")


def _receivers(members):
    """(receiver, settings of those who are away and whose letter it is too), without those who have paused theirs."""
    today = timezone.localdate()
    people = hold([user.pk for user in members])
    settings = {row.user_id: row for row in MailSettings.objects.filter(user__in=people).select_related("user")}
    told = {}
    for pk in people:
        if receiver := who_gets(pk, among=people, settings=settings, today=today):
            told.setdefault(receiver, []).extend([settings[pk]] if receiver != pk else [])
    return [(people[pk], away) for pk, away in told.items()]


def _letter(round, outcome, receiver, away, by):
    context = {
        "by": by,
        "round": round,
        "meeting": round.meeting,
        "url": _through_login(reverse("followup:round_pack", args=[round.agreement.slug, round.label])),
        "board_url": _through_login(round.get_absolute_url()),
    }
    return mail_to(
        receiver,
        away=away,
        kind=Mail.Kind.PACK,
        key=_key(outcome, receiver),
        subject=_("%(place)s: underlag till rådet") % {"place": place_of(round)},
        template="mail/pack.txt",
        context=context,
    )
