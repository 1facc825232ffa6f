"""Every page in a real browser, at 1280 and 360 px: WCAG 2.2 AA by axe, nothing sideways, no complaints."""

import pytest
from django.urls import reverse

from actionplans.models import Activity, Comment, Proposal
from agreements.models import Goal
from followup.models import Report
from governance.models import Assignment, Decision, Meeting, Seat
from parties.models import Membership, Party, User
from portal.access import ACCESS, Audience

SLUG = "exempel-uppsala"
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
    "agreements:process_detail": (("stockholm-ksl-2008",), None),
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
    "portal:provider_login",
    "portal:provider_answer",
    "portal:saml_consume",
    "portal:saml_metadata",
    "portal:connection_create",
    "portal:connection_delete",
    "portal:session_end",
    "portal:session_end_all",
    "portal:session_left",
    "portal:session_keep",
    "followup:indicator_data",
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
    "agreements:document_download",
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


@pytest.mark.parametrize("width", ["page", "phone"])
@pytest.mark.parametrize("name", PAGES)
def test_page(name, width, request, sign_in, axe, screenshot):
    window = request.getfixturevalue(width)
    args, person = PAGES[name]
    if person:
        sign_in(window, User.objects.get(email=f"{person}@exempel.invalid"))
    response = window.goto(reverse(name, args=[arg() if callable(arg) else arg for arg in args]))
    assert (response.status, window.locator("h1").count()) == (200, 1)
    axe(window)
    screenshot(window, name.replace(":", "-"))


@pytest.mark.parametrize("width", ["page", "phone"])
@pytest.mark.parametrize("slug", AGREEMENTS)
@pytest.mark.parametrize("tab", TABS)
def test_tab_of_every_agreement(slug, tab, width, request, screenshot):
    """The same tab is never the same page: no areas, many parties, missing groups. Width and errors are watched."""
    window = request.getfixturevalue(width)
    assert window.goto(reverse(tab, args=[slug])).status == 200
    screenshot(window, f"{tab.replace(':', '-')}-{slug}")


def test_missing_page_is_readable(page, axe):
    assert page.goto("/overenskommelser/finns-inte/").status == 404
    axe(page)
