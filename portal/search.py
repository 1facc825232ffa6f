"""Search over what the visitor may see: folded words in folded columns, grouped by what was found."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache, lru_cache

from django import forms
from django.db.models import Q, Value
from django.db.models.functions import JSONObject
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from actionplans.fragment import escaped, joined
from actionplans.models import Activity, Edition
from agreements.models import Accession, Agreement, CollaborationArea, Goal, PriorityArea
from governance.models import Body, Mandate
from lib.asked import asked
from lib.db import json_list
from lib.markup import markup
from lib.swedish import fold, sort_key
from parties.models import Party, PartyName, PartySuccession

MAX_HITS = 50
LINK = '<a href="{}">{}</a>'


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
        row = _row(bool(self.url), bool(self.where), bool(self.links), self.tells_agreements or not self.url)
        links = ", ".join(LINK.format(escaped(url), escaped(name)) for name, url in self.links)
        return row.format(name=escaped(self.name), url=escaped(self.url), where=escaped(self.where), links=links)


@cache
def _row(has_url, has_where, has_links, tells_links):
    kind = {"has_url": has_url, "has_where": has_where, "has_links": has_links, "tells_links": tells_links}
    return markup("portal/_search_hit.html", ("name", "url", "where", "links"), **kind)


@dataclass
class Group:
    label: str
    hits: list
    more: bool

    @property
    def html(self):
        return joined(hit.html for hit in self.hits)


def find(text, user):
    """The groups that have hits, each with at most MAX_HITS in Swedish order; nothing to look for finds nothing."""
    words = {f"word{number}": word for number, word in enumerate(fold(text).split())}
    rows = [[] for _kind in KINDS]
    for row in asked(found, user, **words) if words else ():
        rows[row["place"]].append(row["told"])
    return [_group(kind, rows) for kind, rows in zip(KINDS, rows, strict=True) if rows]


def _group(kind, rows):
    hits = sorted((kind.hit(row) for row in rows[:MAX_HITS]), key=lambda hit: sort_key(hit.name))
    return Group(kind.label, hits, more=len(rows) > MAX_HITS)


def found(user, **words):
    """The rows that hold all of the words, of every kind in one question: the kind's place in KINDS, and what is told.

    Of each kind one more than are shown, which tells that there are more.
    """
    first, *others = (_found(place, kind, user, words.values()) for place, kind in enumerate(KINDS))
    return first.union(*others, all=True)


def _found(place, kind, user, words):
    rows = kind.rows(user).filter(*(Q(search_text__contains=word) for word in words))[: MAX_HITS + 1]
    shown = rows.model.objects.filter(pk__in=rows.values("pk")).order_by()
    return shown.values(place=Value(place), told=JSONObject(**kind.told(user)))


# --- What is looked through: everything that the visitor may see ------------------------------------------------------


def _activities(user):
    """Those of editions that are prepared or apply; what was superseded is found from there.

    Of many any will do: to put thousands in order would take most of the time that the page takes.
    """
    return Activity.objects.visible_to(user).exclude(edition__state=Edition.State.SUPERSEDED).order_by()


def _parties(user):
    return Party.objects.all()


def _of_agreement(name):
    """What is told of a row of an agreement, of which ``name`` is shown."""
    told = {"name": name, "key": "key", "slug": "agreement__slug", "agreement": "agreement__short_name"}
    return lambda user: told


def _of_agreements(user):
    return {"name": "title", "slug": "slug", "county": "county__name"}


def _of_activities(user):
    plan = "edition__plan"
    return {
        "pk": "pk", "number": "number", "title": "title", "label": "edition__label", "plan": f"{plan}__name",
        "key": f"{plan}__key", "is_example": f"{plan}__is_example", "slug": f"{plan}__agreement__slug",
        "agreement": f"{plan}__agreement__short_name",
    }  # fmt: skip


def _of_parties(user):
    return {
        "name": "name", "key": "key",
        "former": json_list(PartyName.objects, "party", name="name", pk="pk"),
        "heirs": json_list(PartySuccession.objects, "predecessor", name="successor__name", pk="pk"),
        "links": _links(Accession, "party", user),
    }  # fmt: skip


def _of_bodies(user):
    return {"name": "name", "key": "key", "links": _links(Mandate, "body", user)}


def _links(model, belongs_to, user):
    """The agreements that rows of ``model`` lead to, of those that the visitor may see."""
    rows = model.objects.filter(agreement__in=Agreement.objects.visible_to(user).values("pk"))
    return json_list(rows, belongs_to, name="agreement__short_name", slug="agreement__slug")


# --- What is told of each that is found -------------------------------------------------------------------------------


@lru_cache(maxsize=1000)
def _address(view, *args):
    """The same few pages hold most of the hits."""
    return reverse(view, args=args)


def _page(slug):
    return _address("agreements:agreement_detail", slug)


def _agreement_hit(row):
    return Hit(row["name"], _page(row["slug"]), row["county"])


def _area_hit(row):
    """An area or a collaboration area, at its own line of the agreement's page."""
    return Hit(row["name"], f"{_page(row['slug'])}#{row['key']}", row["agreement"])


def _goal_hit(row):
    return Hit(row["name"], f"{_page(row['slug'])}#mal-{row['key']}", row["agreement"])


def _activity_hit(row):
    """An activity, at its own row; an invented one in a real agreement is told apart."""
    where = f"{row['plan']} {row['label']}, {row['agreement']}"
    if row["is_example"]:
        where = _("%(where)s, exempeldata") % {"where": where}
    url = f"{_address('actionplans:edition_detail', row['slug'], row['key'], row['label'])}#a{row['pk']}"
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


@dataclass(frozen=True)
class Kind:
    """What is looked through: ``rows`` that the visitor may see, what is ``told`` of each, and the ``hit`` of that."""

    label: str
    rows: Callable
    told: Callable
    hit: Callable


KINDS = (
    Kind(_("Överenskommelser"), Agreement.objects.visible_to, _of_agreements, _agreement_hit),
    Kind(_("Områden"), PriorityArea.objects.visible_to, _of_agreement("name"), _area_hit),
    Kind(_("Samverkansområden"), CollaborationArea.objects.visible_to, _of_agreement("name"), _area_hit),
    Kind(_("Mål"), Goal.objects.visible_to, _of_agreement("text"), _goal_hit),
    Kind(_("Aktiviteter"), _activities, _of_activities, _activity_hit),
    Kind(_("Parter"), _parties, _of_parties, _party_hit),
    Kind(_("Organ"), Body.objects.visible_to, _of_bodies, _body_hit),
)
