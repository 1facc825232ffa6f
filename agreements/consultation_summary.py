"""What came out of a remiss, as data for page and papers: who answered what, and what became of every remark."""

from collections import Counter
from dataclasses import dataclass
from functools import cached_property

from django.utils import timezone

from agreements.models import Addressee, Consultation, ConsultationResponse, Stance
from agreements.responses import for_form, parts_of


@dataclass(frozen=True)
class State:
    """One addressee in the list: ``response`` is there where the reader may know what was answered."""

    addressee: Addressee
    response: ConsultationResponse | None
    is_answered: bool
    is_overdue: bool


def states_of(consultation, user, *, tells_all):
    """[State] of everybody who was asked; how far others have come is told to those who write (``tells_all``)."""
    today = timezone.localdate()
    read = ConsultationResponse.objects.visible_to(user).filter(addressee__consultation=consultation)
    readable = set(read.values_list("pk", flat=True))
    found = []
    for row in consultation.addressee_set.select_related("party", "response", "consultation"):
        is_mine = row.response.pk in readable
        answered = row.response.submitted_at is not None and (tells_all or is_mine)
        overdue = not answered and row.last_day is not None and row.last_day < today
        found.append(State(row, row.response if is_mine else None, answered, overdue))
    return found


@dataclass(frozen=True)
class Summary:
    """``responses`` are those handed in that the reader may read; ``silent`` those asked who did not answer."""

    consultation: Consultation
    responses: list
    silent: list
    parts: list

    @cached_property
    def counts(self):
        """[(stance, how many)] on the whole; stances that nobody took are left out."""
        counted = Counter(row.stance for row in self.responses)
        return [(stance, counted[stance]) for stance in Stance if counted[stance]]

    @cached_property
    def abstaining(self):
        return [row for row in self.responses if row.stance == Stance.ABSTAINS]

    @cached_property
    def late(self):
        return [row for row in self.responses if row.is_late]

    @cached_property
    def asked(self):
        return len(self.responses) + len(self.silent)

    @cached_property
    def remarks(self):
        return [remark for part in self.parts for remark in part.remarks]

    @cached_property
    def untreated(self):
        return [remark for remark in self.remarks if not remark.is_treated]

    @cached_property
    def spoken_of(self):
        """The parts of the text that somebody said something of, or took a stance on."""
        return [part for part in self.parts if part.remarks or part.counts]


def summary_of(consultation, user):
    """The Summary as ``user`` may read it. A handful of questions whatever the number of answers."""
    rows = ConsultationResponse.objects.visible_to(user).filter(
        addressee__consultation=consultation, submitted_at__isnull=False
    )
    responses = list(for_form(rows).prefetch_related("files"))
    silent = consultation.addressee_set.filter(withdrawn_at=None, response__submitted_at=None).select_related("party")
    return Summary(consultation, responses, list(silent), parts_of(consultation, responses))
