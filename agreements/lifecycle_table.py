"""The state machine as a table for the guide, made from the table that the code obeys."""

from pathlib import Path

from django.conf import settings

from agreements.lifecycle import TRANSITIONS
from agreements.models import Agreement, LifeEvent

GUIDE = Path(settings.BASE_DIR, "docs", "guide", "livscykel.md")
MARK = "<!-- Nedanför skrivs av manage.py lifecycle_table. -->\n"
# What each check asks for, in words for who reads the guide.
CHECKS = {
    "no_text": "en version av texten är sparad",
    "open_consultation": "ingen remiss pågår",
    "nobody_is_party": "det finns parter",
    "somebody_has_not_answered": "alla parter har undertecknat eller avstått",
    "not_ready_to_start": "det som texten säger om när den börjar gälla har inträffat",
    "end_is_not_past": "slutdatumet har passerat",
    "ends_by_notice": "ingen har sagt upp hela",
    "nobody_ended_all": "en bekräftad uppsägning gäller hela",
    "no_successor_in_force": "efterföljaren gäller",
}


def table():
    """Markdown: a row for each step, with where it begins, where it leads, what it asks for and what must hold."""
    lines = ["| Steg | Från | Till | Kräver att | Fyll i |", "| --- | --- | --- | --- | --- |"]
    for step in TRANSITIONS.values():
        sources = ", ".join(str(Agreement.Status(status).label) for status in step.sources)
        checks = "; ".join(CHECKS[check.__name__] for check in step.checks) or "–"
        needs = ", ".join(str(LifeEvent._meta.get_field(name).verbose_name) for name in step.needs) or "–"
        target = Agreement.Status(step.target).label
        lines.append(f"| {step.verb} | {sources} | {target} | {checks} | {needs} |")
    return "\n".join(lines) + "\n"


def write():
    """Put the table in the guide, below its mark."""
    above = GUIDE.read_text(encoding="utf-8").split(MARK)[0]
    GUIDE.write_text(above + MARK + "\n" + table(), encoding="utf-8")
