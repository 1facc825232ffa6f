"""How much a request may upload, whoever sends it and wherever."""

import sys

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler


class UploadLimit(FileUploadHandler):
    """Keeps nothing of a file once the request holds more than any form takes, so that the disk is never filled.

    The form gets an empty file larger than any limit, and so says at its field that the file is too large.
    """

    def __init__(self, request=None):
        super().__init__(request)
        self.received = 0

    @property
    def is_over(self):
        return self.received > settings.UPLOAD_MAX_BYTES

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
        return UploadedFile(name=self.file_name, content_type=self.content_type, size=sys.maxsize)
