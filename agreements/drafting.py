"""The agreement's whole text as people read it, made of its rows, and the versions of it that are kept.

The text is a list of blocks, ``{"key", "kind", "number", "heading", "text", "area"}`` each. ``key`` names the row it
was made of (``provision:paragraf-3``) and is the same in every version; ``area`` is the key of the area it stands in.
The number is the row's own, or else its place among its like, so that rows that are moved number themselves anew.
"""

import json
from collections import defaultdict
from hashlib import sha256

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Max, Q
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from agreements.lifecycle import hold
from agreements.models import Agreement, CollaborationArea, Goal, PriorityArea, Provision, TargetGroup, TextVersion
from agreements.templatetags.agreements import number as figure

AREA, GOAL, COLLABORATION, TARGET_GROUP = "area", "goal", "collaboration_area", "target_group"
# The parts of the text in order: the kind of their blocks, and the heading that stands over them.
PARTS = {
    Provision.Kind.PURPOSE.value: gettext_lazy("Syfte"),
    Provision.Kind.DEFINITION.value: gettext_lazy("Definitioner"),
    Provision.Kind.PRINCIPLE.value: gettext_lazy("Principer för samarbetet"),
    TARGET_GROUP: gettext_lazy("Målgrupp"),
    GOAL: gettext_lazy("Övergripande mål"),
    AREA: gettext_lazy("Områden"),
    Provision.Kind.DIRECTION.value: gettext_lazy("Utvecklingsriktningar"),
    Provision.Kind.COMMITMENT.value: gettext_lazy("Åtaganden"),
    Provision.Kind.RESPONSIBILITY.value: gettext_lazy("Vad var och en ansvarar för"),
    Provision.Kind.SECTION.value: gettext_lazy("Paragrafer"),
    Provision.Kind.SPECIAL.value: gettext_lazy("Särskilda bestämmelser"),
}
KIND_NAMES = {
    **{kind.value: kind.label for kind in Provision.Kind},
    TARGET_GROUP: gettext_lazy("målgrupp"),
    GOAL: gettext_lazy("mål"),
    AREA: gettext_lazy("område"),
    COLLABORATION: gettext_lazy("samverkansområde"),
}
UNNUMBERED = {
    Provision.Kind.PURPOSE.value, Provision.Kind.DEFINITION.value, Provision.Kind.RESPONSIBILITY.value, TARGET_GROUP,
}  # fmt: skip


def blocks_of(agreement):
    """The agreement's text as it stands now, as blocks in order. Five questions whatever its length."""
    return [block for block, _row in text_of(agreement)]


def text_of(agreement):
    """[(block, the row it was made of), …] in the order of the text; what has been dropped is left out."""
    rows = _rows_of(agreement)
    text = []
    for kind in PARTS:
        for place, row in enumerate(rows[kind, None], start=1):
            number = _number(row, kind, place)
            text.append((_block(row, kind, number), row))
            if kind == AREA:
                text += _under(row, number, rows)
    return text


def part_of(block):
    """The kind of the part that the block stands in: what is under an area belongs to the areas."""
    return AREA if block["area"] else block["kind"]


def reference(block):
    """How people refer to the block: ``§ 3``, ``mål 2.1``, ``princip 4``; where it has no number, its kind."""
    if block["kind"] == Provision.Kind.SECTION and block["number"]:
        return f"§ {block['number']}"
    return " ".join(filter(None, (str(KIND_NAMES.get(block["kind"], "")), block["number"])))


@transaction.atomic
def save_version(*, agreement, by, name="", note=""):
    """Keep the text as it stands now. Returns the TextVersion.

    Raises PermissionDenied where ``by`` does not write the text, ValidationError where there is none, or none that
    differs from the last version.
    """
    stored = hold(agreement)
    if not Agreement.objects.text_editable_by(by).filter(pk=stored.pk).exists():
        raise PermissionDenied
    blocks = blocks_of(stored)
    if not blocks:
        raise ValidationError(_("Utkastet har ingen text än. Skriv något först."))
    digest = digest_of(blocks)
    last = stored.text_versions.last()
    if last and last.digest == digest:
        raise ValidationError(_("Texten är densamma som i %(name)s. Ingen ny version behövs.") % {"name": last})
    number = (stored.text_versions.aggregate(last=Max("number"))["last"] or 0) + 1
    return TextVersion.objects.create(
        agreement=stored, number=number, name=name, note=note, blocks=blocks, digest=digest, made_by=by
    )


def digest_of(blocks):
    """What two texts have in common only if they are the same."""
    return sha256(json.dumps(blocks, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


# --- from rows to blocks ----------------------------------------------------------------------------------------------


def _rows_of(agreement):
    """{(kind, key of the area or None): rows in order}."""
    own = {"agreement": agreement}
    today = timezone.localdate()
    standing = Q(dropped_on__isnull=True) | Q(dropped_on__gt=today)
    rows = defaultdict(list)
    for row in Provision.objects.filter(**own).select_related("actor"):
        rows[row.kind, row.area_id].append(row)
    rows[TARGET_GROUP, None] = list(TargetGroup.objects.filter(**own))
    rows[AREA, None] = list(PriorityArea.objects.filter(standing, **own))
    for kind, model in ((GOAL, Goal), (COLLABORATION, CollaborationArea)):
        for row in model.objects.filter(standing, **own):
            rows[kind, row.area_id].append(row)
    return rows


def _under(area, number, rows):
    """What stands under an area: its goals, its collaboration areas, and then its provisions."""
    text = []
    for kind in (GOAL, COLLABORATION, *Provision.Kind.values):
        for place, row in enumerate(rows[kind, area.pk], start=1):
            own = _number(row, kind, place)
            inside = f"{number}.{own}" if own and not row.number and number else own
            text.append((_block(row, kind, inside, area), row))
    return text


def _number(row, kind, place):
    own = getattr(row, "number", "")
    return own or ("" if kind in UNNUMBERED else str(place))


def _block(row, kind, number, area=None):
    heading, text = _WORDS[type(row)](row)
    return {
        "key": key_of(row),
        "kind": str(kind),
        "number": number,
        "heading": heading,
        "text": text,
        "area": key_of(area) if area else "",
    }


def key_of(row):
    return f"{row._meta.model_name}:{row.key}"


def _provision(row):
    actor = capfirst(row.actor.name) if row.actor else ""
    period = f"({row.period})" if row.period else ""
    return ": ".join(filter(None, (actor, row.heading))), " ".join(filter(None, (row.text, period)))


def _target_group(row):
    return row.label, _lines(row.text, row.includes, row.condition)


def _area(row):
    return row.name, _lines(row.subtitle, row.challenges, row.purpose)


def _goal(row):
    return "", _lines(row.text, row.why, _measure(row))


def _collaboration(row):
    return row.name, row.text


_WORDS = {
    Provision: _provision,
    TargetGroup: _target_group,
    PriorityArea: _area,
    Goal: _goal,
    CollaborationArea: _collaboration,
}


def _measure(goal):
    """``Mäts med: andel i arbete. Minst 60 procent år 2030 (45 procent 2024).``"""
    parts = [_("Mäts med: %(indicator)s.") % {"indicator": goal.indicator}] if goal.indicator else []
    if goal.is_quantified:
        value = f"×{figure(goal.factor)}" if goal.target_value is None else figure(goal.target_value)
        words = [goal.get_operator_display(), value, goal.unit]
        words += [_("år %(year)s") % {"year": goal.target_year}] if goal.target_year else []
        parts.append(capfirst(" ".join(filter(None, words))) + _baseline(goal) + ".")
    return " ".join(parts)


def _baseline(goal):
    if goal.baseline_value is None:
        return ""
    return " (" + " ".join(filter(None, (figure(goal.baseline_value), goal.unit, goal.baseline_year))) + ")"


def _lines(*texts):
    return "\n".join(filter(None, texts))


# --- where a row stands -----------------------------------------------------------------------------------------------

MODELS = {model._meta.model_name: model for model in _WORDS}


def row_of(agreement, key):
    """The row that the block with this key is made of. Raises ObjectDoesNotExist where it is gone."""
    model, _colon, name = key.partition(":")
    return MODELS.get(model, Provision).objects.get(agreement=agreement, key=name)


def siblings(row):
    """The rows among which the row has its place and number, in order, itself among them."""
    rows = type(row).objects.filter(agreement=row.agreement_id)
    alike = {name: getattr(row, name) for name in ("area_id", "kind") if hasattr(row, name)}
    return list(rows.filter(**alike))


@transaction.atomic
def move(*, agreement, key, to, by):
    """Give the row of a block its place among its like: ``up``, ``down`` or a number from 1. Returns the row.

    Raises PermissionDenied where ``by`` does not write the text, and ObjectDoesNotExist where the row is gone.
    """
    stored = hold(agreement)
    if not Agreement.objects.text_editable_by(by).filter(pk=stored.pk).exists():
        raise PermissionDenied
    row = row_of(stored, key)
    rows = siblings(row)
    now = rows.index(row)
    place_row(row, {"up": now - 1, "down": now + 1}.get(to, to - 1 if isinstance(to, int) else now), rows)
    return row


def place_row(row, place, rows=None):
    """Let the row stand at ``place``, from 0, among its like; those that get another order are saved."""
    rows = [other for other in rows or siblings(row) if other != row]
    place = min(max(place, 0), len(rows))
    for order, other in enumerate([*rows[:place], row, *rows[place:]], start=1):
        if other.order != order:
            other.order = order
            other.save_version(other.version, reason=_("flyttad"))
