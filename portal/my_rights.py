"""Min behörighet: what a person may do, where, since when, until when, and who gave it; in plain words.

The number of questions to the database does not follow the number of roles.
"""

import datetime
from collections import defaultdict
from dataclasses import dataclass, field

from django.db.models import Q
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from agreements.models import Agreement, AgreementGroupObjectPermission
from governance.models import BodyGroupObjectPermission
from parties.models import Membership, Right, Role
from portal.rights_table import things_for

SOON = datetime.timedelta(days=30)
REMEMBERED = datetime.timedelta(days=180)  # how long what has ended stands on the page

# What each role is for. The table below the roles, drawn from the rules themselves, says it thing by thing.
WORDS = {
    Role.READER: gettext_lazy("Du läser det din organisation håller på att skriva, och det som parterna delar."),
    Role.REPORTER: gettext_lazy("Du svarar i uppföljningen för din organisation, och föreslår aktiviteter."),
    Role.APPROVER: gettext_lazy("Du godkänner och lämnar in svaren för din organisation, och kan själv skriva dem."),
    Role.PARTY_ADMINISTRATOR: gettext_lazy(
        "Du bjuder in personer i din organisation och ger och avslutar deras roller. Du läser inte innehållet."
    ),
    Role.COORDINATOR: gettext_lazy("Du skriver överenskommelsen och planerna, leder uppföljningen och håller mötena."),
    Role.COUNCIL_MEMBER: gettext_lazy("Du läser underlaget inför mötena, och det som parterna har lämnat in."),
    Role.AUDITOR: gettext_lazy("Du läser det som parterna har lämnat in. Du ändrar inget."),
    Role.DRAFTER: gettext_lazy("Du skriver på ett utkast till överenskommelse, tills det skickas på remiss."),
    Role.SYSTEM_ADMINISTRATOR: gettext_lazy("Du sköter konton och behörigheter. Du läser inte innehållet."),
}


@dataclass
class Hat:
    """One role of the person: the membership, where it holds, and who stands in."""

    membership: Membership
    places: list = field(default_factory=list)  # (name, address)
    alternates: list = field(default_factory=list)

    @property
    def words(self):
        return WORDS[self.membership.role]

    @property
    def name(self):
        title = {"role": capfirst(self.membership.get_role_display()), "party": self.membership.party.name}
        return _("%(role)s för %(party)s") % title


@dataclass
class Held:
    """All roles of a person, by time: in force, to come, and ended not long ago."""

    current: list
    coming: list
    ended: list
    soon: list


def rights_of(user, today=None):
    """Everything that gives ``user`` rights, or gave or will give: a Held. Four questions."""
    today = today or timezone.localdate()
    rows = Membership.objects.filter(user=user).filter(Q(ends_on__isnull=True) | Q(ends_on__gte=today - REMEMBERED))
    rows = rows.select_related("party", "granted_by", "stands_in_for__user")
    hats = [Hat(row) for row in rows.order_by("party__sort_name", "role", "starts_on", "pk")]
    _add_places(hats)
    _add_alternates(hats, today)
    held = Held([], [], [], [])
    for hat in hats:
        row = hat.membership
        when = held.coming if row.starts_on > today else held.ended if row.ends_on and row.ends_on < today else None
        (held.current if when is None else when).append(hat)
        if when is None and row.ends_on and row.ends_on <= today + SOON:
            held.soon.append(hat)
    return held


def _add_places(hats):
    """The agreements and bodies in which each hat gives something; a draft is told to those who may edit it alone."""
    groups = {hat.membership.group_id for hat in hats}
    found = defaultdict(dict)
    agreements = AgreementGroupObjectPermission.objects.filter(group__in=groups).filter(
        Q(permission__codename__in=[Right.EDIT_AGREEMENT, Right.DRAFT_AGREEMENT])
        | ~Q(content_object__status=Agreement.Status.DRAFT)
    )
    for row in agreements.select_related("content_object__county").order_by("content_object__county__sort_name", "pk"):
        found[row.group_id][row.content_object.get_absolute_url()] = row.content_object.short_name
    bodies = BodyGroupObjectPermission.objects.filter(group__in=groups, permission__codename=Right.SEE_BODY)
    for row in bodies.select_related("content_object").order_by("pk"):
        found[row.group_id][f"body {row.content_object_id}"] = row.content_object.name
    for hat in hats:
        places = found[hat.membership.group_id]
        hat.places = [(name, url if url.startswith("/") else "") for url, name in places.items()]


def _add_alternates(hats, today):
    rows = Membership.objects.filter(stands_in_for__in=[hat.membership.pk for hat in hats], ends_on__gte=today)
    standing_in = defaultdict(list)
    for row in rows.select_related("user").order_by("starts_on", "pk"):
        standing_in[row.stands_in_for_id].append(row)
    for hat in hats:
        hat.alternates = standing_in[hat.membership.pk]


def my_rights(request):
    """The person's own roles in words, and what each gives by thing and state."""
    held = rights_of(request.user)
    roles = [role for role in Role if any(hat.membership.role == role for hat in held.current)]
    names = [capfirst(role.label) for role in roles]
    context = {
        "held": held,
        "roles": names,
        "things": [(thing, zip(names, may, strict=True)) for thing, may in things_for(roles).items()],
        "crumbs": [(_("Mitt arbete"), reverse("portal:work")), (_("Min behörighet"), "")],
        "stance": {"state": "draft", "label": _("Eget"), "readers": _("Bara du ser den här sidan.")},
    }
    return render(request, "portal/my_rights.html", context)
