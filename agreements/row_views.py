"""Editing an agreement: the agreement itself, its rows of every kind, and who may read it."""

from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils.translation import gettext as _

from agreements import rows
from agreements.block_places import WRITERS_KINDS, from_text
from agreements.forms import KINDS, AgreementForm, PublishForm
from agreements.frame import frame
from agreements.models import Agreement
from agreements.services import grant_rights
from lib.forms import answer_form
from lib.web import get_editable, get_visible


def editable(request, slug):
    return get_editable(Agreement.objects.select_related("county"), request.user, slug=slug)


def writable(request, slug, kind):
    """The agreement whose rows of ``kind`` the visitor may change; the writers of a draft change its text."""
    if kind not in WRITERS_KINDS:
        return editable(request, slug)
    agreement = get_visible(Agreement.objects.select_related("county"), request.user, slug=slug)
    if not Agreement.objects.text_editable_by(request.user).filter(pk=agreement.pk).exists():
        raise PermissionDenied
    return agreement


def agreement_edit(request, slug):
    """The agreement's own fields, and the way to every kind of row in it."""
    agreement = editable(request, slug)
    form = AgreementForm(*rows.posted(request), instance=agreement, user=request.user)

    def save():
        agreement = form.save()
        grant_rights(agreement)
        return agreement

    def url(agreement):
        mine = Agreement.objects.visible_to(request.user).filter(pk=agreement.pk).exists()
        return agreement.get_absolute_url() if mine else reverse("agreements:agreement_list")

    context = {
        **frame(agreement, (_("Ändra"), "")),
        "kinds": sorted((str(kind.noun()), kind.slug) for kind in KINDS),
        "back_url": agreement.get_absolute_url(),
    }
    return answer_form(request, form, "agreements/agreement_edit.html", context, save=save, url=url)


def agreement_publish(request, slug):
    """Publish the agreement, or take it back, after reading who can read it then."""
    agreement = editable(request, slug)
    form = PublishForm(*rows.posted(request), instance=agreement)
    title = _("Ta tillbaka publiceringen") if agreement.published_on else _("Publicera överenskommelsen")
    context = {**frame(agreement, (title, "")), "title": title, "back_url": agreement.get_absolute_url()}
    return answer_form(request, form, "agreements/agreement_publish.html", context, url=Agreement.get_absolute_url)


def row_create(request, slug, kind):
    """Add a row of a kind to the agreement; from the text, after the block that the address names."""
    agreement = writable(request, slug, kind)
    back, initial, then = from_text(request, agreement, kind)
    template = "agreements/row_create.html"
    return rows.answer_create(
        request, agreement, kind, template, grant=grant_rights, initial=initial, then=then, url_of=back
    )


def row_edit(request, slug, kind, pk):
    """Change a row of the agreement."""
    agreement = writable(request, slug, kind)
    back, _initial, _then = from_text(request, agreement, kind)
    return rows.answer_edit(request, agreement, kind, pk, "agreements/row_edit.html", grant=grant_rights, url_of=back)


def row_delete(request, slug, kind, pk):
    """Remove a row of the agreement, after reading what hangs on it."""
    return rows.answer_delete(
        request, writable(request, slug, kind), kind, pk, "agreements/row_delete.html", grant=grant_rights
    )
