"""Fill the demonstration: the agreements in fixtures/ and one account per role. Never in production."""

import csv

from django.conf import settings
from django.core.management import BaseCommand, CommandError, call_command
from django.db import transaction

from actionplans.models import ActionPlan
from agreements.models import Agreement
from governance.models import Seat
from governance.services import seat_person
from parties.models import Party, Role, User
from parties.services import join
from portal.demonstration import say_what_people_said
from portal.demonstration_council import act_out_the_council
from portal.demonstration_drafting import write_what_comes_next
from portal.demonstration_leaving import give_a_notice
from portal.demonstration_life import live_through_the_agreement
from portal.demonstration_obstacles import report_the_obstacles
from portal.demonstration_people import act_out_the_people
from portal.demonstration_remiss import send_on_remiss
from portal.demonstration_round import act_out_the_round

FIXTURES = settings.BASE_DIR / "fixtures"
EXAMPLE = "exempel"  # the living example; those beside it are small, and their names begin with its
EXAMPLE_PLANS = "exempelplaner"  # invented plans for the real agreements: a folder per agreement, apart from its facts
PASSWORD = "exempel-lösenord-2026"

BOARD, HEBY, TIERP = "lansstyrelsen-uppsala", "kommun-0331", "kommun-0360"
REGION, ENKOPING = "region-uppsala", "kommun-0381"
AGENCY = "arbetsformedlingen"

# Address before @exempel.invalid (a domain that can never exist) → name, role, party, what to look at first.
ACCOUNTS = {
    "samordnare": ("Sam Samordnare", Role.COORDINATOR, BOARD, "ändra en aktivitet, fastställ planen"),
    "handlaggare": ("Hanna Handläggare", Role.REPORTER, HEBY, "svara på en lägesrapport och lämna in"),
    "handlaggare2": ("Hugo Handläggare", Role.REPORTER, TIERP, "ser inte grannkommunens utkast"),
    "godkannare": ("Gun Godkännare", Role.APPROVER, HEBY, "läser och lämnar in partens svar"),
    "godkannare2": ("Gustav Godkännare", Role.APPROVER, TIERP, "lämnar in det kollegan har gjort klart"),
    "myndighet": ("Mona Myndighet", Role.REPORTER, AGENCY, "svarar i tre län, med samma svar där det går"),
    "lasare": ("Lars Läsare", Role.READER, HEBY, "läser partens utkast, ändrar inget"),
    "kollega": ("Kajsa Kollega", Role.READER, HEBY, "två roller: läser, och ersätter handläggaren en tid"),
    "partsadmin": ("Petra Partsadministratör", Role.PARTY_ADMINISTRATOR, HEBY, "personer, inget innehåll"),
    "radsledamot": ("Rut Rådsledamot", Role.COUNCIL_MEMBER, HEBY, "läs uppföljningen inför rådets möte"),
    "sekreterare": (
        "Sara Sekreterare",
        Role.COUNCIL_MEMBER,
        BOARD,
        "kallar rådet, skriver dagordning och beslut",
    ),
    "gruppledamot": ("Gia Gruppledamot", Role.COUNCIL_MEMBER, REGION, "rangordna förslagen till planen"),
    "gruppledamot2": ("Göran Gruppledamot", Role.COUNCIL_MEMBER, ENKOPING, "rangordnar också, ser inte din ordning"),
    "granskare": ("Greta Granskare", Role.AUDITOR, BOARD, "läser det inlämnade, ändrar inget"),
    "systemadmin": ("Sixten Systemadministratör", Role.SYSTEM_ADMINISTRATOR, BOARD, "konton, inget innehåll"),
}
# Members of bodies and the seats they hold: body, seat.
SEATS = {
    "radsledamot": ("exempel-radet", HEBY),
    "sekreterare": ("exempel-radet", "sekreterare"),
    "gruppledamot": ("exempel-samordningsgruppen", REGION),
    "gruppledamot2": ("exempel-samordningsgruppen", ENKOPING),
}


class Command(BaseCommand):
    help = "Läser in exempeldata och skapar ett konto per roll. Körs av make run; gör inget som redan är gjort."

    def handle(self, *args, **options):
        if settings.PRODUCTION:
            raise CommandError("Exempeldata och exempelkonton hör inte hemma i drift.")
        self.loud = options["verbosity"] > 0
        for folder in folders(FIXTURES):
            self.load(folder)
            self.load_plans(FIXTURES / EXAMPLE_PLANS / folder.name)
        self.create_accounts()
        say_what_people_said()
        act_out_the_round()
        act_out_the_council()
        act_out_the_people()
        report_the_obstacles()
        live_through_the_agreement()
        give_a_notice()
        send_on_remiss()
        write_what_comes_next()
        self.say_what_there_is()

    def load(self, folder):
        """Import a folder unless the database already has its agreement."""
        if Agreement.objects.filter(slug=slug_of(folder)).exists():
            return
        self.say(f"Läser in {folder.name} …")
        self.read(folder)

    def load_plans(self, folder):
        """Import the invented plans of an agreement unless it already has plans, invented or its own."""
        if not folder.is_dir() or ActionPlan.objects.filter(agreement__slug=slug_of(folder)).exists():
            return
        self.say(f"Läser in exempelplaner för {folder.name} …")
        self.read(folder, name="exempelplaner")

    def read(self, folder, name=None):
        relative = folder.name.split("-")[0] == EXAMPLE
        call_command(
            "import_agreement", str(folder), name=name, relative_dates=relative, verbosity=0, stdout=self.stdout
        )

    @transaction.atomic
    def create_accounts(self):
        parties = Party.objects.in_bulk([key for _name, _role, key, _look in ACCOUNTS.values()], field_name="key")
        existing = set(User.objects.filter(is_demo=True).values_list("email", flat=True))
        for address, (name, role, key, _look) in ACCOUNTS.items():
            email = f"{address}@exempel.invalid"
            if email in existing:
                continue
            staff = role == Role.SYSTEM_ADMINISTRATOR
            user = User.objects.create_user(
                email, PASSWORD, name=name, is_demo=True, is_staff=staff, is_superuser=staff
            )
            if role == Role.COUNCIL_MEMBER:
                body, place = SEATS[address]
                seat = Seat.objects.get(body__key=body, key=place)
                seat_person(seat=seat, user=user, party=parties[key])
            else:
                join(user=user, party=parties[key], role=role)

    def say_what_there_is(self):
        self.say(f"\nExempelkonton, alla med lösenordet {PASSWORD}")
        for address, (_name, role, _party, look) in ACCOUNTS.items():
            self.say(f"  {address + '@exempel.invalid':34}{role.label:24}{look}")
        self.say("\nTitta på: startsidans karta, Kronobergs överenskommelse, exempelöverenskommelsen i Uppsala län,")
        self.say("och logga in som samordnare, handläggare, rådsledamot och rådets sekreterare.")

    def say(self, text):
        if self.loud:
            self.stdout.write(text)


def folders(path):
    """The folders of agreements: those with facts."""
    return sorted(each for each in path.iterdir() if each.is_dir() and each.name != EXAMPLE_PLANS)


def slug_of(folder):
    """The address of the agreement a folder holds."""
    with (folder / "overenskommelse.csv").open(encoding="utf-8-sig", newline="") as file:
        return next(csv.DictReader(file, delimiter=";"))["adress"]
