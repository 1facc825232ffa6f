"""A party of the living example that has given notice. All of it is invented."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from agreements.leaving import confirm, give_notice, note_receipts, others_of
from agreements.models import Agreement, Termination
from parties.models import Mail, Party, User

AGREEMENT, LEAVING, LATE = "exempel-uppsala", "slu", "uppsala-universitet"


@transaction.atomic
def give_a_notice():
    """Let a university leave, by a notice that another got a week later than the rest; once."""
    agreement = Agreement.objects.filter(slug=AGREEMENT).exclude(termination__isnull=False).first()
    if agreement is None:
        return
    by, today = User.objects.get(email="samordnare@exempel.invalid"), timezone.localdate()
    party = Party.objects.get(key=LEAVING)
    notice = give_notice(
        termination=Termination(
            agreement=agreement,
            party=party,
            given_on=today - timedelta(days=40),
            registry_number="EX 2026/117",
            reason="Universitetet samlar sitt arbete i en nationell överenskommelse.",
        ),
        by=by,
    )
    days = {
        row.party_id: today - timedelta(days=26 if row.party.key == LATE else 33) for row in others_of(agreement, party)
    }
    notice = note_receipts(termination=notice, version=notice.version, days=days, by=by)
    confirm(termination=notice, version=notice.version, by=by)
    letters = Mail.objects.filter(key__startswith=f"termination:{notice.pk}:")
    letters.update(sent_at=timezone.now())  # the people of the example have no mailboxes
