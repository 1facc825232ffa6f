"""One row of everything in each state, and one person in each role, for the rules to be asked about.

Made in a transaction that is taken back: see ``portal.rights_table.drawn``.
"""

import datetime

from django.contrib.auth.models import AnonymousUser
from django.utils import timezone

from actionplans.models import ActionPlan, Activity, Comment, Edition, Proposal
from agreements.drafting_group import group_of
from agreements.models import (
    Accession,
    Actor,
    Addressee,
    Agreement,
    Consultation,
    ConsultationResponse,
    DraftComment,
    Goal,
    PriorityArea,
    RevisionRequest,
    Termination,
    TextVersion,
    Validity,
)
from followup.models import Assessment, Grade, Obstacle, Report, ReportStatus, Round
from governance.models import Assignment, Body, Decision, Mandate, Meeting, Record, Seat
from governance.services import grant_governance_rights, seat_person
from lib.db import FreezableQuerySet
from parties.models import County, Party, PartyKind, Role, User
from parties.services import join

SECRETARY, NEIGHBOUR, PUBLIC = "secretary", "neighbour", "public"
READS, ANSWERS, WRITES = "läser", "svarar", "ändrar"
OF_BOARD = (Role.COORDINATOR, Role.AUDITOR, Role.SYSTEM_ADMINISTRATOR)
DAY = datetime.date(2026, 3, 1)
PERIOD = (datetime.date(2026, 1, 1), datetime.date(2026, 6, 30))


class World:
    """A board with an agreement that has one row of everything, two parties and a council; and ``people`` by column."""

    def __init__(self):
        self.now = timezone.now()
        self.county = County.objects.order_by("code").first()
        self.board = _party("board", PartyKind.COUNTY_BOARD)
        self.party, self.other = _party("own"), _party("other")
        self.council = Body.objects.create(key="rights-council", name="council", county=self.county)
        status = Agreement.Status
        self.drafted = self._agreement("draft", status.DRAFT)
        self.sent = self._agreement("consultation", status.CONSULTATION)
        self.agreement = self._agreement("public", status.IN_FORCE, published_on=datetime.date(2020, 1, 1))
        self.people = self._people()
        self.reporter = self.people[Role.REPORTER]

    def things(self):
        """(what, in which state, the row): everything that the table tells of."""
        yield "Överenskommelsen", "utkast", self.drafted
        yield "Överenskommelsen", "på remiss", self.sent
        yield "Överenskommelsen", "publicerad", self.agreement
        yield from self._life()
        yield from self._consultations()
        editions = self._editions()
        for edition in editions:
            yield "Planens version och dess aktiviteter", edition.get_state_display(), edition
        yield from self._talk(*editions[:2])
        yield from self._proposals(editions[0].plan)
        yield from self._answers(Activity.objects.get(edition=editions[2]))
        yield from self._obstacles()
        yield from self._meetings()
        yield "Organisationens personer och roller", "alltid", self.party

    def asked(self, rows):
        """For each of the rows {column: what that person may do with it}. Who may nothing is left out."""
        found = {row: {} for row in rows}
        for model in {type(row) for row in rows}:
            mine = model.objects.filter(pk__in=[row.pk for row in rows if type(row) is model])
            for column, user in self.people.items():
                for words, pks in _may(mine, user):
                    for row in rows:
                        if type(row) is model and row.pk in pks:
                            found[row][str(column)] = words
        return [found[row] for row in rows]

    def _agreement(self, key, status, **more):
        agreement = Agreement.objects.create(
            slug=f"rights-{key}", title=key, short_name=key, county=self.county, kind=Agreement.Kind.REGIONAL,
            status=status, coordinating_party=self.board, **more,
        )  # fmt: skip
        for party in (self.party, self.other):
            Accession.objects.create(agreement=agreement, key=party.key, party=party, name_at_signing=party.name)
        actor = Actor.objects.create(agreement=agreement, key="council", kind=Actor.Kind.BODY, name="council")
        Mandate.objects.create(agreement=agreement, body=self.council, actor=actor, level=Mandate.Level.STEERING)
        grant_governance_rights(agreement)
        return agreement

    def _people(self):
        people = {PUBLIC: AnonymousUser(), NEIGHBOUR: _person(NEIGHBOUR), SECRETARY: _person(SECRETARY)}
        for role in Role:
            people[role] = _person(role)
            groups = {Role.COUNCIL_MEMBER: self.council.group(), Role.DRAFTER: group_of(self.drafted)}
            party = self.board if role in OF_BOARD else self.party
            join(user=people[role], party=party, role=role, group=groups.get(role))
        join(user=people[NEIGHBOUR], party=self.other, role=Role.REPORTER)
        seat = Seat.objects.create(body=self.council, key="secretary", role=Seat.Role.SECRETARY, party=self.board)
        seat_person(seat=seat, user=people[SECRETARY], party=self.board)
        return people

    def _life(self):
        """A text that is being written, with a remark; a request for revision; and notice given and confirmed."""
        facts = {"blocks": [], "digest": "", "number": 1}
        yield "Överenskommelsens text", "utkast", TextVersion.objects.create(agreement=self.drafted, **facts)
        writer = self.people[Role.DRAFTER]
        remark = DraftComment.objects.create(agreement=self.drafted, text="text", written_by=writer)
        yield "Egna kommentarer till utkastet", "alltid", remark
        asked = RevisionRequest.objects.create(agreement=self.agreement, party=self.party, text="text")
        yield "Begäran om revidering", "inkommen", asked
        facts = {"agreement": self.agreement, "given_on": DAY, "scope": Validity.NoticeScope.PARTY, "months": 9}
        yield "Uppsägning", "inte bekräftad", Termination.objects.create(party=self.party, **facts)
        done = {"last_day": DAY, "confirmed_at": self.now}
        yield "Uppsägning", "bekräftad", Termination.objects.create(party=self.other, **facts, **done)

    def _consultations(self):
        """The party's answer to a remiss: begun, handed in, and public."""
        sent = {"submitted_at": self.now, "stance": "supports"}
        cases = (("utkast", None, {}), ("inlämnat", None, sent), ("offentligt", DAY, sent))
        for number, (state, public_on, facts) in enumerate(cases, 1):
            agreement = self.agreement if public_on else self.sent
            text = TextVersion.objects.create(agreement=agreement, number=number, blocks=[], digest="")
            consultation = Consultation.objects.create(
                agreement=agreement, text=text, deadline=DAY, answers_public_on=public_on
            )
            asked = Addressee.objects.create(consultation=consultation, party=self.party, name="own")
            yield "Organisationens remissvar", state, ConsultationResponse.objects.create(addressee=asked, **facts)

    def _obstacles(self):
        facts = {"agreement": self.agreement, "party": self.party, "text": "text", "needs": Obstacle.Needs.LAW}
        reported = {"reported_at": self.now}
        for state, more in (
            ("utkast", {}),
            ("rapporterat", reported),
            ("publicerat", reported | {"published_on": DAY}),
        ):
            yield "Hinder som organisationen möter", state, Obstacle.objects.create(title=state, **facts, **more)

    def _editions(self):
        """A draft, a proposed and an adopted edition, each with an activity."""
        mandate = Mandate.objects.get(agreement=self.agreement, body=self.council)
        plan = ActionPlan.objects.create(agreement=self.agreement, key="plan", name="plan", managed_by=mandate)
        editions = []
        for state in (Edition.State.DRAFT, Edition.State.PROPOSED, Edition.State.ADOPTED):
            edition = Edition.objects.create(plan=plan, label=state, starts_on=PERIOD[0], ends_on=PERIOD[1])
            Activity.objects.create(edition=edition, number="1", title="activity")
            editions.append(edition)
        editions[1].propose(by=self.people[Role.COORDINATOR])
        editions[2].adopt(decision=self._decision("adopting"), by=self.people[Role.COORDINATOR])
        return [Edition.objects.get(pk=edition.pk) for edition in editions]

    def _decision(self, key, **more):
        return Decision.objects.create(
            body=self.council, agreement=self.agreement, key=key, title=key, decided_on=DAY, **more
        )

    def _talk(self, draft, proposed):
        for state, edition, is_shared in (("i ett utkast", draft, False), ("i en föreslagen version", proposed, True)):
            activity = Activity.objects.get(edition=edition)
            coordinator = self.people[Role.COORDINATOR]
            yield (
                "Kommentarer i planen",
                state,
                Comment.objects.create(activity=activity, author=coordinator, text="text", is_shared=is_shared),
            )

    def _proposals(self, plan):
        actor = Actor.objects.create(
            agreement=self.agreement, key="own", kind=Actor.Kind.PARTY, name="own", party=self.party
        )
        for state, sent in (("utkast", {}), ("inlämnat", {"submitted_at": self.now, "submitted_by": self.reporter})):
            proposal = Proposal.objects.create(plan=plan, title=state, proposed_by=actor, author=self.reporter, **sent)
            yield "Organisationens förslag till planen", state, proposal

    def _answers(self, activity):
        """A report begun, handed in and published, and the assessment of a goal begun and agreed."""
        opened, published = (
            Round.objects.create(
                agreement=self.agreement, label=label, due_on=PERIOD[1], opened_at=self.now,
                period_starts_on=PERIOD[0], period_ends_on=PERIOD[1],
            )
            for label in ("1", "2")
        )  # fmt: skip
        second = Round.objects.create(
            agreement=self.agreement, label="3", due_on=PERIOD[1], opened_at=self.now,
            period_starts_on=PERIOD[0], period_ends_on=PERIOD[1],
        )  # fmt: skip
        sent = {"status": ReportStatus.ONGOING, "submitted_at": self.now, "submitted_by": self.reporter}
        reports = [
            ("utkast", Report.objects.create(round=opened, activity=activity, party=self.party)),
            ("inlämnat", Report.objects.create(round=second, activity=activity, party=self.party, **sent)),
            ("i en publicerad omgång", Report.objects.create(
                round=published, activity=activity, party=self.party, **sent)),
        ]  # fmt: skip
        area = PriorityArea.objects.create(agreement=self.agreement, key="area", name="area")
        drafted, agreed = (
            Assessment.objects.create(
                round=opened, body=self.council, grade=Grade.EXPECTED, agreed_at=at,
                goal=Goal.objects.create(agreement=self.agreement, area=area, key=key, text=key),
            )
            for key, at in (("one", None), ("two", self.now))
        )  # fmt: skip
        Round.objects.filter(pk=published.pk).update(closed_at=self.now, published_at=self.now)
        for state, report in reports:
            yield "Organisationens svar i uppföljningen", state, report
        yield "Rådets bedömning av ett mål", "utkast", drafted
        yield "Rådets bedömning av ett mål", "beslutad", agreed

    def _meetings(self):
        states = {
            "planerat": {},
            "kallat": {"called_at": self.now},
            "publicerat": {"called_at": self.now, "ended_at": self.now, "published_at": self.now},
        }
        meetings = {}
        for number, (state, facts) in enumerate(states.items()):
            meetings[state] = Meeting.objects.create(body=self.council, key=f"m{number}", held_on=DAY, **facts)
            yield "Mötets dagordning och beslut", state, meetings[state]
        yield "Mötets anteckningar", "inte klara", Record.objects.create(meeting=meetings["kallat"], text="text")
        finished = Record.objects.create(meeting=meetings["publicerat"], text="text", finished_at=self.now)
        yield "Mötets anteckningar", "klara och publicerade", finished
        decision = self._decision("giving", meeting=meetings["publicerat"])
        given = Assignment.objects.create(decision=decision, party=self.party, text="text")
        yield "Uppdrag till organisationen", "givet", given


def _party(key, kind=PartyKind.MUNICIPALITY):
    return Party.objects.create(key=f"rights-{key}", name=key, kind=kind)


def _person(name):
    is_admin = name == Role.SYSTEM_ADMINISTRATOR
    return User.objects.create(email=f"{name}@rights.invalid", name=name, is_staff=is_admin, is_superuser=is_admin)


def _may(rows, user):
    """(word, keys of the rows) as the rows' own rules say, the stronger after the weaker."""
    model = rows.model
    if model is not Party:  # that it exists is public; who works there is not
        yield READS, _keys(rows.opened_to(user) if model is Meeting else rows.visible_to(user))
    if model is Assignment:
        yield ANSWERS, _keys(rows.answerable_by(user))
    freezes = isinstance(rows, FreezableQuerySet) and model is not TextVersion  # of which one writes the next
    frozen = _keys(rows.frozen()) if freezes else set()
    yield WRITES, _keys(rows.editable_by(user)) - frozen


def _keys(rows):
    return set(rows.order_by().values_list("pk", flat=True))
