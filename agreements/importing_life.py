"""The sheets of what happens to an agreement in its life."""

from django.utils.translation import gettext_lazy as _

from agreements.importing import SOURCE, AgreementSheet
from agreements.models import AgreementReview, Amendment, Dialogue, LifeEvent, SituationReport
from lib.cells import PartialDateCell

DECIDED = ("decided_by", "decided_on", "decision_paragraph", "registry_number", "document")


class LifeEventResource(AgreementSheet):
    name = _("Händelser")
    about = _("Det som har hänt överenskommelsen. Det som portalen själv har antecknat ändras inte härifrån.")
    cells = {**AgreementSheet.cells, "when": PartialDateCell}
    ordering = ("when", "order", "pk")

    class Meta:
        model = LifeEvent
        fields = ("key", "order", "kind", "when", "effective_on", "party", "text", "reason", *DECIDED, *SOURCE)


class AgreementReviewResource(AgreementSheet):
    name = _("Översyner")
    about = _("Årliga översyner och aktualitetsprövningar, och vad de ledde till.")

    class Meta:
        model = AgreementReview
        fields = ("key", "order", "kind", "due_on", "responsible", "done_on", "outcome", "text", *DECIDED, *SOURCE)


class AmendmentResource(AgreementSheet):
    name = _("Ändringar")
    about = _(
        "Ändringar under perioden, med den tidigare lydelsen. Beslut som fattats i portalen ändras inte härifrån."
    )

    class Meta:
        model = Amendment
        fields = (
            "key", "order", "kind", "block", "heading", "old_text", "new_text", "reason", "effective_on", *DECIDED,
            *SOURCE,
        )  # fmt: skip


class SituationReportResource(AgreementSheet):
    name = _("Nulägesbeskrivningar")
    about = _("Hur läget är i länet, år för år, och vilka mål det säger något om.")

    class Meta:
        model = SituationReport
        fields = ("key", "order", "year", "title", "text", "goals", "document", "published_on", *SOURCE)


class DialogueResource(AgreementSheet):
    name = _("Dialoger")
    about = _("Enkäter och workshoppar innan texten skrevs.")

    class Meta:
        model = Dialogue
        fields = ("key", "order", "kind", "title", "question", "invited", "held_on", "closes_on", "summary", *SOURCE)
