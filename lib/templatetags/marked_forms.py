"""Django's own ``{% csrf_token %}`` with the mark that says whose form it is; built in for every template."""

from django import template
from django.template.defaulttags import CsrfTokenNode
from django.utils.html import format_html

from lib.form_marks import FIELD, mark_of

register = template.Library()


class MarkedTokenNode(CsrfTokenNode):
    def render(self, context):
        token = super().render(context)
        user = getattr(context.get("request"), "user", None)
        if not token or not getattr(user, "is_authenticated", False):
            return token
        return token + format_html('<input type="hidden" name="{}" value="{}">', FIELD, mark_of(user))


@register.tag
def csrf_token(parser, token):
    return MarkedTokenNode()
