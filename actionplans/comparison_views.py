"""Two editions of a plan beside each other: the page, and the papers for those who meet about it."""

from io import BytesIO

from django import forms
from django.http import FileResponse, Http404
from django.shortcuts import redirect, render
from django.utils.text import capfirst, slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from actionplans.comparison import Kind, compare, kind_label
from actionplans.comparison_papers import comparison_paper
from actionplans.drawn_changes import drawn_by_area
from actionplans.frame import edition_frame, edition_stance
from actionplans.models import Edition
from agreements.frame import agreement_of
from agreements.models import Agreement
from lib.typeset import pdf
from lib.web import Unseen
from lib.word import docx

WITHOUT_AREA = "utan"


class ComparisonForm(forms.Form):
    """Which two editions, and which of the changes."""

    fran = forms.ChoiceField(label=gettext_lazy("Från version"), required=False)
    till = forms.ChoiceField(label=gettext_lazy("Till version"), required=False)
    visa = forms.ChoiceField(label=gettext_lazy("Visa"), required=False)
    omrade = forms.ChoiceField(label=gettext_lazy("Område"), required=False)

    def __init__(self, data, *, editions, comparison, labels):
        super().__init__({**labels, **{name: value for name, value in data.items() if value}}, label_suffix="")
        self.comparison = comparison
        for field in self.fields.values():
            field.widget.attrs["class"] = "ds-input"
        choices = [(edition.label, f"{edition.label}, {edition.get_state_display()}") for edition in editions]
        self.fields["fran"].choices = self.fields["till"].choices = choices
        changes = comparison.changes if comparison else []
        found = {change.kind for change in changes}
        kinds = [(kind.value, capfirst(kind_label(kind, 2))) for kind in Kind if kind in found]
        self.fields["visa"].choices = [("", _("Alla ändringar")), *kinds]
        areas = dict.fromkeys(_area_key(change) for change in changes)
        self.fields["omrade"].choices = [("", _("Alla områden")), *areas]

    def clean(self):
        if self.cleaned_data.get("fran") and self.cleaned_data.get("fran") == self.cleaned_data.get("till"):
            self.add_error(None, _("Du har valt samma version två gånger. Välj två olika."))
        return self.cleaned_data

    @property
    def shown(self):
        """The changes that are asked for; an unknown filter filters nothing."""
        kind, area = self.cleaned_data.get("visa"), self.cleaned_data.get("omrade")
        return [
            change
            for change in (self.comparison.changes if self.comparison else [])
            if kind in (None, "", change.kind) and area in (None, "", _area_key(change)[0])
        ]


def edition_compare(request, slug, plan, label, other):
    """What differs between two editions: choose them, filter what is shown, take it along as a paper."""
    old, new = _pair(request.user, slug, plan, label, other)
    comparison = compare(old, new, request.user) if old != new else None
    editions = Edition.objects.visible_to(request.user).filter(plan=new.plan_id).order_by("starts_on", "pk")
    labels = {"fran": old.label, "till": new.label}
    form = ComparisonForm(request.GET.dict(), editions=editions, comparison=comparison, labels=labels)
    chosen = form.is_valid() and {form.cleaned_data["fran"], form.cleaned_data["till"]}
    if chosen and chosen != {old.label, new.label}:
        return redirect("actionplans:edition_compare", slug, plan, form.cleaned_data["till"], form.cleaned_data["fran"])
    agreement = agreement_of(request.user, new.plan.agreement_id)
    context = {
        **edition_frame(agreement, new, (_("Jämför"), "")),
        "stance": edition_stance(agreement, min(old, new, key=_openness)),
        "compared_to": old,
        "comparison": comparison,
        "form": form,
        "groups": drawn_by_area(comparison, form.shown) if comparison else [],
    }
    return render(request, "actionplans/edition_compare.html", context)


@require_safe
def edition_compare_pdf(request, slug, plan, label, other):
    """The comparison as a PDF, to print or send."""
    name, paper = _paper(request.user, slug, plan, label, other)
    return FileResponse(BytesIO(pdf(paper)), as_attachment=True, filename=f"{name}.pdf")


@require_safe
def edition_compare_docx(request, slug, plan, label, other):
    """The comparison as a Word file, to take further."""
    name, paper = _paper(request.user, slug, plan, label, other)
    return FileResponse(BytesIO(docx(paper)), as_attachment=True, filename=f"{name}.docx")


def _paper(user, slug, plan, label, other):
    """What the file is called, and what stands in it."""
    old, new = _pair(user, slug, plan, label, other)
    if old == new:
        raise Http404
    agreement = Agreement.objects.select_related("coordinating_party").get(pk=new.plan.agreement_id)
    name = slugify(f"{slug} {plan} {old.label} {new.label}".replace(":", "-"))
    return name, comparison_paper(compare(old, new, user), agreement)


def _pair(user, slug, plan, label, other):
    """The two editions, the one that applies first first; 404 unless the user may see both."""
    rows = Edition.objects.for_page().visible_to(user)
    place = {"plan__agreement__slug": slug, "plan__key": plan, "label__in": [label, other]}
    rows = rows.filter(**place)
    found = sorted(rows, key=lambda edition: (edition.starts_on, edition.pk))
    if {edition.label for edition in found} != {label, other}:
        raise Unseen(Edition.objects.all(), place)
    return found[0], found[-1]


def _openness(edition):
    """How many may read it: a page about two editions is for those who may read both."""
    return [*Edition.State.values].index(edition.state)


def _area_key(change):
    """(key, name) of the area the change stands under."""
    return str(change.shown.activity.area_id or WITHOUT_AREA), change.area or _("Utan område")
