from django.apps import AppConfig


class AgreementsConfig(AppConfig):
    name = "agreements"
    verbose_name = "Överenskommelser"

    def ready(self):
        """Tell where a right on an agreement reaches, so that its coordinators can invite people of its parties."""
        from agreements import services
        from parties.granting import reaches
        from parties.models import Right

        reaches(Right.EDIT_AGREEMENT, lambda user: services.parties_edited_by(user))
