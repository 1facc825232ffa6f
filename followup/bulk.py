"""One thing done with many parties of a round at once, and what is said of it afterwards."""

from django.contrib.messages import INFO, SUCCESS, WARNING
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from followup.letters import nudge
from followup.models import Report
from followup.reviewing import approve_many
from followup.services import extend
from parties.models import Party

NAMED = 10  # so many are named; the rest are counted


def chosen_parties(round, data):
    """The parties of the round whose boxes are ticked."""
    keys = [int(key) for key in data.getlist("vald") if key.isascii() and key.isdigit() and len(key) < 10]
    asked = Report.objects.filter(round=round, party__in=keys).order_by()
    return list(Party.objects.filter(pk__in=asked.values("party")).order_by("sort_name"))


def act_on_many(*, round, parties, form, data, by):
    """Do what the valid ``form`` says with ``parties``; return [(level of message, text)].

    Raises Frozen where the round takes no answers, and ValidationError by field where more time cannot be given so.
    """
    action = form.cleaned_data["action"]
    if action == "paminn":
        return _remind(round, parties, by)
    if action == "forlang":
        values = {"to": form.cleaned_data["to"], "reason": form.cleaned_data["reason"]}
        count = extend(round=round, parties=parties, by=by, **values)
        text = ngettext("%(count)d part har fått tid till och med %(to)s.",
                        "%(count)d parter har fått tid till och med %(to)s.", count)  # fmt: skip
        return [(SUCCESS, text % {"count": count, "to": values["to"]})]
    return _approve(round, parties, data, by)


def _remind(round, parties, by):
    count = nudge(round=round, parties=parties, by=by)
    if not count:
        return [
            (WARNING, _("Ingen påminnelse skickas: de valda har inget kvar, har paus eller är redan påminda i dag."))
        ]
    text = ngettext("Påminnelsen går till %d person, ett brev per person.",
                    "Påminnelsen går till %d personer, ett brev per person.", count)  # fmt: skip
    return [(SUCCESS, text % count)]


def _approve(round, parties, data, by):
    seen = {}
    for party in parties:
        seen |= seen_in(data.get(f"sett-{party.pk}", ""))
    outcome = approve_many(round=round, seen=seen, by=by)
    said = []
    if outcome.count:
        text = ngettext("%(count)d rapport är godkänd: %(parties)s.",
                        "%(count)d rapporter är godkända: %(parties)s.", outcome.count)  # fmt: skip
        parties = [f"{name} ({count})" for name, count in outcome.parties.items()]
        said.append((SUCCESS, text % {"count": outcome.count, "parties": _listed(parties)}))
    if outcome.left:
        text = _("Inte godkänt, för att parten har ändrat eller tagit tillbaka det sedan du hämtade sidan: %s.")
        said.append((WARNING, text % _listed([f"{row.party.name} {row.activity.number}" for row in outcome.left])))
    return said or [(INFO, _("Det fanns inget inlämnat att godkänna hos de valda parterna."))]


def _listed(names):
    more = len(names) - NAMED
    listed = ", ".join(names[:NAMED])
    return _("%(names)s och %(more)d till") % {"names": listed, "more": more} if more > 0 else listed


def seen_in(text):
    """``pk:version pk:version …`` as {pk: version}; what cannot be read is left out."""
    pairs = (pair.split(":") for pair in text.split())
    return {int(pair[0]): int(pair[1]) for pair in pairs if len(pair) == 2 and all(map(_is_key, pair))}


def _is_key(text):
    return text.isascii() and text.isdigit() and len(text) < 10
