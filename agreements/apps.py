from django.apps import AppConfig


class AgreementsConfig(AppConfig):
    name = "agreements"
    verbose_name = "Överenskommelser"

    def ready(self):
        """Tell where a right on an agreement reaches: its parties' people, and the group that writes its draft."""
        from agreements import drafting_group, services
        from parties.granting import reaches
        from parties.models import Right

        # asked through its module, where a rule is switched off to see that it is missed
        reaches(Right.EDIT_AGREEMENT, lambda user: services.parties_edited_by(user), drafting_group.groups_given_by)
