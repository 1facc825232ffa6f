"""What a meeting decides on a matter, written down in place while it is said."""

from copy import copy

from django.utils.translation import gettext as _

from followup.agenda_views import kept_item
from followup.deciding import next_paragraph, why_undecided
from followup.decision_forms import WordingForm, form_for
from governance.meeting_page import meeting_frame, meeting_url
from governance.models import Decision
from lib.forms import answer_form
from lib.web import get_visible


def decision_record(request, slug, key, meeting, pk):
    """Write down a decision of the kind ``?slag=``, or what was said. A part of it opens in the meeting's own page.

    With ``?fran=``, the kind of decision it was typed as, nothing is saved: what was typed comes along to the new kind.
    """
    agreement, meeting, item = kept_item(request, slug, key, meeting, pk)
    item.meeting = meeting
    opened = form_for(item, request.user, request.GET.get("slag"), request.POST, former=request.GET.get("fran"))
    context = {
        **meeting_frame(agreement, meeting, (item.title, "")),
        "item": item,
        **opened,
        "paragraph": next_paragraph(meeting),
        "hindrance": why_undecided(meeting),
    }
    form = opened["form"]
    url = f"{meeting_url(agreement, meeting)}#punkt-{item.pk}"
    done = _("Beslutet är antecknat.") if form.kind else _("Anteckningen är sparad.")
    return answer_form(request, form, "followup/decision_record.html", context, url=url, save=form.save, done=done)


def decision_edit(request, slug, key, meeting, pk, decision):
    """Change how a decision is put down, until the meeting's notes are finished."""
    agreement, meeting, item = kept_item(request, slug, key, meeting, pk)
    decision = get_visible(Decision.objects, request.user, item=item, pk=decision)
    form = WordingForm(request.POST or None, instance=copy(decision), user=request.user)
    context = {**meeting_frame(agreement, meeting, (str(decision), "")), "item": item, "decision": decision}
    url = f"{meeting_url(agreement, meeting)}#beslut-{decision.pk}"
    return answer_form(request, form, "followup/decision_edit.html", context, url=url)
