"""The council's page as one reader opens it: what is kept of it, and what stands around that."""

from functools import cached_property

from django.shortcuts import render
from django.utils import timezone

from agreements.models import Agreement
from followup.dashboard import Part, own_areas
from followup.frame import round_frame
from followup.kept_page import kept, kept_page, key_of, rest_of
from followup.pack import pack_line
from followup.round_answers import PartForm
from followup.timetable import timetable_of
from parties.models import Party, Right
from parties.rights import hats_on


class CouncilPage:
    """The page of ``round`` for the reader; ``around`` is what the template knows beside what is kept."""

    def __init__(self, request, round):
        self.request, self.user, self.agreement, self.round = request, request.user, round.agreement, round
        agreement = self.agreement
        self.hats = hats_on(self.user, Agreement, agreement.slug)
        self.rights = frozenset().union(*(hat.rights for hat in self.hats))
        self.can_edit = agreement.can_edit = Right.EDIT_AGREEMENT in self.rights
        self.asked = {name: request.GET[name] for name in ("omrade", "part") if request.GET.get(name)}
        self.key = key_of(round, agreement, self.hats)
        self.around = {
            **round_frame(agreement, round),
            "hats": self.hats,
            "is_told_who": bool(self.rights & {Right.SEE_AGREEMENT, Right.EDIT_AGREEMENT}),
            "reopenings": round.reopenings.select_related("reopened_by"),
            "pack": pack_line(round, self.user),
        }

    @property
    def is_public(self):
        """Whether the page shows and leads to nothing but what everybody may read."""
        return bool(self.round.published_at and self.agreement.is_published and not self.can_edit)

    @property
    def facts(self):
        """Everything that the page shows, as values."""
        worn = [(hat.pk, hat.role, hat.party.name) for hat in self.hats]
        packs = [pack.pk for pack in self.around["pack"]["packs"]]
        again = [row.pk for row in self.around["reopenings"]]
        return (
            timezone.localdate(),
            self.key,
            sorted(self.asked.items()),
            self.round.published_at,
            worn,
            packs,
            again,
            self.around["example"],
        )

    @cached_property
    def kept(self):
        return kept_page(self.key, self.round, self.user, self.around, self.asked)

    def answer(self):
        page, round = self.kept, self.round
        rest = {} if round.closed_at else rest_of({}, page["part"], round, self.user)
        context = {
            **self.around,
            **page,
            **rest,
            "timetable": timetable_of(round, page["meeting"], is_told_who=self.around["is_told_who"]),
            **self.own,
            "picker": PartForm(self.request.GET, page["parts"]),
        }
        return render(self.request, "followup/round_detail.html", context)

    @property
    def own(self):
        """``own_places`` and ``own_parts`` of somebody who has hats on the agreement, kept for that person."""
        if not self.hats:
            return {"own_places": [], "own_parts": []}
        key = self.key, [hat.pk for hat in self.hats], timezone.localdate()
        return kept("council-page-own", key, lambda: own_of(self.round, self.user, self.kept))


def own_of(round, user, page):
    """What of the page is the reader's own.

    ``own_places``: (respondent, how much it was ``asked``, ``answered`` and is ``missing``) of the reader's parties;
    ``own_parts``: (name, address) of the areas of the reader's bodies and of the reader's parties.
    """
    own = Party.objects.with_right(user, Right.SEE_PARTY)
    told = []
    for place in round.respondents.filter(party__in=own.values("pk")).select_related("party", "round"):
        asked, missing = page["lines"].get(place.party.key, (0, 0))
        if asked:
            told.append((place, {"asked": asked, "answered": asked - missing, "missing": missing}))
    areas, mine = own_areas(round, user), {place.party.key for place, _row in told}
    parts = [(name, Part(key)) for key, name in page["parts"]["areas"] if key and key in areas]
    parts += [(name, Part(None, key)) for key, name in page["parts"]["parties"] if key in mine]
    url = round.get_absolute_url()
    return {"own_places": told, "own_parts": [(name, url + part.query()) for name, part in parts]}
