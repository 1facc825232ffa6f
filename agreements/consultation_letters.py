"""Letters of a remiss: to those who answer for a party, and with a link to whoever has no account.

Nothing is sent here: a letter is written in the caller's transaction, and leaves with the next run of the outbox. The
secret of a link stands in its letter only; the outbox takes it out when the letter has left.
"""

import secrets

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from parties.letters import absolute, write
from parties.models import Mail, MailSettings, Right, User, digest
from parties.outbox import send_now
from parties.rights import who_may


def write_asking(addressees, *, subject, template, key, heeds_pauses=False, **context):
    """Write to everybody who answers for one of ``addressees``; returns the addressees that got a letter.

    ``subject`` has a place for the agreement. Each letter's key is made of ``key``, so the same is never written twice.
    Whoever has an e-mail of its own gets a new link, and its former link opens nothing any more.
    """
    people = _people(addressees, heeds_pauses)
    letters, reached = [], []
    for addressee in addressees:
        about = {**context, "addressee": addressee, "consultation": addressee.consultation}
        mine = [_to_person(addressee, person, about, subject, template, key) for person in people[addressee.pk]]
        if addressee.email:
            mine.append(_with_link(addressee, about, subject, template, key))
        letters += mine
        reached += [addressee] if mine else []
    Mail.objects.bulk_create(letters, ignore_conflicts=True)
    return reached


def reachable(parties):
    """The keys (pk) of those of ``parties`` where somebody may answer by account."""
    return {party for _person, party in who_may(Right.REPORT, parties=[party.pk for party in parties])}


def write_receipt(response, by):
    """Tell whoever handed in that the answer has come; once, whoever asks how often."""
    addressee = response.addressee
    address = by.email if by else addressee.email
    if not address:
        return
    letter = write(
        user=by,
        address=address,
        kind=Mail.Kind.CONSULTATION,
        key=f"consultation:{addressee.consultation_id}:{addressee.pk}:receipt",
        subject=_("Remissvaret är inlämnat: %(agreement)s") % {"agreement": addressee.consultation.agreement},
        template="mail/consultation_receipt.txt",
        context={
            "addressee": addressee,
            "consultation": addressee.consultation,
            "response": response,
            "name": by.name if by else addressee.name,
        },
    )
    letter.save()
    send_now(letter)


def stop_letters(addressee):
    """What has not left yet would lead nowhere."""
    begins = f"consultation:{addressee.consultation_id}:{addressee.pk}:"
    letters = Mail.objects.unsent().filter(key__startswith=begins, claimed_at__isnull=True)
    void = _("Remissen till mottagaren är återkallad.")
    letters.update(given_up_at=timezone.now(), error=void, body=void)


def _people(addressees, heeds_pauses):
    """{addressee's pk: those who may answer for it}; without those who have asked for a pause where it is heeded."""
    asked = {row.party_id: row.pk for row in addressees if row.party_id}
    pairs = who_may(Right.REPORT, parties=list(asked))
    users = User.objects.filter(is_active=True).in_bulk({person for person, _party in pairs})
    if heeds_pauses:
        today = timezone.localdate()
        rows = MailSettings.objects.filter(user__in=users)
        users = {
            pk: user for pk, user in users.items() if pk not in {row.user_id for row in rows if row.is_paused(today)}
        }
    people = {row.pk: [] for row in addressees}
    for person, party in sorted(pairs):
        if person in users:
            people[asked[party]].append(users[person])
    return people


def _to_person(addressee, person, about, subject, template, key):
    consultation = addressee.consultation
    url = reverse(
        "agreements:response_edit", args=[consultation.agreement.slug, consultation.pk, addressee.response.pk]
    )
    context = {**about, "name": person.name, "url": absolute(url), "by_link": False}
    return _letter(addressee, f"{key}:{person.pk}", subject, template, context, address=person.email, user=person)


def _with_link(addressee, about, subject, template, key):
    """A letter with a new link."""
    secret = secrets.token_urlsafe(32)
    addressee.secret_digest = digest(secret)
    type(addressee).objects.filter(pk=addressee.pk).update(secret_digest=addressee.secret_digest)
    url = absolute(reverse("agreements:response_open", args=[secret]))
    context = {**about, "name": addressee.name, "url": url, "by_link": True}
    return _letter(addressee, f"{key}:link", subject, template, context, address=addressee.email)


def _letter(addressee, key, subject, template, context, **to):
    agreement = addressee.consultation.agreement
    return write(
        kind=Mail.Kind.CONSULTATION,
        key=f"consultation:{addressee.consultation_id}:{addressee.pk}:{key}",
        subject=subject % {"agreement": agreement},
        template=template,
        context={**context, "agreement": agreement},
        **to,
    )
