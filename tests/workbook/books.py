"""Workbooks for tests: as tables of texts that are easy to change, and as files, honest and hostile."""

import io
import zipfile

from openpyxl import Workbook

from followup.models import AgendaLink, Assessment, IndicatorDefinition, RegistryNumber
from followup.models.assessments import Grade
from lib.spreadsheets import Grid
from portal.workbook import export_tables, import_grids
from tests import factories as make

MAIN = "xl/worksheets/sheet1.xml"
SHEET = (
    '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{}</sheetData></worksheet>'
)
STRINGS = '<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">{}</sst>'
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
RELATIONS = '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{}</Relationships>'
RELATION = f'<Relationship Id="r{{0}}" Type="{OFFICE}/{{1}}" Target="{{2}}"/>'


def complete_agreement():
    """An agreement with at least one row on every sheet."""
    agreement = make.AgreementFactory(series=make.AgreementSeriesFactory())
    party = make.AccessionFactory(agreement=agreement).party
    make.PartyNameFactory(party=party)
    area = make.PriorityAreaFactory(agreement=agreement)
    body = make.MandateFactory(agreement=agreement).body
    for factory in (
        make.OutsiderFactory, make.ValidityFactory, make.AdoptionFactory, make.TargetGroupFactory,
        make.ProvisionFactory, make.RelatedStrategyFactory, make.CommitmentFactory, make.FinancingFactory,
        make.StatisticFactory, make.ProcessStepFactory, make.ConsultationFactory, make.FollowUpRuleFactory,
        make.StatedIndicatorFactory, make.PlanRuleFactory, make.SeriesEntryFactory, make.AnnotationFactory,
        make.DocumentFactory, make.DialogueFactory, make.LifeEventFactory, make.AmendmentFactory,
        make.AgreementReviewFactory, make.SituationReportFactory,
    ):  # fmt: skip
        factory(agreement=agreement)
    for factory in (
        make.GoalFactory, make.CollaborationAreaFactory, make.GlobalGoalLinkFactory, make.ResponsibilityFactory,
    ):  # fmt: skip
        factory(area=area)
    make.SeatFactory(body=body)
    item = make.AgendaItemFactory(meeting=make.MeetingFactory(body=body), agreement=agreement)
    decision = make.DecisionFactory(body=body, meeting=item.meeting, agreement=agreement, item=item)
    make.AssignmentFactory(decision=decision, party=party)
    plan = make.ActionPlanFactory(agreement=agreement)
    activity = make.ActivityFactory(edition__plan=plan, responsible=make.ActorFactory(agreement=agreement, party=party))
    make.adopt(activity.edition)
    round = make.RoundFactory(agreement=agreement)
    make.RespondentFactory(round=round, party=party)
    report = make.ReportFactory(round=round, activity=activity, party=party)
    indicator = make.IndicatorFactory(agreement=agreement)
    IndicatorDefinition.objects.create(indicator=indicator, from_year=2024, text="Andel i procent")
    make.MeasurementFactory(indicator=indicator)
    assessment = Assessment.objects.create(round=round, area=area, body=body, grade=Grade.EXPECTED)
    assessment.reports.add(report)
    assessment.indicators.add(indicator)
    AgendaLink.objects.create(item=item, assessment=assessment)
    RegistryNumber.objects.create(round=round, party=party, number="EX 1")
    return agreement


def book_of(agreement, *names):
    """Sheet name → rows (heading → text) of the agreement's workbook; all sheets with rows, or only those named."""
    tables = [table for table in export_tables(agreement) if table.rows]
    return {
        table.name: [dict(zip([column.name for column in table.columns], row, strict=True)) for row in table.rows]
        for table in tables
        if not names or table.name in ("Överenskommelse", *names)
    }


def book_for(agreement, **sheets):
    """A small workbook for an agreement that exists: its address, and the sheets given as Mål=[{…}]."""
    return {"Överenskommelse": [{"adress": agreement.slug}], **{name: rows for name, rows in sheets.items()}}


def grids(book):
    """The workbook as it would have been read from a file; a sheet's headings are those of its first row."""
    return [
        Grid(name, [(1, list(rows[0])), *((number, list(row.values())) for number, row in enumerate(rows, start=2))])
        for name, rows in book.items()
    ]


def read_in(book, **options):
    return import_grids(grids(book), **options)


def refusal(book, **options):
    """(sheet, row, column, message) of the one problem of a workbook."""
    (problem,) = read_in(book, save=True, **options).all_problems
    return problem.sheet, problem.row, problem.column, problem.message


def xlsx(book):
    """The workbook as the bytes of an .xlsx file, written by another program than ours."""
    workbook = Workbook()
    workbook.remove(workbook.active)
    for name, rows in book.items():
        sheet = workbook.create_sheet(name)
        sheet.append(list(rows[0]))
        for row in rows:
            sheet.append([value or None for value in row.values()])
    return saved(workbook)


def saved(workbook):
    file = io.BytesIO()
    workbook.save(file)
    return file.getvalue()


def package(rows="", *, strings=None, sheet=None, more=()):
    """The bytes of an .xlsx file with one sheet ``Mål``, put together by hand: ``rows`` as XML."""
    kinds = [("worksheet", "worksheets/sheet1.xml"), ("sharedStrings", "sharedStrings.xml")]
    relations = "".join(RELATION.format(number, kind, path) for number, (kind, path) in enumerate(kinds))
    parts = {
        "_rels/.rels": RELATIONS.format(RELATION.format(0, "officeDocument", "xl/workbook.xml")),
        "xl/_rels/workbook.xml.rels": RELATIONS.format(relations),
        "xl/workbook.xml": (
            '<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" '
            f'xmlns:r="{OFFICE}"><sheets><sheet name="Mål" sheetId="1" r:id="r0"/></sheets></workbook>'
        ),
        "xl/sharedStrings.xml": STRINGS.format(strings or ""),
        MAIN: sheet or SHEET.format(rows),
        **dict(more),
    }
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return file.getvalue()
