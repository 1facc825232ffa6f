"""Who sat at the council's last meeting of the living example and what the minutes say; and what comes up again next.

The workbook holds no persons, no attendance and no minutes, so this is the part of the demonstration that it cannot
carry. All of it is invented.
"""

from django.db import transaction

from governance.assigning import bring_forward
from governance.models import Attendance, Meeting, Record, Seat
from parties.models import User
from portal.demonstration import AGREEMENT, COUNCIL

LAST, NEXT = "mote-2", "mote-3"
DECIDED = "beslut-7"  # in the last meeting; a demonstration of an earlier release does not have it
ABSENT = {"forsakringskassan"}  # seats; everybody else who held one was there
GUEST = "Föredragande från Skolverket"
MINUTES = """Ordföranden öppnade mötet. Rådet är beslutsfört.

§ 3 Uppföljning av omgång 1
Samordnaren visade hur aktiviteterna går. Rådet lade uppföljningen till handlingarna.

§ 4 Hinder för validering
Flera parter beskrev samma hinder. Samordningsgruppen listar dem till nästa möte.

§ 5 Siffror uppdelade på kön
Kommunerna och regionen redovisar hur de kan dela upp sina siffror. Antal under fem visas inte för andra.

Ordföranden avslutade mötet."""


def act_out_the_council():
    """Write attendance and minutes of the last meeting and fill the next agenda; once, where nobody has begun."""
    meetings = Meeting.objects.filter(body__key=COUNCIL, body__mandates__agreement__slug=AGREEMENT)
    last = meetings.filter(key=LAST, record=None, attendance=None, decisions__key=DECIDED).first()
    if last is None:
        return
    with transaction.atomic():
        _note_attendance(last)
        _write_minutes(last)
        if ahead := meetings.filter(key=NEXT).first():
            bring_forward(meeting=ahead, by=_person("samordnare"))


def _person(name):
    return User.objects.get(email=f"{name}@exempel.invalid", is_demo=True)


def _note_attendance(meeting):
    for seat in Seat.objects.filter(body=meeting.body):
        presence = Attendance.Presence.ABSENT if seat.key in ABSENT else Attendance.Presence.PRESENT
        Attendance.objects.create(meeting=meeting, seat=seat, presence=presence)
    Attendance.objects.create(meeting=meeting, name=GUEST)


def _write_minutes(meeting):
    """Adjusted and finished when they were published, as the workbook has it."""
    Record.objects.create(
        meeting=meeting,
        text=MINUTES,
        adjusters="Landshövdingen och kommundirektören i Heby",
        adjusted_on=meeting.published_at.date(),
        registry_number=meeting.registry_number,
        finished_at=meeting.published_at,
        finished_by=_person("samordnare"),
    )
