"""The council's page as one reader opens it: what is kept of it, and what is drawn around that."""

from functools import cached_property

from django.shortcuts import render

from followup.dashboard import Part, own_areas
from followup.frame import round_frame
from followup.kept_page import PARTS, is_invented, kept_page, kept_rest
from followup.opened_round import OpenedRound
from followup.round_answers import PartForm
from followup.round_forms import coverage
from followup.timetable import timetable_of
from lib.kept import answer_kept, place_of
from parties.models import Right


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
        return bool(self.round.published_at and self.agreement.is_published and not self.can_edit and self.is_plain)

    @property
    def is_plain(self):
        """Nothing more in the address: a text to send again."""
        return set(self.request.GET) <= {"omrade", "part"}

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
        return kept_page(self.opened, lambda: self.around, self.asked)

    def answer(self):
        """The page; what stands around its figures is kept for as long as no answer changes that."""
        page = self.kept
        shown = {name: page[name] for name in ("part", "chosen", "parts", "total", "meeting", "answers_url")}
        lines = [(key, page["lines"].get(key)) for key in self.own_keys]
        facts = self.opened.facts_beside, self.opened.evidence, shown, lines
        # not a coordinator's plans for the round
        is_kept = self.is_plain and self.round.state != "planned" and not is_invented(page)
        parts = {name: page[name] for name in PARTS if page["total"]}
        return answer_kept(self.request, facts, self.drawn, parts=parts, is_kept=is_kept)

    def drawn(self):
        page, round = self.kept, self.round
        coverage_of = {"coverage": coverage(round)} if round.state == "planned" and self.can_edit else {}
        context = {
            **self.around,
            **coverage_of,
            **page,
            **{name: place_of(name) for name in PARTS},
            "rest": page["rest"] or kept_rest(self.opened, page["part"], self.around),
            "timetable": timetable_of(round, page["meeting"], is_told_who=self.around["is_told_who"]),
            "own_places": self.own_places,
            "own_parts": self.own_parts,
            "picker": PartForm(self.request.GET, page["parts"]),
        }
        return render(self.request, "followup/round_detail.html", context)

    @cached_property
    def own_keys(self):
        """The keys of the reader's parties that are asked in the round."""
        return [told["key"] for told in self.opened.row["asked"] or () if told["party"] in self.opened.own_parties]

    @cached_property
    def own_places(self):
        """(respondent, how much it was ``asked``, ``answered`` and is ``missing``) of the reader's parties."""
        told = []
        own = self.round.respondents.filter(party__key__in=self.own_keys).select_related("party")
        for place in own if self.own_keys else ():
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
        areas = own_areas(self.round, self.user)
        mine = {place.party.key for place, _row in self.own_places}
        parts = [(name, Part(key)) for key, name in self.kept["parts"]["areas"] if key and key in areas]
        parts += [(name, Part(None, key)) for key, name in self.kept["parts"]["parties"] if key in mine]
        url = self.round.get_absolute_url()
        return [(name, url + part.query()) for name, part in parts]
