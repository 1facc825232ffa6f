"""How blocks of an agreement's text are named."""

from django import template

from agreements import drafting

register = template.Library()
register.filter(drafting.reference)
