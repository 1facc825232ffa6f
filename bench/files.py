"""The dear files, as people fetch and send them: a workbook out and in, and the council's papers."""

import re

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart
from django.urls import reverse

from bench import pages, seeds
from bench.measuring import Failed
from followup.models import Round

READ = re.compile(rb'name="previewed" value="([^"]+)"')


def read_workbook(people, times=3):
    """(what, a way to do it): the desk's workbook fetched, sent back, looked through and read in, some times over."""
    person = Person(people, pages.COORDINATOR)
    workbook = reverse("portal:workbook_export", args=[seeds.DESK])
    for turn in range(1, times + 1):
        yield f"arbetsbok hämtad, gång {turn}", lambda: setattr(person, "file", person.get(workbook))
        yield f"arbetsbok inläst, gång {turn}", lambda: import_of(person)


def make_papers(people, times=3):
    """(what, a way to do it): the council's papers of the open round."""
    person = Person(people, pages.COORDINATOR)
    round = Round.objects.filter(agreement__slug=seeds.slug_of(seeds.HOME)).first()
    pack = reverse("followup:pack_download", args=[round.agreement.slug, round.label, "pdf"])
    for turn in range(1, times + 1):
        yield f"rådets underlag, gång {turn}", lambda: person.get(pack)


def import_of(person):
    file = SimpleUploadedFile("arbetsbok.xlsx", person.file)
    body = encode_multipart(BOUNDARY, {"files": file})
    answer = person.ask(reverse("portal:workbook_upload"), body, {"Content-Type": MULTIPART_CONTENT})
    preview = dict(answer.headers)["Location"]
    previewed = READ.search(person.get(preview))
    if previewed:  # else there is nothing new in it
        person.ask(f"{preview}las-in/", {"previewed": previewed[1].decode()})


class Person:
    """Somebody who is logged in."""

    def __init__(self, people, email):
        self.portal, self.cookies, self.file = people.portal, people.cookies_of(email), b""

    def get(self, path):
        return self.ask(path).body

    def ask(self, path, post=None, headers=None):
        answer = self.portal.ask(path, cookies=self.cookies, post=post, headers=headers)
        if answer.status not in (200, 302):
            raise Failed(f"{path}: {answer.status}")
        return answer
