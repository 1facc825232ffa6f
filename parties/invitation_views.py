"""Pages about invitations: written by those who may give the role, opened and accepted by whom they name."""

from allauth.account.utils import perform_login
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from lib.web import get_editable, get_visible
from parties import inviting
from parties.audit import log
from parties.forms import AccountForm, InvitationForm
from parties.granting import roles_given_by
from parties.models import AuditEvent, Invitation, Party, User
from parties.people_page import invitations_to
from parties.people_views import answer_logged, frame, people_url, texts_of

MAY_NOT_INVITE = gettext_lazy(
    "Till en organisation bjuder dess egna administratörer in, och länets samordnare så länge organisationen är med i "
    "överenskommelsen."
)


def invitation_create(request, key):
    """Invite somebody to a role at the party; also by coordinators, to the roles that they may give."""
    party = get_visible(Party.objects, request.user, key=key)
    roles = roles_given_by(request.user, party)
    if not roles:
        raise PermissionDenied(MAY_NOT_INVITE)
    form = InvitationForm(request.POST or None, party=party, roles=roles, initial=asked_for(request, roles))
    context = {**invitation_frame(request, party), "invitations": invitations_to(party, by=request.user)}

    def save():
        return inviting.invite(party=party, by=request.user, **form.cleaned_data)

    done = _("Inbjudan är skriven. Brevet går iväg inom kort och gäller i två veckor.")
    return answer_logged(
        request,
        form,
        "parties/invitation_create.html",
        context,
        url=back_url(request, party),
        save=save,
        done=done,
        kind=AuditEvent.Kind.INVITATION_REFUSED,
    )


def invitation_frame(request, party):
    """As ``frame``; for a coordinator, who does not see the party's people, without the way to them."""
    context = frame(party, (_("Bjud in"), ""))
    context["administers"] = Party.objects.editable_by(request.user).filter(pk=party.pk).exists()
    if not context["administers"]:
        context["crumbs"] = [context["crumbs"][0], (_("Bjud in till %(party)s") % {"party": party}, "")]
        context["stance"]["readers"] = _("Du ser de inbjudningar som du får återkalla.")
    return context


def back_url(request, party):
    """Where somebody who looked after an invitation came from."""
    if Party.objects.editable_by(request.user).filter(pk=party.pk).exists():
        return people_url(party)
    return reverse("parties:invitation_create", args=[party.key])


def asked_for(request, roles):
    """The role that a link asked for, where it may be given."""
    role = request.GET.get("roll", "")
    return {"role": role} if role in roles else {}


@require_POST
def invitation_resend(request, key, pk):
    done = _("Inbjudan skickas igen med en ny länk. Den förra gäller inte längre.")
    return act_on_invitation(request, key, pk, inviting.resend, done)


@require_POST
def invitation_withdraw(request, key, pk):
    return act_on_invitation(request, key, pk, inviting.withdraw, _("Inbjudan är återkallad. Länken gäller inte."))


def act_on_invitation(request, key, pk, act, done):
    """Do it, or say why not, and go back to where the invitations stand."""
    rows = Invitation.objects.select_related("party")
    invitation = get_editable(rows, request.user, party__key=key, pk=pk)
    try:
        act(invitation=invitation, by=request.user)
    except ValidationError as error:
        log(AuditEvent.Kind.INVITATION_REFUSED, by=request.user, party=invitation.party, about=" ".join(error.messages))
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, done)
    return redirect(back_url(request, invitation.party))


# --- for whom it names ------------------------------------------------------------------------------------------------


@never_cache
@require_GET
def invitation_open(request, secret):
    """Take the secret out of the address, so that no later request and no referrer carries it. Uses nothing up."""
    inviting.remember(request, secret)
    response = redirect("parties:invitation_answer")
    response["Referrer-Policy"] = "no-referrer"
    return response


@never_cache
def invitation_answer(request):
    """What the invitation offers, and the way to accept it: a click, a log-in or a new account.

    Here the referrer may tell the page, which says nothing: a form without one is refused by the check of its origin.
    """
    invitation = inviting.opened_in(request)
    if invitation is None:
        return render(request, "parties/invitation_answer.html", crumbs())
    user = request.user if request.user.is_authenticated else account_of(invitation)
    if text := inviting.obstacle(invitation, user):
        return answer_refused(request, invitation, text)
    if request.user.is_authenticated:
        return answer_as_known(request, invitation)
    if user or not settings.LOCAL_PASSWORDS:
        return render(request, "parties/invitation_answer.html", {**crumbs(), "invitation": invitation, "login": True})
    return answer_as_new(request, invitation)


def account_of(invitation):
    return User.objects.filter(email=invitation.email).first()


def answer_as_known(request, invitation):
    if request.method == "POST":
        try:
            inviting.accept(invitation=invitation, user=request.user)
        except inviting.Refused as error:
            return answer_refused(request, invitation, error.message)
        inviting.forget(request)
        messages.success(request, welcome(invitation))
        return redirect(settings.LOGIN_REDIRECT_URL)
    return render(request, "parties/invitation_answer.html", {**crumbs(), "invitation": invitation})


def answer_as_new(request, invitation):
    form = AccountForm(request.POST if request.method == "POST" else None, invitation=invitation)
    if form.is_valid():
        try:
            user = inviting.accept_as_new(invitation=invitation, **form.cleaned_data)
        except inviting.Refused as error:
            return answer_refused(request, invitation, error.message)
        inviting.forget(request)
        messages.success(request, welcome(invitation))
        return perform_login(request, user, redirect_url=reverse(settings.LOGIN_REDIRECT_URL))
    if form.errors:
        log(AuditEvent.Kind.INVITATION_REFUSED, request=request, party=invitation.party, about=texts_of(form))
    return render(request, "parties/invitation_answer.html", {**crumbs(), "invitation": invitation, "form": form})


def answer_refused(request, invitation, text):
    inviting.refuse(request, invitation, text)
    return render(request, "parties/invitation_answer.html", {**crumbs(), "refused": text}, status=403)


def welcome(invitation):
    words = {"role": invitation.get_role_display(), "party": invitation.party}
    return _("Välkommen! Du är nu %(role)s för %(party)s.") % words


def crumbs():
    return {"crumbs": [(_("Inbjudan"), "")]}
