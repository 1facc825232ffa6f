"""An agreement in force with what its pages show: parties, areas, goals, texts, a council, and the rights they give."""

from agreements.models import Accession, Actor, Agreement, CollaborationArea, Goal, PriorityArea, Provision, Validity
from bench.seeds.people import email_of, password
from governance.models import Body, Mandate
from governance.services import grant_governance_rights
from parties.models import Role, User
from parties.services import join

AREAS, PARTS, GOALS, TEXTS = 8, 2, 3, 12
SINCE = "2021-01-01"
TEXT = "Parterna delar det de vet om väntetider, boende och lediga platser, och planerar tillsammans för hela länet."


def make(slug, county, parties):
    """An agreement of ``parties``, the first of which coordinates it."""
    agreement = Agreement.objects.create(
        slug=slug, title=f"Överenskommelse om mottagande i {county.name}", short_name=f"Mottagande i {county.name}",
        county=county, kind="regional_agreement", status="in_force", coordinating_party=parties[0], summary=TEXT,
        published_on=SINCE,
    )  # fmt: skip
    Validity.objects.create(agreement=agreement, start="2021", start_precision="year", open_ended=True)
    Accession.objects.bulk_create(
        Accession(agreement=agreement, key=party.key, order=place, party=party, name_at_signing=party.name)
        for place, party in enumerate(parties)
    )
    name_actors(agreement, parties)
    fill_areas(agreement)
    Provision.objects.bulk_create(
        Provision(agreement=agreement, key=f"text-{n}", order=n, kind="commitment", heading=f"Åtagande {n}", text=TEXT)
        for n in range(TEXTS)
    )
    seat_council(agreement, parties)
    return agreement


def name_actors(agreement, parties):
    """Everybody that rows can name: the parties, and all of them together."""
    Actor.objects.bulk_create(
        Actor(agreement=agreement, key=party.key, kind="party", party=party, name=party.name, order=place)
        for place, party in enumerate(parties)
    )
    Actor.objects.create(agreement=agreement, key="alla-parter", kind="collective", name="alla parter")
    Actor.objects.create(agreement=agreement, key="regeringen", kind="collective", name="regeringen")


def fill_areas(agreement):
    areas = PriorityArea.objects.bulk_create(
        searchable(PriorityArea(agreement=agreement, key=f"omrade-{n}", order=n, name=f"Område {n} med ett namn"))
        for n in range(AREAS)
    )
    CollaborationArea.objects.bulk_create(
        searchable(
            CollaborationArea(
                agreement=agreement, key=f"del-{area.order}-{n}", order=n, area=area, text=TEXT,
                name=f"Samverkansområde {area.order}{n}",
            )
        )
        for area in areas
        for n in range(PARTS)
    )  # fmt: skip
    Goal.objects.bulk_create(
        searchable(
            Goal(
                agreement=agreement, key=f"mal-{area.order}-{n}", order=n, area=area, level="subgoal",
                text=f"Fler nyanlända deltar i arbetslivet inom två år, del {n} av område {area.order}",
            )
        )
        for area in areas
        for n in range(GOALS)
    )  # fmt: skip


def searchable(row):
    """What ``save`` does and a bulk insert does not."""
    row.search_text = row.searched_words()
    return row


def seat_council(agreement, parties):
    """The council that the agreement answers to, with a member from each of the county's own parties."""
    council = Body.objects.create(county=agreement.county, key=f"rad-{agreement.slug}", name="Rådet för mottagande")
    actor = Actor.objects.create(agreement=agreement, key=council.key, kind="body", name=council.name)
    Mandate.objects.create(agreement=agreement, body=council, actor=actor, level="deciding")
    for party in parties:
        if party.county_id:
            told = {"name": f"Ledamot {party.name}", "password": password()}
            member, _created = User.objects.get_or_create(email=email_of(Role.COUNCIL_MEMBER, party.key), defaults=told)
            join(user=member, party=party, role=Role.COUNCIL_MEMBER, group=council.group(), starts_on=SINCE)
    grant_governance_rights(agreement)
