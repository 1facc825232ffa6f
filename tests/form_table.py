"""Forms by the name of their address, for rules that hold for every kind of form."""

import os

from agreements.drafting_group import group_of
from agreements.models import Agreement
from followup.models import IndicatorDefinition
from parties.models import Role
from parties.services import join
from tests import factories as make
from tests.test_access import DOORS, address, build

WRITERS = int(os.environ.get("WRITERS", 3))  # how many people there are of each role
# Every form that edits what is stored: the text that the tests write in, and the role of those who do.
FORMS = {
    "agreements:agreement_edit": ("summary", Role.COORDINATOR),
    "agreements:row_edit": ("why", Role.COORDINATOR),
    "agreements:row_edit in a draft": ("text", Role.DRAFTER),
    "agreements:row_edit of the situation": ("text", Role.COORDINATOR),
    "agreements:amendment_create": ("text", Role.COORDINATOR),
    "agreements:contribution_edit": ("text", Role.REPORTER),
    "agreements:accession_decide": ("reservation", Role.COORDINATOR),
    "agreements:accession_bulk": ("part-{accession}-decided_by", Role.COORDINATOR),
    "agreements:response_edit": ("text", Role.REPORTER),
    "agreements:response_treat": ("treatment_reason", Role.COORDINATOR),
    "governance:row_edit": ("office", Role.COORDINATOR),
    "governance:meeting_edit": ("note", Role.COORDINATOR),
    "governance:meeting_attendance": ("guests", Role.COORDINATOR),
    "governance:record_edit": ("text", Role.COORDINATOR),
    "actionplans:plan_edit": ("name", Role.COORDINATOR),
    "actionplans:activity_edit": ("description", Role.COORDINATOR),
    "actionplans:activity_end": ("ending_reason", Role.COORDINATOR),
    "actionplans:note_edit": ("text", Role.COORDINATOR),
    "actionplans:proposal_edit": ("title", Role.REPORTER),
    "followup:indicator_edit": ("name", Role.COORDINATOR),
    "followup:definition_edit": ("text_{definition}", Role.COORDINATOR),
    "followup:assessment_edit": ("analysis", Role.COORDINATOR),
    "followup:obstacle_edit": ("text", Role.REPORTER),
    "followup:obstacle_handle": ("outcome_text", Role.COORDINATOR),
    "followup:item_edit": ("text", Role.COORDINATOR),
    "followup:assignment_answer": ("answer", Role.REPORTER),
    "followup:decision_edit": ("text", Role.COORDINATOR),
    "parties:membership_edit": ("title", Role.PARTY_ADMINISTRATOR),
}
DAY = "2026-01-15"
DECIDED = {"decided_by": "Rådet", "decided_on": DAY}
# What such a form cannot be sent without, beside the text.
BESIDES = {"agreements:amendment_create": {**DECIDED, "effective_on": DAY, "reason": "Nya uppgifter."}}
# What is sent many times at once: URL name → who, what is typed, and how many rows it makes altogether. ``line`` is a
# line of history in agreements or followup. The first that is typed is a text; where nothing is, a button is pressed.
ONCE = {
    "parties:invitation_create": (
        Role.PARTY_ADMINISTRATOR,
        {"email": "ny.kollega@exempel.invalid", "name": "Ny Kollega", "role": "reporter"},
        {"invitation": 1, "mail": 1, "sent": 1, "log": 1},
    ),
    "parties:membership_create": (
        Role.PARTY_ADMINISTRATOR,
        {"title": "Handläggare", "role": "reporter"},
        {"membership": 1, "mail": 1, "sent": 1, "log": 1},
    ),
    "agreements:revision_create": (
        Role.APPROVER,
        {"text": "Se över boendet."},
        {"revision": 1, "mail": WRITERS, "line": 1},  # to each who coordinates
    ),
    "agreements:revision_decide": (
        Role.COORDINATOR,
        {"outcome_text": "Boendet ses över.", "outcome": "accepted", "decided_on": DAY},
        {"line": 1},
    ),
    "agreements:agreement_create": (
        Role.COORDINATOR,
        {"title": "Ny överenskommelse", "short_name": "Ny 2031", "county": "{county}"},
        {"agreement": 1, "event": 1, "line": 2},
    ),
    "agreements:draft_comment_list": (Role.COORDINATOR, {"text": "Vilka deltar?"}, {"comment": 1, "line": 1}),
    "agreements:consultation_prepare": (
        Role.COORDINATOR,
        {"note": "Välkomna.", "others": "Myndigheten; m@exempel.invalid", "all_parties": "", "deadline": "2036-10-30"},
        {"consultation": 1, "addressee": 1, "mail": 1, "event": 1, "line": 5},
    ),
    "agreements:consultation_extend": (
        Role.COORDINATOR,
        {"reason": "Nämnden sammanträder senare.", "to": "2036-12-01"},
        {"mail": 1, "line": 2},
    ),
    "agreements:termination_create": (
        Role.APPROVER,
        {"reason": "Nya uppgifter.", "given_on": DAY, "scope": "leaving_party", "months": "9"},
        {"termination": 1, "mail": 1, "line": 1},
    ),
    "agreements:termination_withdraw": (
        Role.APPROVER,
        {"withdrawn_note": "Parten stannar."},
        {"mail": 1, "line": 1},
    ),
    "agreements:extension_create": (
        Role.COORDINATOR,
        {"reason": "Mer tid.", "end": "2031", **DECIDED},
        {"validity": 1, "event": 1, "line": 3},  # and the agreement's
    ),
    "agreements:life_step": (
        Role.COORDINATOR,
        {"reason": "Ny lag.", "document": "{paper}", **DECIDED},
        {"validity": 1, "event": 1, "line": 3},  # and the agreement's; it ends before the end that stood
    ),
    "agreements:adoption_create": (
        Role.COORDINATOR,
        {"decision_paragraph": "§ 4", "decided_by": "{body_in_draft}", "decided_on": DAY},
        {"adoption": 1, "event": 1, "line": 4},  # and the agreement's, and that of who is waited for
    ),
    "agreements:accession_join": (
        Role.COORDINATOR,
        {"reservation": "Gäller inte boendet.", "party": "{newcomer}", "role": "signatory", "joined_on": DAY},
        {"accession": 1, "event": 1, "line": 3},  # and that of who may be named
    ),
    "agreements:review_complete": (
        Role.COORDINATOR,
        {"text": "Fortfarande aktuell.", "outcome": "stands", "done_on": DAY, "next_on": "2027-01-15"},
        {"review": 1, "event": 1, "line": 3},
    ),
    "agreements:amendment_add": (
        Role.COORDINATOR,
        {"text": "Fler bostäder.", "level": "subgoal", "effective_on": DAY, "reason": "Nytt behov.", **DECIDED},
        {"amendment": 1, "event": 1, "line": 3},
    ),
    "agreements:amendment_drop": (
        Role.COORDINATOR,
        {"reason": "Målet är nått.", "effective_on": DAY, **DECIDED},
        {"amendment": 1, "event": 1, "line": 3},
    ),
    "agreements:response_submit": (Role.REPORTER, {}, {"mail": 1, "sent": 1, "line": 1}),
    "followup:obstacle_report": (Role.REPORTER, {}, {"line": 1}),
    "followup:obstacle_create": (
        Role.REPORTER,
        {"title": "Sekretess", "text": "Uppgifterna får inte delas.", "needs": "law"},
        {"obstacle": 1, "line": 1},
    ),
    "followup:report_return": (
        Role.COORDINATOR,
        {"comment": "Skriv vad ni har gjort."},
        {"return": 1, "line": 1},
    ),
}


# Where the button of a verb stands.
BUTTON_ON = {"followup:obstacle_report": "followup:obstacle_detail"}


def build_world():
    """The world of test_access with what the forms besides need; ``apart`` is what some have of their own."""
    world = build("in_force", "2020-01-01")
    make.InternalNoteFactory(activity_id=world["activity"])
    world["definition"] = make.IndicatorDefinitionFactory(indicator__agreement=world["agreement"]).pk
    world["indicator"] = IndicatorDefinition.objects.get().indicator.key
    world["newcomer"] = make.PartyFactory().pk
    world["apart"] = build_apart(world)
    return world


def build_apart(world):
    """What the forms that only go in one state, or change the state for others, have of their own."""
    return {
        **build_drafts(world),
        **build_notices(world),
        **build_steps(world),
        "agreements:row_edit of the situation": {"goal_kind": "nulagesbeskrivning", "goal": world["situation"]},
        "agreements:response_submit": response_to_hand_in(world),
        "agreements:consultation_extend": response_to_wait_for(world),
        "followup:report_return": {"report": world["submitted"]},
        "followup:obstacle_detail": {"obstacle": world["obstacle_draft"]},
    }


def build_drafts(world):
    """What is written in drafts, and the drafts that are sent and adopted."""
    drafted, writing, sending = (own(world, "draft") for _each in range(3))
    make.TextVersionFactory(agreement=sending["agreement"])
    world["county"] = world["agreement"].county_id
    world["body_in_draft"] = make.ActorFactory(agreement=drafted["agreement"]).pk
    dialogue = make.DialogueFactory(agreement=writing["agreement"])
    dialogue.invited.add(world["party"])
    make.ContributionFactory(dialogue=dialogue, party=world["party"])
    return {
        "agreements:row_edit in a draft": {**writing, "goal": make.GoalFactory(agreement=writing["agreement"]).pk},
        "agreements:contribution_edit": {**writing, "dialogue": dialogue.pk},
        "agreements:draft_comment_list": writing,
        "agreements:consultation_prepare": sending,
        "agreements:adoption_create": drafted,
    }


def build_notices(world):
    """An agreement that the party leaves, and one whose notice it takes back; one coordinator gets the letters."""
    leaving, staying = own(world, "in_force"), own(world, "in_force")
    for agreement in (leaving["agreement"], staying["agreement"]):
        agreement.coordinating_party = make.MembershipFactory(role=Role.COORDINATOR).party
        agreement.save()
    notice = make.TerminationFactory(agreement=staying["agreement"], party=world["party"])
    return {
        "agreements:termination_create": leaving,
        "agreements:termination_withdraw": {**staying, "notice": notice.pk},
    }


def build_steps(world):
    """Agreements that are extended and ended, and what is decided and dropped in mid-period."""
    ending, closing = own(world, "in_force"), own(world, "in_force")
    make.ValidityFactory(agreement=ending["agreement"])
    world["paper"] = make.DocumentFactory(agreement=closing["agreement"]).pk
    asked = make.RevisionRequestFactory(agreement=world["agreement"], received_on=DAY)
    dropped = make.GoalFactory(agreement=world["agreement"])
    return {
        "agreements:revision_decide": {"revision": asked.pk},
        "agreements:extension_create": ending,
        "agreements:life_step": closing,
        "agreements:amendment_drop": {"block": f"goal:{dropped.key}"},
    }


def response_to_hand_in(world):
    """An answer of the party that says what is needed."""
    text = make.TextVersionFactory(agreement=world["agreement"])
    sent = make.ConsultationFactory(agreement=world["agreement"], text=text, deadline="2036-10-30")
    asked = {"addressee__consultation": sent, "addressee__party": world["party"]}
    return {"consultation": sent.pk, "response": make.ConsultationResponseFactory(**asked, text="Bra.").pk}


def response_to_wait_for(world):
    """A remiss to somebody without account, who gets the one letter."""
    agreement = own(world, "consultation")
    text = make.TextVersionFactory(agreement=agreement["agreement"])
    sent = make.ConsultationFactory(agreement=agreement["agreement"], text=text, deadline="2036-10-30")
    asked = make.AddresseeFactory(consultation=sent, party=None, email="m@exempel.invalid")
    make.ConsultationResponseFactory(addressee=asked)
    return {**agreement, "consultation": sent.pk}


def own(world, status):
    """An agreement of the same board and party."""
    agreement = make.AgreementFactory(
        coordinating_party=world["agreement"].coordinating_party,
        status=status,
        published_on=None if status == Agreement.Status.DRAFT else "2020-01-01",
    )
    make.AccessionFactory(agreement=agreement, party=world["party"])
    return {"agreement": agreement, "slug": agreement.slug}


def address_of(name, world):
    """Where the form is sent. Words after the name of its address tell it from others there."""
    url_name = name.partition(" ")[0]
    return address(DOORS[url_name], url_name, world | world["apart"].get(name, {}))


def writer(role, world):
    """Somebody new in the role; drafters write the draft of one agreement."""
    draft = world["apart"]["agreements:row_edit in a draft"]["agreement"]
    user = make.UserFactory()
    join(user=user, party=party_of(role, world), role=role, group=group_of(draft) if role == Role.DRAFTER else None)
    return user


def party_of(role, world):
    """Whose hat those wear who write."""
    return world["agreement"].coordinating_party if role == Role.COORDINATOR else world["party"]
