"""What a meeting decides on a matter, written down in place while it is said."""

from copy import copy

from django.utils.translation import gettext as _

from followup.agenda_views import kept_item
from followup.deciding import next_paragraph, why_undecided
from followup.decision_forms import WordingForm, beside, carry_over, kinds_for, likely_kind, typed_in
from governance.meeting_page import meeting_frame, meeting_url
from governance.models import Decision
from lib.forms import answer_form, clean_data
from lib.web import get_visible


def decision_record(request, slug, key, meeting, pk):
    """Write down a decision of the kind ``?slag=``, or what was said. A part of it opens in the meeting's own page.

    With ``?fran=``, the kind of decision it was typed as, nothing is saved: what was typed comes along to the new kind.
    """
    agreement, meeting, item = kept_item(request, slug, key, meeting, pk)
    item.meeting = meeting
    kinds = kinds_for(item, request.user)
    word, former = (code if code in kinds else None for code in map(request.GET.get, ("slag", "fran")))
    word = word or likely_kind(item, kinds)
    form = kinds[word].of(None if former else request.POST or None, item, request.user)
    typed = typed_in(kinds[former].of(None, item, request.user) if former else form, clean_data(request.POST))
    context = {
        **meeting_frame(agreement, meeting, (item.title, "")),
        "item": item,
        "kinds": [(code, kind.label) for code, kind in kinds.items()],
        "word": word,
        "beside": beside(typed, form),
        "paragraph": next_paragraph(meeting),
        "hindrance": why_undecided(meeting),
    }
    if former:
        carry_over(typed, form)
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
