"""Remissammanställningen as a paper for those who decide about the agreement."""

from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from lib.paper import bullets, cell, heading, paper, paragraph, run, table


def consultation_paper(summary):
    """The paper (see ``lib.paper``) of a Summary: figures, who answered what, then every remark with its treatment."""
    consultation = summary.consultation
    agreement = consultation.agreement
    blocks = [
        paragraph(lead(summary), style="lead"),
        _about(consultation),
        heading(2, _("Ställningstaganden")),
        *_stances(summary),
        *_who(summary),
        heading(2, _("Synpunkter och hur de behandlas")),
        *_remarks(summary),
    ]
    return paper(
        blocks,
        title=_("Remissammanställning: %(agreement)s") % {"agreement": agreement.title},
        kicker=_("Remiss"),
        author=agreement.coordinating_party.name,
        date=timezone.localdate(),
        running=f"{agreement.short_name} · {_('remissammanställning')}",
        registry_number=consultation.registry_number,
        marks=_marks(summary),
    )


def lead(summary):
    """``21 av 26 har svarat: 15 tillstyrker, …`` in one sentence."""
    numbers = {"done": len(summary.responses), "all": summary.asked}
    text = ngettext("%(done)s av %(all)s har svarat", "%(done)s av %(all)s har svarat", numbers["done"]) % numbers
    counts = ", ".join(f"{number} {stance.label}" for stance, number in summary.counts)
    return f"{text}: {counts}." if counts else f"{text}."


def _marks(summary):
    marks = [_("Preliminär")] if summary.untreated or not summary.consultation.closed_on else []
    return marks + ([_("Exempeldata")] if summary.consultation.agreement.is_example else [])


def _about(consultation):
    facts = [
        (_("Skickad"), consultation.sent_on),
        (_("Sista svarsdag"), consultation.deadline),
        (_("Avslutad"), consultation.closed_on),
        (_("Text"), consultation.text),
        (_("Svaren offentliga från"), consultation.answers_public_on),
    ]
    rows = [[cell(label), cell(str(value))] for label, value in facts if value]
    return table([_("Uppgift"), _("Remissen")], rows, widths=[3, 9], title=_("Om remissen"))


def _stances(summary):
    if not summary.responses:
        yield paragraph(_("Ingen har svarat."))
        return
    rows = []
    for row in summary.responses:
        decided = " ".join(filter(None, (row.decided_by, str(row.decided_on or ""), row.decision_paragraph)))
        late = [[run(_("inkom efter sista svarsdag"), "soft")]] if row.is_late else []
        stance = cell(capfirst(row.get_stance_display()), *late)
        rows.append([cell(row.addressee.name), stance, cell(decided), cell(row.registry_number)])
    head = [_("Remissinstans"), _("Ställningstagande"), _("Beslut"), _("Dnr")]
    yield table(head, rows, widths=[6, 5, 5, 3], title=_("Vad var och en svarade"))


def _who(summary):
    if summary.silent:
        yield heading(3, _("Har inte svarat"))
        yield bullets(*[row.name for row in summary.silent])
    reserved = [row for row in summary.responses if row.reservation]
    if reserved:
        yield heading(3, _("Reservationer"))
        yield bullets(*[[run(f"{row.addressee.name}: ", "strong"), run(row.reservation)] for row in reserved])


def _remarks(summary):
    if not summary.remarks:
        yield paragraph(_("Ingen har lämnat någon synpunkt."))
    for part in summary.spoken_of:
        yield heading(3, part.heading)
        if part.counts:
            counts = ", ".join(f"{number} {stance.label}" for stance, number in part.counts)
            yield paragraph(run(counts, "soft"), style="keep" if part.remarks else "")
        rows = [[cell(remark.response.addressee.name), _said(remark), _treated(remark)] for remark in part.remarks]
        if rows:
            head = [_("Remissinstans"), _("Synpunkt"), _("Behandling")]
            yield table(head, rows, widths=[5, 9, 7], title=_("Synpunkter: %(part)s") % {"part": part.heading})


def _said(remark):
    stance = remark.row.get_stance_display()
    texts = [[run(capfirst(stance), "soft")]] if stance else []
    texts += [[run(remark.text)]] if remark.text else []
    texts += [[run(_("Reservation: "), "strong"), run(remark.reservation)]] if remark.reservation else []
    return cell(*texts)


def _treated(remark):
    if not remark.is_treated:
        return cell([run(_("Inte behandlad än"), "soft")])
    reason = [remark.row.treatment_reason] if remark.row.treatment_reason else []
    return cell([run(capfirst(remark.row.get_treatment_display()), "strong")], *reason)
