"""Uploaded workbooks that wait for their owner to say yes."""

import datetime
import hashlib
import json
import uuid
import zlib

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from parties.models import User

KEPT_FOR = datetime.timedelta(hours=24)


class StagedWorkbookQuerySet(models.QuerySet):
    def visible_to(self, user):
        """A file waits for the person who chose it."""
        return self.fresh().filter(user=user) if user.is_authenticated else self.none()

    def editable_by(self, user):
        return self.visible_to(user)

    def of_session(self, session):
        return self.filter(session_key=session.session_key)

    def fresh(self):
        return self.filter(created_at__gt=timezone.now() - KEPT_FOR)

    def expired(self):
        return self.filter(created_at__lte=timezone.now() - KEPT_FOR)

    def stage(self, *, user, session, name, grids):
        """Keep ``grids``, (name, rows) of every sheet, for ``user`` in this ``session``; throw away what is too old."""
        self.expired().delete()
        content = zlib.compress(json.dumps(grids, ensure_ascii=False).encode())
        return self.create(
            user=user, session_key=session.session_key, name=name[:200], content=content, digest=_digest(content)
        )


class StagedWorkbook(models.Model):
    """The rows of an uploaded workbook between preview and import: one person's, one session's, for one use."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    session_key = models.CharField(max_length=40)
    name = models.CharField(_("filens namn"), max_length=200)
    content = models.BinaryField()
    digest = models.CharField(max_length=64)
    created_at = models.DateTimeField(default=timezone.now, db_index=True)

    objects = StagedWorkbookQuerySet.as_manager()

    class Meta:
        verbose_name = _("uppladdad arbetsbok")
        verbose_name_plural = _("uppladdade arbetsböcker")

    def __str__(self):
        return self.name

    @property
    def is_intact(self):
        return _digest(self.content) == self.digest

    def grids(self):
        """(name, rows) of every sheet, as they were staged."""
        return json.loads(zlib.decompress(self.content))


def _digest(content):
    return hashlib.sha256(content).hexdigest()
