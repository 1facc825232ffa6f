"""The log as people read it: who may read which lines, how they are searched, and what a line says."""

import datetime

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from agreements.models import Agreement
from lib.forms import clean_data, make_swedish
from lib.swedish import fold
from parties.models import AuditEvent, Membership, Party, Right, Role, User

Kind = AuditEvent.Kind
CONTENT = {Kind.REFUSED, Kind.EXPORTED}  # tells what somebody worked with; all else is about accounts and rights
LOGINS = {Kind.LOGIN, Kind.LOGIN_FAILED, Kind.LOGOUT, Kind.SESSIONS_ENDED, Kind.CREDENTIALS, Kind.ACCOUNT}


def audited_by(user):
    """The hats through which ``user`` audits today."""
    return Membership.objects.active().filter(user=user, role=Role.AUDITOR)


def audited_agreements(user):
    """The agreements that an auditor's hat reads the whole of."""
    grant = "agreementgroupobjectpermission"
    groups = {f"{grant}__permission__codename": Right.SEE_SUBMITTED, f"{grant}__group__in": _groups(user)}
    return Agreement.objects.filter(pk__in=Agreement.objects.filter(**groups).values("pk"))


def _groups(user):
    return audited_by(user).values("group")


def reads_the_log(user):
    """Whether there is anything for ``user`` there: auditors, party administrators, and who looks after accounts."""
    return user.is_superuser or audited_by(user).exists() or Party.objects.editable_by(user).exists()


def lines_for(user):
    """The lines that ``user`` may read, each once.

    Auditors: what is about the agreements and parties they audit. Party administrators: what is about their party, and
    their people's accounts and log-ins. Who looks after the portal: accounts, log-ins and rights, no content.
    """
    if user.is_superuser:
        caretaking = ~Q(kind__in=CONTENT)
    else:
        caretaking = Q(pk__in=[])
    administered = Party.objects.editable_by(user).values("pk")
    people = Membership.objects.filter(party__in=administered).values("user")
    of_people = Q(party__isnull=True, kind__in=LOGINS) & (Q(person__in=people) | Q(actor__in=people))
    parties = Q(party__in=administered) | Q(party__in=audited_by(user).values("party"))
    agreements = Q(agreement__in=audited_agreements(user).values("slug"))
    rows = AuditEvent.objects.filter(caretaking | of_people | parties | agreements)
    return rows.select_related("actor", "person", "party")


class SearchForm(forms.Form):
    """What to look for; empty fields ask for everything."""

    hide_optional = True

    person = forms.CharField(label=gettext_lazy("Person"), required=False, max_length=150)
    kind = forms.ChoiceField(label=gettext_lazy("Händelse"), required=False)
    agreement = forms.ChoiceField(label=gettext_lazy("Överenskommelse"), required=False)
    first = forms.DateField(label=gettext_lazy("Från och med"), required=False)
    last = forms.DateField(label=gettext_lazy("Till och med"), required=False)

    def __init__(self, data, user):
        super().__init__(clean_data(data))
        self.fields["kind"].choices = [("", _("alla")), *Kind.choices]
        agreements = audited_agreements(user).order_by("short_name").values_list("slug", "short_name")
        self.fields["agreement"].choices = [("", _("alla")), *agreements]
        if len(self.fields["agreement"].choices) == 1:
            del self.fields["agreement"]
        for name in ("first", "last"):
            make_swedish(self.fields[name])

    def clean(self):
        data = super().clean()
        if data.get("first") and data.get("last") and data["last"] < data["first"]:
            raise ValidationError({"last": _("Sista dagen kan inte vara före den första. Byt plats på dem.")})
        return data

    def found_among(self, rows):
        """Those of ``rows`` that are asked for; none where the question cannot be understood."""
        if not self.is_valid():
            return rows.none()
        asked = self.cleaned_data
        exact = {name: asked[name] for name in ("kind", "agreement") if asked.get(name)}
        rows = rows.filter(**exact)
        if asked["first"]:
            rows = rows.filter(at__gte=_midnight(asked["first"]))
        if asked["last"]:
            rows = rows.filter(at__lt=_midnight(asked["last"] + datetime.timedelta(days=1)))
        if asked["person"]:
            people = called(asked["person"])
            rows = rows.filter(Q(actor__in=people) | Q(person__in=people))
        return rows

    @property
    def period(self):
        """The days asked for, as a part of a file's name."""
        if not self.is_valid():
            return ""
        return "--".join(day.isoformat() for day in (self.cleaned_data["first"], self.cleaned_data["last"]) if day)


def called(text):
    """The ids of those whose name or address has all the words, however they are written (no database folds Å)."""
    words = fold(text).split()
    people = User.objects.values_list("pk", "name", "email")
    return [pk for pk, name, email in people if all(word in fold(f"{name} {email}") for word in words)]


def _midnight(day):
    return timezone.make_aware(datetime.datetime.combine(day, datetime.time()))


HEADINGS = [
    gettext_lazy("När"), gettext_lazy("Händelse"), gettext_lazy("Vem"), gettext_lazy("I rollen"), gettext_lazy("Om"),
    gettext_lazy("Part"), gettext_lazy("Överenskommelse"), gettext_lazy("Vad"), gettext_lazy("Ändrat"),
    gettext_lazy("Skäl"), gettext_lazy("Från adress"),
]  # fmt: skip


def cells(event):
    """A line as texts, in the order of HEADINGS."""
    when = timezone.localtime(event.at).strftime("%Y-%m-%d %H:%M:%S")
    return [
        when, event.get_kind_display(), str(event.actor or ""), event.hat, str(event.person or ""),
        str(event.party or ""), event.agreement, event.about, told_changes(event), event.reason, event.address or "",
    ]  # fmt: skip


def told_changes(event):
    """What was changed as one text: ``roll: läsare → handläggare``."""
    return "; ".join(f"{name}: {_pair(pair)}" for name, pair in event.changes.items())


def _pair(pair):
    if not isinstance(pair, list) or len(pair) != 2:
        return str(pair)
    before, after = ("–" if value in (None, "") else str(value) for value in pair)
    return f"{before} → {after}"
