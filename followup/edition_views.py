"""Editions where the follow-up has a say: the next one, made from what was reported, and the adoption that feeds it."""

from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from actionplans.checks import findings
from actionplans.frame import edition_frame, example_band
from actionplans.models import ActionPlan, Edition
from agreements.frame import agreement_of, frame
from followup.edition_forms import EditionAdoptForm, EditionCreateForm
from followup.services import adopt_edition
from lib.forms import answer_form
from lib.web import get_editable


def edition_create(request, slug, plan):
    """Make a plan's next edition: what follows along from the last one, and what ends there."""
    plan = get_editable(ActionPlan.objects.select_related("agreement"), request.user, agreement__slug=slug, key=plan)
    agreement = agreement_of(request.user, plan.agreement_id)
    everything = request.GET.get("urval") == "alla"
    form = EditionCreateForm(request.POST or None, plan=plan, user=request.user, everything=everything)
    plans = reverse("actionplans:plan_list", args=[slug])
    context = {
        **frame(agreement, (capfirst(agreement.plan_word), plans), (_("Ny version"), "")),
        **example_band(agreement, plan),
        "plan": plan,
        "everything": everything,
        "drafts": [edition for edition in plan.editions.all() if not edition.is_frozen],
    }
    return answer_form(
        request,
        form,
        "followup/edition_create.html",
        context,
        url=lambda edition: reverse("actionplans:edition_edit", args=[slug, plan.key, edition.label]),
        save=lambda: form.carry(by=request.user),
        done=_("Utkastet är klart att redigera. Bara samordnarna kan läsa det."),
    )


def edition_adopt(request, slug, plan, label):
    """Adopt an edition by a decision, and ask about its activities in the open rounds."""
    place = {"plan__agreement__slug": slug, "plan__key": plan, "label": label}
    edition = get_editable(Edition.objects.for_page(), request.user, **place)
    agreement = agreement_of(request.user, edition.plan.agreement_id)
    form = EditionAdoptForm(request.POST or None, edition=edition)
    found = findings(edition)
    former = Edition.objects.adopted().filter(plan=edition.plan).first()
    context = {
        **edition_frame(agreement, edition, (_("Fastställ"), "")),
        "activities": edition.activities.standing().count(),
        "former": former,
        "stops": [finding for finding in found if finding.is_stop],
        "advice": [finding for finding in found if not finding.is_stop],
    }
    return answer_form(
        request,
        form,
        "followup/edition_adopt.html",
        context,
        url=edition.get_absolute_url(),
        save=lambda: adopt_edition(edition=edition, by=request.user, **form.cleaned_data),
        done=_adopted(edition, former),
    )


def _adopted(edition, former):
    message = _("%(edition)s är fastställd. Nu kan ingen ändra den.") % {"edition": edition}
    if former:
        message += " " + _("Den ersätter %(label)s, som går att läsa som förut.") % {"label": former.label}
    return message
