"""The state of a round or a report, who can read it, and where it stands among the agreement's pages."""

from urllib.parse import urlencode

from django.db.models import BooleanField, Case, Exists, OuterRef, Value, When
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from actionplans.models import ActionPlan
from agreements.frame import agreement_of, frame
from followup.models import Report, Round
from followup.outcome import keep_names


def round_frame(agreement, round, *trail, invented=None):
    """The context of a page about ``round``; ``trail`` as in agreements.frame, ``invented`` as in example_band."""
    rounds = (_("Uppföljning"), reverse("followup:round_list", args=[agreement.slug]))
    own = (_("Omgång %(label)s") % {"label": round.label}, round.get_absolute_url() if trail else "")
    return {
        **frame(agreement, rounds, own, *trail),
        **example_band(agreement, round, invented),
        "round": round,
        "stance": round_stance(agreement, round),
    }


def example_band(agreement, round, invented=None):
    """Whether the page shows invented facts, and which: an invented plan of a real agreement has invented answers.

    ``invented`` says whether the round's answers are; None where it is not known yet.
    """
    if invented is None:
        invented = Round.objects.filter(pk=round.pk).values_list(answers_are_invented(), flat=True).first()
    if agreement.is_example or not invented:
        return {"example": agreement.is_example}
    text = _("Omgången, aktiviteterna och svaren är påhittade. Överenskommelsen är verklig.")
    return {"example": True, "example_text": text}


def answers_are_invented():
    """An expression on rounds: whether the answers are about an invented plan.

    Few agreements have one, and only theirs are looked through.
    """
    plans = ActionPlan.objects.filter(agreement=OuterRef("agreement"), is_example=True)
    answers = Report.objects.filter(round=OuterRef("pk"), activity__edition__plan__is_example=True)
    return Case(When(Exists(plans), then=Exists(answers)), default=Value(False), output_field=BooleanField())


def round_stance(agreement, round):
    """Which state the round is in, and who can read it."""
    shared = _("Läses av parterna och organen. Blir offentlig när omgången publiceras.")
    if round.state == "published":
        readers = _("Alla kan läsa.") if agreement.is_published else _("Parterna och organen kan läsa.")
        return {"state": "public", "label": _("Publicerad"), "readers": readers}
    states = {"planned": "draft", "open": "sent", "review": "sent", "closed": "closed"}
    return {"state": states[round.state], "label": capfirst(str(round.state_label)), "readers": shared}


def report_stance(report):
    """Which state the report is in, and who can read it."""
    if not report.submitted_at:
        readers = _("Läses bara av %(party)s tills ni lämnar in.") % {"party": report.party.name}
        return {"state": "draft", "label": _("Utkast"), "readers": readers}
    if report.round.published_at:
        return {"state": "public", "label": _("Publicerad"), "readers": _("Alla kan läsa.")}
    return {"state": "sent", "label": _("Inlämnad"), "readers": _("Läses av samordnarna och organen.")}


def report_context(request, report):
    """The context of a page about one report; in a closed round it is called what it was then."""
    agreement = agreement_of(request.user, report.round.agreement_id)
    keep_names(report)
    answers = reverse("followup:round_answers", args=[agreement.slug, report.round.label])
    chosen = urlencode({name: request.GET[name] for name in ("status", "omrade", "part") if request.GET.get(name)})
    back = (_("Svaren"), f"{answers}?{chosen}" if chosen else answers)  # as they were chosen there
    return {
        **round_frame(agreement, report.round, back, (str(report), "")),
        "report": report,
        "stance": report_stance(report),
    }
