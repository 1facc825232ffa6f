"""The addresses of an agreement's text: how it is written, kept and compared, and who was asked before."""

from django.urls import path

from agreements import dialogue_views, drafting_group_views, drafting_views, sub_agreement_views, text_views

urlpatterns = [
    path("utkast/", drafting_views.drafting_detail, name="drafting_detail"),
    path("utkast/flytta/", drafting_views.block_move, name="block_move"),
    path("utkast/kommentarer/", drafting_views.draft_comment_list, name="draft_comment_list"),
    path("utkast/kommentarer/<int:pk>/klar/", drafting_views.draft_comment_resolve, name="draft_comment_resolve"),
    path("skrivargrupp/", drafting_group_views.drafting_group, name="drafting_group"),
    path("skrivargrupp/<int:pk>/avsluta/", drafting_group_views.drafter_end, name="drafter_end"),
    path(
        "skrivargrupp/inbjudan/<int:pk>/aterkalla/",
        drafting_group_views.drafter_invitation_withdraw,
        name="drafter_invitation_withdraw",
    ),
    path("textversioner/", text_views.text_version_list, name="text_version_list"),
    path("textversioner/ny/", text_views.text_version_create, name="text_version_create"),
    path("textversioner/<int:number>/", text_views.text_version_detail, name="text_version_detail"),
    path("textversioner/jamfor/", text_views.text_comparison, name="text_comparison"),
    path("textversioner/jamfor.pdf", text_views.text_comparison_pdf, name="text_comparison_pdf"),
    path("textversioner/jamfor.docx", text_views.text_comparison_docx, name="text_comparison_docx"),
    path("dialoger/", dialogue_views.dialogue_list, name="dialogue_list"),
    path("dialoger/<int:pk>/", dialogue_views.dialogue_detail, name="dialogue_detail"),
    path("dialoger/<int:pk>/bidrag/<slug:party>/", dialogue_views.contribution_edit, name="contribution_edit"),
    path("bidrag/<int:pk>/fil/", dialogue_views.contribution_download, name="contribution_download"),
    path("avtal/", sub_agreement_views.sub_agreement_list, name="sub_agreement_list"),
]
