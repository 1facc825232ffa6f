"""What the writers of a draft say to one another about a block of it or about the whole."""

from collections import defaultdict
from datetime import timedelta

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Count, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from agreements.lifecycle import hold
from agreements.models import Agreement, DraftComment

SENT_AGAIN = timedelta(minutes=1)  # the same words twice within this time are one comment, sent twice


@transaction.atomic
def say(*, agreement, by, text, block="", reply_to=None):
    """Say something about the block with this key, or the whole; a reply opens its thread again.

    Raises PermissionDenied where ``by`` does not write the text, ValidationError where the thread is about another.
    """
    hold(agreement)
    _require_writer(agreement, by)
    if reply_to and (reply_to.agreement_id, reply_to.block, reply_to.reply_to_id) != (agreement.pk, block, None):
        raise ValidationError(_("Kommentaren du svarade på finns inte här. Skicka texten igen som en ny kommentar."))
    said = {"agreement": agreement, "block": block, "reply_to": reply_to, "text": text, "written_by": by}
    again = DraftComment.objects.filter(**said, written_at__gt=timezone.now() - SENT_AGAIN).first()
    if again:
        return again
    if reply_to and reply_to.resolved_at:
        _set_resolved(reply_to, None, None)
    return DraftComment.objects.create(**said)


@transaction.atomic
def resolve(*, comment, by, is_resolved=True):
    """Mark the thread as done, or open it again; nothing where it is so already."""
    hold(comment.agreement)
    _require_writer(comment.agreement, by)
    stored = DraftComment.objects.get(pk=comment.pk)
    if bool(stored.resolved_at) != is_resolved:
        _set_resolved(stored, *((by, timezone.now()) if is_resolved else (None, None)))
    return stored


def _set_resolved(comment, by, at):
    comment.resolved_by, comment.resolved_at = by, at
    comment.save_version(comment.version)


def _require_writer(agreement, by):
    if not Agreement.objects.text_editable_by(by).filter(pk=agreement.pk).exists():
        raise PermissionDenied


def open_by_block(agreement, user):
    """{block's key, or empty for the whole: how many threads about it are open}."""
    threads = DraftComment.objects.visible_to(user).open().filter(agreement=agreement, reply_to__isnull=True)
    return dict(threads.order_by().values_list("block").annotate(number=Count("pk")))


def threads_of(agreement, user, block=None):
    """The threads about a block (of all where None), the open ones first; each has its ``answers``. One question."""
    comments = DraftComment.objects.visible_to(user).filter(agreement=agreement)
    if block is not None:
        comments = comments.filter(block=block)
    rows, answers = list(comments.select_related("written_by", "resolved_by")), defaultdict(list)
    for row in rows:
        answers[row.reply_to_id].append(row)
    for row in rows:
        row.answers = answers[row.pk]
    return sorted(answers[None], key=lambda row: row.resolved_at is not None)


def drafts_of(user):
    """The agreements that ``user`` writes on and that are drafts still, each with ``open_comments``."""
    open_threads = Q(draft_comments__reply_to__isnull=True, draft_comments__resolved_at__isnull=True)
    rows = Agreement.objects.drafted_by(user).filter(status=Agreement.Status.DRAFT).select_related("county")
    return rows.annotate(open_comments=Count("draft_comments", filter=open_threads)).order_by("short_name")
