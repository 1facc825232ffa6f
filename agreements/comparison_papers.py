"""What differs between two texts of an agreement as a paper for those who decide."""

from itertools import groupby

from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from agreements.comparison_of_texts import compare_all, summary
from agreements.drafting import PARTS, part_of
from lib.paper import cell, heading, paper, paragraph, run, table


def comparison_paper(agreement, before, after, changes):
    """The paper (see ``lib.paper``) of two texts, (name, blocks) each: the sum of it, then every block side by side."""
    (old_name, old), (new_name, new) = before, after
    blocks = [paragraph(summary(compare_all(old, new)), style="lead"), *_legend(changes)]
    for part, rows in groupby(changes, key=lambda change: part_of(change.shown)):
        name = str(PARTS.get(part, ""))
        blocks += [heading(2, name), table(
            [_("Del"), old_name, new_name], [_row(change) for change in rows], widths=[4, 7, 7], title=name,
        )]  # fmt: skip
    return paper(
        blocks,
        title=_("%(agreement)s: vad som skiljer") % {"agreement": agreement.short_name},
        kicker=_("Jämförelse mellan två texter"),
        author=agreement.coordinating_party.name,
        date=timezone.localdate(),
        running=agreement.short_name,
        marks=_marks(agreement),
    )


def _legend(changes):
    if not changes:
        return []
    return [
        paragraph(
            run(_("Överstrukna ord"), "gone"), _(" har tagits bort och "), run(_("understrukna"), "come"), _(" är nya.")
        )
    ]


def _marks(agreement):
    """What no page may be seen without."""
    marks = [_("Utkast")] if agreement.status == agreement.Status.DRAFT else []
    return marks + ([_("Exempeldata")] if agreement.is_example else [])


def _row(change):
    told = [run(capfirst(str(change.kind.label)), "soft")]
    if change.is_rewritten:
        told.append(run(_(", till stor del omskriven"), "soft"))
    if change.renumbered_from:
        told.append(run(_(", tidigare %(number)s") % {"number": change.renumbered_from}, "soft"))
    return [cell([run(capfirst(change.reference))], told), _side(change, 0, "gone"), _side(change, 1, "come")]


def _side(change, side, mark):
    """Heading and text of one side; what stands on one side only is marked as a whole."""
    lines = [change.heading_pieces[side], change.text_pieces[side]]
    alone = (change.old is None or change.new is None) and mark
    runs = [[run(piece.text, alone or (mark if piece.is_changed else "")) for piece in line] for line in lines if line]
    runs = [line for line in runs if any(part["text"] for part in line)]
    return cell(*runs) if runs else cell([run(_("finns inte"), "soft")])
