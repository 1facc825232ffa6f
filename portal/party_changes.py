"""Forms of what can happen to a party: what is asked, what it leads to in words, and the verb that does it."""

from django import forms
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from agreements.acceding import refuse_end_before_signing
from agreements.templatetags.agreements import joined
from lib.forms import clean_data, make_swedish
from parties import succession
from parties.models import County, Party


class ChangeForm(forms.Form):
    """A change of ``party`` from a day, for a reason. Subclasses say what changes and by which verb."""

    on = forms.DateField(label=gettext_lazy("från och med"), help_text=gettext_lazy("Den dag ändringen gäller från."))
    reason = forms.CharField(
        label=gettext_lazy("skäl"), max_length=500, widget=forms.Textarea,
        help_text=gettext_lazy("Till exempel beslutet. Skälet står i händelseloggen."),
    )  # fmt: skip
    field_order: tuple[str, ...] = ()

    def __init__(self, data=None, *, party, user):
        super().__init__(clean_data(data))
        self.party, self.user = party, user
        for field in self.fields.values():
            make_swedish(field)

    @transaction.atomic
    def apply(self):
        """Make the change. Raises ValidationError with the names of the fields."""
        refuse_end_before_signing(self.ending(), on=self.cleaned_data["on"])
        return self.verb(**self.said(), by=self.user, **self.of_party())

    def said(self):
        """What the verb is told of what is filled in."""
        return self.cleaned_data

    def of_party(self):
        return {"party": self.party}

    def ending(self):
        """The parties that are no more after the change."""
        return []

    def meaning(self):
        """What the change leads to, as sentences, of a valid form."""
        raise NotImplementedError

    def refused(self):
        """Whether the verb refuses what is filled in; its reasons then stand at the fields. Nothing is stored."""
        try:
            with transaction.atomic():
                self.apply()
                transaction.set_rollback(True)
        except ValidationError as error:
            for name, texts in getattr(error, "message_dict", {None: error.messages}).items():
                for text in texts:
                    self.add_error(name if name in self.fields else None, text)
        return bool(self.errors)


class RenameForm(ChangeForm):
    """Another name."""

    heading, link = gettext_lazy("Byt namn"), gettext_lazy("Byt namn")
    verb = staticmethod(succession.rename)
    name = forms.CharField(label=gettext_lazy("nytt namn"), max_length=160)
    field_order = ("name", "on", "reason")

    def clean_name(self):
        return " ".join(self.cleaned_data["name"].split())

    def meaning(self):
        told = {"old": self.party.name, "new": self.cleaned_data["name"], "day": self.cleaned_data["on"]}
        yield _("%(old)s heter %(new)s från och med %(day)s.") % told
        yield _("Namnet vid underskrift i överenskommelserna ändras inte. Sökningen hittar båda namnen.")


class MoveForm(ChangeForm):
    """Another county."""

    heading, link = gettext_lazy("Flytta till ett annat län"), gettext_lazy("Flytta till ett annat län")
    verb = staticmethod(succession.move)
    county = forms.ModelChoiceField(County.objects.all(), label=gettext_lazy("nytt län"))
    field_order = ("county", "on", "reason")

    def meaning(self):
        told = {"party": self.party, "county": self.cleaned_data["county"], "day": self.cleaned_data["on"]}
        yield _("%(party)s hör till %(county)s från och med %(day)s.") % told
        yield _("Organisationen är kvar i de överenskommelser den är ansluten till, tills den lämnar dem.")


class MergeForm(ChangeForm):
    """Goes into another, alone or with others."""

    heading, link = gettext_lazy("Gå upp i en annan organisation"), gettext_lazy("Slå ihop eller ersätt")
    verb = staticmethod(succession.merge)
    into = forms.CharField(
        label=gettext_lazy("organisationen som tar över"), max_length=160,
        help_text=gettext_lazy("Namnet som det står i registret. Finns det inte bildas en ny organisation."),
    )  # fmt: skip
    others = forms.CharField(
        label=gettext_lazy("andra som går upp i den samtidigt"), required=False, max_length=2000, widget=forms.Textarea,
        help_text=gettext_lazy("Ett namn per rad."),
    )  # fmt: skip
    people = forms.BooleanField(
        label=gettext_lazy("ge personerna samma roller hos den som tar över"), required=False,
        help_text=gettext_lazy("Läsare, handläggare, godkännare och partsadministratörer. Varje roll loggas."),
    )  # fmt: skip
    field_order = ("into", "others", "on", "people", "reason")

    def clean_into(self):
        return found(self.cleaned_data["into"]) or " ".join(self.cleaned_data["into"].split())

    def clean_others(self):
        return [existing(line) for line in lines_of(self.cleaned_data["others"])]

    def of_party(self):
        return {"parties": [self.party, *self.cleaned_data["others"]]}

    def ending(self):
        return self.of_party()["parties"]

    def said(self):
        return {name: value for name, value in self.cleaned_data.items() if name != "others"}

    def meaning(self):
        said = self.cleaned_data
        names = joined(party.name for party in self.of_party()["parties"])
        told = {"names": names, "into": said["into"], "day": said["on"]}
        yield _("%(names)s upphör %(day)s. %(into)s tar över.") % told
        if not isinstance(said["into"], Party):
            yield _("%(into)s finns inte i registret och bildas som ny organisation %(day)s.") % told
        yield PER_AGREEMENT
        if said["people"]:
            yield _("De som arbetar för den gamla organisationen får samma roller hos %(into)s i dag.") % told
        yield _("Rollerna hos den gamla organisationen är kvar tills de avslutas, så att öppna svar kan lämnas.")


class SplitForm(ChangeForm):
    """Becomes several."""

    heading, link = gettext_lazy("Dela organisationen"), gettext_lazy("Dela")
    verb = staticmethod(succession.split)
    into = forms.CharField(
        label=gettext_lazy("de som tar över"), max_length=2000, widget=forms.Textarea,
        help_text=gettext_lazy("Ett namn per rad. Den som inte finns i registret bildas som ny organisation."),
    )  # fmt: skip
    remains = forms.BooleanField(label=gettext_lazy("organisationen finns kvar vid sidan av dem"), required=False)
    field_order = ("into", "remains", "on", "reason")

    def clean_into(self):
        named = [found(line) or line for line in lines_of(self.cleaned_data["into"])]
        if len(named) + ("remains" in self.data) < 2:
            raise ValidationError(_("Skriv minst två organisationer, eller välj att organisationen finns kvar."))
        return named

    def ending(self):
        return [] if self.cleaned_data["remains"] else [self.party]

    def meaning(self):
        said = self.cleaned_data
        told = {"party": self.party, "names": joined(said["into"]), "day": said["on"]}
        yield _("%(names)s tar över efter %(party)s från och med %(day)s.") % told
        if fresh := [each for each in said["into"] if not isinstance(each, Party)]:
            yield _("Nya organisationer som bildas: %(names)s.") % {"names": joined(fresh)}
        yield _("%(party)s finns kvar.") % told if said["remains"] else _("%(party)s upphör %(day)s.") % told
        yield PER_AGREEMENT


class DissolveForm(ChangeForm):
    """Ends, and nobody carries it on."""

    heading, link = gettext_lazy("Organisationen upphör"), gettext_lazy("Upphör utan efterträdare")
    verb = staticmethod(succession.dissolve)
    field_order = ("on", "reason")

    def ending(self):
        return [self.party]

    def meaning(self):
        yield _("%(party)s upphör %(day)s. Ingen tar över.") % {"party": self.party, "day": self.cleaned_data["on"]}
        yield _("Det som är undertecknat, svarat och beslutat står kvar i organisationens namn.")


PER_AGREEMENT = gettext_lazy(
    "Vad som går över i en överenskommelse bestämmer dess samordnare, i ett eget steg för varje överenskommelse."
)
FORMS = {"namn": RenameForm, "lan": MoveForm, "uppga": MergeForm, "dela": SplitForm, "upphor": DissolveForm}


def lines_of(text):
    return [" ".join(line.split()) for line in text.splitlines() if line.strip()]


def found(name):
    """The party of that name, now or before, or of that key; None where there is none."""
    name = " ".join(name.split())
    rows = Party.objects.filter(name=name)[:2] or Party.objects.filter(key=name)[:2]
    if len(rows) > 1:
        text = _("Flera organisationer heter %(name)s. Skriv nyckeln i stället, till exempel %(key)s.")
        raise ValidationError(text % {"name": name, "key": rows[0].key})
    return rows[0] if rows else None


def existing(name):
    party = found(name)
    if party is None:
        raise ValidationError(_("Ingen organisation heter %(name)s. Skriv namnet som i registret.") % {"name": name})
    return party
