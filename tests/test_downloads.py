"""What somebody uploaded is given back as a download of plain bytes, never as a page, and only to those who may see it.

Who may is walked in test_access; this is how it is sent, whatever the file was called and whatever it holds.
"""

import pytest
from django.core.files.base import ContentFile
from django.db.models import QuerySet

from actionplans.models import ActivityFile
from agreements.models import Contribution, Document, ResponseFile
from followup.models import ReportFile
from governance.models import Record
from parties.models import Role
from tests import factories as make
from tests.form_table import party_of
from tests.test_access import DOORS, address, build

PAGE = b"<!doctype html><script>alert(document.domain)</script>"
UPLOADS = {
    "agreements:document_download": (Document, Role.COORDINATOR),
    "governance:record_download": (Record, Role.COORDINATOR),
    "actionplans:activity_file_download": (ActivityFile, Role.COORDINATOR),
    "followup:report_file_download": (ReportFile, Role.REPORTER),
    "agreements:response_file_download": (ResponseFile, Role.REPORTER),
    "agreements:contribution_download": (Contribution, Role.REPORTER),
}
MADE_BY_US = {"followup:pack_download"}
BY_LINK = {"agreements:response_link_file_download"}  # agreements/test_consulting.py


@pytest.mark.django_db
def test_uploads_are_never_pages(client, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    world = build("in_force", "2020-01-01")
    for name, (model, role) in UPLOADS.items():
        for row in model.objects.all():
            row.file.save("sida.html", ContentFile(PAGE), save=False)
            QuerySet(model).filter(pk=row.pk).update(file=row.file.name)
        client.force_login(make.MembershipFactory(role=role, party=party_of(role, world)).user)
        answer = client.get(address(DOORS[name], name, world))
        assert (answer.status_code, b"".join(answer.streaming_content)) == (200, PAGE), name
        assert answer["Content-Disposition"].startswith("attachment;"), name
        assert (answer["Content-Type"], answer["X-Content-Type-Options"]) == ("application/octet-stream", "nosniff"), (
            name
        )
        answer.close()


def test_every_download_of_uploads_is_tried():
    assert {name for name in DOORS if name.endswith("_download")} == UPLOADS.keys() | MADE_BY_US | BY_LINK
