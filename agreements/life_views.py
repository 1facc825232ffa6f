"""The life of an agreement: everything that has happened to it, and the steps from state to state."""

from django import forms
from django.http import Http404
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from agreements.frame import frame
from agreements.life_page import OWN_PAGES, life_of, links_for, next_steps
from agreements.lifecycle import TRANSITIONS, problems, take
from agreements.models import Agreement, Document, LifeEvent
from agreements.rows import posted
from lib.forms import VersionedModelForm, answer_form, make_swedish, put_on_one_line
from lib.web import get_editable, get_visible


def agreement_life(request, slug):
    """What has happened, what lies ahead and, for the coordinators, what may be done next."""
    agreement = get_visible(Agreement.objects.for_page(request.user), request.user, slug=slug)
    trail = (_("Process och dokument"), reverse("agreements:process_detail", args=[slug])), (_("Livscykel"), "")
    context = {**frame(agreement, *trail), **life_of(agreement, request.user)}
    context["links"] = links_for(agreement, request.user)
    if agreement.can_edit:
        context["next_steps"] = next_steps(agreement, request.user)
    return render(request, "agreements/agreement_life.html", context)


def life_step(request, slug, step):
    """Take a step, after reading what it leads to and what stands in the way."""
    if step not in TRANSITIONS or step in OWN_PAGES:
        raise Http404
    agreement = get_editable(Agreement.objects.select_related("county"), request.user, slug=slug)
    back = reverse("agreements:agreement_life", args=[slug])
    form = StepForm(*posted(request), instance=agreement, user=request.user, step=step)
    title = TRANSITIONS[step].verb
    context = {
        **frame(agreement, (_("Livscykel"), back), (title, "")),
        "title": title,
        "step": TRANSITIONS[step],
        "is_open": agreement.status in TRANSITIONS[step].sources,
        "reasons": problems(step, agreement),
        "back_url": back,
    }
    return answer_form(request, form, "agreements/life_step.html", context, url=back)


class StepForm(VersionedModelForm):
    """What is told of a step: when, who decided, the paper, and why. The version is the agreement's."""

    when = forms.DateField(label=gettext_lazy("dag"), required=False, help_text=gettext_lazy("Lämna tomt för i dag."))

    class Meta:
        model = Agreement
        fields = []

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        needs = TRANSITIONS[self.scope["step"]].needs
        for name in ("decided_by", "decided_on", "decision_paragraph", "registry_number", "document", "reason"):
            self.fields[name] = LifeEvent._meta.get_field(name).formfield(required=name in needs)
            make_swedish(self.fields[name])
        put_on_one_line(self.fields["decided_by"])
        papers = Document.objects.visible_to(self.scope["user"]).filter(agreement=self.instance)
        self.fields["document"].queryset = papers
        self.fields["document"].help_text = _("Filer läggs till under Process och dokument.")

    def save(self, commit=True):
        told = {name: value for name, value in self.cleaned_data.items() if name != "version" and value}
        step, user, version = self.scope["step"], self.scope["user"], self.cleaned_data["version"]
        take(step, agreement=self.instance, by=user, version=version, **told)
        return self.instance
