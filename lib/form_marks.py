"""Whose form it is: a signed mark in every form, so that nobody's text is stored or shown in another person's name.

The mark stands beside the CSRF token (``{% csrf_token %}`` of lib.templatetags.marked_forms writes both). It says for
whom the page was made, and is no key to anything.
"""

from django.core.signing import BadSignature, Signer

FIELD = "form_mark"
HEADER = "X-Form-Mark"
SIGNER = Signer(salt="lib.form_marks")


def mark_of(user):
    """The mark of a person's forms, the same each time."""
    return SIGNER.sign(str(user.pk))


def marked_key(request):
    """The key of the person whose form was sent, or None where it has no mark or one we did not make."""
    try:
        return int(SIGNER.unsign(request.POST.get(FIELD) or request.headers.get(HEADER, "")))
    except BadSignature:
        return None
