"""Follow-up: a round per period, what each party says, what the bodies judge, and what is measured."""

from followup.models.assessments import AgendaLink, Assessment, Grade
from followup.models.beside import FormPresence, ReportFile, Return
from followup.models.indicators import Indicator, IndicatorDefinition, Measurement
from followup.models.notices import Notice
from followup.models.obstacles import Obstacle
from followup.models.packs import CouncilPack, RegistryNumber
from followup.models.reports import NO_ANSWER_NEEDED, Degree, Incomplete, Report, ReportStatus
from followup.models.rounds import STATE_LABELS, Outcome, Reopening, ReportingRule, Respondent, Round

__all__ = [
    "NO_ANSWER_NEEDED",
    "STATE_LABELS",
    "AgendaLink",
    "Assessment",
    "CouncilPack",
    "Degree",
    "FormPresence",
    "Grade",
    "Incomplete",
    "Indicator",
    "IndicatorDefinition",
    "Measurement",
    "Notice",
    "Obstacle",
    "Outcome",
    "RegistryNumber",
    "Reopening",
    "Report",
    "ReportFile",
    "ReportStatus",
    "ReportingRule",
    "Respondent",
    "Return",
    "Round",
]
