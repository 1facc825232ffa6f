"""The comparison of two editions as a paper for those who decide about the newer one."""

from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from actionplans.comparison import GONE, Kind
from actionplans.models import Edition
from lib.paper import cell, heading, paper, paragraph, run, table

FOLLOW_UP = ("followed_up_how", "followed_up_when", "followed_up_by")


def comparison_paper(comparison, agreement):
    """The paper (see ``lib.paper``): which editions, how much changes, each change in a sentence, then the texts."""
    old, new = comparison.old, comparison.new
    blocks = [paragraph(comparison.summary, style="lead"), _editions(comparison)]
    if comparison.changes:
        blocks += [heading(2, _("Ändringarna i korthet")), *_in_short(comparison)]
        blocks += _texts(comparison)
    decision = new.decision or old.decision
    return paper(
        blocks,
        title=_("%(plan)s: från %(old)s till %(new)s") % {"plan": new.plan, "old": old.label, "new": new.label},
        kicker=_("Jämförelse mellan två versioner"),
        author=agreement.coordinating_party.name,
        date=timezone.localdate(),
        running=f"{agreement.short_name} · {new.plan}",
        registry_number=decision.registry_number if decision else "",
        marks=_marks(agreement, old, new),
    )


def _marks(agreement, old, new):
    """What no page may be seen without."""
    is_example = agreement.is_example or new.plan.is_example
    states = {old.state, new.state}
    marks = [_("Utkast")] if Edition.State.DRAFT in states else []
    marks += [_("Förslag, inte fastställt")] if Edition.State.PROPOSED in states else []
    return marks + ([_("Exempeldata")] if is_example else [])


def _editions(comparison):
    old, new = comparison.old, comparison.new
    gone = sum(comparison.counts[kind] for kind in GONE)
    standing = comparison.total - comparison.counts[Kind.ADDED], comparison.total - gone
    facts = [
        (_("Läge"), [capfirst(edition.get_state_display()) for edition in (old, new)]),
        (_("Gäller"), [f"{edition.starts_on} – {edition.ends_on}" for edition in (old, new)]),
        (_("Beslut"), [_decision(edition.decision) for edition in (old, new)]),
        (_("Aktiviteter"), map(str, standing)),
    ]
    rows = [[cell(label), *map(cell, values)] for label, values in facts]
    return table([_("Uppgift"), old.label, new.label], rows, widths=[2, 5, 5], title=_("De två versionerna"))


def _decision(decision):
    if decision is None:
        return _("Inget beslut än")
    words = [f"{decision.paragraph} {decision.decided_on}".strip(), decision.body.name]
    words += [_("dnr %(number)s") % {"number": decision.registry_number}] if decision.registry_number else []
    return ", ".join(words)


def _in_short(comparison):
    """Under each area a table: the activity, and in sentences what happens to it and why."""
    head = [_("Nr"), _("Aktivitet"), _("Vad som ändras")]
    for area, changes in comparison.by_area():
        name = area or _("Utan område")
        yield heading(3, name)
        rows = [[cell(change.shown.number), _title(change), _happens(change)] for change in changes]
        yield table(head, rows, widths=[2, 9, 13], title=_("Ändringar i %(area)s") % {"area": name})


def _title(change):
    title = change.shown.values["title"]
    return cell([run(title, "gone" if change.kind in GONE else "")], [run(capfirst(change.kind_label), "soft")])


def _happens(change):
    said = [[run(sentence)] for sentence in change.sentences]
    return cell(*said, *([run(f"{label}: ", "soft"), run(text)] for label, text in change.reasons))


def _texts(comparison):
    """The fields that the sentences leave untold: new activities as a whole, texts before and after with marks."""
    fresh = [change for change in comparison.changes if change.old is None]
    told = [(change, [field for field in change.fields if not field.is_told]) for change in comparison.changes]
    changed = [(change, fields) for change, fields in told if change.old and change.new and fields]
    if fresh:
        yield heading(2, _("Nya aktiviteter"))
    for change in fresh:
        yield heading(3, _heading(change))
        yield table([_("Uppgift"), comparison.new.label], _whole(change.new), widths=[3, 9], title=_heading(change))
    if changed:
        yield heading(2, _("Texter före och efter"))
        yield paragraph(
            run(_("Överstrukna ord"), "gone"), _(" har tagits bort och "), run(_("understrukna"), "come"), _(" är nya.")
        )
    for change, fields in changed:
        yield heading(3, _heading(change))
        rows = [[cell(field.label), *_before_and_after(field)] for field in fields]
        head = [_("Uppgift"), comparison.old.label, comparison.new.label]
        yield table(head, rows, widths=[3, 6, 6], title=_heading(change))


def _whole(snapshot):
    """An activity in few rows: what belongs together stands together."""
    values, rows = snapshot.values, []
    joint = {
        "starts_on": (_("Tid"), [values["starts_on"], values["ends_on"]], " – "),
        "indicator": (_("Indikator"), [values["indicator"], *_measures(values)], ", "),
        "followed_up_how": (_("Uppföljning"), [values[name] for name in FOLLOW_UP], ", "),
        "participants": (_("Medverkar"), values["participants"], ", "),
        "serves": (_("Bidrar även till"), values["serves"], ", "),
    }
    first = {"ends_on": "starts_on", "indicator_base": "indicator", "indicator_target": "indicator"}
    first |= dict.fromkeys(FOLLOW_UP, "followed_up_how")
    done = set()
    for field in snapshot.filled:
        name = first.get(field.name, field.name)
        if name not in done:
            label, parts, between = joint.get(name, (field.label, [piece.text for piece in field.plain], ""))
            rows.append([cell(label), cell(capfirst(between.join(filter(None, parts))))])
        done.add(name)
    return rows


def _measures(values):
    base, target = values["indicator_base"], values["indicator_target"]
    return [base and _("från %(base)s") % {"base": base}, target and _("till %(target)s") % {"target": target}]


def _heading(change):
    return f"{change.shown.number} {change.shown.values['title']}"


def _before_and_after(field):
    before, after = field.pieces
    empty = cell([run(_("tomt"), "soft")])
    return [
        cell(_runs(before, "gone")) if field.old else empty,
        cell(_runs(after, "come")) if field.new else empty,
    ]


def _runs(pieces, mark):
    return [run(piece.text, mark if piece.is_changed else "") for piece in pieces]
