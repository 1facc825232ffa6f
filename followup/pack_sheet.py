"""The figures of a round as an Excel file: a sheet per table, numbers and days as what they are, no formulas."""

from io import BytesIO

from django.utils.translation import gettext as _

from followup.open_data import TITLES, tables_of
from lib.spreadsheets import Column, Table, write_workbook
from lib.swedish import clean_text


def pack_sheet(material):
    """The .xlsx file, as bytes."""
    file = BytesIO()
    tables = [_sheet(table) for table in tables_of(material.told)]
    write_workbook([_about(material, tables), *tables], file)
    return file.getvalue()


def _sheet(table):
    rows = [["" if value is None else clean_text(str(value)) for value in row] for row in table.rows]
    columns = [Column(column.label, column.kind) for column in table.columns]
    return Table(str(TITLES[table.name]), columns, rows, table.about)


def _about(material, tables):
    """The first sheet: what the file is, and what each sheet holds."""
    told, facts = material.told, material.told.facts["round"]
    meeting = facts["meeting"]
    rows = [
        [_("Överenskommelse"), material.agreement.title],
        [_("Omgång"), told.label],
        [_("Period"), " – ".join(facts["period"])],
        [_("Möte"), f"{meeting['body']} {meeting['held_on']}" if meeting else ""],
        [_("Gjord"), str(material.made_on)],
        [_("Läge"), _("Preliminärt: omgången är inte stängd") if material.is_preliminary else _("Stängd omgång")],
    ]
    rows += [[_("Exempeldata"), _("Uppgifterna är påhittade.")]] if material.is_example else []
    rows += [[_("Diarienummer, %(party)s") % {"party": party}, number] for party, number in material.registry]
    rows += [[table.name, table.about or _("%(count)s rader") % {"count": len(table.rows)}] for table in tables]
    return Table(_("Om filen"), [Column(_("Uppgift")), Column(_("Värde"))], rows)
