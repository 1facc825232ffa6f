"""The walk through everything is made once for all that is judged of it."""

import pytest
from django.core.cache import caches
from django.db import transaction
from django.test.utils import override_settings

from tests.conftest import learn_tables
from tests.security.canaries import build_scene
from tests.security.crawling import crawl, letters, log_kept, posts, unpublished
from tests.security.knocking import recorded


class Walk:
    """``scene`` with its tokens, ``answers``, ``posts``, ``unpublished``, ``letters`` (person, text), ``log`` lines."""


@pytest.fixture(scope="package")
def walk(django_db_setup, django_db_blocker, tmp_path_factory):
    """The world and what everybody was answered in it; it stands until the package's tests are done."""
    found = Walk()
    media = str(tmp_path_factory.mktemp("media"))
    with django_db_blocker.unblock(), override_settings(MEDIA_ROOT=media), transaction.atomic():
        caches["pages"].clear()
        found.scene = build_scene()
        learn_tables()
        with recorded(), log_kept() as found.log:
            found.answers, found.posts = crawl(found.scene), posts(found.scene)
        found.unpublished, found.letters = unpublished(found.scene), letters(found.scene)
        yield found
        transaction.set_rollback(True)
    caches["pages"].clear()
