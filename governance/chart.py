"""The governance chart: one tree of the bodies of an agreement, drawn as boxes and lines or read as nested lists.

Pure: ``build_chart`` takes mandates and responsibilities and asks the database nothing that is not already fetched.
"""

from dataclasses import dataclass, field

from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from agreements.templatetags.agreements import numbers
from governance.models import Body, Mandate, Responsibility

# --- The tree ---------------------------------------------------------------------------------------------------------


@dataclass(eq=False)
class Node:
    """A body's place in one agreement: its mandate, what it answers for, and who answers to it."""

    mandate: Mandate
    superior: "Node | None" = None
    children: list["Node"] = field(default_factory=list)
    duties: list[str] = field(default_factory=list)
    interim_by: list["Node"] = field(default_factory=list)
    gaps: list[str] = field(default_factory=list)  # what is missing in the body, in words
    is_outside: bool = False

    @property
    def body(self):
        return self.mandate.body

    @property
    def name(self):
        return self.body.name

    @property
    def is_missing(self):
        return self.body.is_missing

    @property
    def is_multiple(self):
        return bool(self.body.multiplicity)

    @property
    def kind(self):
        """Which look the body has in the picture: ``missing``, ``outside``, ``top`` or ``plain``."""
        if self.is_missing:
            return "missing"
        if self.is_outside:
            return "outside"
        return "plain" if self.superior else "top"

    @property
    def role_words(self):
        """What kind of body it is: level, how many there are, and a state other than plainly active."""
        words = [self.mandate.get_level_display(), self.body.get_multiplicity_display()]
        unusual = self.body.state in (Body.State.AS_NEEDED, Body.State.RECURRING)
        return [str(word) for word in [*words, self.body.get_state_display() if unusual else ""] if word]

    @property
    def role(self):
        """The role as a line of its own: ``Operativ · flera grupper · vid behov``."""
        return capfirst(" · ".join(self.role_words))

    @property
    def role_in_text(self):
        """The role inside a sentence: ``operativ, flera grupper, vid behov``."""
        return ", ".join(self.role_words)

    @property
    def led_by(self):
        if self.mandate.chair:
            return _("Ordförande: %(chair)s") % {"chair": self.mandate.chair}
        if self.mandate.convener:
            return _("Sammankallas av %(convener)s") % {"convener": self.mandate.convener}
        return ""

    @property
    def rhythm(self):
        """How often it meets; empty where the document does not say, which is not the same as never."""
        count = self.mandate.meetings_per_year
        if count is None:
            return ""
        text = ngettext("%(count)d möte per år", "%(count)d möten per år", count) % {"count": count}
        return capfirst(f"{self.mandate.get_meetings_rule_display()} {text}") if self.mandate.meetings_rule else text

    @property
    def interim_text(self):
        """Who stands in for a missing group: ``Beredningsgruppen driver tills vidare``."""
        names = ", ".join(node.name for node in self.interim_by)
        return _("%(names)s driver tills vidare") % {"names": names} if names else ""


@dataclass
class Chart:
    """``tops`` lead the lines, ``outside`` stand in no line, ``past`` have done their work and are not drawn."""

    tops: list[Node] = field(default_factory=list)
    outside: list[Node] = field(default_factory=list)
    past: list[Node] = field(default_factory=list)

    @property
    def nodes(self):
        """Everything that is drawn, each superior before its subordinates."""
        return [node for root in (*self.tops, *self.outside) for node in walk(root)]

    @property
    def looks(self):
        """The looks that need explaining under the picture: missing, outside, multiple, interim."""
        found = {node.kind for node in self.nodes}
        found |= {"multiple" for node in self.nodes if node.is_multiple}
        return found | {"interim" for node in self.nodes if node.interim_by}

    @property
    def description(self):
        return " ".join(_sentence(node) for node in self.nodes)


def walk(node):
    yield node
    for child in node.children:
        yield from walk(child)


def _sentence(node):
    facts = {"name": node.name, "role": node.role_in_text, "superior": node.superior and node.superior.name}
    if node.is_missing and node.superior:
        sentence = _("%(name)s saknas, ska svara inför %(superior)s.") % facts
    elif node.is_missing:
        sentence = _("%(name)s saknas.") % facts
    elif node.is_outside:
        sentence = _("%(name)s (%(role)s) står utanför linjen.") % facts
    elif node.superior:
        sentence = _("%(name)s (%(role)s) svarar inför %(superior)s.") % facts
    else:
        sentence = _("%(name)s (%(role)s) är överst.") % facts
    return f"{sentence} {node.interim_text}." if node.interim_text else sentence


def build_chart(mandates, responsibilities):
    """The chart of ``mandates`` (with body and convener fetched) and ``responsibilities`` (as ``for_page`` gives them).

    A superior that is past or of another agreement is no superior here; a ring of superiors is cut at its first body.
    """
    chart = Chart(past=[Node(mandate) for mandate in mandates if mandate.body.is_past])
    nodes = {mandate.pk: Node(mandate) for mandate in mandates if not mandate.body.is_past}
    for node in nodes.values():
        superior = nodes.get(node.mandate.reports_to_id)
        if superior and node not in _line_up(superior):
            node.superior = superior
            superior.children.append(node)
    _add_duties({node.mandate.actor_id: node for node in nodes.values()}, responsibilities)
    roots = [node for node in nodes.values() if not node.superior]
    chart.tops = [node for node in roots if node.children or node.mandate.level in Mandate.LEADING] or roots
    chart.outside = [node for node in roots if node not in chart.tops]
    for node in chart.outside:
        node.is_outside = True
    return chart


def _line_up(node):
    """The node and its superiors, to the top."""
    while node:
        yield node
        node = node.superior


def _add_duties(node_of, responsibilities):
    """Write the areas on the bodies, and on a missing group who stands in for it there."""
    ours = [(row, node_of[row.actor_id]) for row in responsibilities if row.actor_id in node_of]
    missing = {row.area_id: node for row, node in ours if row.scope == Responsibility.Scope.PLANNED}
    for row, node in ours:
        node.duties.append(duty(row))
        if row.is_for_now and row.area_id in missing:
            missing[row.area_id].interim_by.append(node)


def duty(row):
    """The area as a duty: ``Hälsa``, ``Delaktighet 1 och 3``, ``Delar av Delaktighet`` or ``Boende (tills vidare)``."""
    if row.is_for_now:
        return _("%(area)s (tills vidare)") % {"area": row.area.name}
    if row.scope != Responsibility.Scope.PARTIAL:
        return row.area.name
    if not row.parts:
        return _("Delar av %(area)s") % {"area": row.area.name}
    return f"{row.area.name} {numbers(row.parts)}"
