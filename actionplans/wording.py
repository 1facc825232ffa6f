"""How the change of one field of an activity is said: one plain sentence, and the words that differ.

A field is compared only if it is named here; ``tests/actionplans/test_comparison.py`` tells which are not, and why.
"""

import re
from dataclasses import dataclass
from functools import cached_property

from django.utils.text import Truncator, capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from actionplans.models import Activity, Milestone
from agreements.templatetags.agreements import joined
from lib.differences import Piece, pieces

LONGEST_QUOTED, MOST_NAMED = 120, 5  # letters of a value, and values of a list, that a sentence repeats
CONTINUOUS = gettext_lazy("löpande")

# Field → what is said when it has another value than before, when it had none, and when it has none any more.
TEXTS = {
    "number": (
        gettext_lazy("%(number)s hade tidigare nummer %(old)s."),
        gettext_lazy("%(number)s har fått ett nummer."),
        gettext_lazy("%(number)s hade tidigare nummer %(old)s."),
    ),
    "area": (
        gettext_lazy("%(number)s flyttas till området %(new)s från %(old)s."),
        gettext_lazy("%(number)s läggs under området %(new)s."),
        gettext_lazy("%(number)s står inte längre under något område. Tidigare: %(old)s."),
    ),
    "collaboration_area": (
        gettext_lazy("%(number)s flyttas till samverkansområdet %(new)s från %(old)s."),
        gettext_lazy("%(number)s läggs under samverkansområdet %(new)s."),
        gettext_lazy("%(number)s står inte längre under något samverkansområde. Tidigare: %(old)s."),
    ),
    "title": (
        gettext_lazy("%(number)s heter nu ”%(new)s”."),
        gettext_lazy("%(number)s heter nu ”%(new)s”."),
        gettext_lazy("%(number)s hette tidigare ”%(old)s”."),
    ),
    "description": (
        gettext_lazy("%(number)s har ändrad beskrivning."),
        gettext_lazy("%(number)s får en beskrivning."),
        gettext_lazy("%(number)s har ingen beskrivning längre."),
    ),
    "desired_effect": (
        gettext_lazy("%(number)s har ändrad önskad effekt."),
        gettext_lazy("%(number)s får en önskad effekt."),
        gettext_lazy("%(number)s har ingen önskad effekt längre."),
    ),
    "responsible": (
        gettext_lazy("%(number)s får ny ansvarig: %(new)s i stället för %(old)s."),
        gettext_lazy("%(number)s får ansvarig: %(new)s."),
        gettext_lazy("%(number)s har ingen ansvarig längre. Tidigare: %(old)s."),
    ),
    "responsible_function": (
        gettext_lazy("%(number)s får ny ansvarig funktion: %(new)s i stället för %(old)s."),
        gettext_lazy("%(number)s får ansvarig funktion: %(new)s."),
        gettext_lazy("%(number)s har ingen ansvarig funktion längre. Tidigare: %(old)s."),
    ),
    "starts_on": (
        gettext_lazy("%(number)s börjar %(new)s i stället för %(old)s."),
        gettext_lazy("%(number)s får startdatum: %(new)s."),
        gettext_lazy("%(number)s har inget startdatum längre. Tidigare: %(old)s."),
    ),
    "ends_on": (
        gettext_lazy("%(number)s slutar %(new)s i stället för %(old)s."),
        gettext_lazy("%(number)s får slutdatum: %(new)s."),
        gettext_lazy("%(number)s har inget slutdatum längre. Tidigare: %(old)s."),
    ),
    "indicator": (
        gettext_lazy("%(number)s får ny indikator: %(new)s i stället för %(old)s."),
        gettext_lazy("%(number)s får indikator: %(new)s."),
        gettext_lazy("%(number)s har ingen indikator längre. Tidigare: %(old)s."),
    ),
    "indicator_base": (
        gettext_lazy("%(number)s får nytt basvärde: %(new)s i stället för %(old)s."),
        gettext_lazy("%(number)s får basvärde: %(new)s."),
        gettext_lazy("%(number)s har inget basvärde längre. Tidigare: %(old)s."),
    ),
    "indicator_target": (
        gettext_lazy("%(number)s får nytt målvärde: %(new)s i stället för %(old)s."),
        gettext_lazy("%(number)s får målvärde: %(new)s."),
        gettext_lazy("%(number)s har inget målvärde längre. Tidigare: %(old)s."),
    ),
    "counts": (
        gettext_lazy("%(number)s frågar efter andra antal i uppföljningen: %(new)s i stället för %(old)s."),
        gettext_lazy("%(number)s frågar efter antal i uppföljningen: %(new)s."),
        gettext_lazy("%(number)s frågar inte längre efter antal i uppföljningen. Tidigare: %(old)s."),
    ),
    "financing": (
        gettext_lazy("%(number)s får ny finansiering: %(new)s i stället för %(old)s."),
        gettext_lazy("%(number)s får finansiering: %(new)s."),
        gettext_lazy("%(number)s har ingen finansiering längre. Tidigare: %(old)s."),
    ),
    "amount": (
        gettext_lazy("%(number)s får nytt belopp: %(new)s i stället för %(old)s."),
        gettext_lazy("%(number)s får belopp: %(new)s."),
        gettext_lazy("%(number)s har inget belopp längre. Tidigare: %(old)s."),
    ),
    "followed_up_how": (
        gettext_lazy("Hur %(number)s följs upp är ändrat."),
        gettext_lazy("Nu står det hur %(number)s följs upp."),
        gettext_lazy("Det står inte längre hur %(number)s följs upp."),
    ),
    "followed_up_when": (
        gettext_lazy("%(number)s får ny tid för uppföljning: %(new)s i stället för %(old)s."),
        gettext_lazy("%(number)s får tid för uppföljning: %(new)s."),
        gettext_lazy("%(number)s har ingen tid för uppföljning längre. Tidigare: %(old)s."),
    ),
    "followed_up_by": (
        gettext_lazy("%(number)s följs upp av %(new)s i stället för %(old)s."),
        gettext_lazy("%(number)s följs upp av %(new)s."),
        gettext_lazy("Det står inte längre vem som följer upp %(number)s. Tidigare: %(old)s."),
    ),
    "local_plans": (
        gettext_lazy("Kopplingen till lokala överenskommelser och planer är ändrad i %(number)s."),
        gettext_lazy("%(number)s får en koppling till lokala överenskommelser och planer."),
        gettext_lazy("%(number)s har ingen koppling till lokala överenskommelser och planer längre."),
    ),
    **dict.fromkeys(
        ("equality", "children", "target_group_voice"),
        (
            gettext_lazy("Texten om %(label)s är ändrad i %(number)s."),
            gettext_lazy("%(number)s får en text om %(label)s."),
            gettext_lazy("%(number)s har ingen text om %(label)s längre."),
        ),
    ),
}

# List → what is said when rows are gone and others came, when some only came, and when some are only gone.
LISTS = {
    "participants": (
        gettext_lazy("I %(number)s medverkar nu även %(new)s, men inte längre %(old)s."),
        gettext_lazy("I %(number)s medverkar nu även %(new)s."),
        gettext_lazy("I %(number)s medverkar inte längre %(old)s."),
    ),
    "goals": (
        gettext_lazy("%(number)s bidrar till andra mål: %(new)s i stället för %(old)s."),
        gettext_lazy("%(number)s bidrar till fler mål: %(new)s."),
        gettext_lazy("%(number)s bidrar till färre mål. Inte längre: %(old)s."),
    ),
    "serves": (
        gettext_lazy("%(number)s bidrar nu även till %(new)s, men inte längre till %(old)s."),
        gettext_lazy("%(number)s bidrar nu även till %(new)s."),
        gettext_lazy("%(number)s bidrar inte längre till %(old)s."),
    ),
    "milestones": (
        gettext_lazy("%(number)s får nya delmoment: %(new)s i stället för %(old)s."),
        gettext_lazy("%(number)s får nya delmoment: %(new)s."),
        gettext_lazy("%(number)s får färre delmoment. Borta är: %(old)s."),
    ),
    "files": (
        gettext_lazy("%(number)s får nya bilagor: %(new)s i stället för %(old)s."),
        gettext_lazy("%(number)s får nya bilagor: %(new)s."),
        gettext_lazy("%(number)s har färre bilagor. Borta är: %(old)s."),
    ),
}

# Texts of which the sentence only says that they differ.
UNTOLD = {
    "title", "description", "desired_effect", "followed_up_how", "local_plans", "equality", "children",
    "target_group_voice",
}  # fmt: skip
PLACES = ("number", "area", "collaboration_area")  # where the activity stands; the rest is what it says
FIELDS = (
    *PLACES, "title", "description", "desired_effect", "goals", "serves", "responsible", "responsible_function",
    "participants", "starts_on", "ends_on", "milestones", "indicator", "indicator_base", "indicator_target",
    "counts", "financing", "amount", "followed_up_how", "followed_up_when", "followed_up_by", "local_plans", "equality",
    "children", "target_group_voice", "files",
)  # fmt: skip


def label_of(name):
    """The field's name on screen: ``ansvarig``."""
    if name == "files":
        return _("bilagor")
    return str(Activity._meta.get_field(name).verbose_name)


@dataclass
class FieldChange:
    """One field of an activity that differs: ``old`` and ``new`` are texts, or tuples of texts for lists."""

    name: str
    old: str | tuple[str, ...]
    new: str | tuple[str, ...]

    @property
    def label(self):
        return capfirst(label_of(self.name))

    @cached_property
    def pieces(self):
        """Old and new as runs of words, those that differ marked; of lists whole lines are marked."""
        if self.name not in LISTS:
            return pieces(self.old, self.new)
        return _marked_lines(self.old, self.new), _marked_lines(self.new, self.old)

    @property
    def plain(self):
        """The new value as pieces, none of them marked: of an activity that is new as a whole everything is."""
        return [Piece(self.new if self.name in TEXTS else "\n".join(self.new), False)]

    @property
    def is_told(self):
        """Whether the sentence says all there is to say, so that a reader needs no before and after."""
        if self.name in UNTOLD:
            return False
        values = [self.old, self.new] if self.name in TEXTS else [*self.old, *self.new]
        return all(len(value) <= LONGEST_QUOTED for value in values) and len(values) <= MOST_NAMED

    def sentence(self, number):
        """What happened, about the activity that has ``number``: ``A3 får ny ansvarig: …``."""
        if self.name == "ends_on" and CONTINUOUS in (self.old, self.new):
            return _continuous(number, self.old, self.new)
        old, new = self.old, self.new
        if self.name in LISTS:
            if self.name == "milestones" and (moved := _moved_milestone(number, old, new)):
                return moved
            old, new = [item for item in old if item not in new], [item for item in new if item not in old]
        changed, filled, emptied = (LISTS | TEXTS)[self.name]
        words = changed if old and new else filled if new else emptied
        return words % {"number": number, "old": _quoted(old), "new": _quoted(new), "label": label_of(self.name)}


def _marked_lines(lines, others):
    """The lines as pieces, those that the other side lacks marked."""
    marked = [Piece(line, line not in others) for line in lines]
    return [part for piece in marked for part in (Piece("\n", False), piece)][1:]


def _quoted(value):
    """The value as a sentence repeats it: on one line, and not too long."""
    if isinstance(value, str):
        return Truncator(re.sub(r"\s*\n\s*", " ", value)).chars(LONGEST_QUOTED, truncate="…")
    named = [_quoted(item) for item in value[:MOST_NAMED]]
    if more := len(value) - MOST_NAMED:
        named += [ngettext("%(count)s till", "%(count)s till", more) % {"count": more}] if more > 0 else []
    return joined(named)


def _continuous(number, old, new):
    """Löpande is no date: the sentence is another."""
    words = {
        (True, False): _("%(number)s slutar %(new)s i stället för att vara löpande."),
        (True, True): _("%(number)s är inte längre löpande."),
        (False, False): _("%(number)s blir löpande i stället för att sluta %(old)s."),
        (False, True): _("%(number)s blir löpande."),
    }[old == CONTINUOUS, not new if old == CONTINUOUS else not old]
    return words % {"number": number, "old": old, "new": new}


def _moved_milestone(number, old, new):
    """The sentence when all that happened is that one milestone got another date, else empty."""
    gone, come = [line for line in old if line not in new], [line for line in new if line not in old]
    if len(gone) != 1 or len(come) != 1:
        return ""
    try:
        before, after = Milestone.read(gone[0]), Milestone.read(come[0])
    except ValueError:
        return ""
    if before.text != after.text:
        return ""
    words = {"number": number, "text": _quoted(after.text), "new": after.on, "old": before.on}
    return _("Delmomentet ”%(text)s” i %(number)s flyttas till %(new)s från %(old)s.") % words
