"""Who acts for each party of an agreement, and who is missing: for the coordinators, before a round opens.

The number of questions does not follow the number of parties or people.
"""

from collections import defaultdict
from dataclasses import dataclass, field

from django.db.models import Exists, OuterRef, Q
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from agreements.frame import editable_agreement, frame
from agreements.models import Accession, AgreementGroupObjectPermission
from followup.models import ReportingRule
from parties.granting import GRANTS
from parties.models import Invitation, Membership, Right, Role

# What a party needs somebody for, with its heading.
PLACES = {
    Role.REPORTER: gettext_lazy("Handläggare"),
    Role.APPROVER: gettext_lazy("Godkännare"),
    Role.COUNCIL_MEMBER: gettext_lazy("Rådsledamot"),
    Role.PARTY_ADMINISTRATOR: gettext_lazy("Administratör"),
}


@dataclass
class Place:
    """What a party needs somebody for: who has it now, who gets it later, and when somebody was invited to it."""

    role: Role
    is_needed: bool
    is_covered: bool = False
    people: list = field(default_factory=list)
    coming: list = field(default_factory=list)
    invited: list = field(default_factory=list)

    @property
    def heading(self):
        return PLACES[self.role]

    @property
    def is_gap(self):
        return self.is_needed and not self.people and not self.is_covered

    @property
    def can_invite(self):
        """Whether coordinators may fill it themselves; the rest is the party's own business."""
        return self.is_gap and self.role in GRANTS[Right.EDIT_AGREEMENT]


@dataclass
class Line:
    """One party with its places."""

    party: object
    name: str
    places: list

    @property
    def gaps(self):
        return [place for place in self.places if place.is_gap]


def lines_of(agreement, today=None):
    """A Line for every party that signed and has not left. Three questions."""
    today = today or timezone.localdate()
    approved = ReportingRule.objects.filter(party=OuterRef("party"), needs_approver=True)
    rows = Accession.objects.signatories().standing().filter(agreement=agreement).select_related("party")
    rows = list(rows.annotate(needs_approver=Exists(approved)).order_by("party__sort_name", "pk"))
    members = _members(agreement, [row.party_id for row in rows], today)
    invited = _invited([row.party_id for row in rows])
    lines = []
    for row in rows:
        places = [Place(role, role != Role.APPROVER or row.needs_approver) for role in PLACES]
        for place in places:
            for member in members[row.party_id, place.role]:
                (place.people if member.starts_on <= today else place.coming).append(member)
            place.invited = invited[row.party_id, place.role]
        places[0].is_covered = bool(places[1].people)  # whoever approves also answers
        lines.append(Line(row.party, row.name_at_signing, places))
    return lines


def _members(agreement, parties, today):
    """(party, role) → the memberships that are or will be in force; of council members those who read the agreement."""
    reading = AgreementGroupObjectPermission.objects.filter(
        content_object=agreement, permission__codename=Right.SEE_AGREEMENT
    )
    rows = Membership.objects.filter(party__in=parties, user__is_active=True, role__in=PLACES)
    rows = rows.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=today))
    rows = rows.filter(~Q(role=Role.COUNCIL_MEMBER) | Q(group__in=reading.values("group")))
    found = defaultdict(list)
    for row in rows.select_related("user", "stands_in_for__user").order_by("user__name", "pk"):
        found[row.party_id, row.role].append(row)
    return found


def _invited(parties):
    """(party, role) → the invitations that wait for an answer."""
    found = defaultdict(list)
    for row in Invitation.objects.open().filter(party__in=parties).order_by("invited_at", "pk"):
        found[row.party_id, row.role].append(row)
    return found


def agreement_people(request, slug):
    """The parties' people in a table; ``?visa=luckor`` leaves out the parties that lack nobody."""
    agreement = editable_agreement(request.user, slug)
    lines = lines_of(agreement)
    lacking = [line for line in lines if line.gaps]
    only_gaps = request.GET.get("visa") == "luckor"
    context = {
        **frame(agreement, (_("Personer hos parterna"), "")),
        "lines": lacking if only_gaps else lines,
        "total": len(lines),
        "lacking": len(lacking),
        "only_gaps": only_gaps,
        "headings": list(PLACES.values()),
        "stance": {
            "state": "draft",
            "label": _("Internt"),
            "readers": _("Bara överenskommelsens samordnare ser den här sidan."),
        },
    }
    return render(request, "portal/agreement_people.html", context)
