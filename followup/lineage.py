"""One activity through all editions of its plan: what it said, what was decided, and how it went."""

from collections import defaultdict
from dataclasses import dataclass, field

from django.db.models import Count

from actionplans.comments import readable_activities
from actionplans.comparison import ActivityChange, tell, what_became
from actionplans.models import Activity, Comment, Edition
from actionplans.snapshots import Snapshot, snapshots
from followup.models import Report


@dataclass
class Stage:
    """The activity in one edition: what changed since the edition before that has it, and its reports.

    ``change`` is None where it stands in neither; ``since`` is the edition before, None in the first.
    """

    edition: Edition
    snapshot: Snapshot
    since: Edition | None = None
    change: ActivityChange | None = None
    reports: list[Report] = field(default_factory=list)
    comments: int = 0  # how many the reader may read
    is_open_to_talk: bool = False  # whether the reader may come to the comments, and more may come


@dataclass
class Lineage:
    """The stages that the reader may see, newest first, and the edition in which the activity is first missing."""

    stages: list[Stage]
    missing_in: Edition | None

    @property
    def newest(self):
        return self.stages[0]


def lineage_of(*, plan, lineage, user):
    """The Lineage of an activity as far as ``user`` may see it, in sixteen queries; None where there is nothing."""
    editions = list(Edition.objects.for_page().filter(plan=plan).visible_to(user).order_by("starts_on", "pk"))
    rows = Activity.objects.filter(lineage=lineage, edition__in=[edition.pk for edition in editions])
    found = {snapshot.activity.edition_id: snapshot for snapshot in snapshots(rows, plan.agreement_id)}
    if not found:
        return None
    reports, comments = _reports(rows, user), _comments(rows, user)
    talked_of = set(readable_activities(user).filter(lineage=lineage).values_list("pk", flat=True))
    stages, before = [], None
    for edition in editions:
        if snapshot := found.get(edition.pk):
            stage = _stage(edition, snapshot, before)
            stage.reports = reports[snapshot.activity.pk]
            stage.comments = comments.get(snapshot.activity.pk, 0)
            stage.is_open_to_talk = snapshot.activity.pk in talked_of and not edition.is_frozen
            stages.append(stage)
            before = stage
    later = editions[editions.index(before.edition) + 1 :]
    missing = next((edition for edition in later if edition.is_frozen), None)
    return Lineage(stages[::-1], missing if before.snapshot.is_standing else None)


def _stage(edition, snapshot, before):
    change = what_became(before and before.snapshot, snapshot)
    return Stage(edition, snapshot, before and before.edition, change and tell(change, edition))


def _comments(rows, user):
    """Activity → how many comments ``user`` may read."""
    comments = Comment.objects.filter(activity__in=rows.order_by().values("pk")).visible_to(user).order_by()
    return dict(comments.values_list("activity").annotate(Count("pk")))


def _reports(rows, user):
    """Activity → its reports that ``user`` may read, by round and party."""
    found = defaultdict(list)
    reports = Report.objects.filter(activity__in=rows.order_by().values("pk")).visible_to(user)
    for report in reports.select_related("round", "party").order_by(
        "round__period_starts_on", "party__sort_name", "pk"
    ):
        found[report.activity_id].append(report)
    return found
