"""A remiss under way: sent, extended, reminded of, taken back from somebody, and closed.

Every verb holds the consultation, so that an answer is in before it closes or not at all.
"""

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Count, Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from agreements.consultation_letters import stop_letters, write_asking
from agreements.lifecycle import take
from agreements.models import Addressee, Agreement, Consultation, ConsultationResponse, Document
from parties.models import Party

DEADLINE_PASSED = gettext_lazy("Sista svarsdag har redan varit. Välj i dag eller en senare dag.")
CLOSED = gettext_lazy("Remissen är avslutad. Inga fler svar tas emot.")


# --- sending ----------------------------------------------------------------------------------------------------------


@transaction.atomic
def send(*, agreement, by, version, text, deadline, parties=(), others=(), documents=(), **told):
    """Send the agreement on remiss: the step, the consultation, its addressees with empty answers, and the letters.

    ``others`` are (name, e-mail). ``told`` are fields of the Consultation (asks, registry_number, answers_public_on,
    note). Returns the Consultation. Raises ValidationError and what ``lifecycle.take`` raises.
    """
    refuse_past(deadline, "deadline")
    registry_number = told.get("registry_number", "")
    take("send", agreement=agreement, by=by, version=version, registry_number=registry_number)
    consultation = Consultation(
        agreement=agreement,
        held=True,
        kind=_("remiss"),
        sent_by=agreement.coordinating_party.name[:120],
        sent_on=timezone.localdate(),
        text=text,
        deadline=deadline,
        attachments="\n".join(document.title for document in documents),
        **told,
    )
    consultation.save()
    ask(consultation=consultation, parties=parties, others=others, by=by)
    return consultation


@transaction.atomic
def ask(*, consultation, parties=(), others=(), by):
    """Send the remiss to these. Returns the new addressees. Raises ValidationError for nobody, and for one twice."""
    consultation = hold_open(consultation, by)
    asked = set(consultation.addressee_set.values_list("party", "email"))
    fresh = _addressees(consultation, parties, others)
    if not fresh:
        raise ValidationError({"parties": _("Välj minst en som ska få remissen.")})
    _refuse_same(fresh, asked)
    for addressee in fresh:
        addressee.sent_at = timezone.now()
        addressee.save()
        addressee.response = ConsultationResponse.objects.create(addressee=addressee)
    write_asking(fresh, subject=_("Remiss: %(agreement)s"), template="mail/consultation.txt", key="sent")
    return fresh


def _addressees(consultation, parties, others):
    """Parties, and names with an e-mail; a name that is a party's is that party, reached by the e-mail as well."""
    chosen = {party.pk: Addressee(consultation=consultation, party=party, name=party.name) for party in parties}
    known = {party.name.casefold(): party for party in Party.objects.filter(name__in=[name for name, _email in others])}
    named = []
    for name, email in others:
        party = known.get(name.casefold())
        if party is None:
            named.append(Addressee(consultation=consultation, name=name, email=email))
        else:
            fresh = Addressee(consultation=consultation, party=party, name=party.name)
            chosen.setdefault(party.pk, fresh).email = email
    return [*chosen.values(), *named]


def _refuse_same(fresh, asked):
    seen = {key for pair in asked for key in (("party", pair[0]), ("email", pair[1])) if key[1]}
    for addressee in fresh:
        keys = {key for key in (("party", addressee.party_id), ("email", addressee.email)) if key[1]}
        if keys & seen:
            text = _("%(name)s har redan fått remissen, eller står två gånger. Ta bort den ena.")
            raise ValidationError({"others": text % {"name": addressee.name}})
        seen |= keys


# --- while it lasts ---------------------------------------------------------------------------------------------------


@transaction.atomic
def extend(*, consultation, version, addressees, to, reason, by):
    """Give those of ``addressees`` who have not answered until the day ``to``, and tell them. Returns them.

    The last day that was sent to all is kept as it was. Raises ValidationError, and VersionConflict where somebody gave
    more time after ``version`` of the consultation: nobody shortens unseen what another has promised in a letter.
    """
    consultation = hold_open(consultation, by)
    refuse_past(to, "to")
    if to <= consultation.deadline:
        text = _("Den nya dagen måste vara senare än sista svarsdag, %(day)s.")
        raise ValidationError({"to": text % {"day": consultation.deadline}})
    rows = list(waiting(consultation).filter(pk__in=[row.pk for row in addressees]))
    if not rows:
        raise ValidationError({"addressees": _("Välj minst en som inte har svarat.")})
    consultation.save_version(version, reason=reason[:100])
    for row in rows:
        row.extended_to, row.extension_reason = to, reason
        row.save_version(row.version)
    write_asking(
        rows,
        subject=_("Längre tid att svara på remissen: %(agreement)s"),
        template="mail/consultation_extended.txt",
        key=f"extended:{consultation.version}",  # the same day may be given twice, and the letter has the link
    )
    return rows


@transaction.atomic
def remind(*, consultation, by):
    """Remind those who have not answered, at most once a day each. Returns those that get a letter."""
    consultation = hold_open(consultation, by)
    today = timezone.localdate()
    rows = [
        row for row in waiting(consultation) if row.reminded_at is None or timezone.localdate(row.reminded_at) < today
    ]
    reached = write_asking(
        rows,
        subject=_("Påminnelse om remissen: %(agreement)s"),
        template="mail/consultation_reminder.txt",
        key=f"reminder:{today}",
        heeds_pauses=True,
        today=today,
    )
    for row in reached:
        row.reminded_at = timezone.now()
        row.save_version(row.version)
    return reached


@transaction.atomic
def withdraw(*, addressee, by):
    """Take the remiss back from one who has not answered: the link opens nothing any more, and no account answers."""
    consultation = hold_open(addressee.consultation, by)
    row = waiting(consultation).filter(pk=addressee.pk).first()
    if row is None:
        raise ValidationError(_("Mottagaren har redan svarat, eller är redan återkallad."))
    row.withdrawn_at, row.secret_digest = timezone.now(), ""
    row.save_version(row.version)
    stop_letters(row)


@transaction.atomic
def close(*, consultation, by):
    """Take no more answers. What is not handed in stays with those who wrote it."""
    consultation = hold_open(consultation, by)
    consultation.closed_on = timezone.localdate()
    consultation.save_version(consultation.version)
    return consultation


# --- what others ask --------------------------------------------------------------------------------------------------


def hold_open(consultation, by=None):
    """The consultation as stored, held until the transaction ends; refuses one that is closed or another's."""
    rows = Consultation.objects.select_for_update(of=("self",)).select_related("agreement__county", "text")
    stored = rows.get(pk=consultation.pk)
    if by is not None and not Agreement.objects.editable_by(by).filter(pk=stored.agreement_id).exists():
        raise PermissionDenied
    if stored.closed_on or stored.text_id is None:
        raise ValidationError(CLOSED)
    return stored


def waiting(consultation):
    """The addressees that have not answered and may still."""
    rows = consultation.addressee_set.filter(withdrawn_at__isnull=True, response__submitted_at__isnull=True)
    return rows.select_related("party", "response", "consultation__agreement__county")


def waiting_for(user):
    """What ``user`` may answer today for a party, with its consultation and agreement."""
    rows = Addressee.objects.answered_by(user).filter(
        consultation__closed_on__isnull=True,
        consultation__text__isnull=False,
        response__submitted_at__isnull=True,
    )
    return rows.select_related("party", "response", "consultation__agreement__county")


def to_close(user):
    """The consultations that ``user`` looks after where the last day has passed, with ``silent`` and ``answered``."""
    mine = Agreement.objects.editable_by(user).values("pk")
    rows = Consultation.objects.filter(
        agreement__in=mine, text__isnull=False, closed_on__isnull=True, deadline__lt=timezone.localdate()
    )
    asked = Q(addressee_set__withdrawn_at__isnull=True)
    answered = Q(addressee_set__response__submitted_at__isnull=False)
    return rows.select_related("agreement__county").annotate(
        silent=Count("addressee_set", filter=asked & ~answered), answered=Count("addressee_set", filter=answered)
    )


def papers_of(consultation):
    """The documents that went with the remiss, as far as they are still called what they were."""
    titles = consultation.attachments.splitlines()
    return Document.objects.filter(agreement=consultation.agreement_id, title__in=titles).with_file()


def answers_are_public(consultation):
    day = consultation.answers_public_on
    return day is not None and day <= timezone.localdate()


def refuse_past(day, field):
    if day < timezone.localdate():
        raise ValidationError({field: DEADLINE_PASSED})
