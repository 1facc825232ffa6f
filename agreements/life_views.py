"""The life of an agreement: everything that has happened to it, and the steps from state to state."""

from copy import copy
from functools import partial

from django import forms
from django.http import Http404
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from agreements.extending import end_early
from agreements.frame import frame, visible_agreement
from agreements.life_page import OWN_PAGES, life_of, links_for, next_steps
from agreements.lifecycle import TRANSITIONS, problems, take
from agreements.models import Agreement, LifeEvent
from agreements.paper_forms import DecisionForm
from agreements.rows import posted
from lib.forms import answer_form, make_swedish
from lib.web import get_editable

VERBS = {"terminate": end_early}  # of the steps that do more than to change the state


def agreement_life(request, slug):
    """What has happened, what lies ahead and, for the coordinators, what may be done next."""
    agreement = visible_agreement(request.user, slug)
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
    form = StepForm(*posted(request), instance=copy(agreement), agreement=agreement, user=request.user, step=step)
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


class StepForm(DecisionForm):
    """What is told of a step: when, who decided, the paper, and why. The version is the agreement's.

    Where a paper is needed, it is one of the agreement's documents or a file that is sent along.
    """

    told = ("decided_by", "decided_on", "decision_paragraph", "registry_number", "document", "reason")
    own_fields = ("when", *told)
    when = forms.DateField(label=gettext_lazy("dag"), required=False, help_text=gettext_lazy("Lämna tomt för i dag."))

    class Meta:
        model = Agreement
        fields = []

    def limit_choices(self):
        self.needs = TRANSITIONS[self.scope["step"]].needs
        for name in self.told:
            needed = name in self.needs and name != "document"
            self.fields[name] = LifeEvent._meta.get_field(name).formfield(required=needed)
            make_swedish(self.fields[name])
        if "document" in self.needs:  # one of the two is needed: neither of them is optional
            self.fields["document"].is_alternative = self.fields["paper"].is_alternative = True
        self.order_fields(["version", "when", *self.told[:-1], "paper", "paper_is_public", "reason"])
        super().limit_choices()

    def clean(self):
        """The paper is there already or sent along."""
        super().clean()
        papers = {"document", "paper"}
        if "document" in self.needs and not papers & self.errors.keys() and not any(map(self.cleaned_data.get, papers)):
            self.add_error("document", _("Välj ett dokument eller skicka en fil."))

    def save(self, commit=True):
        data = self.cleaned_data
        told = {name: data[name] for name in ("when", *self.told) if data[name]}
        title = f"{TRANSITIONS[self.scope['step']].verb}, {data['decided_by']}".rstrip(", ")
        if document := self.keep_paper(title):
            told["document"] = document
        verb = VERBS.get(self.scope["step"]) or partial(take, self.scope["step"])
        verb(agreement=self.instance, by=self.scope["user"], version=data["version"], **told)
        return self.instance
