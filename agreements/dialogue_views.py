"""Dialogues before the text is written: the writers' list, the question to the invited, and what each says."""

from django.core.exceptions import PermissionDenied
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from agreements.block_places import text_url
from agreements.dialogues import contribute, is_open, parties_asked
from agreements.drafting_views import drafted
from agreements.forms.drafting import ContributionForm
from agreements.frame import frame
from agreements.models import Agreement, Contribution, Dialogue
from agreements.rows import posted
from lib.forms import answer_form
from lib.web import answer_download, get_visible


@require_safe
def dialogue_list(request, slug):
    """The writers' list of all dialogues with what each gave."""
    agreement = drafted(request, slug)
    rows = Dialogue.objects.filter(agreement=agreement).prefetch_related("invited", "contributions__party")
    context = {**frame(agreement, (_("Texten"), text_url(agreement)), (_("Dialoger"), "")), "dialogues": rows}
    return render(request, "agreements/dialogue_list.html", context)


@require_safe
def dialogue_detail(request, slug, pk):
    """The question, for those who are asked. The draft itself is not told of, but by its name."""
    dialogue = _dialogue(request, slug, pk)
    parties = list(parties_asked(dialogue, request.user))
    said = {row.party_id: row for row in Contribution.objects.filter(dialogue=dialogue, party__in=parties)}
    context = {
        **_frame(dialogue),
        "rows": [(party, said.get(party.pk)) for party in parties],
        "is_open": is_open(dialogue),
        "has_history": Agreement.objects.visible_to(request.user).filter(pk=dialogue.agreement_id).exists(),
    }
    return render(request, "agreements/dialogue_detail.html", context)


def contribution_edit(request, slug, pk, party):
    """What one invited party says; it may be changed until the last day."""
    dialogue = _dialogue(request, slug, pk)
    asked = parties_asked(dialogue, request.user).filter(key=party).first()
    if asked is None:
        raise PermissionDenied
    row = Contribution.objects.filter(dialogue=dialogue, party=asked).first()
    form = ContributionForm(*posted(request), instance=row, dialogue=dialogue, party=asked)

    def save():
        version = None if form.is_new else form.cleaned_data["version"]
        return contribute(contribution=form.instance, by=request.user, version=version)

    context = {**_frame(dialogue, (asked.name, "")), "party": asked, "row": row, "is_open": is_open(dialogue)}
    url = reverse("agreements:dialogue_detail", args=[slug, pk])
    done = _("Tack, bidraget är lämnat. Ni kan ändra det till och med sista dagen.")
    return answer_form(request, form, "agreements/contribution_edit.html", context, url=url, save=save, done=done)


@require_safe
def contribution_download(request, slug, pk):
    """The file of a contribution, for the writers and for the party that sent it."""
    row = get_visible(Contribution.objects.exclude(file=""), request.user, dialogue__agreement__slug=slug, pk=pk)
    return answer_download(row.file, row.file_name.rpartition(".")[0] or str(row.party))


def _dialogue(request, slug, pk):
    rows = Dialogue.objects.select_related("agreement__county", "agreement__coordinating_party")
    return get_visible(rows, request.user, agreement__slug=slug, pk=pk)


def _frame(dialogue, *trail):
    """What stands around the pages of the invited: no way to the draft, which they may not see."""
    url = reverse("agreements:dialogue_detail", args=[dialogue.agreement.slug, dialogue.pk])
    own = (str(dialogue), url if trail else "")
    readers = _("De som skriver utkastet läser bidragen. De andra inbjudna gör det inte.")
    return {
        "dialogue": dialogue,
        "crumbs": [(_("Mitt arbete"), reverse("portal:work")), own, *trail],
        "stance": {"state": "sent", "label": _("Dialog"), "readers": readers},
        "example": dialogue.agreement.is_example,
    }
