"""manage.py fetch_kolada: fetch the values of the indicators that come from Kolada."""

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from followup.fetching import fetch_all, to_fetch
from followup.kolada import Kolada, KoladaError


class Command(BaseCommand):
    help = "Hämtar indikatorernas värden från Kolada. Kan köras hur ofta som helst; en gång i veckan räcker."

    def add_arguments(self, parser):
        parser.add_argument(
            "--overenskommelse", help="bara den överenskommelsens indikatorer (dess korta namn i adressen)"
        )
        parser.add_argument("--indikator", help="bara indikatorn med den nyckeln")

    def handle(self, *args, overenskommelse=None, indikator=None, **options):
        indicators = to_fetch()
        if overenskommelse:
            indicators = indicators.filter(agreement__slug=overenskommelse)
        if indikator:
            indicators = indicators.filter(key=indikator)
        failed = 0
        for indicator, came in fetch_all(indicators, Kolada(settings.KOLADA_URL)):
            failed += isinstance(came, KoladaError)
            self.stdout.write(f"{indicator.agreement.slug} {indicator.kpi} {indicator}: {_told(came)}")
        if failed:
            raise CommandError(f"{failed} indikatorer gick inte att hämta. Det som redan var hämtat ligger kvar.")


def _told(came):
    if isinstance(came, KoladaError):
        return str(came)
    redefined = " Definitionen är ändrad." if came.is_redefined else ""
    return f"{came.added} nya, {came.changed} ändrade, {came.removed} borttagna värden.{redefined}"
