"""Every address × every role × own, other and no party × GET, POST and htmx, with objects that exist.

``DOORS`` is the expectation: which people get through, said apart from the code. A name
that is missing here, or in portal/access.py, is red.
"""

import re
import sys
from dataclasses import dataclass, field
from functools import partial
from uuid import UUID, uuid4

import pytest
from django.apps import apps
from django.core.files.base import ContentFile
from django.db import models, transaction
from django.middleware.csrf import get_token
from django.template import Origin
from django.template.loaders.base import Loader
from django.test import Client, RequestFactory
from django.urls import URLPattern, get_resolver, reverse
from django_htmx.middleware import HtmxDetails

from agreements.models import Agreement, StagedWorkbook
from followup.services import close_round
from parties.models import Role
from parties.services import join
from portal.access import ACCESS, STAFF_NAMESPACES
from tests import factories as make
from tests.test_architecture import ROOT

ANONYMOUS = "anonymous"
NO_PARTY = "no party"  # signed in, and nothing more
OWN = [f"own {role}" for role in Role.values]
OTHER = [f"other {role}" for role in Role.values]
PEOPLE = [ANONYMOUS, NO_PARTY, *OWN, *OTHER]
ELSEWHERE = "elsewhere"  # wears every hat of OTHER at once: hats only add rights, so where this one is refused all are
THROUGH = {200, 302, 409, 422}  # the page, what follows it, or the form again with what to mend

EVERYBODY = set(PEOPLE)
SIGNED_IN = EVERYBODY - {ANONYMOUS}
COORDINATORS = {"own coordinator", "other coordinator"}
EDITORS = {"own coordinator"}
REPORTERS = {"own reporter", "own approver"}
APPROVERS = {"own approver"}
PARTY = REPORTERS | {"own reader"}
REVIEWERS = {"own coordinator", "own auditor", "own council_member"}
ASKED = EDITORS | REPORTERS  # who read a dialogue that the party is invited to
OVERSEERS = {"own coordinator", "own auditor"}  # who read the control view
ADMINISTRATORS = {"own party_administrator"}  # who look after the party's people
SHARED = REVIEWERS | PARTY  # with whom an agreement is shared before it is public
LOG_READERS = {f"{whose} {role}" for whose in ("own", "other") for role in ("auditor", "party_administrator")}


@dataclass(frozen=True)
class Door:
    """Who sees what is behind the address (others: 404), and who gets through (others of those who see: 403)."""

    args: tuple = ()
    through: set = field(default_factory=set)
    seen: set = field(default_factory=lambda: EVERYBODY)
    only: str = ""  # "get" or "post", where the other is answered by 405
    in_draft: set = field(default_factory=lambda: EDITORS)  # who sees it while the agreement is a draft
    no_login_under_way: set = field(default_factory=set)  # who is led to the log-in, since the step before is missing


PREPARERS = {"own coordinator", "own council_member"}  # the body of build() prepares the plan
OF_AGREEMENT = ("slug",)
OF_NOTICE = ("slug", "notice")
OF_PLAN = ("slug", "plan")
OF_EDITION = ("slug", "plan", "draft_label")
OF_ROUND = ("slug", "round")
OF_FORM = ("slug", "round", "party_key")
OF_INDICATOR = ("slug", "indicator")
OF_MEETING = ("slug", "body", "meeting")
OF_PUBLISHED_MEETING = ("slug", "body", "published_meeting")
OF_ITEM = (*OF_MEETING, "item")
OF_ASSIGNMENT = ("slug", "assignment")
OF_PARTY = ("party_key",)
OF_CONSULTATION = ("slug", "consultation")
OF_RESPONSE = (*OF_CONSULTATION, "response")
OF_HANDED_IN = ("slug", "public_consultation", "handed_in")
OF_PAIR = ("slug", "plan", "adopted_label", "former_label")

DOORS = {
    "portal:start": Door(through=EVERYBODY, in_draft=EVERYBODY),
    "portal:search": Door(through=EVERYBODY, in_draft=EVERYBODY),
    "portal:across": Door(through=EVERYBODY, in_draft=EVERYBODY),
    "portal:work": Door(through=SIGNED_IN, in_draft=EVERYBODY),
    "portal:work_badge": Door(through=SIGNED_IN, in_draft=EVERYBODY),
    "portal:agreement_people": Door(OF_AGREEMENT, through=EDITORS),
    "portal:my_rights": Door(through=SIGNED_IN, in_draft=EVERYBODY),
    "portal:mail_settings": Door(through=SIGNED_IN, in_draft=EVERYBODY),
    "portal:calendar_renew": Door(through=SIGNED_IN, in_draft=EVERYBODY, only="post"),
    "portal:calendar_feed": Door(("feed_secret",), through=EVERYBODY, in_draft=EVERYBODY, only="get"),
    "portal:session_list": Door(through=SIGNED_IN, in_draft=EVERYBODY, only="get"),
    "portal:session_end": Door(("other_session",), seen=set(), in_draft=EVERYBODY, only="post"),  # one's own only
    "portal:session_end_all": Door(through=SIGNED_IN, in_draft=EVERYBODY, only="post"),
    "portal:session_left": Door(through=SIGNED_IN, in_draft=EVERYBODY, only="get"),
    "portal:session_keep": Door(through=SIGNED_IN, in_draft=EVERYBODY, only="post"),
    # no identity provider stands in these settings: see tests/portal/test_federation.py
    "portal:provider_login": Door(("provider",), seen=set(), only="post"),
    "portal:provider_answer": Door(("provider",), seen=set(), only="get"),
    "portal:saml_consume": Door(("provider",), seen=set(), only="post"),
    "portal:saml_metadata": Door(("provider",), seen=set(), only="get"),
    "portal:connection_list": Door(through=SIGNED_IN, in_draft=EVERYBODY, only="get"),
    # asked for the password first, whatever is there
    "portal:connection_create": Door(("provider",), through=SIGNED_IN, in_draft=EVERYBODY, only="post"),
    "portal:connection_delete": Door(("identity",), through=SIGNED_IN, in_draft=EVERYBODY, only="post"),
    "portal:accessibility": Door(through=EVERYBODY, in_draft=EVERYBODY),
    "portal:privacy": Door(through=EVERYBODY, in_draft=EVERYBODY),
    "portal:health": Door(through=EVERYBODY, in_draft=EVERYBODY),
    "portal:security_txt": Door(through=EVERYBODY, in_draft=EVERYBODY),
    "portal:agreement_year": Door(OF_AGREEMENT, through=EVERYBODY),
    "portal:party_detail": Door(OF_PARTY, through=EVERYBODY, in_draft=EVERYBODY, only="get"),
    "portal:party_history": Door(OF_PARTY, through=EVERYBODY, in_draft=EVERYBODY, only="get"),
    # whoever looks after the portal, and none of these does: see tests/portal/test_party_changes.py
    "portal:succession_apply": Door(OF_AGREEMENT, through=EDITORS),
    "portal:party_change": Door((*OF_PARTY, "change_kind"), in_draft=EVERYBODY),
    # until it is confirmed a notice is between its party and the coordinators
    "portal:leaving_effects": Door(OF_NOTICE, through=EDITORS | APPROVERS, seen=EDITORS | APPROVERS, only="get"),
    "portal:leaving_confirm": Door(OF_NOTICE, through=EDITORS, seen=EDITORS | APPROVERS, only="post"),
    "portal:series_detail": Door(("series",), through=EVERYBODY),
    "portal:series_current": Door(("series",), through=EVERYBODY),
    "portal:agreement_history": Door(OF_AGREEMENT, through=EVERYBODY),
    "portal:object_history": Door(("slug", "history_kind", "report"), through=PARTY, seen=PARTY, only="get"),
    "portal:audit_log": Door(through=LOG_READERS, in_draft=EVERYBODY, only="get"),
    "portal:audit_export": Door(("indicator_kind",), through=LOG_READERS, in_draft=EVERYBODY, only="get"),
    "portal:workbook_template": Door(through=SIGNED_IN, in_draft=EVERYBODY, only="get"),
    "portal:workbook_upload": Door(through=COORDINATORS, in_draft=EVERYBODY),
    "portal:workbook_preview": Door(("staged",), through=EDITORS, seen=EDITORS, only="get"),
    "portal:workbook_confirm": Door(("staged",), through=EDITORS, seen=EDITORS, only="post"),
    "portal:workbook_export": Door(OF_AGREEMENT, through=EVERYBODY, only="get"),
    "parties:party_people": Door(OF_PARTY, through=ADMINISTRATORS, in_draft=EVERYBODY),
    "parties:membership_create": Door((*OF_PARTY, "colleague"), through=ADMINISTRATORS, in_draft=EVERYBODY),
    "parties:membership_edit": Door(
        (*OF_PARTY, "membership"), through=ADMINISTRATORS, seen=ADMINISTRATORS, in_draft=ADMINISTRATORS
    ),
    "parties:membership_end": Door(
        (*OF_PARTY, "membership"), through=ADMINISTRATORS, seen=ADMINISTRATORS, in_draft=ADMINISTRATORS
    ),
    "parties:membership_alternate": Door(
        (*OF_PARTY, "membership"), through=ADMINISTRATORS, seen=ADMINISTRATORS, in_draft=ADMINISTRATORS
    ),
    "portal:membership_history": Door(
        (*OF_PARTY, "membership"), through=ADMINISTRATORS, seen=ADMINISTRATORS, in_draft=ADMINISTRATORS, only="get"
    ),
    "portal:hand_over": Door((*OF_PARTY, "colleague"), through=ADMINISTRATORS, in_draft=EVERYBODY),
    "parties:invitation_create": Door(OF_PARTY, through=ADMINISTRATORS | EDITORS, in_draft=EVERYBODY),
    # coordinators see those to the roles that they may give; this one is to a reporter
    "parties:invitation_resend": Door(
        (*OF_PARTY, "invitation"), through=ADMINISTRATORS, seen=ADMINISTRATORS, in_draft=ADMINISTRATORS, only="post"
    ),
    "parties:invitation_withdraw": Door(
        (*OF_PARTY, "invitation"), through=ADMINISTRATORS, seen=ADMINISTRATORS, in_draft=ADMINISTRATORS, only="post"
    ),
    "parties:invitation_open": Door(("invitation_secret",), through=EVERYBODY, in_draft=EVERYBODY, only="get"),
    "parties:invitation_answer": Door(through=EVERYBODY, in_draft=EVERYBODY),
    "agreements:agreement_list": Door(through=EVERYBODY, in_draft=EVERYBODY),
    "agreements:agreement_detail": Door(OF_AGREEMENT, through=EVERYBODY),
    "agreements:accession_list": Door(OF_AGREEMENT, through=EVERYBODY),
    "agreements:termination_list": Door(OF_AGREEMENT, through=EVERYBODY),
    "agreements:termination_create": Door(OF_AGREEMENT, through=EDITORS | APPROVERS),
    "agreements:termination_receipts": Door(OF_NOTICE, through=EDITORS, seen=EDITORS | APPROVERS),
    "agreements:termination_withdraw": Door(OF_NOTICE, through=EDITORS | APPROVERS, seen=EDITORS | APPROVERS),
    "agreements:extension_create": Door(OF_AGREEMENT, through=EDITORS),
    "agreements:process_detail": Door(OF_AGREEMENT, through=EVERYBODY),
    "agreements:agreement_life": Door(OF_AGREEMENT, through=EVERYBODY),
    "agreements:life_step": Door(("slug", "life_step"), through=EDITORS),
    "agreements:consultation_prepare": Door(OF_AGREEMENT, through=EDITORS),
    "agreements:consultation_detail": Door(OF_CONSULTATION, through=EVERYBODY),
    "agreements:consultation_add": Door(OF_CONSULTATION, through=EDITORS),
    "agreements:consultation_extend": Door(OF_CONSULTATION, through=EDITORS),
    "agreements:consultation_remind": Door(OF_CONSULTATION, through=EDITORS, only="post"),
    "agreements:consultation_close": Door(OF_CONSULTATION, through=EDITORS),
    "agreements:addressee_withdraw": Door((*OF_CONSULTATION, "addressee"), through=EDITORS, only="post"),
    # a public paper; those who got the remiss fetch it also where they do not read the agreement
    "agreements:consultation_document": Door(
        (*OF_CONSULTATION, "document"), through=EVERYBODY, in_draft=EDITORS | REPORTERS, only="get"
    ),
    "agreements:consultation_summary": Door(OF_CONSULTATION, through=EDITORS, seen=EDITORS),
    "agreements:consultation_summary_pdf": Door(OF_CONSULTATION, through=EDITORS, seen=EDITORS, only="get"),
    "agreements:consultation_summary_docx": Door(OF_CONSULTATION, through=EDITORS, seen=EDITORS, only="get"),
    "agreements:remark_list": Door(OF_CONSULTATION, through=EDITORS, seen=EDITORS),
    # a draft is its own party's
    "agreements:response_detail": Door(OF_RESPONSE, through=REPORTERS, seen=REPORTERS, in_draft=REPORTERS),
    "agreements:response_edit": Door(OF_RESPONSE, through=REPORTERS, seen=REPORTERS, in_draft=REPORTERS),
    "agreements:response_submit": Door(OF_RESPONSE, through=REPORTERS, seen=REPORTERS, in_draft=REPORTERS),
    "agreements:response_files": Door(OF_RESPONSE, through=REPORTERS, seen=REPORTERS, in_draft=REPORTERS),
    "agreements:response_file_download": Door(
        (*OF_RESPONSE, "response_file"), through=REPORTERS, seen=REPORTERS, in_draft=REPORTERS, only="get"
    ),
    "agreements:response_file_delete": Door(
        (*OF_RESPONSE, "response_file"), through=REPORTERS, seen=REPORTERS, in_draft=REPORTERS, only="post"
    ),
    "agreements:response_treat": Door(
        (*OF_HANDED_IN[:2], "remark_kind", "handed_in"), through=EDITORS, in_draft=EDITORS | REPORTERS
    ),
    "agreements:response_link": Door(through=EVERYBODY, in_draft=EVERYBODY),
    "agreements:response_link_submit": Door(through=EVERYBODY, in_draft=EVERYBODY),
    "agreements:response_link_files": Door(through=EVERYBODY, in_draft=EVERYBODY),
    "agreements:response_link_file_download": Door(
        ("response_file",), through=EVERYBODY, in_draft=EVERYBODY, only="get"
    ),
    "agreements:response_link_file_delete": Door(
        ("response_file",), through=EVERYBODY, in_draft=EVERYBODY, only="post"
    ),
    "agreements:response_open": Door(("invitation_secret",), through=EVERYBODY, in_draft=EVERYBODY, only="get"),
    "agreements:document_download": Door(("slug", "document"), through=EVERYBODY),
    "agreements:review_list": Door(OF_AGREEMENT, through=EVERYBODY),
    "agreements:review_complete": Door(("slug", "review"), through=EDITORS),
    "agreements:situation_list": Door(OF_AGREEMENT, through=EVERYBODY),
    "agreements:situation_detail": Door(("slug", "situation"), through=EVERYBODY),
    "agreements:situation_publish": Door(("slug", "situation"), through=EDITORS, only="post"),
    "agreements:amendment_list": Door(OF_AGREEMENT, through=EVERYBODY),
    "agreements:amendment_choose": Door(OF_AGREEMENT, through=EDITORS),
    "agreements:amendment_add": Door(("slug", "goal_kind"), through=EDITORS),
    "agreements:amendment_create": Door(("slug", "block"), through=EDITORS),
    "agreements:amendment_drop": Door(("slug", "block"), through=EDITORS),
    "agreements:revision_list": Door(OF_AGREEMENT, through=SHARED, seen=SHARED),
    "agreements:revision_create": Door(OF_AGREEMENT, through=EDITORS | {"own approver"}, seen=SHARED),
    "agreements:revision_decide": Door(("slug", "revision"), through=EDITORS),
    "agreements:adoption_create": Door(OF_AGREEMENT, through=EDITORS),
    "agreements:accession_join": Door(OF_AGREEMENT, through=EDITORS),
    "agreements:accession_bulk": Door(OF_AGREEMENT, through=EDITORS),
    "agreements:accession_decide": Door(("slug", "accession"), through=EDITORS),
    "agreements:agreement_create": Door(through=COORDINATORS, in_draft=EVERYBODY),
    "agreements:drafting_detail": Door(OF_AGREEMENT, through=EDITORS, only="get"),
    "agreements:block_move": Door(OF_AGREEMENT, through=EDITORS, only="post"),
    "agreements:draft_comment_list": Door(OF_AGREEMENT, through=EDITORS),
    "agreements:draft_comment_resolve": Door(("slug", "draft_comment"), through=EDITORS, only="post"),
    "agreements:drafting_group": Door(OF_AGREEMENT, through=EDITORS),
    "agreements:drafter_end": Door(("slug", "membership"), through=EDITORS, only="post"),
    "agreements:drafter_invitation_withdraw": Door(("slug", "invitation"), through=EDITORS, only="post"),
    "agreements:text_version_list": Door(OF_AGREEMENT, through=EVERYBODY, only="get"),
    "agreements:text_version_create": Door(OF_AGREEMENT, through=EDITORS),
    # one that has not been sent or adopted is its writers' own
    "agreements:text_version_detail": Door(("slug", "text_version"), through=EDITORS, seen=EDITORS, only="get"),
    "agreements:text_comparison": Door(OF_AGREEMENT, through=EVERYBODY, only="get"),
    "agreements:text_comparison_pdf": Door(OF_AGREEMENT, through=EVERYBODY, only="get"),
    "agreements:text_comparison_docx": Door(OF_AGREEMENT, through=EVERYBODY, only="get"),
    "agreements:sub_agreement_list": Door(OF_AGREEMENT, through=EVERYBODY, only="get"),
    "agreements:dialogue_list": Door(OF_AGREEMENT, through=EDITORS, only="get"),
    # the party is invited, so its reporters read the question also while the agreement is a draft
    "agreements:dialogue_detail": Door(("slug", "dialogue"), through=ASKED, seen=ASKED, in_draft=ASKED, only="get"),
    "agreements:contribution_edit": Door(
        ("slug", "dialogue", "party_key"), through=REPORTERS, seen=ASKED, in_draft=ASKED
    ),
    "agreements:contribution_download": Door(
        ("slug", "contribution"), through=ASKED, seen=ASKED, in_draft=ASKED, only="get"
    ),
    "agreements:agreement_edit": Door(OF_AGREEMENT, through=EDITORS),
    "agreements:agreement_publish": Door(OF_AGREEMENT, through=EDITORS),
    "agreements:row_create": Door(("slug", "goal_kind"), through=EDITORS),
    "agreements:row_edit": Door(("slug", "goal_kind", "goal"), through=EDITORS),
    "agreements:row_delete": Door(("slug", "goal_kind", "goal"), through=EDITORS),
    "governance:agreement_governance": Door(OF_AGREEMENT, through=EVERYBODY),
    "governance:body_detail": Door(("slug", "body"), through=EVERYBODY),
    "governance:meeting_create": Door(("slug", "body"), through=EDITORS),
    "governance:meeting_detail": Door(OF_MEETING, through=EVERYBODY),
    "governance:meeting_edit": Door(OF_MEETING, through=EDITORS),
    "governance:meeting_delete": Door(OF_MEETING, through=EDITORS),
    "governance:meeting_call": Door(OF_MEETING, through=EDITORS, only="post"),
    "governance:meeting_bring": Door(OF_MEETING, through=EDITORS, only="post"),
    "governance:meeting_attendance": Door(OF_MEETING, through=EDITORS),
    # what is said in a meeting is read by those who keep it, until they call
    "governance:meeting_projector": Door(OF_MEETING, through=EDITORS, seen=EDITORS),
    "governance:meeting_end": Door(OF_MEETING, through=EDITORS, only="post"),
    "governance:meeting_publish": Door(OF_MEETING, through=EDITORS),
    "governance:record_edit": Door(OF_MEETING, through=EDITORS),
    "governance:record_finish": Door(OF_MEETING, through=EDITORS),
    "governance:record_download": Door(OF_MEETING, through=EDITORS, seen=EDITORS, only="get"),
    "governance:row_create": Door(("slug", "seat_kind"), through=EDITORS),
    "governance:row_edit": Door(("slug", "seat_kind", "seat"), through=EDITORS),
    "governance:row_delete": Door(("slug", "seat_kind", "seat"), through=EDITORS),
    "actionplans:plan_list": Door(OF_AGREEMENT, through=EVERYBODY),
    "actionplans:plan_create": Door(OF_AGREEMENT, through=EDITORS),
    "actionplans:plan_edit": Door(OF_PLAN, through=EDITORS),
    "actionplans:edition_describe": Door(OF_EDITION, through=EDITORS, seen=EDITORS),
    "actionplans:edition_delete": Door(OF_EDITION, through=EDITORS, seen=EDITORS),
    "actionplans:edition_propose": Door(OF_EDITION, through=EDITORS, seen=EDITORS, only="post"),
    "actionplans:edition_withdraw": Door(OF_EDITION, through=EDITORS, seen=EDITORS, only="post"),
    "actionplans:activity_file_create": Door((*OF_EDITION, "activity"), through=EDITORS, seen=EDITORS),
    "actionplans:activity_file_download": Door((*OF_EDITION, "activity", "file"), through=EDITORS, seen=EDITORS),
    "actionplans:activity_file_delete": Door((*OF_EDITION, "activity", "file"), through=EDITORS, seen=EDITORS),
    "actionplans:note_edit": Door((*OF_EDITION, "activity"), through=EDITORS, seen=EDITORS),
    "actionplans:edition_detail": Door(OF_EDITION, through=EDITORS, seen=EDITORS),
    "actionplans:edition_timeline": Door(OF_EDITION, through=EDITORS, seen=EDITORS),
    "actionplans:activity_whole": Door((*OF_EDITION, "activity"), through=EDITORS, seen=EDITORS),
    "actionplans:edition_matrix": Door(OF_EDITION, through=EDITORS, seen=EDITORS),
    "actionplans:edition_print": Door(OF_EDITION, through=EDITORS, seen=EDITORS),
    "actionplans:edition_edit": Door(OF_EDITION, through=EDITORS, seen=EDITORS, only="get"),
    "actionplans:activity_row": Door((*OF_EDITION, "activity"), through=EDITORS, seen=EDITORS, only="get"),
    "actionplans:activity_cell": Door((*OF_EDITION, "activity"), through=EDITORS, seen=EDITORS, only="post"),
    "actionplans:activity_move": Door((*OF_EDITION, "activity"), through=EDITORS, seen=EDITORS, only="post"),
    "actionplans:activity_duplicate": Door((*OF_EDITION, "activity"), through=EDITORS, seen=EDITORS, only="post"),
    "actionplans:activity_delete": Door((*OF_EDITION, "activity"), through=EDITORS, seen=EDITORS),
    "actionplans:activity_end": Door((*OF_EDITION, "activity"), through=EDITORS, seen=EDITORS),
    "actionplans:edition_bulk": Door(OF_EDITION, through=EDITORS, seen=EDITORS, only="post"),
    "actionplans:edition_undo": Door(OF_EDITION, through=EDITORS, seen=EDITORS, only="post"),
    "actionplans:edition_presence": Door(OF_EDITION, through=EDITORS, seen=EDITORS, only="post"),
    "actionplans:edition_checks": Door(OF_EDITION, through=EDITORS, seen=EDITORS, only="get"),
    "actionplans:activity_create": Door(OF_EDITION, through=EDITORS, seen=EDITORS),
    "actionplans:activity_edit": Door((*OF_EDITION, "activity"), through=EDITORS, seen=EDITORS),
    "actionplans:comment_index": Door(OF_EDITION, through=EDITORS, seen=EDITORS),
    "actionplans:comment_list": Door((*OF_EDITION, "activity"), through=EDITORS, seen=EDITORS),
    "actionplans:comment_resolve": Door((*OF_PLAN, "comment"), through=EDITORS, seen=EDITORS, only="post"),
    "actionplans:proposal_list": Door(OF_PLAN, through=SHARED, seen=SHARED),
    "actionplans:proposal_create": Door(OF_PLAN, through=REPORTERS | PREPARERS, seen=SHARED),
    "actionplans:proposal_rank": Door(OF_PLAN, through={"own council_member"}, seen=SHARED),
    "actionplans:proposal_merge": Door(OF_PLAN, through=EDITORS, seen=SHARED),
    "actionplans:proposal_detail": Door((*OF_PLAN, "idea"), through=PARTY, seen=PARTY),
    "actionplans:proposal_edit": Door((*OF_PLAN, "idea"), through=REPORTERS, seen=PARTY),
    "actionplans:proposal_delete": Door((*OF_PLAN, "idea"), through=REPORTERS, seen=PARTY),
    "actionplans:proposal_submit": Door((*OF_PLAN, "idea"), through=REPORTERS, seen=PARTY, only="post"),
    "actionplans:proposal_comment": Door((*OF_PLAN, "idea"), through=REPORTERS, seen=PARTY, only="post"),
    "actionplans:proposal_accept": Door((*OF_PLAN, "proposal"), through=EDITORS, seen=PARTY | PREPARERS),
    "actionplans:proposal_decline": Door((*OF_PLAN, "proposal"), through=EDITORS, seen=PARTY | PREPARERS),
    "actionplans:edition_compare": Door((*OF_EDITION, "adopted_label"), through=EDITORS, seen=EDITORS),
    "actionplans:edition_compare_pdf": Door((*OF_EDITION, "adopted_label"), through=EDITORS, seen=EDITORS, only="get"),
    "actionplans:edition_compare_docx": Door((*OF_EDITION, "adopted_label"), through=EDITORS, seen=EDITORS, only="get"),
    "actionplans:edition_export": Door(OF_EDITION, through=EDITORS, seen=EDITORS, only="get"),
    "actionplans:edition_import": Door(OF_EDITION, through=EDITORS, seen=EDITORS),
    "actionplans:edition_import_preview": Door((*OF_EDITION, "staged"), through=EDITORS, seen=EDITORS, only="get"),
    "actionplans:edition_import_confirm": Door((*OF_EDITION, "staged"), through=EDITORS, seen=EDITORS, only="post"),
    "followup:item_create": Door(OF_MEETING, through=EDITORS),
    "followup:item_edit": Door(OF_ITEM, through=EDITORS),
    "followup:item_delete": Door(OF_ITEM, through=EDITORS),
    "followup:item_move": Door(OF_ITEM, through=EDITORS, only="post"),
    "followup:decision_record": Door(OF_ITEM, through=EDITORS),
    "followup:decision_edit": Door((*OF_ITEM, "decision"), through=EDITORS),
    "followup:assignment_list": Door(OF_AGREEMENT, through=EVERYBODY),
    "followup:assignment_detail": Door(OF_ASSIGNMENT, through=EVERYBODY),
    "followup:assignment_answer": Door(OF_ASSIGNMENT, through=REPORTERS),
    "followup:assignment_end": Door(OF_ASSIGNMENT, through=EDITORS),
    "followup:assignment_resume": Door(OF_ASSIGNMENT, through=EDITORS, only="post"),
    "followup:lineage_detail": Door(("slug", "plan", "draft_lineage"), through=EDITORS, seen=EDITORS),
    "followup:edition_create": Door(OF_PLAN, through=EDITORS),
    "followup:edition_adopt": Door(OF_EDITION, through=EDITORS, seen=EDITORS),
    "followup:round_list": Door(OF_AGREEMENT, through=EVERYBODY),
    "followup:round_detail": Door(OF_ROUND, through=SHARED, seen=SHARED),
    "followup:round_answers": Door(OF_ROUND, through=SHARED, seen=SHARED),
    "followup:round_map": Door(OF_ROUND, through=SHARED, seen=SHARED),
    "followup:round_mails": Door(OF_ROUND, through=EDITORS, seen=SHARED),
    "followup:round_create": Door(OF_AGREEMENT, through=EDITORS),
    "followup:obstacle_list": Door(OF_AGREEMENT, through=EVERYBODY, only="get"),
    "followup:obstacle_paper": Door(OF_AGREEMENT, through=EVERYBODY, only="get"),
    "followup:obstacle_paper_docx": Door(OF_AGREEMENT, through=EVERYBODY, only="get"),
    "followup:obstacle_create": Door(OF_AGREEMENT, through=REPORTERS | EDITORS),
    "followup:obstacle_detail": Door((*OF_AGREEMENT, "obstacle"), through=SHARED, seen=SHARED, only="get"),
    "followup:obstacle_edit": Door((*OF_AGREEMENT, "obstacle_draft"), through=REPORTERS, seen=PARTY, in_draft=set()),
    "followup:obstacle_report": Door(
        (*OF_AGREEMENT, "obstacle_draft"), through=REPORTERS, seen=PARTY, in_draft=set(), only="post"
    ),
    "followup:obstacle_delete": Door((*OF_AGREEMENT, "obstacle_draft"), through=REPORTERS, seen=PARTY, in_draft=set()),
    "followup:obstacle_handle": Door((*OF_AGREEMENT, "obstacle"), through=EDITORS, seen=SHARED),
    "followup:indicator_list": Door(OF_AGREEMENT, through=EVERYBODY),
    "followup:indicator_detail": Door(OF_INDICATOR, through=EVERYBODY),
    "followup:indicator_data": Door((*OF_INDICATOR, "indicator_kind"), through=EVERYBODY),
    "followup:indicator_create": Door(OF_AGREEMENT, through=EDITORS),
    "followup:indicator_edit": Door(OF_INDICATOR, through=EDITORS),
    "followup:indicator_delete": Door(OF_INDICATOR, through=EDITORS),
    "followup:measurement_edit": Door(OF_INDICATOR, through=EDITORS),
    "followup:definition_edit": Door(OF_INDICATOR, through=EDITORS),
    "followup:round_edit": Door(OF_ROUND, through=EDITORS, seen=SHARED),
    "followup:round_delete": Door(OF_ROUND, through=EDITORS, seen=SHARED),
    "followup:round_open": Door(OF_ROUND, through=EDITORS, seen=SHARED, only="post"),
    "followup:round_start_review": Door(OF_ROUND, through=EDITORS, seen=SHARED, only="post"),
    "followup:round_close": Door(OF_ROUND, through=EDITORS, seen=SHARED),
    "followup:round_publish": Door(OF_ROUND, through=EDITORS, seen=SHARED),
    "followup:round_reopen": Door(OF_ROUND, through=EDITORS, seen=SHARED),
    "followup:assessment_list": Door(OF_ROUND, through=SHARED, seen=SHARED),
    "followup:assessment_agree": Door(OF_ROUND, through=EDITORS, seen=SHARED, only="post"),
    "followup:assessment_edit": Door((*OF_ROUND, "assessed"), through=PREPARERS, seen=SHARED),
    # a draft is its body's and the coordinators'
    "followup:assessment_reopen": Door((*OF_ROUND, "assessed"), through=EDITORS, seen=PREPARERS),
    "followup:round_pack": Door(OF_ROUND, through=SHARED, seen=SHARED),
    "followup:pack_create": Door(OF_ROUND, through=EDITORS, seen=SHARED, only="post"),
    "followup:pack_send": Door(OF_ROUND, through=EDITORS, seen=SHARED, only="post"),
    "followup:pack_download": Door((*OF_ROUND, "pack_kind"), through=REVIEWERS, seen=REVIEWERS, only="get"),
    "followup:registry_edit": Door(OF_ROUND, through=EDITORS, seen=SHARED),
    "followup:round_data": Door((*OF_ROUND, "table", "table_kind"), through=SHARED, seen=SHARED, only="get"),
    "followup:respondent_extend": Door(OF_FORM, through=EDITORS, seen=SHARED),
    "followup:party_outcome": Door(OF_FORM, through=PARTY | EDITORS, seen=PARTY | EDITORS),
    "followup:round_review": Door(OF_ROUND, through=OVERSEERS, seen=SHARED),
    "followup:round_bulk": Door(OF_ROUND, through=EDITORS, seen=SHARED, only="post"),
    # of a draft the coordinators read the state, and its party all but the review
    "followup:report_review": Door(
        (*OF_ROUND, "report"), through=OVERSEERS, seen=OVERSEERS | PARTY, in_draft=EDITORS | PARTY
    ),
    "followup:report_approve": Door(
        (*OF_ROUND, "report"), through=EDITORS, seen=OVERSEERS | PARTY, in_draft=EDITORS | PARTY, only="post"
    ),
    "followup:report_return": Door(
        (*OF_ROUND, "report"), through=EDITORS, seen=OVERSEERS | PARTY, in_draft=EDITORS | PARTY
    ),
    "followup:report_on_behalf": Door(
        (*OF_ROUND, "report"), through=EDITORS, seen=OVERSEERS | PARTY, in_draft=EDITORS | PARTY
    ),
    # a draft is its party's alone, whatever the agreement's state
    "followup:report_detail": Door((*OF_ROUND, "report"), through=PARTY, seen=PARTY, in_draft=PARTY),
    "followup:report_edit": Door((*OF_ROUND, "report"), through=REPORTERS, seen=PARTY, in_draft=PARTY),
    "followup:report_submit": Door((*OF_ROUND, "report"), through=REPORTERS, seen=PARTY, in_draft=PARTY, only="post"),
    "followup:report_field": Door((*OF_ROUND, "report"), through=REPORTERS, seen=PARTY, in_draft=PARTY, only="post"),
    "followup:report_quick": Door((*OF_ROUND, "report"), through=REPORTERS, seen=PARTY, in_draft=PARTY, only="post"),
    "followup:report_retract": Door((*OF_ROUND, "report"), through=REPORTERS, seen=PARTY, in_draft=PARTY, only="post"),
    "followup:report_reuse": Door((*OF_ROUND, "report"), through=REPORTERS, seen=PARTY, in_draft=PARTY),
    "followup:report_file_create": Door((*OF_ROUND, "report"), through=REPORTERS, seen=PARTY, in_draft=PARTY),
    "followup:report_file_delete": Door(
        (*OF_ROUND, "report", "report_file"), through=REPORTERS, seen=PARTY, in_draft=PARTY
    ),
    "followup:report_file_download": Door(
        (*OF_ROUND, "report", "report_file"), through=PARTY, seen=PARTY, in_draft=PARTY, only="get"
    ),
    "followup:party_form": Door(OF_FORM, through=PARTY, seen=PARTY, in_draft=PARTY, only="get"),
    "followup:party_submit": Door(OF_FORM, through=REPORTERS, seen=PARTY, in_draft=PARTY),
    "followup:party_ready": Door(OF_FORM, through=REPORTERS, seen=PARTY, in_draft=PARTY, only="post"),
    "followup:party_retract": Door(OF_FORM, through=REPORTERS, seen=PARTY, in_draft=PARTY, only="post"),
    "followup:party_presence": Door(OF_FORM, through=REPORTERS, seen=PARTY, in_draft=PARTY, only="post"),
    "followup:reporting_rule": Door(
        OF_FORM,
        through={"own approver", "own party_administrator"},
        seen=PARTY | {"own party_administrator"},
        in_draft=PARTY | {"own party_administrator"},
    ),
    "followup:party_export": Door(OF_FORM, through=PARTY, seen=PARTY, in_draft=PARTY, only="get"),
    "followup:party_import": Door(OF_FORM, through=REPORTERS, seen=PARTY, in_draft=PARTY),
    # a file waits for the person who chose it
    "followup:party_import_preview": Door(
        (*OF_FORM, "own_staged"),
        through={"own reporter"},
        seen={"own reporter", "own reader"},
        in_draft=PARTY,
        only="get",
    ),
    "followup:party_import_confirm": Door(
        (*OF_FORM, "own_staged"),
        through={"own reporter"},
        seen={"own reporter", "own reader"},
        in_draft=PARTY,
        only="post",
    ),
    "account_login": Door(through=EVERYBODY, in_draft=EVERYBODY),
    "account_logout": Door(through=EVERYBODY, in_draft=EVERYBODY),
    "account_inactive": Door(through=EVERYBODY, in_draft=EVERYBODY),
    "account_reset_password": Door(through=EVERYBODY, in_draft=EVERYBODY),
    "account_reset_password_done": Door(through=EVERYBODY, in_draft=EVERYBODY),
    "account_reset_password_from_key": Door(("uid", "reset_key"), through=EVERYBODY, in_draft=EVERYBODY),
    "account_reset_password_from_key_done": Door(through=EVERYBODY, in_draft=EVERYBODY),
    "account_change_password": Door(through=SIGNED_IN, in_draft=EVERYBODY),
    "account_reauthenticate": Door(through=SIGNED_IN, in_draft=EVERYBODY),
    "mfa_index": Door(through=SIGNED_IN, in_draft=EVERYBODY),
    "mfa_authenticate": Door(through=EVERYBODY, in_draft=EVERYBODY, no_login_under_way={ANONYMOUS}),
    "mfa_login_webauthn": Door(through=EVERYBODY, in_draft=EVERYBODY, no_login_under_way={ANONYMOUS}),
    "mfa_reauthenticate": Door(through=SIGNED_IN, in_draft=EVERYBODY),
    "mfa_reauthenticate_webauthn": Door(through=SIGNED_IN, in_draft=EVERYBODY),
    "mfa_activate_totp": Door(through=SIGNED_IN, in_draft=EVERYBODY),
    "mfa_deactivate_totp": Door(seen=set(), in_draft=EVERYBODY),  # nobody here has one
    "mfa_view_recovery_codes": Door(seen=set(), in_draft=EVERYBODY),
    "mfa_generate_recovery_codes": Door(through=SIGNED_IN, in_draft=EVERYBODY),
    "mfa_list_webauthn": Door(through=SIGNED_IN, in_draft=EVERYBODY),
    "mfa_add_webauthn": Door(through=SIGNED_IN, in_draft=EVERYBODY),
    "mfa_edit_webauthn": Door(("passkey",), through=SIGNED_IN, in_draft=EVERYBODY),  # whose: test_mfa
    "mfa_remove_webauthn": Door(("passkey",), through=SIGNED_IN, in_draft=EVERYBODY),
    "mfa_download_recovery_codes": Door(in_draft=EVERYBODY),
    "account_signup": Door(in_draft=EVERYBODY),
    "account_email": Door(in_draft=EVERYBODY),
    "account_email_verification_sent": Door(in_draft=EVERYBODY),
    "account_confirm_email": Door(("reset_key",), in_draft=EVERYBODY),
    "account_set_password": Door(in_draft=EVERYBODY),
    "account_confirm_login_code": Door(in_draft=EVERYBODY),
}


# The same addresses when their object has moved on: the edition is adopted, the report handed in, the round published.
LATER = {
    "followup:obstacle_edit": Door((*OF_AGREEMENT, "obstacle"), through=REPORTERS, seen=SHARED),
    "followup:obstacle_report": Door((*OF_AGREEMENT, "obstacle"), through=REPORTERS, seen=SHARED, only="post"),
    "followup:obstacle_delete": Door((*OF_AGREEMENT, "obstacle"), through=REPORTERS, seen=SHARED),
    "followup:obstacle_handle": Door((*OF_AGREEMENT, "obstacle_draft"), seen=PARTY),
    "portal:object_history": Door(
        ("slug", "history_kind", "submitted"), through=PARTY | REVIEWERS, seen=PARTY | REVIEWERS, only="get"
    ),
    # the answers of this remiss are public
    "agreements:consultation_summary": Door(("slug", "public_consultation"), through=EVERYBODY),
    "agreements:consultation_summary_pdf": Door(("slug", "public_consultation"), through=EVERYBODY, only="get"),
    "agreements:consultation_summary_docx": Door(("slug", "public_consultation"), through=EVERYBODY, only="get"),
    "agreements:remark_list": Door(("slug", "public_consultation"), through=EVERYBODY),
    "agreements:response_detail": Door(OF_HANDED_IN, through=EVERYBODY),
    "agreements:response_edit": Door(OF_HANDED_IN, through=REPORTERS),
    "agreements:response_submit": Door(OF_HANDED_IN, through=REPORTERS),
    "agreements:response_file_download": Door((*OF_HANDED_IN, "handed_in_file"), through=EVERYBODY, only="get"),
    "actionplans:edition_detail": Door(("slug", "plan", "adopted_label"), through=EVERYBODY),
    "actionplans:edition_describe": Door(("slug", "plan", "adopted_label")),
    "actionplans:edition_delete": Door(("slug", "plan", "adopted_label")),
    "actionplans:edition_propose": Door(("slug", "plan", "adopted_label"), only="post"),
    "actionplans:edition_withdraw": Door(("slug", "plan", "adopted_label"), only="post"),
    "actionplans:activity_file_create": Door(("slug", "plan", "adopted_label", "adopted_activity")),
    "actionplans:activity_file_download": Door(
        ("slug", "plan", "adopted_label", "adopted_activity", "adopted_file"), through=EVERYBODY
    ),
    "actionplans:activity_file_delete": Door(("slug", "plan", "adopted_label", "adopted_activity", "adopted_file")),
    "actionplans:note_edit": Door(("slug", "plan", "adopted_label", "adopted_activity"), through=EDITORS),
    "actionplans:edition_timeline": Door(("slug", "plan", "adopted_label"), through=EVERYBODY),
    "actionplans:activity_whole": Door(("slug", "plan", "adopted_label", "adopted_activity"), through=EVERYBODY),
    "actionplans:edition_matrix": Door(("slug", "plan", "adopted_label"), through=EVERYBODY),
    "actionplans:edition_print": Door(("slug", "plan", "adopted_label"), through=EVERYBODY),
    "actionplans:edition_edit": Door(("slug", "plan", "adopted_label"), only="get"),
    "actionplans:activity_row": Door(("slug", "plan", "adopted_label", "adopted_activity"), only="get"),
    "actionplans:activity_cell": Door(("slug", "plan", "adopted_label", "adopted_activity"), only="post"),
    "actionplans:activity_move": Door(("slug", "plan", "adopted_label", "adopted_activity"), only="post"),
    "actionplans:activity_duplicate": Door(("slug", "plan", "adopted_label", "adopted_activity"), only="post"),
    "actionplans:activity_delete": Door(("slug", "plan", "adopted_label", "adopted_activity")),
    "actionplans:activity_end": Door(("slug", "plan", "adopted_label", "adopted_activity")),
    "actionplans:edition_bulk": Door(("slug", "plan", "adopted_label"), only="post"),
    "actionplans:edition_undo": Door(("slug", "plan", "adopted_label"), only="post"),
    "actionplans:edition_presence": Door(("slug", "plan", "adopted_label"), only="post"),
    "actionplans:edition_checks": Door(("slug", "plan", "adopted_label"), only="get"),
    "actionplans:activity_create": Door(("slug", "plan", "adopted_label")),
    "actionplans:activity_edit": Door(("slug", "plan", "adopted_label", "adopted_activity")),
    "actionplans:comment_index": Door(("slug", "plan", "adopted_label"), through=SHARED, seen=SHARED),
    # what was said while it was proposed is still read; what is typed now is refused with the text kept
    "actionplans:comment_list": Door(
        ("slug", "plan", "adopted_label", "adopted_activity"), through=SHARED, seen=SHARED
    ),
    "actionplans:comment_resolve": Door((*OF_PLAN, "adopted_comment"), seen=SHARED, only="post"),
    "actionplans:proposal_detail": Door((*OF_PLAN, "proposal"), through=PARTY | PREPARERS, seen=PARTY | PREPARERS),
    "actionplans:proposal_edit": Door((*OF_PLAN, "proposal"), through=REPORTERS, seen=PARTY | PREPARERS),
    "actionplans:proposal_delete": Door((*OF_PLAN, "proposal"), through=REPORTERS, seen=PARTY | PREPARERS),
    "actionplans:proposal_submit": Door((*OF_PLAN, "proposal"), through=REPORTERS, seen=PARTY | PREPARERS, only="post"),
    "actionplans:proposal_comment": Door(
        (*OF_PLAN, "declined"), through=PARTY | PREPARERS, seen=PARTY | PREPARERS, only="post"
    ),
    "actionplans:proposal_accept": Door((*OF_PLAN, "declined"), through=EDITORS, seen=PARTY | PREPARERS),
    "actionplans:proposal_decline": Door((*OF_PLAN, "declined"), through=EDITORS, seen=PARTY | PREPARERS),
    "actionplans:edition_compare": Door(OF_PAIR, through=EVERYBODY),
    "actionplans:edition_compare_pdf": Door(OF_PAIR, through=EVERYBODY, only="get"),
    "actionplans:edition_compare_docx": Door(OF_PAIR, through=EVERYBODY, only="get"),
    "actionplans:edition_export": Door(("slug", "plan", "adopted_label"), through=EVERYBODY, only="get"),
    "actionplans:edition_import": Door(("slug", "plan", "adopted_label")),
    "actionplans:edition_import_preview": Door(
        ("slug", "plan", "adopted_label", "staged"), through=EDITORS, seen=EDITORS, only="get"
    ),
    "actionplans:edition_import_confirm": Door(
        ("slug", "plan", "adopted_label", "staged"), through=EDITORS, seen=EDITORS, only="post"
    ),
    "governance:meeting_detail": Door(OF_PUBLISHED_MEETING, through=EVERYBODY),
    "governance:meeting_edit": Door(OF_PUBLISHED_MEETING, through=EDITORS),
    "governance:meeting_delete": Door(OF_PUBLISHED_MEETING, through=EDITORS),
    "governance:meeting_attendance": Door(OF_PUBLISHED_MEETING, through=EDITORS),
    "governance:meeting_projector": Door(OF_PUBLISHED_MEETING, through=EVERYBODY),
    "governance:meeting_publish": Door(OF_PUBLISHED_MEETING, through=EDITORS),
    "governance:record_edit": Door(OF_PUBLISHED_MEETING, through=EDITORS),
    "governance:record_finish": Door(OF_PUBLISHED_MEETING, through=EDITORS),
    "governance:record_download": Door(OF_PUBLISHED_MEETING, through=EVERYBODY, only="get"),
    "followup:lineage_detail": Door(("slug", "plan", "adopted_lineage"), through=EVERYBODY),
    "followup:edition_adopt": Door(("slug", "plan", "adopted_label")),
    "followup:report_detail": Door((*OF_ROUND, "submitted"), through=PARTY | REVIEWERS, seen=PARTY | REVIEWERS),
    # to the party, handed in: what is typed now is refused with the text kept
    "followup:report_edit": Door((*OF_ROUND, "submitted"), through=REPORTERS, seen=PARTY),
    "followup:report_submit": Door((*OF_ROUND, "submitted"), through=REPORTERS, seen=PARTY, only="post"),
    "followup:report_field": Door((*OF_ROUND, "submitted"), through=REPORTERS, seen=PARTY, only="post"),
    "followup:report_quick": Door((*OF_ROUND, "submitted"), through=REPORTERS, seen=PARTY, only="post"),
    "followup:report_file_create": Door((*OF_ROUND, "submitted"), through=REPORTERS, seen=PARTY),
    "followup:report_file_delete": Door((*OF_ROUND, "submitted", "submitted_file"), through=REPORTERS, seen=PARTY),
    "followup:report_file_download": Door(
        (*OF_ROUND, "submitted", "submitted_file"), through=PARTY | REVIEWERS, seen=PARTY | REVIEWERS, only="get"
    ),
    "followup:round_detail": Door(("slug", "published_round"), through=EVERYBODY),
    "followup:round_map": Door(("slug", "published_round"), through=EVERYBODY),
    "followup:round_answers": Door(("slug", "published_round"), through=EVERYBODY),
    "followup:round_pack": Door(("slug", "published_round"), through=EVERYBODY),
    "followup:pack_create": Door(("slug", "published_round"), through=EDITORS, only="post"),
    "followup:pack_download": Door(("slug", "published_round", "pack_kind"), through=EVERYBODY, only="get"),
    "followup:round_data": Door(("slug", "published_round", "table", "table_kind"), through=EVERYBODY, only="get"),
    "followup:round_mails": Door(("slug", "published_round"), through=EDITORS),
    "followup:assessment_list": Door(("slug", "published_round"), through=EVERYBODY),
    "followup:round_review": Door(("slug", "published_round"), through=OVERSEERS),
    "followup:round_bulk": Door(("slug", "published_round"), through=EDITORS, only="post"),
    "followup:round_open": Door(("slug", "published_round"), through=EDITORS, only="post"),
    "followup:round_start_review": Door(("slug", "published_round"), through=EDITORS, only="post"),
    "followup:round_close": Door(("slug", "published_round"), through=EDITORS),
    "followup:round_publish": Door(("slug", "published_round"), through=EDITORS),
}


def url_names():
    """The name of every URL of the project, namespaces and all; None for a nameless one."""

    def walk(patterns, namespaces=()):
        for pattern in patterns:
            if isinstance(pattern, URLPattern):
                yield ":".join([*namespaces, pattern.name]) if pattern.name else None
            else:
                inner = (*namespaces, pattern.namespace) if pattern.namespace else namespaces
                if not STAFF_NAMESPACES & set(inner):
                    yield from walk(pattern.url_patterns, inner)

    return set(walk(get_resolver().url_patterns))


def test_every_url_is_in_the_access_table():
    """URLs that portal/access.py lacks, and rows there that no URL has."""
    assert (url_names() - set(ACCESS), set(ACCESS) - url_names()) == (set(), set())


def test_every_url_has_a_door_here():
    """URLs of which DOORS does not say who gets through, and doors that lead nowhere."""
    assert (url_names() - set(DOORS), set(DOORS) - url_names()) == (set(), set())


def build(status, published_on):
    """An agreement in a state with one row of everything, and what its addresses are made of."""
    agreement = make.AgreementFactory(status=status, published_on=published_on, series=make.AgreementSeriesFactory())
    party = make.AccessionFactory(agreement=agreement).party
    planned = build_plan(agreement, party)
    body = planned["body_row"]
    document = make.DocumentFactory(agreement=agreement)
    goal = make.GoalFactory(agreement=agreement)
    document.file.save("prov.txt", ContentFile(b"text"))
    return {
        **planned,
        **build_meeting(agreement, body, party),
        **build_rounds(agreement, body, party, planned["answered"]),
        **build_people(party),
        **build_consultations(agreement, party, document),
        "agreement": agreement,
        "party": party,
        "party_key": party.key,
        "accession": party.accessions.get().pk,
        "slug": agreement.slug,
        "document": document.pk,
        **build_drafting(agreement, party),
        **build_life(agreement, party),
        **FIXED,
        "goal": goal.pk,
        "block": f"goal:{goal.key}",
        "body": body.key,
        "seat": make.SeatFactory(body=body).pk,
        "indicator": make.IndicatorFactory(agreement=agreement).key,
        "staged": uuid4(),
        "own_staged": uuid4(),
        "feed_secret": make.FeedKeyFactory().secret,
    }


# Words of addresses that are the same everywhere.
FIXED = {
    "goal_kind": "mal",
    "change_kind": "namn",
    "life_step": "terminate",
    "history_kind": "report",
    "seat_kind": "platser",
    "indicator_kind": "csv",
    "pack_kind": "xlsx",
    "table": "status",
    "table_kind": "csv",
    "other_session": 0,
    "provider": "okand",
    "identity": 0,
    "uid": "0",
    "passkey": 1,
    "reset_key": "abc-def",
}


def build_life(agreement, party):
    """A review, a report of the situation, a request for a revision and a notice."""
    return {
        "series": agreement.series.slug,
        "notice": make.TerminationFactory(agreement=agreement, party=party).pk,
        "review": make.AgreementReviewFactory(agreement=agreement).pk,
        "situation": make.SituationReportFactory(agreement=agreement, published_on="2020-01-01").pk,
        "revision": make.RevisionRequestFactory(agreement=agreement).pk,
    }


def build_drafting(agreement, party):
    """A version of the text, a remark on it, and a dialogue to which the party has said something."""
    dialogue = make.DialogueFactory(agreement=agreement)
    dialogue.invited.add(party)
    contribution = make.ContributionFactory(dialogue=dialogue, party=party, file_name="prov.txt")
    contribution.file.save("prov.txt", ContentFile(b"text"))
    return {
        "text_version": make.TextVersionFactory(agreement=agreement).number,
        "draft_comment": make.DraftCommentFactory(agreement=agreement).pk,
        "dialogue": dialogue.pk,
        "contribution": contribution.pk,
    }


def build_plan(agreement, party):
    """A plan that a body prepares, with an adopted edition and a draft, and one row of everything in and about them."""
    preparing = make.MandateFactory(agreement=agreement)
    plan = make.ActionPlanFactory(agreement=agreement, managed_by=preparing)
    former = make.adopt(make.EditionFactory(plan=plan))
    adopted = make.EditionFactory(plan=plan)
    answered = make.ActivityFactory(edition=adopted)
    kept = with_file(answered)
    make.adopt(adopted)
    draft = make.EditionFactory(plan=plan)
    activity = make.ActivityFactory(edition=draft)
    idea = {"plan": plan, "proposed_by": make.ActorFactory(agreement=agreement, party=party)}
    decided = {"outcome": "declined", "decided_at": "2026-01-01T00:00Z"}
    return {
        "body_row": preparing.body,
        "plan": plan.key,
        "draft_label": draft.label,
        "former_label": former.label,
        "adopted_label": adopted.label,
        "answered": answered,
        "adopted_lineage": answered.lineage,
        "adopted_activity": answered.pk,
        "draft_lineage": activity.lineage,
        "adopted_file": kept.pk,
        "activity": activity.pk,
        "file": with_file(activity).pk,
        "comment": make.CommentFactory(activity=activity).pk,
        "idea": make.ProposalFactory(**idea).pk,
        "proposal": make.ProposalFactory(**idea, submitted=True).pk,
        "declined": make.ProposalFactory(**idea, **decided, submitted=True).pk,
        "adopted_comment": make.CommentFactory(activity=answered, is_shared=True).pk,
    }


def build_rounds(agreement, body, party, activity):
    """A round that the party answers in, with one report begun and one handed in, and a published round."""
    round, published = make.RoundFactory(agreement=agreement), make.RoundFactory(agreement=agreement)
    close_round(round=published, by=make.UserFactory())
    published.publish(by=make.UserFactory())
    make.RespondentFactory(round=round, party=party)
    report = make.ReportFactory(round=round, activity=activity, party=party)
    submitted = make.ReportFactory(round=round, party=party, submitted=True)
    return {
        "round": round.label,
        "published_round": published.label,
        "report": report.pk,
        "submitted": submitted.pk,
        "obstacle": make.ObstacleFactory(agreement=agreement, party=party, reported=True).pk,
        "obstacle_draft": make.ObstacleFactory(agreement=agreement, party=party).pk,
        "report_file": make.ReportFileFactory(report=report).pk,
        "submitted_file": make.ReportFileFactory(report=submitted).pk,
        "assessed": f"mal-{make.AssessmentFactory(round=round, body=body).goal.key}",
    }


def build_consultations(agreement, party, document):
    """A remiss that the party has begun to answer, and one that it has answered, whose answers are public."""
    text = make.TextVersionFactory(agreement=agreement)
    sent = {"agreement": agreement, "text": text, "deadline": "2036-10-30", "attachments": document.title}
    going_on = make.ConsultationFactory(**sent)
    public = make.ConsultationFactory(**sent, answers_public_on="2020-01-01")
    begun = make.ConsultationResponseFactory(addressee__consultation=going_on, addressee__party=party)
    handed_in = make.ConsultationResponseFactory(addressee__consultation=public, addressee__party=party)
    handed_in_file = with_response_file(handed_in)
    said = {"submitted_at": "2026-01-01T00:00Z", "text": "Bra.", "treatment": "followed"}
    models.QuerySet(type(handed_in)).filter(pk=handed_in.pk).update(**said)
    return {
        "consultation": going_on.pk,
        "public_consultation": public.pk,
        "addressee": begun.addressee_id,
        "response": begun.pk,
        "response_file": with_response_file(begun).pk,
        "handed_in": handed_in.pk,
        "handed_in_file": handed_in_file.pk,
        "remark_kind": "helhet",
    }


def with_response_file(response):
    row = make.ResponseFileFactory(response=response)
    row.file.save("prov.txt", ContentFile(b"text"))
    return row


def build_people(party):
    """A colleague at the party, and an open invitation from somebody who may give its role."""
    colleague = make.MembershipFactory(party=party, role=Role.READER)
    inviter = make.MembershipFactory(party=party, role=Role.PARTY_ADMINISTRATOR).user
    return {
        "colleague": colleague.user_id,
        "membership": colleague.pk,
        "invitation": make.InvitationFactory(party=party, invited_by=inviter).pk,
        "invitation_secret": "finns-inte",
    }


def build_meeting(agreement, body, party):
    """A meeting of the body with a matter, a draft of its minutes and something given to the party; and a published."""
    meeting = with_minutes(make.MeetingFactory(body=body))
    item = make.AgendaItemFactory(meeting=meeting)
    given = make.AssignmentFactory(decision__body=body, decision__agreement=agreement, party=party)
    return {
        "meeting": meeting.key,
        "item": item.pk,
        "decision": make.DecisionFactory(body=body, meeting=meeting, item=item).pk,
        "assignment": given.pk,
        "published_meeting": published_meeting(body).key,
    }


def with_minutes(meeting):
    """The meeting with minutes that can be fetched."""
    make.RecordFactory(meeting=meeting).file.save("prov.txt", ContentFile(b"text"))
    return meeting


def published_meeting(body):
    """A meeting of the body that is over, and published with its minutes."""
    meeting = with_minutes(make.MeetingFactory(body=body))
    meeting.record.finish(version=1, by=make.UserFactory())
    meeting.publish(by=make.UserFactory())
    return meeting


def with_file(activity):
    """A file of the activity that can be fetched."""
    row = make.ActivityFileFactory(activity=activity)
    row.file.save("prov.txt", ContentFile(b"text"))
    return row


def hats(world):
    """Person → the party and group of the hat that person wears."""
    people = {}
    for relation, names in (("own", world), ("other", build_other())):
        board = names["agreement"].coordinating_party
        for role in Role.values:
            of_board = role in (Role.COORDINATOR, Role.AUDITOR)
            group = names["body_row"].group() if role == Role.COUNCIL_MEMBER else None
            people[f"{relation} {role}"] = (role, board if of_board else names["party"], group)
    return people


def build_other():
    agreement = make.AgreementFactory()
    return {
        "agreement": agreement,
        "party": make.AccessionFactory(agreement=agreement).party,
        "body_row": make.MandateFactory(agreement=agreement).body,
    }


def clients(world):
    """A signed-in browser per person; one that answers faults as a server would."""
    found = {ANONYMOUS: Client(raise_request_exception=False)}
    worn = hats(world)
    people = {person: [hat] for person, hat in worn.items()}
    people |= {ELSEWHERE: [worn[person] for person in OTHER], NO_PARTY: []}
    for person, hats_of_one in people.items():
        user = make.UserFactory(is_staff=any(role == Role.SYSTEM_ADMINISTRATOR for role, _party, _group in hats_of_one))
        user.password = "set"  # so that allauth will ask for it again
        user.save()
        for role, party, group in hats_of_one:
            join(user=user, party=party, role=role, group=group)
        found[person] = Client(raise_request_exception=False)
        found[person].force_login(user)
        if name := {"own coordinator": "staged", "own reporter": "own_staged"}.get(person):
            staged = StagedWorkbook.objects.stage(user=user, session=found[person].session, name="prov.csv", grids=[])
            world[name] = staged.pk
    return found


def outcome(response):
    """What a response means to the one who asked."""
    response.close()
    if response.status_code == 302 and response.url.startswith(reverse("account_login")):
        return "login"
    if response.status_code == 401:  # to htmx, which leaves the page as it is
        return "login"
    return "through" if response.status_code in THROUGH else response.status_code


def expected(name, door, person, state, method):
    """As the middleware, then the view, decide: is the page open to such people, the method, the row, the right."""
    person = OTHER[0] if person == ELSEWHERE else person
    seen = door.seen & door.in_draft if state == "draft" else door.seen
    if ACCESS[name].value == "nobody":
        return 403
    if person in door.no_login_under_way or (ACCESS[name].value == "signed in" and person == ANONYMOUS):
        return "login"
    if door.only and door.only != method:
        return 405
    if person not in seen:
        return 404
    return "through" if person in door.through else 403


STATES = {
    "published": (DOORS, Agreement.Status.IN_FORCE, "2020-01-01"),
    "moved on": (LATER, Agreement.Status.IN_FORCE, "2020-01-01"),
    "draft": (DOORS, Agreement.Status.DRAFT, None),
    "over": (DOORS, Agreement.Status.EXPIRED, "2020-01-01"),
}


@pytest.fixture
def world(settings, tmp_path):
    """Everything an address can be made of, in a published agreement."""
    settings.MEDIA_ROOT = tmp_path
    return build(Agreement.Status.IN_FORCE, "2020-01-01")


def address(door, name, world):
    return reverse(name, args=[world[arg] for arg in door.args])


class Blank(Loader):
    """Finds every template, and finds it empty: who gets in is known without drawing the page."""

    def get_template_sources(self, template_name):
        yield Origin(template_name, template_name, self)

    def get_contents(self, origin):
        return ""


BLANK_TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "OPTIONS": {"loaders": [f"{__name__}.Blank"]},
    }
]


def people_for(name, door, state):
    """Who asks at the door. Those of elsewhere in one person's hats, unless the door tells some of them from others."""
    if not door.args:  # what has no object is nobody else's, and does not change with the agreement
        return [] if state in ("draft", "over") else [ANONYMOUS, NO_PARTY, *OWN]
    seen = door.seen & door.in_draft if state == "draft" else door.seen
    alike = all(group.isdisjoint(OTHER) or group.issuperset(OTHER) for group in (seen, door.through))
    return [ANONYMOUS, NO_PARTY, *OWN, *([ELSEWHERE] if alike else OTHER)]


def questions(doors, state, method):
    """(person, name) to ask about."""
    for name, door in doors.items():
        # allauth's own forms would end the session or change the password; only their pages are asked for
        if not (name.startswith(("account_", "mfa_")) and method == "post"):
            yield from ((person, name) for person in people_for(name, door, state))


class Asked:
    """Notes who wants to know whether htmx asks, beside what measures the session for every page."""

    def __init__(self, monkeypatch):
        self.by, told = set(), HtmxDetails.__bool__

        def telling(details):
            self.by.add(sys._getframe(1).f_globals["__name__"])
            return told(details)

        monkeypatch.setattr(HtmxDetails, "__bool__", telling)

    def at(self, send):
        """What ``send`` answers, and whether the answer could be another to htmx."""
        self.by.clear()
        return send(), bool(self.by - {"portal.sessions"})


def test_htmx_is_told_in_one_way_only():
    """What ``Asked`` notes is all there is: nobody reads what htmx sends past whether it asks."""
    past = re.compile(r"HTTP_HX|(?:headers|META)[.(\[\w]*[\"']HX-|request\.htmx\.(?!current_url_abs_path)\w")
    folders = [folder for folder in ROOT.glob("[a-z]*") if folder.name not in ("tests", "bench")]
    ours = [path for folder in folders for path in folder.rglob("*.py")]
    assert [path for path in ours if past.search(path.read_text())] == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("state", "method"),
    [
        ("published", "get"),
        ("published", "post"),
        ("moved on", "get"),
        ("moved on", "post"),
        ("draft", "as it is used"),
        ("over", "as it is used"),
    ],
)
def test_doors(settings, tmp_path, monkeypatch, state, method):
    """Each person asks at each address, and as htmx where the answer could be another then.

    No page is drawn, for the sake of time; tests/security draws them all.
    """
    settings.MEDIA_ROOT, settings.TEMPLATES = tmp_path, BLANK_TEMPLATES
    doors, status, published_on = STATES[state]
    world = build(status, published_on)
    people, htmx = clients(world), Asked(monkeypatch)
    got, wanted, as_htmx = {}, {}, []

    def ask(person, name, asked, **how):
        with transaction.atomic():
            response = getattr(people[person], asked)(address(doors[name], name, world), **how)
            transaction.set_rollback(True)
        return outcome(response)

    for person, name in questions(doors, state, method):
        asked = doors[name].only or "get" if method == "as it is used" else method
        got[person, name], matters = htmx.at(partial(ask, person, name, asked))
        wanted[person, name] = expected(name, doors[name], person, state, asked)
        if matters and asked == "get" and doors[name].only != "get":  # files are links, never fragments
            as_htmx.append((person, name))
    assert {key: (got[key], wanted[key]) for key in got if got[key] != wanted[key]} == {}
    as_fragment = {key: ask(*key, "get", headers={"HX-Request": "true"}) for key in as_htmx}
    assert {key: (found, wanted[key]) for key, found in as_fragment.items() if found != wanted[key]} == {}


def body_of(response):
    """The page without what differs from one answer to the next."""
    return re.sub(rb'name="csrfmiddlewaretoken" value="[^"]*"', b"", response.content)


MISSING = {
    "idea": 10**9,
    "report": 10**9,
    "round": "9999:9",
    "draft_label": "9999:9",
    "staged": UUID(int=0),
    "slug": "finns-inte",
}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "arg", "person"),
    [
        ("followup:report_detail", "report", "other reporter"),
        ("followup:report_edit", "report", "own council_member"),
        ("followup:round_detail", "round", "other coordinator"),
        ("actionplans:edition_detail", "draft_label", "own reporter"),
        ("actionplans:activity_create", "draft_label", "other coordinator"),
        ("actionplans:proposal_detail", "idea", "own coordinator"),
        ("portal:workbook_preview", "staged", "other coordinator"),
        ("agreements:agreement_detail", "slug", "own reporter"),
        ("portal:workbook_export", "slug", ANONYMOUS),
    ],
)
def test_what_is_hidden_cannot_be_told_from_what_does_not_exist(settings, tmp_path, name, arg, person):
    settings.MEDIA_ROOT = tmp_path
    world = build(*(STATES["draft"] if arg == "slug" else STATES["published"])[1:])
    client, door = clients(world)[person], DOORS[name]
    hidden = client.get(address(door, name, world))
    missing = client.get(address(door, name, {**world, arg: MISSING[arg]}))
    assert (hidden.status_code, missing.status_code) == (404, 404)
    assert body_of(hidden) == body_of(missing)


def last_of(door, world):
    """The last word of the address that names a row, and one like it that names none; None where none does."""
    for arg in reversed(door.args):
        if arg in MISSING or (arg not in FIXED and isinstance(world[arg], int | UUID)):
            return arg, MISSING.get(arg, 10**9 if isinstance(world[arg], int) else UUID(int=0))
    return None


@pytest.mark.django_db
@pytest.mark.parametrize("person", [NO_PARTY, ELSEWHERE])
def test_nothing_hidden_can_be_told_from_what_does_not_exist(world, person):
    """At every address, whatever hats somebody from elsewhere wears: the same 404, to the last byte of the page."""
    client, told, asked = clients(world)[person], {}, 0
    for name, door in (pair for doors in (DOORS, LATER) for pair in doors.items()):
        if OTHER[0] in door.seen or not (named := last_of(door, world)):
            continue
        send = client.post if door.only == "post" else client.get
        hidden, missing = (send(address(door, name, names)) for names in (world, {**world, named[0]: named[1]}))
        asked += 1
        if (hidden.status_code, missing.status_code) != (404, 404) or body_of(hidden) != body_of(missing):
            told[name] = hidden.status_code, missing.status_code
    assert told == {}
    assert asked > 80


def rows_of_everything():
    """How many rows each table has and what they say; sessions, the log-in time and the log apart."""
    return {
        model._meta.label: sorted(map(repr, model._base_manager.values_list()))
        for model in apps.get_models()
        if model._meta.app_label not in ("sessions", "usersessions", "contenttypes", "auth")
        and model._meta.model_name not in ("user", "auditevent")
    }


@pytest.mark.django_db
def test_reading_changes_nothing(world):
    """Every address is read, by the coordinator, the party's reporter and one who gets through; no table changes."""
    people = clients(world)
    before, read = rows_of_everything(), 0
    for name, door in (pair for doors in (DOORS, LATER) for pair in doors.items()):
        for person in {"own coordinator", "own reporter", *sorted(door.through)[-1:]}:
            response = people[person].get(address(door, name, world))
            read += response.status_code == 200
            response.close()
    assert rows_of_everything() == before
    assert read > 400


@pytest.mark.django_db
@pytest.mark.parametrize("token", ["none", "of another browser"])
def test_every_post_needs_its_token(world, token):
    """Without the own token every address that would take the coordinator's post says 403, and nothing changes."""
    people = clients(world)
    client, sent = people["own coordinator"], {}
    client.handler.enforce_csrf_checks = True
    if token != "none":
        client.get(reverse("account_reauthenticate"))  # it has a token of its own, too
        sent["csrfmiddlewaretoken"] = get_token(RequestFactory().get("/"))
    before = rows_of_everything()
    refused = {name: client.post(address(door, name, world), sent).status_code for name, door in DOORS.items()}
    # posted by an identity provider, for whom tests/portal/test_saml.py says what it counts for; here there is none
    assert refused == {**dict.fromkeys(DOORS, 403), "portal:saml_consume": 404}
    assert rows_of_everything() == before


def test_only_identity_providers_answers_come_without_token():
    """An answer by SAML is sent by the provider's page; its signature and the question it answers stand for it."""

    def walk(patterns, namespaces=()):
        for pattern in patterns:
            if isinstance(pattern, URLPattern):
                if getattr(pattern.callback, "csrf_exempt", False):
                    yield ":".join([*namespaces, pattern.name or str(pattern.pattern)])
            else:
                inner = [*namespaces, pattern.namespace] if pattern.namespace else namespaces
                yield from walk(pattern.url_patterns, inner)

    assert set(walk(get_resolver().url_patterns)) == {"portal:saml_consume"}
