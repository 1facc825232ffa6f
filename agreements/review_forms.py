"""The form in which a review of the agreement is finished."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from agreements import lifecycle
from agreements.models import AgreementReview
from agreements.paper_forms import DecisionForm, not_ahead
from agreements.reviewing import note_review, proposed_day


class ReviewCompleteForm(DecisionForm):
    """What came out of the review, the record of it, and the day of the next."""

    next_on = forms.DateField(
        label=gettext_lazy("nästa översyn senast"),
        required=False,
        help_text=gettext_lazy("Lämna tomt om det inte ska bli någon mer."),
    )
    own_fields = ("next_on",)
    field_order = ("version", "done_on", "outcome", "text", "next_on")
    fieldsets = (
        (
            gettext_lazy("Beslut och protokoll"),
            ["decided_by", "decided_on", "decision_paragraph", "registry_number", "document", "paper",
             "paper_is_public"],
            False,
        ),
    )  # fmt: skip

    class Meta:
        model = AgreementReview
        fields = [
            "done_on", "outcome", "text", "decided_by", "decided_on", "decision_paragraph", "registry_number",
            "document",
        ]  # fmt: skip
        help_texts = {"text": gettext_lazy("Vad ni såg och varför ni kom fram till utfallet. Läses av alla.")}

    def limit_choices(self):
        super().limit_choices()
        for name in ("done_on", "outcome"):
            self.fields[name].required = True
        self.fields["outcome"].choices = [
            (code, label if code else _("Välj")) for code, label in self.fields["outcome"].choices
        ]
        day = self.instance.done_on or timezone.localdate()
        self.initial = {"next_on": proposed_day(self.instance.agreement, after=day), **self.initial, "done_on": day}

    def clean_done_on(self):
        return not_ahead(self.cleaned_data["done_on"])

    def clean(self):
        super().clean()
        done, after = self.cleaned_data.get("done_on"), self.cleaned_data.get("next_on")
        if done and after and after <= done:
            self.add_error("next_on", _("Nästa översyn ska vara efter den här."))

    def save(self, commit=True):
        """Raises ValidationError where the review is already done, and what forms raise."""
        lifecycle.hold(self.instance.agreement)
        if AgreementReview.objects.filter(pk=self.instance.pk, done_on__isnull=False).exists():
            raise ValidationError(_("Översynen är redan avslutad. Ändra raden om något blev fel."))
        self.instance.document = self.keep_paper(_("Protokoll, %(review)s") % {"review": self.instance})
        review = super().save()
        note_review(review, by=self.scope["user"], next_on=self.cleaned_data["next_on"])
        return review
