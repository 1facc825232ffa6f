"""Write the table of rights by role and state anew: for the guide, and for the page Min behörighet."""

from django.core.management.base import BaseCommand

from portal.rights_table import GUIDE, KEPT, as_json, as_page, drawn


class Command(BaseCommand):
    help = "Skriv om tabellen över behörigheter efter reglerna i koden."

    def handle(self, *args, **options):
        rows = drawn()
        KEPT.write_text(as_json(rows), encoding="utf-8")
        GUIDE.write_text(as_page(rows), encoding="utf-8")
