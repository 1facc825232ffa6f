"""The council's page in one or two sentences of plain Swedish, made from its figures; each figure leads to its answers.

"57 av 80 åtaganden går enligt plan, fyra fler än i 2026:1. Sju avviker, tre parter har svar kvar att lämna, och rådet
ombeds besluta i tre frågor."
"""

from django.utils.html import format_html, format_html_join
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
    return format_html("{} {}.", _on_track(board), _listed(rest))


def counted(number, one=""):
    """A number in words up to twelve, as Swedish text is written; ``one`` where one is not "ett"."""
    if number == 1 and one:
        return one
    return WORDS[number] if 0 <= number < len(WORDS) else str(number)


def _nothing_yet(board):
    total, closed = board.figures.total, board.round.closed_at
    url = board.url(status=NOT_REPORTED)
    said = ngettext("%d åtagande", "inget av %d åtaganden", total)
    if closed:
        ending = _("rapporterades inte") if total == 1 else _("rapporterades")
    else:
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
    """(text, address or nothing) of each part of the second sentence, as are those below."""
    count = board.figures.deviating
    if not count:
        return _("inget avviker"), ""
    return _("%(number)s avviker") % {"number": counted(count)}, board.url(status=ReportStatus.DEVIATING)


def _silent(board):
    count = len(board.silent_parties)
    if not count:
        return (_("alla parter har svarat") if board.part.party is None else _("allt är besvarat")), ""
    number = counted(count, _("en"))
    if board.part.party is not None:
        number = counted(board.figures.silent)
        said = _("%(number)s svar saknas")
    elif board.round.closed_at:
        said = ngettext("%(number)s part lämnade inte alla svar", "%(number)s parter lämnade inte alla svar", count)
    else:
        said = ngettext("%(number)s part har svar kvar att lämna", "%(number)s parter har svar kvar att lämna", count)
    return said % {"number": number}, board.url(status=NOT_REPORTED)


def _asked(board):
    count = board.line["asks"]
    if not count:
        return None
    said = ngettext("rådet ombeds besluta i %(number)s fråga", "rådet ombeds besluta i %(number)s frågor", count)
    return said % {"number": counted(count, _("en"))}, "#beslut-h"


def _listed(parts):
    """The parts as one sentence: its first letter a capital, the last part after "och"."""
    (first, url), *others = parts
    *told, last = [_link(text, url) for text, url in [(capfirst(first), url), *others]]
    if not told:
        return last
    sentence = format_html_join(", ", "{}", [(part,) for part in told])
    return format_html(_("{}{} och {}"), sentence, "," if told[1:] else "", last)


def _link(text, url):
    if not url:
        return text
    kind = "asked" if url.startswith("#") else "counted"
    return format_html('<a class="{}" href="{}">{}</a>', kind, url, text)
