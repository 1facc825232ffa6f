"""The council's page as one reader opens it: what is kept of it, and what is drawn around that."""

from functools import cached_property

from django.shortcuts import render
from django.template.loader import render_to_string

from followup.dashboard import Part, own_areas
from followup.frame import round_frame
from followup.kept_page import is_invented, kept, kept_page, kept_rest
from followup.opened_round import OpenedRound
from followup.round_answers import PartForm
from followup.round_forms import coverage
from followup.timetable import timetable_of
from parties.models import Party, Right


class CouncilPage:
    """The page of the round at an address for the visitor; Http404 where it is none of theirs."""

    def __init__(self, request, slug, label):
        self.request, self.user = request, request.user
        self.opened = OpenedRound(self.user, slug, label)
        self.round, self.agreement = self.opened.round, self.opened.round.agreement
        self.can_edit = self.opened.can_edit
        self.asked = {name: request.GET[name] for name in ("omrade", "part") if request.GET.get(name)}

    @property
    def is_public(self):
        """Whether the page shows and leads to nothing but what everybody may read."""
        return bool(self.round.published_at and self.agreement.is_published and not self.can_edit)

    @cached_property
    def facts(self):
        """Everything that the page shows, as values."""
        return self.opened.facts, sorted(self.asked.items())

    @cached_property
    def around(self):
        """What the template knows beside what is kept."""
        return {
            **round_frame(self.agreement, self.round, invented=self.opened.invented),
            "hats": self.opened.hats,
            "is_told_who": bool(self.opened.rights & {Right.SEE_AGREEMENT, Right.EDIT_AGREEMENT}),
            "reopenings": self.opened.reopenings(),
            "pack": {"packs": self.opened.packs()},
        }

    @cached_property
    def kept(self):
        return kept_page(self.opened, self.around, self.asked)

    @property
    def may_be_kept(self):
        """Not with a coordinator's plans for the round, nor with more in the address: a text to send again."""
        return self.round.state != "planned" and set(self.request.GET) <= {"omrade", "part"}

    def is_worth_keeping(self):
        return not is_invented(self.kept)

    def answer(self):
        page, round = self.kept, self.round
        coverage_of = {"coverage": coverage(round)} if round.state == "planned" and self.can_edit else {}
        context = {
            **self.around,
            **coverage_of,
            **page,
            "rest": page["rest"] or kept_rest(self.opened, page["part"], self.around),
            "timetable": timetable_of(round, page["meeting"], is_told_who=self.around["is_told_who"]),
            "own_places": self.own_places,
            "own_parts": self.own_parts,
            "picker": self.picker(page["parts"]),
        }
        return render(self.request, "followup/round_detail.html", context)

    def picker(self, parts):
        """The form to choose a part by, as HTML: as long as the round has the same parts."""

        def drawn():
            return render_to_string("followup/_round_picker.html", {"picker": PartForm(self.request.GET, parts)})

        return kept("council-picker", (parts, sorted(self.asked.items())), drawn, unless=lambda found: self.asked)

    @cached_property
    def own_places(self):
        """(respondent, how much it was ``asked``, ``answered`` and is ``missing``) of the reader's parties."""
        if not self.opened.hats:
            return []
        own = Party.objects.with_right(self.user, Right.SEE_PARTY)
        told = []
        for place in self.round.respondents.filter(party__in=own.values("pk")).select_related("party"):
            place.round = self.round
            asked, missing = self.kept["lines"].get(place.party.key, (0, 0))
            if asked:
                told.append((place, {"asked": asked, "answered": asked - missing, "missing": missing}))
        return told

    @property
    def own_parts(self):
        """(name, address) of the areas of the reader's bodies and of the reader's parties."""
        if not self.opened.hats:
            return []
        key = self.agreement.pk, self.agreement.stamp, self.user.pk, self.opened.today, self.opened.worn
        areas = kept("own-areas", key, lambda: own_areas(self.round, self.user))
        mine = {place.party.key for place, _row in self.own_places}
        parts = [(name, Part(key)) for key, name in self.kept["parts"]["areas"] if key and key in areas]
        parts += [(name, Part(None, key)) for key, name in self.kept["parts"]["parties"] if key in mine]
        url = self.round.get_absolute_url()
        return [(name, url + part.query()) for name, part in parts]
