"""A file is sent to an activity, over HTTP, for tests.killing."""

import os

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client
from django.urls import reverse

from actionplans.models import Activity, ActivityFile
from tests import factories as make
from tests.actionplans.sheets import coordinator_of

CONTENT = b"%PDF-1.7\n" + bytes(range(256)) * 8000
# Files of the activity, those that are there as they were sent, and their history.
UNTOUCHED = [0, 0, 0]
DONE = [1, 1, 1]
client = Client()


def build():
    """An activity without files, whose page for them has been read."""
    with transaction.atomic():
        activity = make.ActivityFactory()
        client.force_login(coordinator_of(activity.edition))
    client.get(address())


def waits():
    return not Activity.objects.latest("pk").files.exists()


def address():
    activity = Activity.objects.select_related("edition__plan__agreement").latest("pk")
    edition = activity.edition
    place = [edition.plan.agreement.slug, edition.plan.key, edition.label, activity.pk]
    return reverse("actionplans:activity_file_create", args=place)


def act(begin):
    url = address()
    file = SimpleUploadedFile("bilaga.pdf", CONTENT)
    begin()
    return client.post(url, {"file": file, "version": 1}).status_code == 302


def look():
    activity = Activity.objects.latest("pk")
    files = list(activity.files.all())
    whole = [file for file in files if os.path.exists(file.file.path) and file.file.read() == CONTENT]
    return [len(files), len(whole), ActivityFile.history.filter(activity=activity.pk).count()]
