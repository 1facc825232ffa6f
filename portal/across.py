"""How it goes in all counties: the rounds a visitor may read in one table, for the whole or for one party.

Agencies that are party in many counties, auditors and anybody else see the same page; who reads which round is the
round's own rule. The figures are those of the council's page of each round (``followup.figures``).
"""

from dataclasses import dataclass
from urllib.parse import urlencode

from django import forms
from django.core.paginator import Paginator
from django.db.models import Exists, OuterRef
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from followup.dashboard import Part
from followup.figures import read_figures
from followup.models import Report, ReportStatus, Round
from followup.outcome import NOT_REPORTED
from followup.shares import Figures, figures_from
from parties.rights import hats_of

AT_ONCE = 60
LATEST, ALL = "", "alla"


class ChoiceForm(forms.Form):
    """What the address chooses; what is not among the choices is as not said."""

    hide_optional = True
    part = forms.ChoiceField(label=gettext_lazy("Part"), required=False)
    lan = forms.ChoiceField(label=gettext_lazy("Län"), required=False)
    omgang = forms.ChoiceField(
        label=gettext_lazy("Omgångar"),
        required=False,
        choices=[(LATEST, gettext_lazy("Den senaste i varje överenskommelse")), (ALL, gettext_lazy("Alla omgångar"))],
    )

    def __init__(self, data, *, rounds, parties):
        super().__init__(data)
        counties = {round.agreement.county.code: round.agreement.county.name for round in rounds}
        self.fields["lan"].choices = [("", _("Alla")), *counties.items()]
        self.fields["part"].choices = [("", _("Alla parter")), *parties]
        self.is_valid()

    def said(self, name):
        return getattr(self, "cleaned_data", {}).get(name, "")


@dataclass(frozen=True)
class Line:
    """One round, for the whole or for a party."""

    round: Round
    part: Part
    figures: Figures
    asks: int

    @property
    def url(self):
        return self.round.get_absolute_url() + self.part.query()

    def answers(self, **chosen):
        """The address of the answers that a figure counts."""
        place = [self.round.agreement.slug, self.round.label]
        return reverse("followup:round_answers", args=place) + self.part.query(**chosen)

    @property
    def deviating_url(self):
        return self.answers(status=ReportStatus.DEVIATING.value)

    @property
    def silent_url(self):
        return self.answers(status=NOT_REPORTED)

    @property
    def asks_url(self):
        return self.answers(status="asks")


def across(request):
    """The latest round of each agreement, or all; ``?part=``, ``?lan=`` and ``?omgang=alla`` choose among them."""
    rounds = readable_rounds(request.user)
    figures = read_figures(rounds)
    own = {hat.party.key for hat in hats_of(request.user)}
    form = ChoiceForm(request.GET, rounds=rounds, parties=parties_to_choose(rounds, figures, own))
    lines = lines_of(rounds, figures, form)
    page = Paginator(lines, AT_ONCE).get_page(request.GET.get("sida"))
    context = {
        "form": form,
        "page_obj": page,
        "query": urlencode({name: form.said(name) for name in form.fields if form.said(name)}),
        "total": figures_from(_sum(lines)) if form.said("part") and form.said("omgang") != ALL else None,
        "party": dict(form.fields["part"].choices).get(form.said("part")) if form.said("part") else "",
        "has_rounds": bool(rounds),
        "crumbs": [(_("Läget i länen"), "")],
    }
    return render(request, "portal/across.html", context)


def readable_rounds(user):
    """The opened rounds ``user`` may read, by county and agreement, the newest first."""
    invented = Report.objects.filter(round=OuterRef("pk"), activity__edition__plan__is_example=True)
    rounds = Round.objects.visible_to(user).filter(opened_at__isnull=False)
    rounds = rounds.select_related("agreement__county", "meeting").annotate(is_invented=Exists(invented))
    order = ("agreement__county__sort_name", "agreement__short_name", "agreement", "-period_starts_on", "-pk")
    return list(rounds.order_by(*order))


def parties_to_choose(rounds, figures, own):
    """(key, name) of the visitor's own parties first, then of those that answer in several agreements, by name."""
    names, agreements = {}, {}
    for round in rounds:
        for line in figures[round.pk]["parties"]:
            names.setdefault(line["key"], line["name"])  # as it is called in the newest round
            agreements.setdefault(line["key"], set()).add(round.agreement_id)
    wanted = [key for key in names if key in own or len(agreements[key]) > 1]
    return [(key, names[key]) for key in sorted(wanted, key=lambda key: (key not in own, names[key].casefold()))]


def lines_of(rounds, figures, form):
    """The lines the form chooses. A round that asked the party nothing is left out."""
    part, county = Part(party=form.said("part") or None), form.said("lan")
    lines, seen = [], set()
    for round in rounds:
        if county and round.agreement.county.code != county:
            continue
        sums = part.line_of(figures[round.pk])
        is_left_out = part.party and not sums["total"]
        if is_left_out or (form.said("omgang") != ALL and round.agreement_id in seen):
            continue
        seen.add(round.agreement_id)
        lines.append(Line(round, part, figures_from(sums["shares"]), sums["asks"]))
    return lines


def _sum(lines):
    """Status → count over all lines: of one party, whose commitments add up; agreements of their own do not."""
    counts = {}
    for line in lines:
        for share in line.figures.shares:
            counts[share.code] = counts.get(share.code, 0) + share.count
    return counts
