"""What went out about a round, for its coordinators."""

from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.db.models.functions import TruncDate
from django.shortcuts import render
from django.utils.translation import gettext as _

from agreements.frame import visible_agreement
from followup.frame import round_frame
from followup.models import Notice, Round
from lib.web import get_editable
from parties.models import Mail, Membership

LINES_SHOWN = 50
SENT = Q(mail__sent_at__isnull=False)
FAILED = Q(mail__given_up_at__isnull=False)


def round_mails(request, slug, label):
    """When letters went out, how many, to whom, and those that did not come through; ``?visa=fel`` shows only those."""
    agreement = visible_agreement(request.user, slug)
    round = get_editable(Round.objects.select_related("meeting__body"), request.user, agreement=agreement, label=label)
    notices = Notice.objects.visible_to(request.user).filter(respondent__round=round)
    only_failed = request.GET.get("visa") == "fel"
    lines = notices.filter(FAILED) if only_failed else notices
    page = Paginator(lines.for_list(), LINES_SHOWN).get_page(request.GET.get("sida"))
    context = {
        **round_frame(agreement, round, (_("Utskick"), "")),
        "stance": {"state": "draft", "label": _("Internt"), "readers": _("Bara samordnarna kan läsa sidan.")},
        "sendings": sendings_of(notices),
        "failed_count": notices.filter(FAILED).count(),
        "only_failed": only_failed,
        "page_obj": page,
        "lines": with_roles(page),
        "query": "visa=fel" if only_failed else "",
    }
    return render(request, "followup/round_mails.html", context)


def sendings_of(notices):
    """Per day and kind: how many people were told about how many parties, and what became of the letters."""
    kinds = dict(Mail.Kind.choices)
    rows = (
        notices.order_by()
        .values(day=TruncDate("mail__created_at"))
        .values("day", "kind")
        .annotate(
            people=Count("mail__user", distinct=True),
            parties=Count("respondent", distinct=True),
            sent=Count("mail", filter=SENT, distinct=True),
            failed=Count("mail", filter=FAILED, distinct=True),
            waiting=Count("mail", filter=~SENT & ~FAILED, distinct=True),
        )
        .order_by("-day", "kind")
    )
    return [{**row, "kind_label": kinds[row["kind"]]} for row in rows]


def with_roles(notices):
    """The notices as a list, each with ``role``: what the receiver is at the party, the latest where it has changed."""
    notices = list(notices)
    receivers = {notice.mail.user_id for notice in notices}
    parties = {notice.respondent.party_id for notice in notices}
    hats = Membership.objects.filter(user__in=receivers, party__in=parties).order_by("starts_on", "pk")
    roles = {(hat.user_id, hat.party_id): hat.get_role_display() for hat in hats}
    for notice in notices:
        notice.role = roles.get((notice.mail.user_id, notice.respondent.party_id), "")
    return notices
