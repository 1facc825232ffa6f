"""An agreement as it is opened at its address, and the long part of its page, kept until something it shows is written.

One question, written once a day, answers with the agreement and all that the page shows beside the agreement's rows:
names from elsewhere, other agreements that the visitor may see, and links between rows. The rows are told by the stamp.
"""

from django.db.models import prefetch_related_objects
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.html import format_html_join

from agreements.frame import visible_agreement
from agreements.models import Agreement, PriorityArea, SituationReport
from agreements.reading import content_of
from agreements.sub_agreements import with_relations
from lib.db import json_list
from lib.kept import kept, values_of

PARTS = {
    "head": ["_agreement_head.html"],
    "intro": ["agreements/_agreement_intro.html"],
    "text": [
        "agreements/_area_list.html",
        "agreements/_agreement_provisions.html",
        "agreements/_agreement_figures.html",
    ],
    "aside": ["agreements/_agreement_aside.html"],
}


def opened_agreement(user, slug):
    """The agreement at an address as ``user`` may read it; Unseen where there is none."""
    return visible_agreement(user, slug, ask=_seen)


def kept_parts(agreement):
    """The PARTS of the page of an opened agreement, as HTML. The same for all who may read and change the same."""
    return kept("agreement", (timezone.localdate(), facts_of(agreement)), lambda: _drawn(agreement))


def _drawn(agreement):
    prefetch_related_objects([agreement], "validity_set")
    context = {"agreement": agreement, "can_edit": agreement.can_edit, **content_of(agreement)}
    context["request"] = {"path": agreement.get_absolute_url()}  # which of the tabs it is
    return {name: _joined(files, context) for name, files in PARTS.items()}


def _joined(files, context):
    return format_html_join("", "{}", ((render_to_string(file, context),) for file in files))


def facts_of(agreement):
    """Everything that the question told of an opened agreement, as values."""
    joined = [agreement.county, agreement.coordinating_party, agreement.series]
    return [values_of(row) for row in (agreement, *joined) if row]


def _seen(user, slug):
    agreements = Agreement.objects.visible_to(user).filter(slug=slug)
    agreements = with_relations(agreements.for_page(user).with_side_panel(), user)
    return agreements.prefetch_related(None).annotate(**_links(user))


def _links(user):
    """The links between rows, which move no stamp by themselves; ``helped``, the goals that others serve."""
    seen = Agreement.objects.visible_to(user).values("pk")
    responsibility = PriorityArea.responsibilities.rel.related_model
    of_area, of_duty = PriorityArea.other_parties.through, responsibility.leads.through
    of_part, told = responsibility.collaboration_areas.through, SituationReport.goals.through
    served = Agreement.serves.through.objects.filter(agreement__in=seen)
    return {
        "helped": json_list(
            served, "goal__agreement", goal="goal", name="agreement__short_name", slug="agreement__slug"
        ),
        "others": json_list(of_area.objects, "priorityarea__agreement", area="priorityarea", actor="actor"),
        "leading": json_list(of_duty.objects, "responsibility__agreement", duty="responsibility", actor="actor"),
        "parts": json_list(
            of_part.objects, "responsibility__agreement", duty="responsibility", part="collaborationarea"
        ),
        "told": json_list(told.objects, "situationreport__agreement", report="situationreport", goal="goal"),
    }
