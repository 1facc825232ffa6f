"""Read an agreement's workbook: a folder of CSV files or one .xlsx file."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from lib.spreadsheets import Unreadable, read_path
from portal.workbook import IMPORT, import_grids


class Command(BaseCommand):
    help = "Läs in en överenskommelses arbetsbok från en mapp med CSV-filer eller en .xlsx-fil."

    def add_arguments(self, parser):
        parser.add_argument("path", help="en mapp med CSV-filer, eller en .xlsx-fil")
        parser.add_argument("--dry-run", action="store_true", help="visa vad som skulle hända, utan att spara något")
        parser.add_argument("--name", help="vad importen heter i historiken; annars filens eller mappens namn")
        parser.add_argument("--relative-dates", action="store_true", help="låt celler räkna från i dag (idag-90)")

    def handle(self, *args, path, name, dry_run, relative_dates, **options):
        today = timezone.localdate() if relative_dates else None
        try:
            grids = read_path(path)
        except Unreadable as error:
            raise CommandError(str(error)) from None
        except OSError as error:
            raise CommandError(f"{path} går inte att läsa: {error.strerror}.") from None
        result = import_grids(grids, reason=f"{IMPORT} {name or Path(path).name}", today=today, save=not dry_run)
        for problem in result.all_problems:
            self.stderr.write(str(problem))
        if options["verbosity"]:
            for name, outcomes in result.by_sheet():
                kinds = [outcome.kind for outcome in outcomes]
                self.stdout.write(f"{name}: {', '.join(f'{kinds.count(kind)} {word}' for kind, word in WORDS.items())}")
            self.stdout.write(result.counts)
        if result.is_refused:
            raise SystemExit(1)


WORDS = {"new": "nya", "changed": "ändrade", "unchanged": "oförändrade", "refused": "avvisade"}
