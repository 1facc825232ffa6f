"""The forms of what is kept while the agreement is in force: its reviews and how things are in the county."""

from django.utils import timezone
from django.utils.translation import gettext_lazy

from agreements.models import AgreementReview, SituationReport
from agreements.rows import SOURCE, SOURCE_SECTION, SourcedRowForm


class AgreementReviewForm(SourcedRowForm):
    slug, page, anchor = "oversyn", "agreements:review_list", "{row.key}"
    fieldsets = ((gettext_lazy("När den är gjord"), ["done_on", "outcome", "text"], False), SOURCE_SECTION)

    class Meta:
        model = AgreementReview
        fields = ["kind", "due_on", "responsible", "done_on", "outcome", "text", *SOURCE, "order"]
        help_texts = {
            "due_on": gettext_lazy("Visas i samordnarnas arbete en månad före."),
            "outcome": gettext_lazy("Lämna tomt tills översynen är gjord."),
        }


class SituationReportForm(SourcedRowForm):
    slug, page, anchor = "nulagesbeskrivning", "agreements:situation_list", "{row.key}"
    fieldsets = (SOURCE_SECTION,)

    class Meta:
        model = SituationReport
        fields = ["year", "title", "text", "goals", "document", *SOURCE, "order"]
        help_texts = {
            "text": gettext_lazy("Tom rad blir nytt stycke. Läses av alla när den är publicerad."),
            "goals": gettext_lazy("De mål som texten säger något om. Den visas vid dem."),
        }

    def limit_choices(self):
        super().limit_choices()
        if self.is_new:
            self.initial.setdefault("year", timezone.localdate().year)
        self.fields["text"].widget.attrs["rows"] = 20
