"""The council's page in one or two sentences of plain Swedish, made from its figures; each figure leads to its answers.

"57 av 80 åtaganden går enligt plan, fyra fler än i 2026:1. Sju avviker, tre parter har svar kvar att lämna, och rådet
ombeds besluta i tre frågor."
"""

from django.utils.html import format_html
from django.utils.safestring import mark_safe
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from followup.models import ReportStatus
from followup.outcome import NOT_REPORTED

WORDS = ("noll", "ett", "två", "tre", "fyra", "fem", "sex", "sju", "åtta", "nio", "tio", "elva", "tolv")
ON_TRACK, ASKS = "on_track", "asks"  # what the answers can be chosen by beside a status


def headline_of(board):
    """The sentences as HTML for a Board; empty where nobody is asked anything."""
    figures = board.figures
    if not figures.total:
        return ""
    if not figures.submitted:
        return _nothing_yet(board)
    rest = [part for part in (_deviating(board), _silent(board), _asked(board)) if part]
    return mark_safe(f"{_on_track(board)} {_listed(rest)}.")  # parts made of escaped pieces


def counted(number, one=""):
    """A number in words up to twelve, as Swedish text is written; ``one`` where one is not "ett"."""
    if number == 1 and one:
        return one
    return WORDS[number] if 0 <= number < len(WORDS) else str(number)


def _nothing_yet(board):
    total, closed = board.figures.total, board.round.closed_at
    url = board.url(status=NOT_REPORTED)
    if closed:
        said = ngettext("%d åtagande", "inget av %d åtaganden", total)
        ending = _("rapporterades inte") if total == 1 else _("rapporterades")
    else:
        said = ngettext("%d åtagande", "inget av %d åtaganden", total)
        ending = _("är inte rapporterat än") if total == 1 else _("är rapporterat än")
    return format_html('<a href="{}"><strong>{}</strong></a> {}.', url, capfirst(said % total), ending)


def _on_track(board):
    """ "57 av 80 åtaganden går enligt plan, fyra fler än i 2026:1."""
    figures = board.figures
    count = _("%(count)s av %(total)s") % {"count": figures.on_track, "total": figures.total}
    noun = ngettext("åtagande går enligt plan", "åtaganden går enligt plan", figures.total)
    since = _since(board)
    return format_html(
        '<a href="{}"><strong>{}</strong></a> {}{}.', board.url(status=ON_TRACK), count, noun, since and f", {since}"
    )


def _since(board):
    """How that is beside the round before: "fyra fler än i 2026:1"."""
    unfinished = board.figures.silent and not board.round.closed_at
    if not board.before or not board.before[1].total or unfinished:
        return ""  # what has not come in yet is no change
    label, then = board.before
    if then.total != board.figures.total:  # more or fewer were asked: a difference would tell of that
        words = {"count": then.on_track, "total": then.total, "label": label}
        return _("mot %(count)s av %(total)s i %(label)s") % words
    change = board.figures.on_track - then.on_track
    if not change:
        return _("lika många som i %(label)s") % {"label": label}
    words = {"number": counted(abs(change), _("en")), "label": label}
    return (_("%(number)s fler än i %(label)s") if change > 0 else _("%(number)s färre än i %(label)s")) % words


def _deviating(board):
    count = board.figures.deviating
    if not count:
        return _("inget avviker")
    said = _("%(number)s avviker") % {"number": counted(count)}
    return _link(board.url(status=ReportStatus.DEVIATING), said)


def _silent(board):
    count = len(board.silent_parties)
    if not count:
        return _("alla parter har svarat") if board.part.party is None else _("allt är besvarat")
    if board.part.party is not None:
        missing = board.figures.silent
        said = ngettext("%(number)s svar saknas", "%(number)s svar saknas", missing) % {"number": counted(missing)}
    elif board.round.closed_at:
        said = ngettext("%(number)s part lämnade inte alla svar", "%(number)s parter lämnade inte alla svar", count)
        said %= {"number": counted(count, _("en"))}
    else:
        said = ngettext("%(number)s part har svar kvar att lämna", "%(number)s parter har svar kvar att lämna", count)
        said %= {"number": counted(count, _("en"))}
    return _link(board.url(status=NOT_REPORTED), said)


def _asked(board):
    count = board.line["asks"]
    if not count:
        return ""
    said = ngettext("rådet ombeds besluta i %(number)s fråga", "rådet ombeds besluta i %(number)s frågor", count)
    return format_html('<a class="asked" href="#beslut-h">{}</a>', said % {"number": counted(count, _("en"))})


def _link(url, text):
    return format_html('<a href="{}">{}</a>', url, text)


def _listed(parts):
    """The parts as one sentence, its first letter a capital also within a link."""
    first, *others = [format_html("{}", part) for part in parts]
    first = mark_safe(_capital(first))  # escaped above
    if not others:
        return first
    *middle, last = others
    told = mark_safe(", ".join([first, *middle]))  # escaped above
    return format_html(_("{}{} och {}"), told, "," if middle else "", last)


def _capital(html):
    """``html`` with a capital where its text begins."""
    start = html.index(">") + 1 if html.startswith("<") else 0
    return html[:start] + capfirst(html[start:])
