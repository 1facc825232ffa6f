"""What the pages of an edition show of its activities, as HTML, kept until something that it shows is written.

It is the same for everybody who may read the edition, so nothing personal may stand in it: neither who reads, nor what
only some may do. Its key is the edition with its own and its agreement's stamp; whoever writes what it shows renews
one of them in the same transaction (``lib.db.Stamping``). Addresses are relative to the edition's, so that they hold
whatever the plan is called.

The row's markup is a template too, but drawn once: Django's engine would spend most of the page's time on filling in
the same twelve texts two hundred times.
"""

from html import escape
from itertools import chain

from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.html import format_html_join
from django.utils.safestring import SafeData, mark_safe
from django.utils.translation import gettext as _

from actionplans.reading import by_area, ended, rows_of, standing
from lib.kept import kept

FILE = "aktivitet/{pk}/bilagor/{file}/"
UP = "../"  # from a view of the edition to where it is read


def kept_fragment(edition, template, context_of, *told):
    """The ``template`` with what ``context_of()`` tells of the edition, from the cache or drawn anew.

    ``edition`` was fetched before its rows are, so it is never too new. ``told`` is what else the context is made of.
    """
    made_of = edition.pk, edition.stamp, edition.plan.agreement.stamp, timezone.localdate(), told
    return kept(template, made_of, lambda: render_to_string(template, {"url": UP, **context_of()}))


def rows_fragment(edition):
    """The table of the edition as it is read."""
    return kept_fragment(edition, "actionplans/_edition_rows.html", lambda: drawn(rows_of(edition)))


def drawn(rows):
    current, row = standing(rows), RowTemplate()
    followed_up = said_of_all(current, _("Uppföljning"))
    areas = by_area(current)
    for area in areas:
        for part in area["parts"]:
            part["html"] = row.filled(part["rows"])
    closed = RowTemplate(ended=True).filled(ended(rows))
    return {"areas": areas, "ended": closed, "followed_up": followed_up}


def said_of_all(rows, label):
    """The text that all of several rows have under ``label``; it is taken out of them, to be said once. Else empty."""
    texts = {dict(row["facts"]).get(label, "") for row in rows}
    if len(rows) < 2 or len(texts) > 1:
        return ""
    for row in rows:
        row["facts"] = [fact for fact in row["facts"] if fact[0] != label]
    return texts.pop()


def escaped(text):
    """As Django's ``conditional_escape``, which first asks of every text whether it is a translation still to come."""
    return text if isinstance(text, SafeData) else escape(str(text))


def joined(parts):
    """The parts as one: markup of ours, filled with texts that are ``escaped``."""
    return mark_safe("".join(parts))


class RowTemplate:
    """The markup of a row with a {name} where each text goes; the texts are escaped as they are filled in at once."""

    TEXTS = (
        "pk", "number", "title", "description", "responsible_name", "when", "measure", "ending_label", "ending_reason",
    )  # fmt: skip

    def __init__(self, *, ended=False):
        self.row = render_to_string("actionplans/_edition_row.html", {"ended": ended}).strip()
        self.more = render_to_string("actionplans/_edition_row_more.html").strip()
        self.missing = joined([render_to_string("actionplans/_edition_row_missing.html").strip()])
        self.files = _("Bilagor")

    def filled(self, rows):
        return joined(map(self.one, rows))

    def one(self, row):
        texts = {name: row[name] for name in self.TEXTS}
        texts["responsible_name"] = texts["responsible_name"] or self.missing
        texts["when"] = texts["when"] or self.missing
        facts = row["facts"] + self.file_links(row)
        texts = {name: escaped(text) for name, text in texts.items()}
        markup = self.markup(bool(row["description"]), len(facts))
        return markup.format(*map(escaped, chain.from_iterable(facts)), **texts)

    def markup(self, described, number):
        """The row's, with room for a description and that many facts folded under it."""
        if not (described or number):
            return self.row
        about, facts = "{description}" * described, f"<dl>{'<dt>{}<dd>{}' * number}</dl>" * bool(number)
        return self.row + self.more.replace("{about}", about).replace("{facts}", facts)

    def file_links(self, row):
        files = [(FILE.format(pk=row["pk"], file=key), name) for _order, name, key in row["files"]]
        return [(self.files, format_html_join(", ", '<a href="{}">{}</a>', files))] if files else []
