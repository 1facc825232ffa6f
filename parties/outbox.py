"""Sending of what lies in the outbox: each letter at most once, whatever happens on the way.

A letter is claimed, sent and marked. What dies between claim and mark is not sent again, because nobody knows whether
it left; it is marked so, and seen. A letter that was refused is tried again, later and later, and then given up.
"""

import datetime
import re
import smtplib
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage, get_connection
from django.core.validators import validate_email
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from parties.models import Mail

CHUNK = 200
# How long a refused letter waits before the next attempt; after as many attempts it is given up.
WAITS = [datetime.timedelta(minutes=minutes) for minutes in (10, 30, 120, 360, 1440)]
KEPT_FOR = datetime.timedelta(days=3)  # what has waited longer says what is no longer so
CLAIMED_FOR = datetime.timedelta(hours=1)  # a claim that is older was left by a run that died
# What a secret follows in the letters that hold one.
SECRET_LINKS = {Mail.Kind.INVITATION: "/inbjudan/", Mail.Kind.CONSULTATION: "/remissvar/"}
ERROR_MAX = Mail._meta.get_field("error").max_length


class Unreachable(Exception):
    """The mail server does not answer; what is unsent waits for the next run."""


@dataclass
class Tally:
    """What a run did with the letters."""

    sent: int = 0
    postponed: int = 0
    given_up: int = 0


def send_unsent():
    """Send what is due. Raises Unreachable where no mail server answers; nothing is lost then. Returns a Tally."""
    tally = Tally(given_up=_give_up_stale())
    connection = get_connection()
    last = 0
    try:
        while letters := _due_after(last):
            for mail in letters:
                _send_one(mail, connection, tally)
            last = letters[-1].pk
    finally:
        connection.close()
        _forget_links()
    return tally


def send_now(mail):
    """Send this letter as soon as what it tells is committed. Where no server answers it waits for the next run."""
    transaction.on_commit(lambda: _send_alone(mail))


def _send_alone(mail):
    with suppress(Unreachable), get_connection() as connection:
        _send_one(mail, connection, Tally())
    _forget_links()


def _forget_links():
    """Take what opens an invitation or a remiss out of letters that have left, or never will.

    The receiver alone keeps it.
    """
    for kind, link in SECRET_LINKS.items():
        left = Mail.objects.filter(kind=kind, body__contains=link)
        for mail in left.exclude(pk__in=Mail.objects.unsent().values("pk")):
            _mark(mail, body=re.sub(re.escape(link) + r"[\w-]+/", _("[länken]"), mail.body))


def _due_after(last):
    due = Mail.objects.unsent().filter(claimed_at__isnull=True, send_after__lte=timezone.now(), pk__gt=last)
    return list(due.select_related("user").order_by("pk")[:CHUNK])


def _give_up_stale():
    """Mark what a run left when it died, and what has waited too long. Returns how many."""
    now = timezone.now()
    left = Mail.objects.unsent().filter(claimed_at__lt=now - CLAIMED_FOR)
    died = left.update(given_up_at=now, error=_("Utskicket avbröts. Det är oklart om brevet kom fram."))
    old = Mail.objects.unsent().filter(claimed_at__isnull=True, send_after__lt=now - KEPT_FOR)
    error = _("Brevet kom inte iväg inom tre dagar.")
    return died + old.filter(error="").update(given_up_at=now, error=error) + old.update(given_up_at=now)


def _send_one(mail, connection, tally):
    """Claim the letter, send it and mark it; only one of several runs gets the claim."""
    if mail.user and not mail.user.is_active:
        tally.given_up += _mark(mail, given_up_at=timezone.now(), error=_("Kontot är avslutat."))
        return
    if not _is_address(mail.address):
        tally.given_up += _mark(mail, given_up_at=timezone.now(), error=_("Adressen är ingen e-postadress."))
        return
    _open(connection)
    claim = Mail.objects.unsent().filter(pk=mail.pk, claimed_at__isnull=True)
    if not claim.update(claimed_at=timezone.now(), attempts=F("attempts") + 1):
        return
    try:
        message(mail, connection).send()
    except (smtplib.SMTPResponseException, smtplib.SMTPRecipientsRefused) as error:
        connection.close()
        _refused(mail, error, tally)
    except ValueError as error:  # an address or a header that cannot be sent
        tally.given_up += _mark(mail, given_up_at=timezone.now(), error=str(error)[:ERROR_MAX])
    except (smtplib.SMTPException, OSError) as error:
        connection.close()
        text = _("Förbindelsen bröts. Det är oklart om brevet kom fram. (%(error)s)") % {"error": error}
        tally.given_up += _mark(mail, given_up_at=timezone.now(), error=text[:ERROR_MAX])
    else:
        tally.sent += _mark(mail, sent_at=timezone.now(), error="")


def _is_address(text):
    """Whether it is one address and nothing else: what follows a comma or a colon would be another receiver."""
    try:
        validate_email(text)
    except ValidationError:
        return False
    return True


def _open(connection):
    try:
        connection.open()
    except (smtplib.SMTPException, OSError) as error:
        raise Unreachable(str(error)) from error


def _refused(mail, error, tally):
    """The server said no. For now, or for good where it says so or has said it often enough."""
    text = str(error)[:ERROR_MAX]
    attempts = mail.attempts + 1
    if _is_final(error) or attempts > len(WAITS):
        tally.given_up += _mark(mail, given_up_at=timezone.now(), error=text)
    else:
        later = timezone.now() + WAITS[attempts - 1]
        tally.postponed += _mark(mail, claimed_at=None, send_after=later, error=text)


def _is_final(error):
    """Whether the server refuses for good: a 5xx answer about this letter or every receiver."""
    answers = getattr(error, "recipients", None)
    codes = [code for code, _text in answers.values()] if answers else [getattr(error, "smtp_code", 0)]
    return all(code >= 500 for code in codes)


def _mark(mail, **fields):
    return Mail.objects.filter(pk=mail.pk).update(**fields)


def message(mail, connection=None):
    """The letter as it is sent. A receiver, and nobody else; machines are told not to answer it."""
    host = urlsplit(settings.PORTAL_URL).hostname or "localhost"
    headers = {
        "Message-ID": f"<brev-{mail.pk}-{mail.created_at:%Y%m%d%H%M%S}@{host}>",
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "All",
    }
    return EmailMessage(mail.subject, mail.body, to=[mail.address], connection=connection, headers=headers)
