from django.apps import AppConfig


class PortalConfig(AppConfig):
    name = "portal"
    verbose_name = "Portalen"

    def ready(self):
        from portal import audit, checks, login_log, sessions  # noqa: F401  registers what is logged, deploy checks, log-ins
