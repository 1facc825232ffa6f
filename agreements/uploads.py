"""What may be uploaded as a paper of an agreement: a few kinds, told by content and not by name alone."""

from pathlib import PurePath
from uuid import uuid4

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

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


def check_upload(upload):
    """Give an uploaded file a name nobody can guess; ValidationError where its kind or size is not allowed."""
    extension = PurePath(upload.name).suffix.lower().removeprefix(".")
    if extension not in KINDS:
        raise ValidationError(_("Filen är inte av ett slag som tas emot. Spara den som PDF och välj den igen."))
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
    upload.name = f"{uuid4().hex}.{extension}"
