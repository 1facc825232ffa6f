"""The walk through everything is made once for all that is judged of it."""

import pytest
from django.core.cache import caches
from django.db import transaction
from django.test.utils import override_settings

from tests.security.canaries import build_scene
from tests.security.crawling import crawl, letters, log_kept, unpublished


class Walk:
    """``scene`` with its tokens, ``answers``, ``unpublished``, ``letters`` (person, text) and ``log`` (lines)."""


@pytest.fixture(scope="session")
def walk(django_db_setup, django_db_blocker, tmp_path_factory):
    found = Walk()
    media = str(tmp_path_factory.mktemp("media"))
    with django_db_blocker.unblock(), override_settings(MEDIA_ROOT=media), transaction.atomic(), log_kept() as log:
        caches["pages"].clear()
        found.scene = build_scene()
        found.answers = crawl(found.scene)
        found.unpublished = unpublished(found.scene)
        found.letters = letters(found.scene)
        found.log = list(log)
        transaction.set_rollback(True)
    caches["pages"].clear()
    return found
