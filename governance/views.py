"""The tab Styrning and the page of a body."""

from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from agreements.frame import frame, visible_agreement
from governance.models import Mandate
from governance.reading import body_of, governance_of
from lib.web import get_visible


def agreement_governance(request, slug):
    """The tab Styrning: who decides, who answers to whom, and who is responsible for which area."""
    agreement = visible_agreement(request.user, slug)
    context = {**frame(agreement, (_("Styrning"), "")), **governance_of(agreement, request.user)}
    return render(request, "governance/agreement_governance.html", context)


def body_detail(request, slug, key):
    """One body: what it does in this and other agreements, who sits there, its meetings and decisions."""
    agreement = visible_agreement(request.user, slug)
    mandates = Mandate.objects.select_related(
        "body__county", "reports_to__body", "convener", "initiated_by", "source_document"
    )
    mandate = get_visible(mandates, request.user, agreement=agreement, body__key=key)
    governance = (_("Styrning"), reverse("governance:agreement_governance", args=[slug]))
    context = {**frame(agreement, governance, (mandate.body.name, "")), **body_of(mandate, request.user)}
    return render(request, "governance/body_detail.html", context)
