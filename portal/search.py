"""Search over what the visitor may see: folded words in folded columns, grouped by what was found."""

from dataclasses import dataclass, field
from functools import lru_cache

from django import forms
from django.db.models import Q
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext_lazy as _

from actionplans.models import Activity, Edition
from agreements.models import Accession, Agreement, CollaborationArea, Goal, PriorityArea
from governance.models import Body, Mandate
from lib.asked import asked
from lib.db import json_list
from lib.markup import markup
from lib.swedish import fold, sort_key
from parties.models import Party, PartyName, PartySuccession

MAX_HITS = 50


class SearchForm(forms.Form):
    q = forms.CharField(label=_("Sök på namn, mål eller område"), required=False, max_length=200)


@dataclass
class Hit:
    """One thing found: its name, where it is, and what to know of it. ``url`` is empty where it has no page itself.

    ``links`` are its agreements; ``tells_agreements`` says that it has none where there are none.
    """

    name: str
    url: str = ""
    where: str = ""
    links: list = field(default_factory=list)
    tells_agreements: bool = False

    @property
    def html(self):
        """Its line in the list. Of each kind of line the markup is drawn once (lib.markup)."""
        kind = {
            "has_url": bool(self.url), "has_where": bool(self.where), "has_links": bool(self.links),
            "tells_links": self.tells_agreements or not self.url,
        }  # fmt: skip
        links = format_html_join(", ", '<a href="{1}">{0}</a>', self.links)
        row = markup("portal/_search_hit.html", ("name", "url", "where", "links"), **kind)
        return format_html(row, name=self.name, url=self.url, where=self.where, links=links)


@dataclass
class Group:
    label: str
    hits: list
    more: bool


def find(text, user):
    """The groups that have hits, each with at most MAX_HITS in Swedish order; nothing to look for finds nothing."""
    words = {f"word{number}": word for number, word in enumerate(fold(text).split())}
    groups = [_group(label, asked(ask, user, **words), hit) for label, ask, hit in SOURCES] if words else []
    return [group for group in groups if group.hits]


def _group(label, rows, hit):
    hits = sorted((hit(row) for row in rows[:MAX_HITS]), key=lambda hit: sort_key(hit.name))
    return Group(label, hits, more=len(rows) > MAX_HITS)


def _found(rows, words, *paths, **lists):
    """The rows that hold all of the words, as values; one more than are shown tells that there are more."""
    holding = (Q(search_text__contains=word) for word in words.values())
    return rows.filter(*holding).values(*paths, **lists)[: MAX_HITS + 1]


# --- What is looked through: everything that the visitor may see ------------------------------------------------------


def _agreements(user, **words):
    return _found(Agreement.objects.visible_to(user), words, "title", "slug", "county__name")


def _areas(user, **words):
    return _found(PriorityArea.objects.visible_to(user), words, "name", "key", *OF_AGREEMENT)


def _collaboration_areas(user, **words):
    return _found(CollaborationArea.objects.visible_to(user), words, "name", "key", *OF_AGREEMENT)


def _goals(user, **words):
    return _found(Goal.objects.visible_to(user), words, "text", "key", *OF_AGREEMENT)


def _activities(user, **words):
    """Those of editions that are prepared or apply; what was superseded is found from there."""
    rows = Activity.objects.visible_to(user).exclude(edition__state=Edition.State.SUPERSEDED)
    return _found(rows, words, "pk", "number", "title", "edition__label", *OF_PLAN)


def _parties(user, **words):
    agreements = Agreement.objects.visible_to(user).values("pk")
    accessions = Accession.objects.filter(agreement__in=agreements)
    lists = {
        "former": json_list(PartyName.objects, "party", name="name", pk="pk"),
        "heirs": json_list(PartySuccession.objects, "predecessor", name="successor__name", pk="pk"),
        "links": json_list(accessions, "party", name="agreement__short_name", slug="agreement__slug"),
    }
    return _found(Party.objects.all(), words, "name", "key", **lists)


def _bodies(user, **words):
    agreements = Agreement.objects.visible_to(user).values("pk")
    mandates = Mandate.objects.filter(agreement__in=agreements)
    links = json_list(mandates, "body", name="agreement__short_name", slug="agreement__slug")
    return _found(Body.objects.visible_to(user), words, "name", "key", links=links)


OF_AGREEMENT = ("agreement__slug", "agreement__short_name")
OF_PLAN = tuple(f"edition__plan__{path}" for path in ("name", "key", "is_example", *OF_AGREEMENT))


# --- What is told of each that is found -------------------------------------------------------------------------------


@lru_cache(maxsize=1000)
def _address(view, *args):
    """The same few pages hold most of the hits."""
    return reverse(view, args=args)


def _page(slug):
    return _address("agreements:agreement_detail", slug)


def _agreement_hit(row):
    return Hit(row["title"], _page(row["slug"]), row["county__name"])


def _area_hit(row):
    """An area or a collaboration area, at its own line of the agreement's page."""
    return Hit(row["name"], f"{_page(row['agreement__slug'])}#{row['key']}", row["agreement__short_name"])


def _goal_hit(row):
    return Hit(row["text"], f"{_page(row['agreement__slug'])}#mal-{row['key']}", row["agreement__short_name"])


def _activity_hit(row):
    """An activity, at its own row; an invented one in a real agreement is told apart."""
    label = row["edition__label"]
    name, key, is_example, slug, agreement = (row[path] for path in OF_PLAN)
    where = f"{name} {label}, {agreement}"
    if is_example:
        where = _("%(where)s, exempeldata") % {"where": where}
    url = f"{_address('actionplans:edition_detail', slug, key, label)}#a{row['pk']}"
    return Hit(f"{row['number']} {row['title']}", url, where)


def _party_hit(row):
    """A party, whatever it is or was called, with who carries it on and the agreements it has acceded to."""
    where = []
    if former := _names(row["former"]):
        where.append(_("tidigare %(names)s") % {"names": former})
    if heirs := _names(row["heirs"]):
        where.append(_("numera %(names)s") % {"names": heirs})
    links = [
        (link["name"], f"{_address('agreements:accession_list', link['slug'])}#{row['key']}")
        for link in _in_order(row["links"])
    ]
    url = reverse("portal:party_detail", args=[row["key"]])
    return Hit(row["name"], url, ", ".join(map(str, where)), links, tells_agreements=True)


def _body_hit(row):
    links = [
        (link["name"], reverse("governance:body_detail", args=[link["slug"], row["key"]]))
        for link in _in_order(row["links"])
    ]
    return Hit(row["name"], links=links)


def _names(rows):
    return ", ".join(row["name"] for row in sorted(rows or (), key=lambda row: row["pk"]))


def _in_order(links):
    return sorted(links or (), key=lambda link: sort_key(link["name"]))


SOURCES = (
    (_("Överenskommelser"), _agreements, _agreement_hit),
    (_("Områden"), _areas, _area_hit),
    (_("Samverkansområden"), _collaboration_areas, _area_hit),
    (_("Mål"), _goals, _goal_hit),
    (_("Aktiviteter"), _activities, _activity_hit),
    (_("Parter"), _parties, _party_hit),
    (_("Organ"), _bodies, _body_hit),
)
