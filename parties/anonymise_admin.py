"""The action *Avidentifiera* in the administration: asks for a reason, and says what cannot be undone."""

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.core.exceptions import PermissionDenied, ValidationError
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from parties.anonymising import anonymise


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("Skäl"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("Till exempel: begäran från personen, med datum. Skriv inte personens namn."),
        error_messages={"required": gettext_lazy("Skriv varför personen avidentifieras.")},
    )


@admin.action(description=gettext_lazy("Avidentifiera personer som har slutat"))
def anonymise_people(modeladmin, request, queryset):
    """Ask first; then each person by itself, so that one who still has a role does not stop the others."""
    if not request.user.is_superuser:
        raise PermissionDenied
    form = ReasonForm(request.POST if "confirmed" in request.POST else None)
    if form.is_valid():
        for user in queryset:
            _anonymise_one(request, user, form.cleaned_data["reason"])
        return None
    context = {
        **modeladmin.admin_site.each_context(request),
        "title": _("Avidentifiera personer som har slutat"),
        "people": queryset,
        "form": form,
        "opts": modeladmin.model._meta,
        "checkbox": ACTION_CHECKBOX_NAME,
    }
    return TemplateResponse(request, "admin/anonymise_people.html", context)


def _anonymise_one(request, user, reason):
    try:
        done = anonymise(user=user, by=request.user, reason=reason)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    except PermissionDenied:
        messages.error(request, _("Du kan inte avidentifiera dig själv."))
    else:
        messages.success(request, _("%(name)s är nu namnet på det som personen har gjort.") % {"name": done})
