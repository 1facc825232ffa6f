"""A new agreement as a draft: from nothing, from the one it is to follow, or under one that holds."""

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from agreements import series
from agreements.drafting import key_of, text_of
from agreements.lifecycle import OVER, Kind, hold, note
from agreements.models import (
    Accession,
    Actor,
    Agreement,
    AgreementRow,
    Basis,
    CollaborationArea,
    Financing,
    FollowUpRule,
    GlobalGoalLink,
    Goal,
    PlanRule,
    PriorityArea,
    Provision,
    RelatedStrategy,
    StatedIndicator,
    TargetGroup,
    Validity,
)
from agreements.services import grant_rights, name_parties
from parties.models import Party, Right

RESERVED = {"ny", "serier", "remissvar"}  # words that stand where an agreement's address would
# What a successor takes over, each after what its keys lead to; not what happened, or what holds for a period.
COPIED = (
    Actor, PriorityArea, Goal, CollaborationArea, GlobalGoalLink, Provision, TargetGroup, RelatedStrategy, Financing,
    FollowUpRule, PlanRule, StatedIndicator,
)  # fmt: skip
NEW_SOURCE = {
    "source_document": None, "source_page": None, "source_section": "", "basis": Basis.STATED, "basis_ref": "",
    "field_basis": {},
}  # fmt: skip
TERMS = (
    "takes_effect", "open_ended", "notice_period_months", "notice_effect", "notice_scope", "notice_scope_note",
    "review", "revision_initiated_by",
)  # fmt: skip
OWN_WORDS = (
    "kind_label", "legal_character", "summary", "areas_note", "goals_note", "strategies_rule", "word_plan",
    "word_activity", "word_area", "word_collaboration_area", "word_council", "is_example",
)  # fmt: skip


def boards_of(user):
    """The parties for which ``user`` coordinates, and so may begin an agreement."""
    return Party.objects.with_right(user, Right.COORDINATE)


@transaction.atomic
def create_agreement(*, agreement, by, parties=(), serves=(), start="", end=""):
    """Store a new draft as ``by`` has filled it in; what its predecessor says is copied. Returns the Agreement.

    ``agreement`` has its title, names, county, kind and coordinating party, and perhaps a predecessor or a parent.
    Raises PermissionDenied and, where the rules say no, ValidationError.
    """
    if not boards_of(by).filter(pk=agreement.coordinating_party_id).exists():
        raise PermissionDenied
    source = agreement.predecessor and _editable(agreement.predecessor, by)
    parent = agreement.parent and _editable(agreement.parent, by)
    agreement.status, agreement.published_on = Agreement.Status.DRAFT, None
    agreement.slug = agreement.slug or free_slug(agreement.short_name)
    if source:
        series.check_successor(predecessor=source, start=start)
        agreement.predecessor = source
        for name in OWN_WORDS:
            setattr(agreement, name, getattr(agreement, name) or getattr(source, name))
        series.join(agreement)
    if parent:
        _refuse_under(parent)
        agreement.is_example = parent.is_example
    _refuse_second(agreement)
    agreement.save()
    agreement.serves.set(serves)
    if source:
        copy_rows(source, agreement)
    _accede(agreement, source, parties)
    _set_validity(agreement, source, start, end)
    note(Kind.CREATED, agreement=agreement, by=by, text=_origin(agreement))
    grant_rights(agreement)
    return agreement


def _refuse_second(agreement):
    """The same form sent twice begins one agreement. Those of one board are begun one at a time."""
    list(Party.objects.select_for_update().filter(pk=agreement.coordinating_party_id))
    names = "coordinating_party", "parent", "title", "short_name"
    if Agreement.objects.filter(**{name: getattr(agreement, name) for name in names}).exists():
        raise ValidationError({"short_name": _("Det finns redan en överenskommelse med de namnen. Välj ett annat.")})


def free_slug(name):
    """An address made of the name that no agreement has: ``exempel-uppsala-2027-2030``."""
    stem = slugify(name.replace("–", "-"))[:70].strip("-") or "overenskommelse"
    taken = set(Agreement.objects.filter(slug__startswith=stem).values_list("slug", flat=True)) | RESERVED
    slug, number = stem, 2
    while slug in taken:
        slug, number = f"{stem}-{number}", number + 1
    return slug


def _editable(agreement, by):
    stored = hold(agreement)
    if not Agreement.objects.editable_by(by).filter(pk=stored.pk).exists():
        raise PermissionDenied
    return stored


def _refuse_under(parent):
    if parent.status in OVER:
        text = _("%(name)s gäller inte längre. Ett avtal under den kan inte påbörjas.")
        raise ValidationError(text % {"name": parent.short_name})


def _origin(agreement):
    if agreement.predecessor:
        return _("Som efterföljare till %(name)s.") % {"name": agreement.predecessor.short_name}
    return _("Under %(name)s.") % {"name": agreement.parent.short_name} if agreement.parent else ""


def _accede(agreement, source, parties):
    """The parties that are asked: those of the predecessor that stand, or those that were chosen. None has signed."""
    roles = {party.pk: Accession.Role.SIGNATORY for party in parties}
    if source:
        roles |= dict(Accession.objects.standing().filter(agreement=source).values_list("party", "role"))
    for order, party in enumerate(Party.objects.filter(pk__in=roles, dissolved_on__isnull=True), start=1):
        Accession.objects.create(
            agreement=agreement,
            party=party,
            key=party.key,
            order=order,
            role=roles[party.pk],
            name_at_signing=party.name,
            signature_status=Accession.SignatureStatus.PENDING,
        )
    name_parties(agreement)


def _set_validity(agreement, source, start, end):
    """The period that is proposed, with the terms of notice that the predecessor has."""
    before = source.validity if source else None
    terms = {name: getattr(before, name) for name in TERMS} if before else {}
    if end:
        terms["open_ended"] = False
    if before or start or end:
        precisions = {0: "", 4: "year", 7: "month", 10: "date"}
        Validity.objects.create(
            agreement=agreement, start=start, end=end, start_precision=precisions[len(start)],
            end_precision=precisions[len(end)], **terms,
        )  # fmt: skip


# --- copying ----------------------------------------------------------------------------------------------------------


def copy_rows(source, agreement):
    """Give ``agreement`` the rows of ``source`` that say what the parties want, under the same keys.

    Numbers that are what the text would number by itself are left to it. What has been dropped is not taken along.
    """
    counted = {key_of(row): block["number"] for block, row in text_of(source)}
    own = _automatic_numbers(source)
    copies = {}
    for model in COPIED:
        for row in model.objects.filter(agreement=source):
            dropped = getattr(row, "dropped_on", None) or (_leads_nowhere(row, copies) and model is not Actor)
            if not dropped:
                is_counted = key_of(row) in counted and own.get(key_of(row)) == counted[key_of(row)]
                copies[model, row.pk] = _copy(row, agreement, copies, is_counted)


def _automatic_numbers(source):
    """{key: the number that the row would get if none of them had a number of its own}."""
    places, numbers = {}, {}
    for block, row in text_of(source):
        under = numbers.get(block["area"], "")
        places[block["kind"], block["area"]] = place = places.get((block["kind"], block["area"]), 0) + 1
        numbers[key_of(row)] = f"{under}.{place}" if block["area"] else str(place)
    return numbers


def _leads_nowhere(row, copies):
    """Whether the row stands under an area that is not taken along."""
    area = getattr(row, "area_id", None)
    return area is not None and (PriorityArea, area) not in copies


def _copy(row, agreement, copies, is_counted):
    lists = {field.name: list(getattr(row, field.name).all()) for field in row._meta.many_to_many}
    copy = type(row)()
    for field in row._meta.concrete_fields:
        if field.name not in {"id", "agreement", "version", *NEW_SOURCE}:
            setattr(copy, field.attname, getattr(row, field.attname))
    for field in row._meta.concrete_fields:
        is_own = field.many_to_one and field.name != "agreement" and issubclass(field.related_model, AgreementRow)
        if is_own and getattr(row, field.attname) and field.name not in NEW_SOURCE:
            found = copies.get((field.related_model, getattr(row, field.attname)))
            setattr(copy, field.attname, found and found.pk)
    copy.agreement = agreement
    for name, value in NEW_SOURCE.items():
        setattr(copy, name, value)
    for name in {"added_on", "dropped_on"} & {field.name for field in row._meta.concrete_fields}:
        setattr(copy, name, None)
    if is_counted and hasattr(copy, "number"):
        copy.number = ""
    if isinstance(row, Actor) and row.kind == Actor.Kind.BODY:
        copy.kind = Actor.Kind.NAMED  # a body becomes one here when it is given its mandate
    copy.save()
    for name, rows in lists.items():
        getattr(copy, name).set([copies[type(one), one.pk] for one in rows if (type(one), one.pk) in copies])
    return copy
