"""Counties and parties as workbooks refer to them. Both are shared by all agreements and never changed by an import."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lib.cells import Misread
from lib.workbook import Directory
from parties.models import County, Party

COUNTIES = Directory(
    gettext_lazy("länen"),
    load=lambda run: County.objects.all(),
    key=lambda county: county.name,
    missing=lambda run, key: County.objects.filter(code=key.zfill(2)).first(),
)
PARTIES = Directory(gettext_lazy("parterna"), load=lambda run: Party.objects.all(), key=lambda party: party.key)


def promise_parties(sheet, lines, *, prefix=""):
    """Let the whole workbook refer to the parties that ``lines`` of ``sheet`` describe; new ones are created then.

    ``prefix`` is what the sheet's columns of the party begin with.
    """
    for line in lines:
        if key := sheet.cell(line, f"{prefix}key"):
            sheet.run.promise(PARTIES, key, lambda line=line: _create_party(sheet, line, prefix))


def _create_party(sheet, line, prefix):
    """A new party from one line. Raises Misread when the line does not say enough; the message names the line."""
    party = Party()
    place = {"sheet": sheet.name, "row": line.number, "key": sheet.cell(line, f"{prefix}key")}
    try:
        for name in ("key", "name", "kind", "scb_code", "county", "founded_on", "dissolved_on"):
            column = sheet.fields.get(f"{prefix}{name}")
            if column and column.column_name in line.cells:
                setattr(party, name, column.widget.clean(line.cells[column.column_name]))
        party.full_clean()
    except (Misread, ValidationError) as error:
        why = " ".join(error.messages) if isinstance(error, ValidationError) else str(error)
        message = _("”%(key)s” finns inte i portalen och kan inte skapas av rad %(row)s på arket %(sheet)s: %(why)s")
        raise Misread(message % {**place, "why": why}) from error
    party._change_reason = sheet.run.reason
    party.save(force_insert=True)
    return party
