"""The people of a party in the living example: who is invited, and who stands in for whom. All of it invented."""

import datetime

from django.db import transaction
from django.utils import timezone

from parties.models import Invitation, Membership, Party, Role, User, digest
from parties.rights import party_group
from parties.services import join

PARTY, ADMINISTRATOR = "kommun-0331", "partsadmin@exempel.invalid"
COLLEAGUE = "kollega@exempel.invalid"

# Address → name, role, title, and how many days ago it was sent: after fourteen it has expired.
INVITED = {
    "nils.nybliven@exempel.invalid": ("Nils Nybliven", Role.REPORTER, "Integrationsstrateg", 2),
    "svea.sen@exempel.invalid": ("Svea Sen", Role.APPROVER, "", 20),
}


def act_out_the_people():
    """Give the example's administrator people to look after; once."""
    if not Invitation.objects.filter(party__key=PARTY).exists():
        _act_out()


@transaction.atomic
def _act_out():
    party, by = Party.objects.filter(key=PARTY).first(), User.objects.filter(email=ADMINISTRATOR).first()
    if party is None or by is None:
        return
    for number, (email, (name, role, title, days)) in enumerate(INVITED.items()):
        _invite(party, by, email=email, name=name, role=role, title=title, days=days, secret=f"exempel-{number}")
    _stand_in(party, by)


def _invite(party, by, *, days, secret, **values):
    """An invitation whose letter has left: nobody has its secret, so that nothing opens it."""
    sent = timezone.now() - datetime.timedelta(days=days)
    Invitation.objects.create(
        party=party,
        group=party_group(party, values["role"]),
        invited_by=by,
        invited_at=sent,
        expires_at=sent + datetime.timedelta(days=14),
        secret_digest=digest(f"{secret}:{timezone.now().isoformat()}"),
        **values,
    )


def _stand_in(party, by):
    """A colleague who was a reporter before, reads now, and is a reporter in another's place for some weeks."""
    today, days = timezone.localdate(), datetime.timedelta
    reporter = Membership.objects.filter(party=party, role=Role.REPORTER, user__is_demo=True).order_by("pk").first()
    colleague = User.objects.get(email=COLLEAGUE)
    hat = {"user": colleague, "party": party, "role": Role.REPORTER, "by": by}
    join(**hat, starts_on=today - days(700), ends_on=today - days(45))
    join(**hat, starts_on=today, ends_on=today + days(35), stands_in_for=reporter)
