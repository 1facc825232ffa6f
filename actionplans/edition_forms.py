"""Forms for plans and their editions, and for what hangs on an activity beside its own fields."""

from django import forms
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from actionplans.models import ActionPlan, ActivityFile, Edition, InternalNote
from agreements.models import PriorityArea
from agreements.models.process import PlanRule
from governance.models import Mandate
from lib.forms import VersionedModelForm, clean_data, make_swedish
from lib.uploads import ACCEPT, check_upload


class PlanForm(VersionedModelForm):
    """A plan of the agreement in its scope. A new one starts from what the agreement says of its plans."""

    class Meta:
        model = ActionPlan
        fields = ["name", "area", "cadence", "managed_by", "adopted_by"]
        labels = {"cadence": _("hur ofta den ses över"), "area": _("gäller bara området")}
        help_texts = {
            "name": _("Som överenskommelsen kallar den: handlingsplan, aktivitetsplan, arbetsplan."),
            "area": _("Lämna tomt om planen gäller hela överenskommelsen."),
            "cadence": _("Portalen föreslår nästa versions namn och period efter det. Tomt om det inte är bestämt."),
            "managed_by": _("Organet som bereder planen. Dess ledamöter läser och rangordnar förslag till den."),
            "adopted_by": _("Organet som brukar besluta. Det föreslås när en version ska fastställas."),
        }

    def limit_choices(self):
        agreement = self.scope["agreement"]
        self.fields["area"].queryset = PriorityArea.objects.filter(agreement=agreement)
        mandates = Mandate.objects.filter(agreement=agreement).select_related("body")
        self.fields["managed_by"].queryset = self.fields["adopted_by"].queryset = mandates
        if self.is_new:
            self.initial |= _as_agreed(agreement)

    def save(self, commit=True):
        """A new plan gets its key, and stands last."""
        if self.is_new:
            plans = ActionPlan.objects.filter(agreement=self.scope["agreement"])
            self.instance.key = _free_key(self.instance.name, set(plans.values_list("key", flat=True)))
            self.instance.order = max(plans.values_list("order", flat=True), default=0) + 1
        return super().save()


def _as_agreed(agreement):
    """What the agreement itself says of its plans, for a plan's form to start from."""
    rule = PlanRule.objects.filter(agreement=agreement).select_related("managed_by", "adopted_by").first()
    if rule is None:
        return {}
    mandates = dict(Mandate.objects.filter(agreement=agreement).values_list("actor", "pk"))
    bodies = {name: mandates.get(getattr(rule, f"{name}_id")) for name in ("managed_by", "adopted_by")}
    return {"name": rule.name, "cadence": rule.cadence, **bodies}


def _free_key(name, taken):
    """An address made of the plan's name that no other plan of the agreement has."""
    stem = slugify(name)[:70] or "plan"
    number, key = 1, stem
    while key in taken or key in ActionPlan.RESERVED_KEYS:
        number += 1
        key = f"{stem}-{number}"
    return key


class EditionForm(VersionedModelForm):
    """What an edition is called, and for which period it is meant."""

    class Meta:
        model = Edition
        fields = ["label", "starts_on", "ends_on", "is_correction"]
        help_texts = {"label": _("Kort och lätt att säga, till exempel 2027:1. Den står i adressen.")}


class EditionDeleteForm(VersionedModelForm):
    """Nothing but the version of the edition that was looked at."""

    class Meta:
        model = Edition
        fields = ()

    def _post_clean(self):
        """What is wrong in the edition, such as a period that has been taken meanwhile, is no hindrance."""


class WithdrawForm(forms.Form):
    """Why a proposed edition becomes a draft again."""

    reason = forms.CharField(
        label=_("varför den tas tillbaka"),
        max_length=300,
        required=False,
        help_text=_("Står i historiken, som parterna läser när versionen är fastställd."),
    )

    def __init__(self, data=None):
        super().__init__(clean_data(data))
        for field in self.fields.values():
            make_swedish(field)


class FileForm(VersionedModelForm):
    """A file for the activity in the form's scope."""

    class Meta:
        model = ActivityFile
        fields = ["file", "name"]
        widgets = {"file": forms.FileInput(attrs={"accept": ACCEPT})}
        help_texts = {
            "file": _("PDF, Word, Excel, OpenDocument-text, PNG eller JPEG. Högst 20 MB."),
            "name": _("Det som står i planen. Lämna tomt för att använda filens eget namn."),
        }

    def limit_choices(self):
        self.fields["file"].max_length = None  # the name is replaced by our own
        self.fields["name"].required = False

    def clean_file(self):
        upload = self.cleaned_data["file"]
        self.own_name = upload.name
        check_upload(upload)
        return upload

    def clean(self):
        data = super().clean()
        if not data.get("name") and "file" in data:
            data["name"] = self.own_name[-self._meta.model._meta.get_field("name").max_length :]
        return data


class NoteForm(VersionedModelForm):
    """What the coordinators write to themselves about an activity."""

    class Meta:
        model = InternalNote
        fields = ["text"]
        labels = {"text": _("anteckning")}
