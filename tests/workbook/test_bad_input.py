"""Whatever is wrong in a workbook is answered in Swedish with sheet, row, column and what to do; nothing is applied."""

import pytest

from agreements.models import Accession, Agreement, Goal
from governance.services import seat_person
from lib.spreadsheets import Unreadable, read_files
from parties.models import County, Party
from portal.workbook import import_grids
from tests import factories as make
from tests.workbook.books import book_for, book_of, complete_agreement, grids, read_in, refusal, xlsx

pytestmark = pytest.mark.django_db

GOAL = {"nyckel": "mal-1", "nivå": "delmål", "mål": "Ett mål"}


@pytest.fixture
def agreement():
    return make.AgreementFactory()


@pytest.mark.parametrize(
    ("changes", "column", "message"),
    [
        (
            {"nivå": "stort"},
            "nivå",
            "”stort” går inte att välja. "
            "Skriv något av: övergripande mål, delmål, individmål, samverkansmål, riktningsmål.",
        ),
        ({"nivå": ""}, "nivå", "Cellen är tom. Kolumnen måste fyllas i."),
        ({"område": "boende"}, "område", "”boende” finns inte bland områdena. Rätta nyckeln eller lägg till raden."),
        ({"källa": "brev"}, "källa", "”brev” finns inte bland dokumenten. Rätta nyckeln eller lägg till raden."),
        ({"nyckel": "mål 1"}, "nyckel", "Nyckeln får bara innehålla a–z, siffror, bindestreck och understreck."),
        ({"mål": "x" * 1001}, "mål", "Texten är 1001 tecken. Gränsen är 1000. Korta texten."),
        ({"målår": "20266"}, "målår", "Skriv året med fyra siffror, till exempel 2027."),
        ({"målvärde": "många"}, "målvärde", "”många” är inget tal. Skriv till exempel 1234,5."),
        ({"målvärde": "1" * 30}, "målvärde", f"”{'1' * 30}” är inget tal. Skriv till exempel 1234,5."),
        ({"målvärde": "1" * 14}, "målvärde", "Säkerställ att det inte är mer än 11 siffror före decimalavskiljaren."),
        ({"målvärde": "1,2345"}, "målvärde", "”1,2345” har för många decimaler. Skriv högst 3."),
        ({"sida": "1,5"}, "sida", "”1,5” är inget heltal. Skriv till exempel 12."),
        ({"sida": "99999"}, "sida", "Talet 99999 är för stort. Skriv högst 32767."),
        ({"sida": "0"}, "sida", "Kontrollera att detta värde är större än eller lika med 1."),
        ({"utgått": "30/6 2026"}, "utgått", "”30/6 2026” är inget giltigt datum. Skriv till exempel 2026-06-30."),
        ({"utgått": "2026-02-30"}, "utgått", "”2026-02-30” är inget giltigt datum. Skriv till exempel 2026-06-30."),
        (
            {"utgått": "idag-90"},
            "utgått",
            "”idag-90” går bara att använda i exempeldata. Skriv ett datum, till exempel 2026-06-30.",
        ),
        (
            {"grund per fält": "mål: gissad"},
            "grund per fält",
            "”mål: gissad” går inte att förstå. "
            "Skriv kolumnens namn, kolon och något av: står i dokumentet, tolkad, senare uppgift.",
        ),
        (
            {"grund per fält": "storlek: tolkad"},
            "grund per fält",
            "”storlek: tolkad” går inte att förstå. "
            "Skriv kolumnens namn, kolon och något av: står i dokumentet, tolkad, senare uppgift.",
        ),
    ],
)
def test_cell_is_refused(agreement, changes, column, message):
    book = book_for(agreement, Mål=[{**GOAL, **changes}])
    assert refusal(book) == ("Mål", 2, column, message)
    assert not Goal.objects.exists()


@pytest.mark.parametrize(
    ("sheet", "row", "column", "message"),
    [
        (
            "Områden",
            {"namn": "A", "tvärgående": "kanske"},
            "tvärgående",
            "”kanske” går inte att förstå. Skriv ja eller nej.",
        ),
        ("Remiss", {"mötet börjar": "kl 25"}, "mötet börjar", "”kl 25” är inget klockslag. Skriv till exempel 14:05."),
        (
            "Remiss",
            {"sänd": "2026-06-30", "sista svarsdag": "2026-06-01"},
            "",
            "Slutdatum kan inte vara före startdatum.",
        ),
        ("Bestämmelser", {"slag": "ansvar", "text": "Något"}, "", "Ange vilken aktör som har ansvaret."),
        (
            "Giltighet",
            {"börjar": "i våras"},
            "börjar",
            "Skriv ett år, en månad eller ett datum, till exempel 2024, 2024-07 eller 2024-07-01.",
        ),
        (
            "Omgångar",
            {
                "omgång": "1",
                "perioden börjar": "2026-01-01",
                "perioden slutar": "2026-06-30",
                "sista svarsdag": "2025-12-31",
            },
            "sista svarsdag",
            "Sista svarsdag ligger före perioden. Rätta datumet.",
        ),
        (
            "Omgångar",
            {
                "omgång": "1",
                "perioden börjar": "2026-01-01",
                "perioden slutar": "2026-06-30",
                "sista svarsdag": "2026-12-31",
                "öppnad": "2026-01-01 kl 8",
            },
            "öppnad",
            "”2026-01-01 kl 8” är inget klockslag. Skriv till exempel 2026-06-30 14:05.",
        ),
        (
            "Parter",
            {"nyckel": "", "roll": "part"},
            "nyckel",
            "Cellen är tom. Skriv partens nyckel, till exempel kommun-0380.",
        ),
        (
            "Parter",
            {"nyckel": "nytt-verk", "namn": "Nya verket"},
            "nyckel",
            "”nytt-verk” finns inte i portalen och kan inte skapas av rad 2 på arket Parter: "
            "Detta fält får inte vara tomt.",
        ),
        (
            "Organ",
            {"nyckel": "", "namn": "Rådet"},
            "nyckel",
            "Cellen är tom. Skriv organets nyckel, till exempel integrationsradet.",
        ),
        (
            "Tidigare namn",
            {"part": "kommun-0380", "namn": "Upsala"},
            "part",
            "Organisationen är inte part. Lägg till den på arket Parter först.",
        ),
    ],
)
def test_row_is_refused(agreement, sheet, row, column, message):
    assert refusal(book_for(agreement, **{sheet: [row]})) == (sheet, 2, column, message)


def test_unknown_sheet_is_refused(agreement):
    name, row, column, message = refusal({**book_for(agreement), "Målen": [GOAL]})
    assert (name, row, column) == ("Målen", None, "")
    assert message.startswith("Arket finns inte i arbetsboken. Menar du ”Mål")


def test_unknown_column_is_refused(agreement):
    message = "Kolumnen finns inte på arket. Menar du ”nivå”? Byt rubrik eller ta bort kolumnen."
    assert refusal(book_for(agreement, Mål=[{**GOAL, "niva": "delmål"}])) == ("Mål", 1, "niva", message)


@pytest.mark.parametrize("heading", ["mål", " MÅL "])
def test_duplicate_heading_is_refused(agreement, heading):
    sheets = grids(book_for(agreement, Mål=[GOAL]))
    for _number, cells in sheets[1].rows:
        cells.append(heading)
    (problem,) = import_grids(sheets).all_problems
    assert (problem.sheet, problem.row, problem.column) == ("Mål", 1, heading)
    assert problem.message == "Rubriken står två gånger. Ta bort den ena kolumnen."


def test_column_without_heading_is_refused(agreement):
    message = "Kolumn 4 har innehåll men ingen rubrik. Skriv rubriken eller töm kolumnen."
    assert refusal(book_for(agreement, Mål=[{**GOAL, "": "anteckning"}])) == ("Mål", 1, "", message)


def test_same_key_twice_is_refused(agreement):
    message = "”mal-1” står redan på rad 2. Ta bort den ena raden eller byt nyckel."
    assert refusal(book_for(agreement, Mål=[GOAL, {**GOAL, "mål": "Ett till"}])) == ("Mål", 3, "nyckel", message)


def test_reference_to_a_refused_row_says_so(agreement):
    book = book_for(agreement, Områden=[{"nyckel": "boende", "namn": ""}], Mål=[{**GOAL, "område": "boende"}])
    assert [problem.message for problem in read_in(book).all_problems] == [
        "Cellen är tom. Kolumnen måste fyllas i.",
        "Raden ”boende” som cellen hänvisar till är avvisad. Rätta den.",
    ]


@pytest.mark.parametrize(
    ("start", "end", "day", "refused"),
    [
        ("2019", "2025", "2018-12-31", True),
        ("2019", "2025", "2025-12-31", False),
        ("2019", "2025", "2026-01-01", True),
        ("2019-07", "", "2019-06-30", True),
        ("", "", "1990-01-01", False),
    ],
)
def test_date_outside_the_agreements_period_is_refused(agreement, start, end, day, refused):
    make.ValidityFactory(agreement=agreement, start=start, end=end, start_precision="", end_precision="")
    result = read_in(book_for(agreement, Mål=[{**GOAL, "utgått": day}]))
    message = f"{day} ligger utanför överenskommelsens giltighet. Rätta datumet, eller arket Giltighet."
    assert [problem.message for problem in result.all_problems] == ([message] if refused else [])


@pytest.mark.parametrize(("column", "day"), [("start", "2027-01-01"), ("slut", "2026-06-30")])
def test_date_outside_the_editions_period_is_advice_in_the_editor_and_no_error_here(column, day):
    edition = make.EditionFactory()
    row = {"version": f"{edition.plan.key}/{edition.label}", "nummer": "1", "aktivitet": "A", column: day}
    assert read_in(book_for(edition.plan.agreement, Aktiviteter=[row])).all_problems == []


@pytest.mark.parametrize(
    ("book", "expected"),
    [
        ({}, ("", None, "", "Arbetsboken är tom. Fyll i minst arket Överenskommelse.")),
        (
            {"Mål": [GOAL]},
            (
                "Överenskommelse",
                None,
                "",
                "Arket saknas eller är tomt. Det ska ha en rad som säger vilken överenskommelse det gäller.",
            ),
        ),
        (
            {"Överenskommelse": [{"adress": "a"}, {"adress": "b"}]},
            ("Överenskommelse", 3, "", "Arket ska ha en enda rad. Ta bort de andra."),
        ),
    ],
)
def test_workbook_is_about_one_agreement(book, expected):
    assert refusal(book) == expected


def test_new_agreement_must_say_what_it_is():
    problems = read_in({"Överenskommelse": [{"adress": "ny", "län": "Uppsala", "titel": "Ny"}]}).all_problems
    assert {problem.column: problem.message for problem in problems} == {
        "län": "”Uppsala” finns inte bland länen. Rätta nyckeln eller lägg till raden.",
        "kortnamn": "Kolumnen saknas. Den ska fyllas i när raden är ny.",
        "slag": "Kolumnen saknas. Den ska fyllas i när raden är ny.",
        "samordnande part": "Kolumnen saknas. Den ska fyllas i när raden är ny.",
    }


# --- files that are no workbooks --------------------------------------------------------------------------------------


def unreadable(*files):
    with pytest.raises(Unreadable) as error:
        read_files(files)
    return str(error.value)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("tom.xlsx", b"", "Filen tom.xlsx är tom. Välj en annan fil."),
        ("tom.csv", b"", "Filen tom.csv är tom. Välj en annan fil."),
        (
            "bild.xlsx",
            b"\x89PNG\r\n\x1a\n" + b"x" * 99,
            "Filen är ingen arbetsbok. Välj en .xlsx-fil, eller en eller flera CSV-filer.",
        ),
        ("text.docx", b"hej", "Filen är ingen arbetsbok. Välj en .xlsx-fil, eller en eller flera CSV-filer."),
        (
            "gammal.xls",
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"x" * 99,
            "Filen har lösenord eller är av äldre slag (.xls). Spara den som .xlsx utan.",
        ),
        (
            "mal.csv",
            b"PK\x03\x04" + b"x" * 99,
            "Arket mal: Filen heter .csv men är ingen CSV-fil. Spara den som .xlsx eller som CSV UTF-8.",
        ),
        (
            "mal.csv",
            b'nyckel;"m',
            "Arket mal, rad 1: Filen är ingen riktig CSV-fil: ett citattecken saknas eller "
            "är ett för mycket. Spara om.",
        ),
        ("mal.csv", b"\x81\x8d\xff", "Arket mal: Filens tecken går inte att läsa. Spara den som CSV UTF-8."),
    ],
)
def test_file_is_refused(name, content, message):
    assert unreadable((name, content)) == message


def test_workbook_comes_alone(agreement):
    both = ("a.xlsx", xlsx(book_for(agreement))), ("mal.csv", b"nyckel;m\xc3\xa5l\n")
    assert unreadable(*both) == "Välj en enda .xlsx-fil, eller en eller flera CSV-filer."


# --- shared rows and frozen rows --------------------------------------------------------------------------------------


def test_shared_party_is_not_changed(agreement):
    message = "I portalen står ”Uppsala kommun”, och det ändras inte härifrån. Skriv så eller töm cellen."
    book = book_for(agreement, Parter=[{"nyckel": "kommun-0380", "namn": "Upsala stad"}])
    assert refusal(book) == ("Parter", 2, "namn", message)


def test_party_that_does_not_exist_is_created(agreement):
    row = {"nyckel": "nytt-verk", "namn": "Nya verket", "slag": "statlig myndighet", "roll": "samverkande"}
    result = read_in(book_for(agreement, Parter=[row]), save=True)
    assert result.counts == "1 nya, 0 ändrade, 1 oförändrade, 0 avvisade"
    accession = Accession.objects.get()
    assert (accession.key, accession.name_at_signing, accession.party.kind) == (
        "nytt-verk",
        "Nya verket",
        "state_agency",
    )
    assert agreement.actor_set.get().party == accession.party


def test_county_of_an_agreement_is_not_changed(agreement):
    message = "I portalen står ”Uppsala län”, och det ändras inte härifrån. Skriv så eller töm cellen."
    assert refusal({"Överenskommelse": [{"adress": agreement.slug, "län": "Kronobergs län"}]}) == (
        "Överenskommelse",
        2,
        "län",
        message,
    )


def test_signed_accession_is_frozen():
    accession = make.AccessionFactory(signed_on="2024-01-01", signature_status="signed")
    book = book_of(accession.agreement, "Parter")
    assert read_in(book).counts == "0 nya, 0 ändrade, 2 oförändrade, 0 avvisade"
    book["Parter"][0]["ort"] = "Ystad"
    assert refusal(book)[3] == "Anslutningen är undertecknad och kan inte ändras. Lägg till en anmärkning i stället."
    book["Parter"][0].update(ort="", anmärkning="Se protokollet")
    assert read_in(book, save=True).counts == "0 nya, 1 ändrade, 1 oförändrade, 0 avvisade"


FROZEN = "Versionen är fastställd och kan inte ändras. Gör ändringen i nästa version."


@pytest.mark.parametrize("change", [{"aktivitet": "Annat"}, {"medverkar": "alla-parter"}, {"nummer": "99"}])
def test_activity_of_an_adopted_edition_is_frozen(change):
    agreement = complete_agreement()
    book = book_of(agreement, "Aktiviteter")
    book["Aktiviteter"][0].update(change)
    assert refusal(book) == ("Aktiviteter", 2, "", FROZEN)


def test_adopted_edition_is_frozen():
    agreement = complete_agreement()
    book = book_of(agreement, "Versioner")
    book["Versioner"][0]["läge"] = "utkast"
    assert refusal(book)[3] == FROZEN


def test_closed_round_takes_no_reports():
    agreement = complete_agreement()
    book = book_of(agreement, "Omgångar", "Lägesrapporter")
    book["Omgångar"][0]["stängd"] = "2026-09-01"
    assert read_in(book, save=True).counts == "0 nya, 1 ändrade, 2 oförändrade, 0 avvisade"
    book["Lägesrapporter"][0]["hur går det?"] = "pågår"
    assert refusal(book)[3] == "Rapporten är godkänd eller omgången stängd. Den kan inte ändras."


def test_edition_is_adopted_after_its_activities_came_in():
    edition = make.EditionFactory()
    agreement = edition.plan.agreement
    body = make.MandateFactory(agreement=agreement).body
    decision = make.DecisionFactory(body=body, agreement=agreement, decided_on="2026-06-15")
    state = {"läge": "fastställd", "beslut": f"{body.key}/{decision.key}", "fastställd": "2026-06-15"}
    editions = [{"handlingsplan": edition.plan.key, "version": edition.label, **state}]
    activities = [{"version": f"{edition.plan.key}/{edition.label}", "nummer": "1", "aktivitet": "A"}]
    result = read_in(book_for(agreement, Versioner=editions, Aktiviteter=activities), save=True)
    assert result.counts == "1 nya, 1 ändrade, 1 oförändrade, 0 avvisade"
    edition.refresh_from_db()
    assert (edition.state, edition.decision, str(edition.adopted_at)[:10]) == ("adopted", decision, "2026-06-14")
    again = read_in(book_for(agreement, Versioner=editions, Aktiviteter=activities))
    assert again.counts == "0 nya, 0 ändrade, 3 oförändrade, 0 avvisade"


def test_adopting_tells_which_edition_is_superseded():
    agreement = complete_agreement()
    former = book_of(agreement)["Versioner"][0]
    later = {**former, "version": "2027:1", "gäller från": "2027-01-01", "gäller till och med": "2027-06-30"}
    result = read_in(book_for(agreement, Versioner=[former, later]), save=True)
    assert [(outcome.label, outcome.changes[0].new) for outcome in result.changed] == [
        (f"{former['handlingsplan']}/{former['version']}", "ersatt")
    ]


def test_historical_edition_supersedes_nothing():
    agreement = complete_agreement()
    former = book_of(agreement)["Versioner"][0]
    period = {"gäller från": "2025-07-01", "gäller till och med": "2025-12-31"}
    earlier = {**former, **period, "version": "2025:2", "läge": "ersatt", "fastställd": "2025-06-01"}
    result = read_in(book_for(agreement, Versioner=[earlier]), save=True)
    assert (len(result.new), result.changed) == (1, [])


@pytest.mark.parametrize(
    ("change", "column", "message"),
    [
        ({"beslut": ""}, "beslut", "Ange beslutet som fastställde versionen."),
        (
            {"beslut": "okänt/1"},
            "beslut",
            "”okänt/1” finns inte bland besluten (organ/nyckel). Rätta nyckeln eller lägg till raden.",
        ),
    ],
)
def test_edition_is_adopted_by_a_decision(change, column, message):
    agreement = complete_agreement()
    later = {**book_of(agreement)["Versioner"][0], "version": "2027:1", **change}
    assert refusal(book_for(agreement, Versioner=[later])) == ("Versioner", 2, column, message)


def test_a_plan_has_one_adopted_edition():
    agreement = complete_agreement()
    former = book_of(agreement)["Versioner"][0]
    later = {**former, "version": "2027", "gäller från": "2027-01-01", "gäller till och med": "2027-12-31"}
    last = {**former, "version": "2028", "gäller från": "2028-01-01", "gäller till och med": "2028-12-31"}
    problem = refusal(book_for(agreement, Versioner=[later, last]))
    assert problem == ("Versioner", 3, "läge", "En plan har en fastställd version. Skriv ersatt på den äldre.")


def test_an_edition_keeps_out_of_the_periods_of_the_others():
    agreement = complete_agreement()
    former = book_of(agreement)["Versioner"][0]
    later = {**former, "version": "2026:3", "läge": "utkast", "beslut": "", "fastställd": ""}
    sheet, row, column, message = refusal(book_for(agreement, Versioner=[later]))
    assert (sheet, row, column) == ("Versioner", 2, "gäller från")
    assert message.startswith(f"Perioden krockar med {former['version']}")


# --- false success ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("bad", [0, 3, 9])
def test_one_refused_row_means_that_nothing_is_applied(bad):
    agreement = complete_agreement()
    rows = [{"nyckel": f"nytt-{n}", "nivå": "delmål", "mål": "Nytt"} for n in range(10)]
    rows[bad]["nivå"] = "okänd"
    counts = Goal.objects.count(), Party.objects.count(), County.objects.count()
    result = read_in(book_for(agreement, Mål=rows, Parter=[{"nyckel": "kommun-0380"}]), save=True)
    assert (result.saved, result.refused[0].row) == (False, bad + 2)
    assert (Goal.objects.count(), Party.objects.count(), County.objects.count()) == counts
    assert not agreement.accession_set.filter(party__key="kommun-0380").exists()


def test_counts_are_the_difference_in_the_database():
    agreement = make.AgreementFactory()
    make.GoalFactory.create_batch(3, area=None, agreement=agreement)
    book = book_of(agreement, "Mål")
    book["Mål"][0]["mål"] = "Ändrat"
    book["Mål"] += [{**book["Mål"][0], "nyckel": f"nytt-{n}"} for n in range(4)]
    before = dict(Goal.objects.values_list("key", "version"))
    assert read_in(book, save=True).counts == "4 nya, 1 ändrade, 3 oförändrade, 0 avvisade"
    after = dict(Goal.objects.values_list("key", "version"))
    assert (len(after) - len(before), sum(after[key] != before[key] for key in before)) == (4, 1)


def test_dry_run_leaves_no_trace(tmp_path):
    with_party = {"nyckel": "nytt-verk", "namn": "Nya verket", "slag": "polis"}
    agreement = make.AgreementFactory()
    result = read_in(book_for(agreement, Parter=[with_party]))
    assert (result.saved, result.counts) == (False, "1 nya, 0 ändrade, 1 oförändrade, 0 avvisade")
    assert not Party.objects.filter(key="nytt-verk").exists()


def test_change_is_kept_in_the_history_with_its_reason(tmp_path):
    goal = make.GoalFactory(text="Nu")
    book = book_of(goal.agreement, "Mål", "Områden")
    book["Mål"][0]["mål"] = "Sedan"
    read_in(book, save=True, reason="Import av arbetsbok plan.xlsx")
    entry = goal.history.first()
    assert (entry.text, entry.history_change_reason) == ("Sedan", "Import av arbetsbok plan.xlsx")


def test_rights_follow_the_import():
    agreement = make.AgreementFactory()
    rows = [{"nyckel": "kommun-0380", "roll": "part"}]
    read_in(book_for(agreement, Parter=rows), save=True)
    assert Agreement.objects.filter(
        agreementgroupobjectpermission__group__name="party:kommun-0380:reader",
        agreementgroupobjectpermission__permission__codename="see_agreement",
    ).exists()


# --- rules between rows -----------------------------------------------------------------------------------------------


def test_superiors_form_no_ring():
    agreement = make.AgreementFactory()
    rows = [{"nyckel": key, "namn": key, "nivå": "styrande", "svarar inför": ""} for key in ("a", "b")]
    rows[0]["svarar inför"] = "b"
    read_in(book_for(agreement, Organ=rows), save=True)
    rows[1]["svarar inför"] = "a"
    message = "Det organet svarar inför det här. Välj ett annat, eller ändra det först."
    assert refusal(book_for(agreement, Organ=rows)) == ("Organ", 3, "svarar inför", message)


def test_predecessors_form_no_ring():
    later = make.AgreementFactory()
    earlier = make.AgreementFactory(predecessor=later)
    message = "Den överenskommelsen följer på den här. Den kan inte också komma före."
    book = {"Överenskommelse": [{"adress": later.slug, "föregångare": earlier.slug}]}
    assert refusal(book) == ("Överenskommelse", 2, "föregångare", message)


def test_body_has_no_more_members_than_most():
    row = {"nyckel": "a", "namn": "A", "nivå": "styrande", "minst antal ledamöter": "9", "högst antal ledamöter": "3"}
    problem = refusal(book_for(make.AgreementFactory(), Organ=[row]))
    assert problem[2:] == ("högst antal ledamöter", "Högsta antalet ledamöter är lägre än det minsta.")


def test_key_of_an_actor_in_the_text_is_no_bodys():
    actor = make.ActorFactory(key="skolan")
    problem = refusal(book_for(actor.agreement, Organ=[{"nyckel": "skolan", "namn": "Skolan", "nivå": "styrande"}]))
    assert problem[2:] == ("nyckel", "Nyckeln används redan av en aktör som inte är ett organ. Välj en annan.")


def test_new_name_of_a_body_is_its_actors_too():
    mandate = make.MandateFactory()
    read_in(book_for(mandate.agreement, Organ=[{"nyckel": mandate.body.key, "namn": "Nytt namn"}]), save=True)
    mandate.actor.refresh_from_db()
    assert mandate.actor.name == "Nytt namn"


def test_responsibility_is_for_collaboration_areas_of_its_area():
    responsibility = make.ResponsibilityFactory()
    other = make.CollaborationAreaFactory(area=make.PriorityAreaFactory(agreement=responsibility.agreement))
    row = {"nyckel": responsibility.key, "samverkansområden": other.key}
    problem = refusal(book_for(responsibility.agreement, Ansvar=[row]))
    assert problem[2:] == ("samverkansområden", "Välj bara samverkansområden som hör till området.")


def test_decision_is_of_the_body_that_met():
    meeting = make.MeetingFactory(body=make.MandateFactory().body)
    agreement = Agreement.objects.get()
    body = make.MandateFactory(agreement=agreement).body
    row = {"organ": body.key, "nyckel": "b", "beslut": "Ja", "beslutsdatum": "2026-06-01"}
    row["möte"] = f"{meeting.body.key}/{meeting.key}"
    problem = refusal(book_for(agreement, Beslut=[row]))
    assert problem[2:] == ("möte", "Mötet hölls av ett annat organ. Välj ett möte i samma organ.")


@pytest.mark.parametrize(
    ("row", "column", "message"),
    [
        ({"samverkansområde": "del"}, "samverkansområde", "Samverkansområdet hör till ett annat område."),
        (
            {"löpande": "ja", "slut": "2026-12-01"},
            "slut",
            "En löpande aktivitet har inget slutdatum. Ta bort det ena.",
        ),
        (
            {"släktskap": "samma"},
            "släktskap",
            "”samma” är inget släktskap. Kopiera det från den tidigare versionen, eller töm cellen.",
        ),
    ],
)
def test_activity_is_refused(row, column, message):
    edition = make.EditionFactory()
    make.CollaborationAreaFactory(key="del", area=make.PriorityAreaFactory(agreement=edition.plan.agreement))
    row = {"version": f"{edition.plan.key}/{edition.label}", "nummer": "1", "aktivitet": "A", **row}
    assert refusal(book_for(edition.plan.agreement, Aktiviteter=[row]))[2:] == (column, message)


def test_lineage_is_copied_and_otherwise_made_up_the_same_way_each_time():
    edition = make.EditionFactory()
    row = {"version": f"{edition.plan.key}/{edition.label}", "nummer": "1", "aktivitet": "A", "släktskap": ""}
    book = book_for(edition.plan.agreement, Aktiviteter=[row])
    assert read_in(book).fingerprint == read_in(book).fingerprint
    read_in(book, save=True)
    first = edition.activities.get().lineage
    later = make.EditionFactory(plan=edition.plan)
    row.update(version=f"{later.plan.key}/{later.label}", släktskap=str(first))
    read_in(book, save=True)
    assert later.activities.get().lineage == first
    assert read_in(book).counts == "0 nya, 0 ändrade, 2 oförändrade, 0 avvisade"


@pytest.mark.parametrize(
    ("start", "precision"), [("2024", "year"), ("2024-07", "month"), ("2024-07-01", "date"), ("", "")]
)
def test_precision_follows_from_how_a_moment_is_written(start, precision):
    agreement = make.AgreementFactory()
    book = book_for(
        agreement, Giltighet=[{"nyckel": "g", "börjar": start, "noggrannhet, början": "", "slutar": "2027"}]
    )
    read_in(book, save=True)
    validity = agreement.validity_set.get()
    assert (validity.start_precision, validity.end_precision) == (precision, "year")
    assert read_in(book).counts == "0 nya, 0 ändrade, 2 oförändrade, 0 avvisade"


# --- what follows from a row ------------------------------------------------------------------------------------------


def test_round_that_is_opened_asks_its_parties():
    agreement = complete_agreement()
    book = book_of(agreement, "Omgångar")
    book["Omgångar"][0].update({"omgång": "2027:1", "öppnad": "2027-06-01"})
    result = read_in(book, save=True)
    assert result.counts == "2 nya, 0 ändrade, 1 oförändrade, 0 avvisade"
    report = agreement.rounds.get(label="2027:1").reports.get()
    assert [outcome.label for outcome in result.new if outcome.sheet == "Lägesrapporter"] == [
        f"2027:1/{report.activity.edition.plan.key}/{report.activity.edition.label}/{report.activity.number}"
        f"/{report.party.key}"
    ]


def test_seat_that_ends_takes_the_hat_along():
    seat = make.SeatFactory(body=make.MandateFactory().body)
    seat_person(seat=seat, user=make.UserFactory(), party=seat.party, starts_on="2026-01-01")
    row = {"organ": seat.body.key, "nyckel": seat.key, "till och med": "2026-06-30"}
    read_in(book_for(Agreement.objects.get(), Platser=[row]), save=True)
    seat.membership.refresh_from_db()
    assert str(seat.membership.ends_on) == "2026-06-30"


def test_series_is_created_in_the_agreements_county(agreement):
    row = {"adress": agreement.slug, "län": "Uppsala län", "serie": "ny-serie", "seriens titel": "Ny serie"}
    read_in({"Överenskommelse": [row]}, save=True)
    agreement.refresh_from_db()
    assert (agreement.series.title, agreement.series.county) == ("Ny serie", agreement.county)
    row.update({"serie": "namnlos", "seriens titel": ""})
    message = "Serien finns inte i portalen. Fyll i län och seriens titel, så skapas den."
    assert refusal({"Överenskommelse": [row]})[2:] == ("serie", message)


def test_actor_that_is_a_party_needs_only_its_key(agreement):
    row = {"nyckel": "kommun-0380", "slag": "part", "namn": "", "roll i texten": "Värd"}
    read_in(book_for(agreement, Aktörer=[row]), save=True)
    actor = agreement.actor_set.get()
    assert (actor.party.key, actor.name) == ("kommun-0380", "Uppsala kommun")


def test_same_sheet_twice_is_refused(agreement):
    sheets = grids(book_for(agreement, Mål=[GOAL]))
    problems = import_grids([*sheets, sheets[1]]).all_problems
    assert [str(problem) for problem in problems] == ["Arket Mål: Arket finns två gånger. Ta bort det ena."]
