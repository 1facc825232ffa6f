"""Server entry. In production the process refuses to start on any deploy warning."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
application = get_wsgi_application()

from django.conf import settings  # noqa: E402  settings are configured by the line above

if settings.PRODUCTION:
    from django.core.management import call_command

    call_command("check", deploy=True, fail_level="WARNING")
