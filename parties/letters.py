"""What every letter has: links that work outside the portal, plain text, and a subject that is one line."""

import re

from django.conf import settings
from django.template import Context
from django.template.loader import get_template

from parties.models import Mail, User

SUBJECT_MAX = Mail._meta.get_field("subject").max_length


def absolute(path):
    """A link that works outside the portal. What it begins with is a setting, never what a request says."""
    return settings.PORTAL_URL + path


def as_letter(text):
    """Plain text with one empty line between its parts, whichever of them the template drew."""
    return re.sub(r"\n{3,}", "\n\n", text).strip() + "\n"


def one_line(text):
    """``text`` as a header may hold it: no line breaks or other control characters."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in str(text)).split())


def write(*, address, kind, key, subject, template, context, **values):
    """A Mail to an address, not stored."""
    return Mail(
        kind=kind,
        key=key,
        address=one_line(address),
        subject=one_line(subject)[:SUBJECT_MAX],
        body=as_letter(get_template(template).template.render(Context(context, autoescape=False))),
        **values,
    )


def write_to_people(people, *, key, context, **letter):
    """Store a letter to each of ``people`` (ids) whose account is open, once under ``key`` each; returns how many.

    ``context`` is told with the person's ``name``; the rest of ``letter`` is as ``write`` takes it.
    """
    users = User.objects.filter(pk__in=people, is_active=True).order_by("pk")
    letters = [
        write(user=user, address=user.email, key=f"{key}:{user.pk}", context={**context, "name": user.name}, **letter)
        for user in users
    ]
    Mail.objects.bulk_create(letters, ignore_conflicts=True)
    return len(letters)
