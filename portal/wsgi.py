"""Server entry. In production the process refuses to start on any deploy warning."""

import gc
import os

from django.core.wsgi import get_wsgi_application

from lib.calls import roomy

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
application = roomy(get_wsgi_application())

from django.conf import settings  # noqa: E402  settings are configured by the line above

if settings.PRODUCTION:
    from django.core.management import call_command

    call_command("check", deploy=True, fail_level="WARNING")

# What the start made stays; looking through it again and again while a page is drawn finds nothing to throw away.
gc.collect()
gc.freeze()
gc.set_threshold(20_000, 20, 20)
