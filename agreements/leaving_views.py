"""Notice and a new end: who has given notice, giving it, who got it when, taking it back; and extending."""

from copy import copy

from django.core.exceptions import PermissionDenied
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from agreements.extending import unextendable
from agreements.frame import editable_agreement, frame, visible_agreement
from agreements.leaving import is_coordinator, leavable_by, may_give_notice, may_take_back, not_in_force
from agreements.leaving_forms import ExtensionForm, ReceiptsForm, TerminationForm, WithdrawalForm
from agreements.models import Termination
from agreements.rows import posted
from lib.forms import answer_form
from lib.web import get_visible


def termination_list(request, slug):
    """What the agreement says of notice, and the notices that the visitor may read."""
    agreement = visible_agreement(request.user, slug)
    rows = Termination.objects.visible_to(request.user).filter(agreement=agreement).select_related("party")
    context = {
        **frame(agreement, _process(slug), (_("Uppsägningar"), "")),
        "terminations": rows,
        "may_give": not not_in_force(agreement) and leavable_by(request.user, agreement).exists(),
    }
    return render(request, "agreements/termination_list.html", context)


def termination_create(request, slug):
    """Give notice for a party, or register one that has come in; nothing happens until it is confirmed."""
    agreement = visible_agreement(request.user, slug)
    if not may_give_notice(request.user, agreement):
        raise PermissionDenied
    form = TerminationForm(*posted(request), agreement=agreement, user=request.user)
    context = {
        **frame(agreement, _process(slug), _list(slug), (_("Säg upp"), "")),
        "reason": not_in_force(agreement),
        "has_parties": form.fields["party"].queryset.exists(),
        "registers": is_coordinator(request.user, agreement),
        "back_url": _list(slug)[1],
    }
    done = _("Uppsägningen är sparad. Den får verkan när samordnaren har bekräftat den.")
    return answer_form(request, form, "agreements/termination_create.html", context, url=url_of, done=done)


def termination_receipts(request, slug, pk):
    """Write down the day each of the other parties got the notice; the last day follows from the last of them."""
    termination = seen(request, slug, pk)
    if not is_coordinator(request.user, termination.agreement):
        raise PermissionDenied
    form = ReceiptsForm(*posted(request), instance=copy(termination), user=request.user)
    return answer_form(
        request, form, "agreements/termination_receipts.html", _context(termination, _("Mottagen")), url=url_of
    )


def termination_withdraw(request, slug, pk):
    """Take a notice back, after reading what that undoes."""
    termination = seen(request, slug, pk)
    if not may_take_back(request.user, termination):
        raise PermissionDenied
    form = WithdrawalForm(*posted(request), instance=copy(termination), user=request.user)
    context = _context(termination, _("Ta tillbaka"))
    done = _("Uppsägningen är tagen tillbaka.")
    return answer_form(request, form, "agreements/termination_withdraw.html", context, url=url_of, done=done)


def extension_create(request, slug):
    """Let the agreement hold longer, by a decision; the old end can still be read."""
    agreement = editable_agreement(request.user, slug)
    form = ExtensionForm(*posted(request), instance=copy(agreement), agreement=agreement, user=request.user)
    context = {
        **frame(agreement, _process(slug), (_("Förläng"), "")),
        "reasons": unextendable(agreement),
        "back_url": _process(slug)[1],
    }
    done = _("Överenskommelsen är förlängd.")
    return answer_form(
        request, form, "agreements/extension_create.html", context, url=f"{_process(slug)[1]}#giltighet", done=done
    )


def seen(request, slug, pk):
    """A notice that the visitor may read, of an agreement that the visitor may read; 404 otherwise."""
    agreement = visible_agreement(request.user, slug)
    rows = Termination.objects.filter(agreement=agreement).select_related("party", "document")
    termination = get_visible(rows, request.user, pk=pk)
    termination.agreement = agreement
    return termination


def url_of(termination):
    """The page of a notice: what it does."""
    return reverse("portal:leaving_effects", args=[termination.agreement.slug, termination.pk])


def _context(termination, last):
    slug = termination.agreement.slug
    own = _("Uppsägning av %(party)s") % {"party": termination.party}
    return {
        **frame(termination.agreement, _process(slug), _list(slug), (own, url_of(termination)), (last, "")),
        "termination": termination,
        "back_url": url_of(termination),
    }


def _process(slug):
    return _("Process och dokument"), reverse("agreements:process_detail", args=[slug])


def _list(slug):
    return _("Uppsägningar"), reverse("agreements:termination_list", args=[slug])
