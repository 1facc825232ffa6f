"""Counties and parties as workbooks refer to them. Both are shared by all agreements and never changed by an import."""

from django.utils.translation import gettext_lazy as _

from lib.workbook import Directory
from parties.models import County, Party

COUNTIES = Directory(
    _("länen"),
    load=lambda run: County.objects.all(),
    key=lambda county: county.name,
    missing=lambda run, key: County.objects.filter(code=key.zfill(2)).first(),
)
PARTIES = Directory(_("parterna"), load=lambda run: Party.objects.all(), key=lambda party: party.key)
