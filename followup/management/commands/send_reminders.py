"""manage.py send_reminders: write the reminders that are due, and send what has not been sent."""

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from followup.reminders import withdraw_moot, write_due
from parties.outbox import Unreachable, send_unsent

# Backends that only show letters; in production they would be marked as sent.
SEND_NOTHING = [f"django.core.mail.backends.{name}.EmailBackend" for name in ("console", "dummy", "locmem")]


class Command(BaseCommand):
    help = "Skriver de påminnelser som ska ut och skickar det som väntar. Kan köras hur ofta som helst."

    def handle(self, *args, **options):
        if not settings.PORTAL_URL:
            raise CommandError("PORTAL_URL saknas. Ange portalens adress, till exempel https://portalen.example.se.")
        if settings.PRODUCTION and settings.EMAIL_BACKEND in SEND_NOTHING:
            raise CommandError("EMAIL_BACKEND skickar inga brev. Ange django.core.mail.backends.smtp.EmailBackend.")
        withdraw_moot()
        written = write_due()
        self.stdout.write(f"Skrev {written} brev.")
        try:
            tally = send_unsent()
        except Unreachable as error:
            raise CommandError(f"E-postservern svarar inte: {error}. Breven ligger kvar till nästa körning.") from error
        self.stdout.write(f"Skickade {tally.sent}, väntar med {tally.postponed}, gav upp {tally.given_up}.")
