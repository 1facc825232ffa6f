"""Write an agreement's workbook: to a folder of CSV files, or to one .xlsx file."""

from django.core.management.base import BaseCommand, CommandError

from agreements.models import Agreement
from portal.workbook import export_to


class Command(BaseCommand):
    help = "Skriv en överenskommelses arbetsbok till en mapp med CSV-filer eller till en .xlsx-fil."

    def add_arguments(self, parser):
        parser.add_argument("slug", help="överenskommelsens adress, till exempel kronoberg-2019")
        parser.add_argument("path", help="en mapp, eller ett filnamn som slutar på .xlsx")

        parser.add_argument(
            "--small-counts",
            action="store_true",
            help="ta med antal under 5, för att flytta överenskommelsen till en annan portal; lämna inte ut filen",
        )

    def handle(self, *args, slug, path, **options):
        agreement = Agreement.objects.filter(slug=slug).first()
        if agreement is None:
            raise CommandError(f"Det finns ingen överenskommelse med adressen ”{slug}”.")
        for table in export_to(agreement, path, is_complete=options["small_counts"]):
            self.stdout.write(f"{table.name}: {len(table.rows)}")
