"""Templates that are drawn once, with a {name} where each text goes: for what a page repeats tens or hundreds of times.

Django's engine would spend most of such a page's time on filling in the same few texts.
"""

from functools import cache

from django.template.loader import render_to_string


@cache
def markup(template, texts, **flags):
    """The markup of ``template`` for ``format_html``: a {name} for each of ``texts``, and what the ``flags`` decide.

    Flags are the few values that say which parts the markup has, so that there are few kinds of it; texts may only be
    shown by the template, not looked into.
    """
    return render_to_string(template, {name: f"{{{name}}}" for name in texts} | flags)
