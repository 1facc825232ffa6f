"""Write the table of an agreement's steps in the guide anew."""

from django.core.management.base import BaseCommand

from agreements.lifecycle_table import write


class Command(BaseCommand):
    help = "Skriv om tabellen över överenskommelsens steg efter reglerna i koden."

    def handle(self, *args, **options):
        write()
