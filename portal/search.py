"""Search over what the visitor may see: folded words in folded columns, grouped by what was found."""

from dataclasses import dataclass, field

from django import forms
from django.db.models import Prefetch
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from actionplans.models import Activity, Edition
from agreements.models import Accession, Agreement, CollaborationArea, Goal, PriorityArea
from governance.models import Body, Mandate
from lib.swedish import fold, sort_key
from parties.models import Party

MAX_HITS = 50


class SearchForm(forms.Form):
    q = forms.CharField(label=_("Sök på namn, mål eller område"), required=False, max_length=200)


@dataclass
class Hit:
    """One thing found: its name, where it is, and what to know of it. ``url`` is empty where it has no page itself."""

    name: str
    url: str = ""
    where: str = ""
    links: list = field(default_factory=list)


@dataclass
class Group:
    label: str
    hits: list
    more: bool


def find(text, user):
    """The groups that have hits, each with at most MAX_HITS in Swedish order; nothing to look for finds nothing."""
    words = fold(text).split()
    if not words:
        return []
    groups = [_group(label, queryset, words, hit) for label, queryset, hit in _sources(user)]
    return [group for group in groups if group.hits]


def _sources(user):
    agreements = Agreement.objects.visible_to(user)
    return [
        (_("Överenskommelser"), agreements.select_related("county"), _agreement_hit),
        (_("Områden"), _rows(PriorityArea, user), _area_hit),
        (_("Samverkansområden"), _rows(CollaborationArea, user), _row_hit),
        (_("Mål"), _rows(Goal, user), _row_hit),
        (_("Aktiviteter"), _activities(user), _activity_hit),
        (_("Parter"), _parties(agreements), _party_hit),
        (_("Organ"), _bodies(agreements, user), _body_hit),
    ]


def _rows(model, user):
    return model.objects.visible_to(user).select_related("agreement")


def _activities(user):
    """Those of editions that are prepared or apply; what was superseded is found from there."""
    activities = Activity.objects.visible_to(user).exclude(edition__state=Edition.State.SUPERSEDED)
    return activities.select_related("edition__plan__agreement")


def _parties(agreements):
    accessions = Accession.objects.filter(agreement__in=agreements.values("pk")).select_related("agreement")
    return Party.objects.prefetch_related("names", Prefetch("accessions", accessions, to_attr="shown_accessions"))


def _bodies(agreements, user):
    mandates = Mandate.objects.filter(agreement__in=agreements.values("pk")).select_related("agreement")
    return Body.objects.visible_to(user).prefetch_related(Prefetch("mandates", mandates, to_attr="shown_mandates"))


def _group(label, queryset, words, hit):
    for word in words:
        queryset = queryset.filter(search_text__contains=word)
    rows = list(queryset[: MAX_HITS + 1])
    hits = sorted((hit(row) for row in rows[:MAX_HITS]), key=lambda hit: sort_key(hit.name))
    return Group(label, hits, more=len(rows) > MAX_HITS)


def _agreement_hit(agreement):
    return Hit(agreement.title, agreement.get_absolute_url(), agreement.county.name)


def _party_hit(party):
    """A party has no page of its own; it is found in the agreements it has acceded to."""
    former = ", ".join(name.name for name in party.names.all())
    links = [
        (row.agreement.short_name, f"{reverse('agreements:accession_list', args=[row.agreement.slug])}#{party.key}")
        for row in party.shown_accessions
    ]
    return Hit(party.name, where=_("tidigare %(names)s") % {"names": former} if former else "", links=links)


def _area_hit(area):
    return Hit(area.name, f"{area.agreement.get_absolute_url()}#{area.key}", area.agreement.short_name)


def _row_hit(row):
    """A goal or a collaboration area, at its own line of the agreement's page."""
    anchor = f"mal-{row.key}" if isinstance(row, Goal) else row.key
    return Hit(str(row), f"{row.agreement.get_absolute_url()}#{anchor}", row.agreement.short_name)


def _activity_hit(activity):
    """An activity, at its own row; an invented one in a real agreement is told apart."""
    edition = activity.edition
    where = f"{edition}, {edition.plan.agreement.short_name}"
    if edition.plan.is_example:
        where = _("%(where)s, exempeldata") % {"where": where}
    return Hit(str(activity), f"{edition.get_absolute_url()}#a{activity.pk}", where)


def _body_hit(body):
    links = [
        (row.agreement.short_name, reverse("governance:body_detail", args=[row.agreement.slug, body.key]))
        for row in body.shown_mandates
    ]
    return Hit(body.name, links=links)
