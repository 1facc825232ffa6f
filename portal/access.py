"""Who may come to which page: one table, URL name → audience. A name that is not here is refused.

The audience only opens the door. What a person sees behind it is decided by ``visible_to`` and ``editable_by``.
"""

from enum import Enum


class Audience(Enum):
    ANYONE = "anyone"
    SIGNED_IN = "signed in"
    STAFF = "staff"
    NOBODY = "nobody"


ANYONE, SIGNED_IN, STAFF, NOBODY = Audience

ACCESS = {
    # portal
    "portal:start": ANYONE,
    "portal:search": ANYONE,
    "portal:work": SIGNED_IN,
    "portal:work_badge": SIGNED_IN,
    "portal:mail_settings": SIGNED_IN,
    "portal:calendar_renew": SIGNED_IN,
    "portal:calendar_feed": ANYONE,  # opened by its secret; rights are asked for the person whose it is
    "portal:accessibility": ANYONE,
    "portal:privacy": ANYONE,
    "portal:health": ANYONE,
    "portal:agreement_history": ANYONE,
    "portal:workbook_template": SIGNED_IN,
    "portal:workbook_upload": SIGNED_IN,
    "portal:workbook_preview": SIGNED_IN,
    "portal:workbook_confirm": SIGNED_IN,
    "portal:workbook_export": ANYONE,
    # agreements
    "agreements:agreement_list": ANYONE,
    "agreements:agreement_detail": ANYONE,
    "agreements:accession_list": ANYONE,
    "agreements:process_detail": ANYONE,
    "agreements:document_download": ANYONE,
    "agreements:agreement_edit": SIGNED_IN,
    "agreements:agreement_publish": SIGNED_IN,
    "agreements:row_create": SIGNED_IN,
    "agreements:row_edit": SIGNED_IN,
    "agreements:row_delete": SIGNED_IN,
    # governance
    "governance:agreement_governance": ANYONE,
    "governance:body_detail": ANYONE,
    "governance:meeting_create": SIGNED_IN,
    "governance:meeting_detail": ANYONE,
    "governance:meeting_edit": SIGNED_IN,
    "governance:meeting_delete": SIGNED_IN,
    "governance:meeting_call": SIGNED_IN,
    "governance:meeting_end": SIGNED_IN,
    "governance:row_create": SIGNED_IN,
    "governance:row_edit": SIGNED_IN,
    "governance:row_delete": SIGNED_IN,
    # actionplans
    "actionplans:plan_list": ANYONE,
    "actionplans:plan_create": SIGNED_IN,
    "actionplans:plan_edit": SIGNED_IN,
    "actionplans:edition_detail": ANYONE,
    "actionplans:edition_describe": SIGNED_IN,
    "actionplans:edition_delete": SIGNED_IN,
    "actionplans:edition_propose": SIGNED_IN,
    "actionplans:edition_withdraw": SIGNED_IN,
    "actionplans:activity_file_create": SIGNED_IN,
    "actionplans:activity_file_download": ANYONE,
    "actionplans:activity_file_delete": SIGNED_IN,
    "actionplans:note_edit": SIGNED_IN,
    "actionplans:edition_timeline": ANYONE,
    "actionplans:edition_matrix": ANYONE,
    "actionplans:edition_print": ANYONE,
    "actionplans:edition_edit": SIGNED_IN,
    "actionplans:activity_create": SIGNED_IN,
    "actionplans:activity_row": SIGNED_IN,
    "actionplans:activity_cell": SIGNED_IN,
    "actionplans:activity_move": SIGNED_IN,
    "actionplans:activity_duplicate": SIGNED_IN,
    "actionplans:activity_delete": SIGNED_IN,
    "actionplans:activity_end": SIGNED_IN,
    "actionplans:edition_bulk": SIGNED_IN,
    "actionplans:edition_undo": SIGNED_IN,
    "actionplans:edition_presence": SIGNED_IN,
    "actionplans:edition_checks": SIGNED_IN,
    "actionplans:activity_edit": SIGNED_IN,
    "actionplans:comment_index": SIGNED_IN,
    "actionplans:comment_list": SIGNED_IN,
    "actionplans:comment_resolve": SIGNED_IN,
    "actionplans:proposal_list": SIGNED_IN,
    "actionplans:proposal_create": SIGNED_IN,
    "actionplans:proposal_rank": SIGNED_IN,
    "actionplans:proposal_merge": SIGNED_IN,
    "actionplans:proposal_detail": SIGNED_IN,
    "actionplans:proposal_edit": SIGNED_IN,
    "actionplans:proposal_submit": SIGNED_IN,
    "actionplans:proposal_delete": SIGNED_IN,
    "actionplans:proposal_comment": SIGNED_IN,
    "actionplans:proposal_accept": SIGNED_IN,
    "actionplans:proposal_decline": SIGNED_IN,
    "actionplans:edition_compare": ANYONE,
    "actionplans:edition_compare_pdf": ANYONE,
    "actionplans:edition_compare_docx": ANYONE,
    "actionplans:edition_export": ANYONE,
    "actionplans:edition_import": SIGNED_IN,
    "actionplans:edition_import_preview": SIGNED_IN,
    "actionplans:edition_import_confirm": SIGNED_IN,
    # followup
    "followup:item_create": SIGNED_IN,
    "followup:item_edit": SIGNED_IN,
    "followup:item_delete": SIGNED_IN,
    "followup:item_move": SIGNED_IN,
    "followup:lineage_detail": ANYONE,
    "followup:round_list": ANYONE,
    "followup:round_detail": ANYONE,
    "followup:round_map": ANYONE,
    "followup:round_create": SIGNED_IN,
    "followup:round_edit": SIGNED_IN,
    "followup:round_delete": SIGNED_IN,
    "followup:round_open": SIGNED_IN,
    "followup:round_start_review": SIGNED_IN,
    "followup:round_mails": SIGNED_IN,
    "followup:round_close": SIGNED_IN,
    "followup:round_publish": SIGNED_IN,
    "followup:round_reopen": SIGNED_IN,
    "followup:assessment_list": ANYONE,
    "followup:assessment_agree": SIGNED_IN,
    "followup:assessment_edit": SIGNED_IN,
    "followup:assessment_reopen": SIGNED_IN,
    "followup:respondent_extend": SIGNED_IN,
    "followup:party_outcome": ANYONE,
    "followup:round_review": SIGNED_IN,
    "followup:round_bulk": SIGNED_IN,
    "followup:report_review": SIGNED_IN,
    "followup:report_approve": SIGNED_IN,
    "followup:report_return": SIGNED_IN,
    "followup:report_on_behalf": SIGNED_IN,
    "followup:report_detail": ANYONE,
    "followup:report_edit": SIGNED_IN,
    "followup:report_submit": SIGNED_IN,
    "followup:party_form": SIGNED_IN,
    "followup:party_submit": SIGNED_IN,
    "followup:party_ready": SIGNED_IN,
    "followup:party_retract": SIGNED_IN,
    "followup:party_presence": SIGNED_IN,
    "followup:reporting_rule": SIGNED_IN,
    "followup:report_field": SIGNED_IN,
    "followup:report_quick": SIGNED_IN,
    "followup:report_retract": SIGNED_IN,
    "followup:report_reuse": SIGNED_IN,
    "followup:report_file_create": SIGNED_IN,
    "followup:report_file_download": ANYONE,
    "followup:report_file_delete": SIGNED_IN,
    "followup:party_export": SIGNED_IN,
    "followup:party_import": SIGNED_IN,
    "followup:party_import_preview": SIGNED_IN,
    "followup:party_import_confirm": SIGNED_IN,
    "followup:edition_create": SIGNED_IN,
    "followup:edition_adopt": SIGNED_IN,
    # account
    "account_login": ANYONE,
    "account_logout": ANYONE,
    "account_inactive": ANYONE,
    "account_reset_password": ANYONE,
    "account_reset_password_done": ANYONE,
    "account_reset_password_from_key": ANYONE,
    "account_reset_password_from_key_done": ANYONE,
    "account_change_password": SIGNED_IN,
    "account_reauthenticate": SIGNED_IN,
    # allauth pages that come along and stay closed: accounts come by invitation, addresses are changed by the party
    "account_signup": NOBODY,
    "account_email": NOBODY,
    "account_email_verification_sent": NOBODY,
    "account_confirm_email": NOBODY,
    "account_set_password": NOBODY,
    "account_confirm_login_code": NOBODY,
}

# Whole namespaces that are for maintainers only.
STAFF_NAMESPACES = {"admin"}


def audience_of(match):
    """The audience of a resolved URL, or None where the table does not know it."""
    if STAFF_NAMESPACES & set(match.namespaces):
        return STAFF
    return ACCESS.get(match.view_name)
