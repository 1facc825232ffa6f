"""Choosing a workbook in a form: it is read at once, and what cannot be read is answered beside the field."""

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError

from lib.spreadsheets import PROBLEMS, Unreadable, read_files
from lib.swedish import clean_text
from lib.uploads import check_virus

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class SeveralFiles(forms.FileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """One .xlsx file or several CSV files; cleaned to (name of the first, grids)."""

    widget = SeveralFiles(attrs={"accept": ".xlsx,.csv"})

    def clean(self, data, initial=None):
        uploads = [super(FilesField, self).clean(upload, initial) for upload in data or [None]]
        if sum(upload.size for upload in uploads) > settings.WORKBOOK_MAX_BYTES:
            raise ValidationError(PROBLEMS["too_big"])
        for upload in uploads:
            check_virus(upload)
        try:
            grids = read_files([(upload.name, upload.read()) for upload in uploads])
        except Unreadable as error:
            raise ValidationError(str(error)) from None
        return clean_text(uploads[0].name), grids
