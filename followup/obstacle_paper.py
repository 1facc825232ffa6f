"""The open obstacles of one need as a paper: what the parties put to the state together, or must change themselves."""

from itertools import groupby

from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from agreements.templatetags.agreements import joined
from followup.models import Obstacle
from lib.paper import bullets, cell, heading, paper, paragraph, run, table
from lib.swedish import sort_key


def need_asked(text):
    """The need that an address asks for; what cannot be read is a joint letter to the state."""
    return text if text in Obstacle.Needs.values else Obstacle.Needs.JOINT.value


def titles():
    """Need → what its paper is called."""
    return {
        Obstacle.Needs.LAW: _("Hinder som kräver ändrad lag eller förordning"),
        Obstacle.Needs.ROUTINE: _("Hinder som kräver ändrad rutin"),
        Obstacle.Needs.JOINT: _("Gemensam framställan till staten"),
        Obstacle.Needs.OTHER: _("Andra hinder"),
    }


def obstacle_paper_of(agreement, need, rows):
    """The paper (see ``lib.paper``): how many, a list of all, then each with what it leads to and what is proposed."""
    rows = sorted(rows, key=lambda row: (row.area is None, row.area.order if row.area else 0, row.area_id or 0, row.pk))
    blocks = [paragraph(_lead(rows), style="lead")]
    if rows:
        blocks += [heading(2, _("Hindren i korthet")), _in_short(rows)]
    for area, found in groupby(rows, key=lambda row: row.area):
        blocks.append(heading(2, area.name if area else _("Hela överenskommelsen")))
        for row in found:
            blocks += _obstacle(row)
    return paper(
        blocks,
        title=titles()[need],
        kicker=f"{agreement.short_name} · {_('underlag ur hinderregistret')}",
        author=agreement.coordinating_party.name,
        date=timezone.localdate(),
        running=f"{agreement.short_name} · {_('hinder')}",
        marks=[_("Exempeldata")] if agreement.is_example else [],
    )


def _lead(rows):
    parties = sorted({row.party.name for row in rows}, key=sort_key)
    if not rows:
        return _("Inga öppna hinder av det här slaget är rapporterade.")
    text = ngettext(
        "Parterna har rapporterat %(n)s öppet hinder. Det kommer från %(parties)s.",
        "Parterna har rapporterat %(n)s öppna hinder. De kommer från %(parties)s.",
        len(rows),
    )
    return text % {"n": len(rows), "parties": joined(parties)}


def _in_short(rows):
    told = [
        [
            cell(row.title),
            cell(row.party.name),
            cell(row.area.name if row.area else "–"),
            cell(row.owner.name if row.owner else _("ingen än")),
        ]
        for row in rows
    ]
    head = [_("Hinder"), _("Rapporterat av"), _("Område"), _("Ägare")]
    return table(head, told, widths=[8, 4, 4, 4], title=_("Hindren i korthet"))


def _obstacle(row):
    yield heading(3, row.title)
    day = timezone.localdate(row.reported_at)
    yield paragraph(run(_("%(party)s, rapporterat %(day)s") % {"party": row.party.name, "day": day}, "soft"))
    yield from _paragraphs(row.text)
    told = [(_("Det leder till"), row.consequence), (_("Förslag"), row.proposal)]
    if told := [(label, text) for label, text in told if text]:
        yield bullets(*([run(f"{label}: ", "strong"), run(" ".join(text.split()))] for label, text in told))
    if row.due_on:
        yield paragraph(run(capfirst(_("senast %(day)s") % {"day": row.due_on}), "soft"))


def _paragraphs(text):
    return [paragraph(" ".join(part.split())) for part in text.split("\n\n") if part.strip()]
