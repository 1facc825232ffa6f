"""The page of what stands under an agreement: agreements between some of its parties, and what they exchange."""

from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from agreements.ending import is_over
from agreements.frame import frame, visible_agreement
from agreements.sub_agreements import total, trades_of, under


@require_safe
def sub_agreement_list(request, slug):
    """Agreements under this one that the visitor may see, and commitments of one party towards another."""
    agreement = visible_agreement(request.user, slug)
    trades = trades_of(agreement, request.user)
    context = {
        **frame(agreement, (_("Avtal mellan parter"), "")),
        "agreements": under(agreement, request.user),
        "trades": trades,
        "total": total(trades),
        "may_begin": agreement.can_edit and not is_over(agreement),
    }
    return render(request, "agreements/sub_agreement_list.html", context)
