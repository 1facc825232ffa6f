"""What may be uploaded: how much at once and in a day, and which kinds, told by content and not by name alone."""

import sys
from pathlib import PurePath
from uuid import uuid4

from django.conf import settings
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler
from django.utils.translation import gettext as _

from lib.antivirus import Infected, Unanswered, scan

DAY = 24 * 3600
UPLOADS_AS = "uploads_as"  # the session's name for whoever is let in by a link, and so may upload without an account
MAX_BYTES = 20 * 1024 * 1024
ZIP = b"PK\x03\x04"
# extension → how the file begins, and what else it holds. Names inside a zip file stand uncompressed, so nothing needs
# to be unpacked, and nothing can blow up.
KINDS = {
    "pdf": (b"%PDF-", b""),
    "docx": (ZIP, b"word/document.xml"),
    "xlsx": (ZIP, b"xl/workbook.xml"),
    "odt": (ZIP, b"mimetypeapplication/vnd.oasis.opendocument.text"),
    "png": (b"\x89PNG\r\n\x1a\n", b""),
    "jpg": (b"\xff\xd8\xff", b""),
    "jpeg": (b"\xff\xd8\xff", b""),
}
ACCEPT = ",".join(f".{extension}" for extension in KINDS)
MACROS = b"vbaProject.bin"


class Dropped(UploadedFile):
    """The stand-in for a file that was not received: larger than any limit. ``is_daily``: the person's day is full."""

    def __init__(self, *, is_daily, **about):
        super().__init__(size=sys.maxsize, **about)
        self.is_daily = is_daily


class UploadLimit(FileUploadHandler):
    """Keeps nothing of a file once the request or the person's day holds more than it may, so no disk is ever filled.

    The form gets an empty file larger than any limit, and so says at its field what is wrong. Of visitors who are
    neither signed in nor let in by a link (``UPLOADS_AS``) nothing is kept.
    """

    def __init__(self, request=None):
        super().__init__(request)
        self.received = 0
        self.day = None

    @property
    def is_over(self):
        return self.received > settings.UPLOAD_MAX_BYTES or self.is_daily

    @property
    def is_daily(self):
        return self.day is not None and self.day.is_full(self.received)

    def new_file(self, *args, **kwargs):
        super().new_file(*args, **kwargs)
        if self.day is None:
            self.day = Day(self.request)
        self.day.files += 1

    def receive_data_chunk(self, raw_data, start):
        """Let the chunk through to the handlers that keep it, or drop it."""
        self.received += len(raw_data)
        return None if self.is_over else raw_data

    def file_complete(self, file_size):
        """The stand-in for a file that was dropped; the others are finished by those that kept them."""
        if not self.is_over:
            return None
        for handler in self.request.upload_handlers:
            if getattr(handler, "file", None) is not None:
                handler.file.close()
        return Dropped(name=self.file_name, content_type=self.content_type, is_daily=self.is_daily)

    def upload_complete(self):
        if self.day is not None:
            self.day.note(self.received)


class Day:
    """How much a person, or a link's holder, has uploaded since the first file of the day, counted in the cache."""

    def __init__(self, request):
        user, session = getattr(request, "user", None), getattr(request, "session", {})
        who = user.pk if getattr(user, "is_authenticated", False) else session.get(UPLOADS_AS)
        self.key = f"uploads:{who}" if who else ""
        self.files, self.bytes = cache.get(self.key, (0, 0)) if self.key else (0, 0)

    def is_full(self, more):
        """Whether there is no room for so many bytes more."""
        is_many = self.files > settings.UPLOAD_DAILY_FILES
        return not self.key or is_many or self.bytes + more > settings.UPLOAD_DAILY_BYTES

    def note(self, more):
        """Count what came; a refused file does not count, or the day would never end."""
        if self.key and not self.is_full(more):
            cache.set(self.key, (self.files, self.bytes + more), DAY)


def check_upload(upload):
    """Give an uploaded file a name nobody can guess; ValidationError where it may not be stored."""
    extension = PurePath(upload.name).suffix.lower().removeprefix(".")
    if extension not in KINDS:
        raise ValidationError(_("Filen är inte av ett slag som tas emot. Spara den som PDF och välj den igen."))
    if getattr(upload, "is_daily", False):
        raise ValidationError(_("Du har laddat upp så mycket som får plats på ett dygn. Fortsätt i morgon."))
    if upload.size > MAX_BYTES:
        raise ValidationError(_("Filen är större än 20 MB. Dela upp den, eller spara den med lägre upplösning."))
    upload.seek(0)
    content = upload.read()
    upload.seek(0)
    start, inside = KINDS[extension]
    if not content.startswith(start) or inside not in content or (start == ZIP and MACROS in content):
        raise ValidationError(
            _("Filen är inte en vanlig %(kind)s-fil, trots namnet. Öppna den och spara den som PDF."),
            params={"kind": extension},
        )
    check_virus(upload)
    upload.name = f"{uuid4().hex}.{extension}"


def check_virus(upload):
    """ValidationError where the virus scanner finds something, or cannot be asked."""
    try:
        scan(upload)
    except Infected as found:
        raise ValidationError(
            _("Filen innehåller skadlig kod (%(name)s) och är inte sparad. Tala med er it-avdelning."),
            params={"name": str(found)},
        ) from None
    except Unanswered:
        raise ValidationError(
            _("Filen kunde inte virussökas just nu och är därför inte sparad. Försök igen om en stund.")
        ) from None
