"""A person's own reminders: how often, when not, who gets them instead, what came, and the calendar to subscribe to."""

import datetime

from django import forms
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from followup.letters import absolute
from lib.forms import VersionedModelForm, answer_form
from parties.models import FeedKey, Mail, MailSettings, Right, User
from parties.rights import who_may

LETTERS_SHOWN = 20
LONGEST = datetime.timedelta(days=366)  # a pause; who will be gone for longer has left


class MailSettingsForm(VersionedModelForm):
    """Choices are a person's own; who stands in must be able to answer for one of the person's parties."""

    fieldsets = ((gettext_lazy("När jag är borta"), ("away_from", "away_until", "alternate"), False),)

    class Meta:
        model = MailSettings
        fields = ["pace", "paused_until", "away_from", "away_until", "alternate"]
        widgets = {"pace": forms.RadioSelect}
        help_texts = {
            "paused_until": gettext_lazy("Du får inga brev till och med den dagen, och sedan ett om det som är kvar."),
            "alternate": gettext_lazy("En kollega som också svarar för din organisation får dina brev så länge."),
        }

    def limit_choices(self):
        user = self.scope["user"]
        parties = {party for _person, party in who_may(Right.REPORT, people=[user.pk])}
        colleagues = {person for person, _party in who_may(Right.REPORT, parties=parties)} - {user.pk}
        self.fields["alternate"].queryset = User.objects.filter(pk__in=colleagues)
        self.fields["alternate"].empty_label = _("Ingen, breven kommer till mig")

    def clean_paused_until(self):
        return self._within_a_year("paused_until")

    def clean_away_until(self):
        return self._within_a_year("away_until")

    def _within_a_year(self, name):
        day, today = self.cleaned_data[name], timezone.localdate()
        if day and name in self.changed_data and day < today:
            raise ValidationError(_("Dagen har redan varit. Ange i dag eller en dag längre fram."))
        if day and day > today + LONGEST:
            raise ValidationError(_("Ange en dag högst ett år framåt, så att breven inte uteblir för alltid."))
        return day

    def clean(self):
        data = super().clean()
        if data.get("alternate") and not (data.get("away_from") or data.get("away_until")):
            self.add_error("away_from", _("Ange vilka dagar du är borta, så att kollegan får breven då."))
        return data


def mail_settings(request):
    """The form, the letters that came, and how to subscribe to the calendar."""
    row = MailSettings.objects.filter(user=request.user).first() or MailSettings(user=request.user)
    form = MailSettingsForm(request.POST or None, instance=row, user=request.user)
    letters = Mail.objects.visible_to(request.user).select_related("instead_of")
    key = FeedKey.objects.visible_to(request.user).first()
    context = {
        "page_obj": Paginator(letters, LETTERS_SHOWN).get_page(request.GET.get("sida")),
        "feed_key": key,
        "feed_url": absolute(reverse("portal:calendar_feed", args=[key.secret])) if key else "",
        "crumbs": [(_("Mitt arbete"), reverse("portal:work")), (_("Mina påminnelser"), "")],
        "stance": {"state": "draft", "label": _("Eget"), "readers": _("Bara du ser den här sidan.")},
    }
    if request.method != "POST":
        return render(request, "portal/mail_settings.html", {**context, "form": form})
    return answer_form(request, form, "portal/mail_settings.html", context, url=reverse("portal:mail_settings"))
