"""Every page in a real browser, at 1280 and 360 px: WCAG 2.2 AA by axe, nothing sideways, no complaints."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from actionplans.models import Activity, Comment, Proposal
from agreements.models import (
    Accession,
    Agreement,
    AgreementReview,
    Consultation,
    ConsultationResponse,
    Dialogue,
    Goal,
    RevisionRequest,
    SituationReport,
    Termination,
)
from followup.models import Obstacle, Report
from governance.models import Assignment, Decision, Meeting, Seat
from parties.models import Membership, Party, User
from portal.access import ACCESS, Audience

SLUG = "exempel-uppsala"
DRAFT = "exempel-uppsala-nasta"
PLAN = (SLUG, "handlingsplan", "2")


def draft_activity():
    plan = {"edition__plan__agreement__slug": SLUG, "edition__plan__key": "handlingsplan"}
    return Activity.objects.filter(edition__label="2", **plan).first().pk


def proposal(**lookup):
    """An example proposal to the living example's first plan that has any."""
    return row(Proposal, plan__agreement__slug=SLUG, **lookup)


def reported_lineage():
    return Report.objects.submitted().filter(round__agreement__slug=SLUG).first().activity.lineage


def talked_of():
    place = {"activity__edition__label": "2", "activity__edition__plan__key": PLAN[1]}
    return Comment.objects.filter(reply_to__isnull=False, **place).first().activity_id


def own_report():
    return Report.objects.filter(party__key="kommun-0331", submitted_at=None, round__label="2").first().pk


def submitted_report():
    return Report.objects.filter(round__agreement__slug=SLUG, round__label="2").submitted().first().pk


def row(model, **lookup):
    return lambda: model.objects.filter(**lookup).order_by("pk").first().pk


def response(name):
    """The answer of the one that has the name, to the example that is out on remiss."""
    return row(ConsultationResponse, addressee__name=name, addressee__consultation__agreement__slug=REMISS[0])


REMISS = ("exempel-vasterbotten", row(Consultation, agreement__slug="exempel-vasterbotten"))
MEETING = (SLUG, "exempel-radet", lambda: Meeting.objects.filter(body__key="exempel-radet").latest("held_on").key)


def item():
    """The first matter on the agenda of the meeting above; made where the example has none."""
    meeting = Meeting.objects.get(body__key=MEETING[1], key=MEETING[2]())
    return (meeting.agenda.first() or meeting.agenda.create(title="En punkt")).pk


def assignment():
    """One that the example's municipality got and has not finished; given where the example has none."""
    party = Party.objects.get(key="kommun-0331")
    decision = Meeting.objects.get(body__key=MEETING[1], key=MEETING[2]()).body.decisions.first()
    own = Assignment.objects.unfinished().filter(party=party, decision__body=decision.body).first()
    return (own or Assignment.objects.create(decision=decision, party=party, text="Lista hindren")).pk


def decided():
    """A decision that the example's council took on a matter."""
    rows = Decision.objects.filter(body__key=MEETING[1], item__isnull=False)
    return rows.select_related("meeting").first()


def notice():
    """One that nobody has confirmed yet, so that the page has all its buttons; given where the example has none."""
    agreement, party = Agreement.objects.get(slug=SLUG), Party.objects.get(key="kommun-0330")
    told = {"given_on": "2026-01-15", "scope": "leaving_party", "months": 6}
    return Termination.objects.get_or_create(agreement=agreement, party=party, defaults=told)[0].pk


def hat():
    """A reporter's of the example's party."""
    return Membership.objects.filter(party__key="kommun-0331", role="reporter").first().pk


def colleague():
    return Membership.objects.get(pk=hat()).user_id


DECIDED = (*MEETING[:2], lambda: decided().meeting.key, lambda: decided().item_id, lambda: decided().pk)
MINUTES = (*MEETING[:2], lambda: Meeting.objects.filter(body__key="exempel-radet", record__isnull=False).first().key)
AGREEMENTS = [
    "uppsala-2019-2021",
    "stockholm-ksl-2008",
    "kronoberg-sok-2019-2025",
    "ostergotland-2021-2025",
    "vastmanland-2008-2014",
    SLUG,
]
TABS = [
    "agreements:agreement_detail",
    "agreements:accession_list",
    "agreements:process_detail",
    "governance:agreement_governance",
]

# URL name → the arguments of its address, and who opens it (None: the public).
PAGES = {
    "portal:start": ((), None),
    "portal:search": ((), None),
    "portal:across": ((), "granskare"),
    "portal:work": ((), "handlaggare"),
    "portal:mail_settings": ((), "handlaggare"),
    "portal:my_rights": ((), "handlaggare"),
    "portal:agreement_people": ((SLUG,), "samordnare"),
    "portal:hand_over": (("kommun-0331", colleague), "partsadmin"),
    "parties:membership_alternate": (("kommun-0331", hat), "partsadmin"),
    "portal:connection_list": ((), "handlaggare"),
    "portal:session_list": ((), "handlaggare"),
    "followup:round_mails": ((SLUG, "2"), "samordnare"),
    "portal:accessibility": ((), None),
    "portal:privacy": ((), None),
    "portal:agreement_history": (("kronoberg-sok-2019-2025",), None),
    "portal:audit_log": ((), "partsadmin"),
    "portal:object_history": ((SLUG, "report", own_report), "handlaggare"),
    "portal:membership_history": (("kommun-0331", hat), "partsadmin"),
    "portal:party_history": (("kommun-0331",), "partsadmin"),
    "portal:agreement_year": ((SLUG,), None),
    "portal:workbook_upload": ((), "samordnare"),
    "parties:party_people": (("kommun-0331",), "partsadmin"),
    "parties:membership_create": (("kommun-0331", colleague), "partsadmin"),
    "parties:membership_edit": (("kommun-0331", hat), "partsadmin"),
    "parties:membership_end": (("kommun-0331", hat), "partsadmin"),
    "parties:invitation_create": (("kommun-0331",), "partsadmin"),
    "parties:invitation_answer": ((), None),
    "agreements:agreement_list": ((), None),
    "agreements:agreement_detail": (("kronoberg-sok-2019-2025",), None),
    "agreements:accession_list": (("stockholm-ksl-2008",), None),
    "agreements:termination_list": ((SLUG,), "samordnare"),
    "agreements:termination_create": ((SLUG,), "godkannare"),
    "agreements:termination_receipts": ((SLUG, notice), "samordnare"),
    "agreements:termination_withdraw": ((SLUG, notice), "samordnare"),
    "agreements:extension_create": ((SLUG,), "samordnare"),
    "portal:leaving_effects": ((SLUG, notice), "samordnare"),
    "portal:series_detail": ((SLUG,), None),
    "agreements:process_detail": (("stockholm-ksl-2008",), None),
    "agreements:agreement_life": (("kronoberg-sok-2019-2025",), None),
    "agreements:life_step": ((SLUG, "terminate"), "samordnare"),
    "agreements:review_list": ((SLUG,), None),
    "agreements:review_complete": ((SLUG, row(AgreementReview, agreement__slug=SLUG, done_on=None)), "samordnare"),
    "agreements:situation_list": ((SLUG,), None),
    "agreements:situation_detail": ((SLUG, row(SituationReport, agreement__slug=SLUG)), None),
    "agreements:amendment_list": ((SLUG,), None),
    "agreements:amendment_choose": ((SLUG,), "samordnare"),
    "agreements:amendment_add": ((SLUG, "mal"), "samordnare"),
    "agreements:amendment_create": ((SLUG, "priorityarea:halsa"), "samordnare"),
    "agreements:amendment_drop": ((SLUG, "priorityarea:halsa"), "samordnare"),
    "agreements:revision_list": ((SLUG,), "samordnare"),
    "agreements:revision_create": ((SLUG,), "godkannare"),
    "agreements:revision_decide": ((SLUG, row(RevisionRequest, agreement__slug=SLUG)), "samordnare"),
    "agreements:adoption_create": ((SLUG,), "samordnare"),
    "agreements:accession_join": ((SLUG,), "samordnare"),
    "agreements:accession_bulk": ((SLUG,), "samordnare"),
    "agreements:accession_decide": ((SLUG, row(Accession, agreement__slug=SLUG)), "samordnare"),
    "agreements:agreement_create": ((), "samordnare"),
    "agreements:drafting_detail": ((DRAFT,), "samordnare"),
    "agreements:draft_comment_list": ((DRAFT,), "gruppledamot2"),
    "agreements:drafting_group": ((DRAFT,), "samordnare"),
    "agreements:text_version_list": ((DRAFT,), "gruppledamot2"),
    "agreements:text_version_create": ((DRAFT,), "gruppledamot2"),
    "agreements:text_version_detail": ((DRAFT, 1), "samordnare"),
    "agreements:text_comparison": ((DRAFT,), "samordnare"),
    "agreements:dialogue_list": ((DRAFT,), "samordnare"),
    "agreements:dialogue_detail": ((DRAFT, row(Dialogue, closes_on__isnull=False)), "handlaggare2"),
    "agreements:contribution_edit": ((DRAFT, row(Dialogue, closes_on=None), "kommun-0360"), "handlaggare2"),
    "agreements:sub_agreement_list": ((SLUG,), None),
    "agreements:consultation_prepare": ((DRAFT,), "samordnare"),
    "agreements:consultation_detail": (REMISS, "samordnare"),
    "agreements:consultation_add": (REMISS, "samordnare"),
    "agreements:consultation_extend": (REMISS, "samordnare"),
    "agreements:consultation_close": (REMISS, "samordnare"),
    "agreements:consultation_summary": (REMISS, "samordnare"),
    "agreements:remark_list": (REMISS, "samordnare"),
    "agreements:response_treat": ((*REMISS, "helhet", response("Umeå kommun")), "samordnare"),
    "agreements:response_detail": ((*REMISS, response("Lycksele kommun")), "samordnare"),
    "agreements:response_edit": ((*REMISS, response("Arbetsförmedlingen")), "myndighet"),
    "agreements:response_submit": ((*REMISS, response("Arbetsförmedlingen")), "myndighet"),
    "agreements:response_files": ((*REMISS, response("Arbetsförmedlingen")), "myndighet"),
    "agreements:response_link": ((), None),
    "agreements:agreement_edit": ((SLUG,), "samordnare"),
    "agreements:agreement_publish": ((SLUG,), "samordnare"),
    "agreements:row_create": ((SLUG, "anslutning"), "samordnare"),
    "agreements:row_edit": ((SLUG, "mal", row(Goal, agreement__slug=SLUG)), "samordnare"),
    "agreements:row_delete": ((SLUG, "mal", row(Goal, agreement__slug=SLUG)), "samordnare"),
    "governance:agreement_governance": (("vastmanland-2008-2014",), None),
    "governance:body_detail": ((SLUG, "exempel-radet"), "samordnare"),
    "governance:meeting_create": (MEETING[:2], "samordnare"),
    "governance:meeting_detail": (MEETING, "samordnare"),
    "governance:meeting_edit": (MEETING, "samordnare"),
    "governance:meeting_delete": (MEETING, "samordnare"),
    "governance:meeting_attendance": (MEETING, "samordnare"),
    "governance:meeting_projector": (MEETING, "samordnare"),
    "governance:meeting_publish": (MEETING, "samordnare"),
    "governance:record_edit": (MEETING, "samordnare"),
    "governance:record_finish": (MINUTES, "samordnare"),
    "governance:row_create": ((SLUG, "organ"), "samordnare"),
    "governance:row_edit": ((SLUG, "platser", row(Seat, body__key="exempel-radet")), "samordnare"),
    "governance:row_delete": ((SLUG, "platser", row(Seat, body__key="exempel-radet")), "samordnare"),
    "actionplans:plan_list": ((SLUG,), None),
    "actionplans:plan_create": ((SLUG,), "samordnare"),
    "actionplans:plan_edit": ((SLUG, "handlingsplan"), "samordnare"),
    "actionplans:edition_detail": (PLAN, "samordnare"),
    "actionplans:edition_describe": (PLAN, "samordnare"),
    "actionplans:edition_delete": (PLAN, "samordnare"),
    "actionplans:activity_file_create": ((*PLAN, draft_activity), "samordnare"),
    "actionplans:note_edit": ((*PLAN, draft_activity), "samordnare"),
    "actionplans:edition_timeline": (PLAN, "samordnare"),
    "actionplans:edition_matrix": (PLAN, "samordnare"),
    "actionplans:edition_print": (PLAN, "samordnare"),
    "actionplans:edition_edit": (PLAN, "samordnare"),
    "actionplans:activity_create": (PLAN, "samordnare"),
    "actionplans:activity_edit": ((*PLAN, draft_activity), "samordnare"),
    "actionplans:activity_end": ((*PLAN, draft_activity), "samordnare"),
    "actionplans:activity_delete": ((*PLAN, draft_activity), "samordnare"),
    "actionplans:comment_index": (PLAN, "samordnare"),
    "actionplans:comment_list": ((*PLAN, talked_of), "samordnare"),
    "portal:succession_apply": ((SLUG,), "samordnare"),
    "portal:party_detail": (("kommun-0331",), "systemadmin"),
    "portal:party_change": (("kommun-0331", "uppga"), "systemadmin"),
    "followup:obstacle_list": ((SLUG,), "handlaggare"),
    "followup:obstacle_create": ((SLUG,), "handlaggare"),
    "followup:obstacle_detail": ((SLUG, row(Obstacle, closed_on__isnull=False)), "samordnare"),
    "followup:obstacle_edit": ((SLUG, row(Obstacle, reported_at=None)), "handlaggare"),
    "followup:obstacle_delete": ((SLUG, row(Obstacle, reported_at=None)), "handlaggare"),
    "followup:obstacle_handle": ((SLUG, row(Obstacle, reported_at__isnull=False)), "samordnare"),
    "actionplans:proposal_list": (PLAN[:2], "samordnare"),
    "actionplans:proposal_create": (PLAN[:2], "handlaggare"),
    "actionplans:proposal_rank": (PLAN[:2], "gruppledamot"),
    "actionplans:proposal_detail": ((*PLAN[:2], proposal(submitted_at__isnull=False, outcome="")), "samordnare"),
    "actionplans:proposal_edit": ((*PLAN[:2], proposal(submitted_at__isnull=True)), "handlaggare"),
    "actionplans:proposal_delete": ((*PLAN[:2], proposal(submitted_at__isnull=True)), "handlaggare"),
    "actionplans:proposal_accept": ((*PLAN[:2], proposal(submitted_at__isnull=False, outcome="")), "samordnare"),
    "actionplans:proposal_decline": ((*PLAN[:2], proposal(submitted_at__isnull=False, outcome="")), "samordnare"),
    "actionplans:edition_compare": ((*PLAN, "1"), "samordnare"),
    "actionplans:edition_import": (PLAN, "samordnare"),
    "followup:item_create": (MEETING, "samordnare"),
    "followup:item_edit": ((*MEETING, item), "samordnare"),
    "followup:item_delete": ((*MEETING, item), "samordnare"),
    "followup:decision_record": ((*MEETING, item), "samordnare"),
    "followup:decision_edit": (DECIDED, "samordnare"),
    "followup:assignment_list": ((SLUG,), None),
    "followup:assignment_detail": ((SLUG, assignment), "samordnare"),
    "followup:assignment_answer": ((SLUG, assignment), "handlaggare"),
    "followup:assignment_end": ((SLUG, assignment), "samordnare"),
    "followup:lineage_detail": ((SLUG, "handlingsplan", reported_lineage), "samordnare"),
    "followup:edition_create": ((SLUG, "handlingsplan"), "samordnare"),
    "followup:edition_adopt": (PLAN, "samordnare"),
    "followup:round_list": ((SLUG,), None),
    "followup:round_detail": ((SLUG, "2"), "radsledamot"),
    "followup:indicator_list": ((SLUG,), "samordnare"),
    "followup:indicator_detail": ((SLUG, "kvinnor-arbetskraft"), None),
    "followup:indicator_create": ((SLUG,), "samordnare"),
    "followup:indicator_edit": ((SLUG, "kvinnor-arbetskraft"), "samordnare"),
    "followup:indicator_delete": ((SLUG, "kvinnor-arbetskraft"), "samordnare"),
    "followup:measurement_edit": ((SLUG, "studiebesok-antal"), "samordnare"),
    "followup:definition_edit": ((SLUG, "gymnasieutbildning"), "samordnare"),
    "followup:round_map": ((SLUG, "1"), None),
    "followup:round_answers": ((SLUG, "2"), "radsledamot"),
    "followup:round_pack": ((SLUG, "1"), "samordnare"),
    "followup:registry_edit": ((SLUG, "1"), "samordnare"),
    "followup:round_create": ((SLUG,), "samordnare"),
    "followup:round_edit": ((SLUG, "2"), "samordnare"),
    "followup:round_delete": ((SLUG, "2"), "samordnare"),
    "followup:round_close": ((SLUG, "2"), "samordnare"),
    "followup:round_publish": ((SLUG, "1"), "samordnare"),
    "followup:round_reopen": ((SLUG, "1"), "samordnare"),
    "followup:assessment_list": ((SLUG, "2"), "samordnare"),
    "followup:assessment_edit": ((SLUG, "2", "omrade-halsa"), "samordnare"),
    "followup:assessment_reopen": ((SLUG, "2", "omrade-arbete-och-utbildning"), "samordnare"),
    "followup:respondent_extend": ((SLUG, "2", "kommun-0331"), "samordnare"),
    "followup:party_outcome": ((SLUG, "2", "kommun-0331"), "lasare"),
    "followup:round_review": ((SLUG, "2"), "samordnare"),
    "followup:report_review": ((SLUG, "2", submitted_report), "samordnare"),
    "followup:report_return": ((SLUG, "2", submitted_report), "samordnare"),
    "followup:report_on_behalf": ((SLUG, "2", own_report), "samordnare"),
    "followup:report_detail": ((SLUG, "2", own_report), "lasare"),
    "followup:report_edit": ((SLUG, "2", own_report), "handlaggare"),
    "followup:report_file_create": ((SLUG, "2", own_report), "handlaggare"),
    "followup:report_reuse": ((SLUG, "2", own_report), "handlaggare"),
    "followup:party_form": ((SLUG, "2", "kommun-0331"), "lasare"),
    "followup:party_submit": ((SLUG, "2", "kommun-0331"), "handlaggare"),
    "followup:party_import": ((SLUG, "2", "kommun-0331"), "handlaggare"),
    "followup:reporting_rule": ((SLUG, "2", "kommun-0331"), "partsadmin"),
    "account_login": ((), None),
    "account_logout": ((), "samordnare"),
    "account_inactive": ((), None),
    "account_reset_password": ((), None),
    "account_reset_password_done": ((), None),
    "account_reset_password_from_key": (("0", "abc-def"), None),
    "account_reset_password_from_key_done": ((), None),
    "account_change_password": ((), "samordnare"),
    "account_reauthenticate": ((), "samordnare"),
    "mfa_index": ((), "handlaggare"),
    "mfa_list_webauthn": ((), "handlaggare"),
}

# Addresses that are no pages: downloads, one-click writes, plain text; and pages that need a step before, tested there.
NO_PAGES = {
    "agreements:block_move",
    "agreements:draft_comment_resolve",
    "agreements:drafter_end",
    "agreements:drafter_invitation_withdraw",
    "agreements:text_comparison_pdf",
    "agreements:text_comparison_docx",
    "agreements:contribution_download",
    "portal:provider_login",
    "portal:provider_answer",
    "portal:saml_consume",
    "portal:saml_metadata",
    "portal:connection_create",
    "portal:connection_delete",
    "portal:leaving_confirm",
    "portal:series_current",
    "actionplans:activity_whole",
    "portal:session_end",
    "portal:session_end_all",
    "portal:session_left",
    "portal:session_keep",
    "followup:indicator_data",
    "followup:obstacle_paper",
    "followup:obstacle_paper_docx",
    "followup:obstacle_report",
    "followup:assignment_resume",
    "governance:meeting_call",
    "governance:meeting_bring",
    "governance:meeting_end",
    "governance:record_download",
    "followup:item_move",
    "followup:report_approve",
    "followup:round_bulk",
    "followup:assessment_agree",
    "portal:health",
    "portal:security_txt",
    "portal:work_badge",
    "portal:calendar_renew",
    "portal:calendar_feed",
    "portal:workbook_template",
    "portal:workbook_export",
    "portal:audit_export",
    "portal:workbook_preview",
    "portal:workbook_confirm",
    "parties:invitation_open",
    "parties:invitation_resend",
    "parties:invitation_withdraw",
    "agreements:consultation_document",
    "agreements:consultation_summary_pdf",
    "agreements:consultation_summary_docx",
    "agreements:response_file_download",
    "agreements:response_file_delete",
    "agreements:response_open",
    "agreements:response_link_submit",
    "agreements:response_link_files",
    "agreements:response_link_file_download",
    "agreements:response_link_file_delete",
    "agreements:addressee_withdraw",
    "agreements:consultation_remind",
    "agreements:document_download",
    "agreements:situation_publish",
    "actionplans:activity_row",
    "actionplans:activity_cell",
    "actionplans:activity_move",
    "actionplans:activity_duplicate",
    "actionplans:edition_bulk",
    "actionplans:edition_undo",
    "actionplans:edition_presence",
    "actionplans:edition_checks",
    "actionplans:edition_propose",
    "actionplans:edition_withdraw",
    "actionplans:activity_file_download",
    "actionplans:activity_file_delete",
    "actionplans:comment_resolve",
    "actionplans:proposal_submit",
    "actionplans:proposal_comment",
    "actionplans:proposal_merge",
    "actionplans:edition_compare_pdf",
    "actionplans:edition_compare_docx",
    "actionplans:edition_export",
    "actionplans:edition_import_preview",
    "actionplans:edition_import_confirm",
    "followup:party_export",
    "followup:party_import_preview",
    "followup:party_import_confirm",
    "followup:pack_create",
    "followup:pack_send",
    "followup:pack_download",
    "followup:round_data",
    "followup:round_open",
    "followup:round_start_review",
    "followup:report_submit",
    "followup:report_field",
    "followup:report_quick",
    "followup:report_retract",
    "followup:report_file_download",
    "followup:report_file_delete",
    "followup:party_ready",
    "followup:party_retract",
    "followup:party_presence",
    # tests/browser/test_login.py goes through these with a code app and a key
    "mfa_authenticate",
    "mfa_login_webauthn",
    "mfa_reauthenticate",
    "mfa_reauthenticate_webauthn",
    "mfa_activate_totp",
    "mfa_deactivate_totp",
    "mfa_view_recovery_codes",
    "mfa_generate_recovery_codes",
    "mfa_add_webauthn",
    "mfa_edit_webauthn",
    "mfa_remove_webauthn",
}


def test_every_page_is_opened_here():
    open_to_somebody = {name for name, audience in ACCESS.items() if audience is not Audience.NOBODY}
    assert open_to_somebody == {*PAGES, *NO_PAGES}


def at_both_widths(page, address):
    """Load the page as a large screen shows it, and once more as a telephone does; yields what each was answered."""
    for width in (1280, 360):
        page.set_viewport_size({"width": width, "height": 900})
        yield page.goto(address)


@pytest.mark.parametrize("name", PAGES)
def test_page(name, page, sign_in, axe, screenshot):
    args, person = PAGES[name]
    if person:
        sign_in(page, User.objects.get(email=f"{person}@exempel.invalid"))
    address = reverse(name, args=[arg() if callable(arg) else arg for arg in args])
    for response in at_both_widths(page, address):
        assert response.status == 200
        expect(page.locator("h1")).to_have_count(1)
        axe(page)
        screenshot(page, name.replace(":", "-"))


@pytest.mark.parametrize("slug", AGREEMENTS)
@pytest.mark.parametrize("tab", TABS)
def test_tab_of_every_agreement(slug, tab, page, screenshot):
    """The same tab is never the same page: no areas, many parties, missing groups. Width and errors are watched."""
    for response in at_both_widths(page, reverse(tab, args=[slug])):
        assert response.status == 200
        screenshot(page, f"{tab.replace(':', '-')}-{slug}")


def test_missing_page_is_readable(page, axe):
    assert page.goto("/overenskommelser/finns-inte/").status == 404
    axe(page)
