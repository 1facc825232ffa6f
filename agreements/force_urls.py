"""Addresses, under the agreement's own, of what happens while it is in force: reviews, situation, amendments."""

from django.urls import path, register_converter

from agreements import amending_views, review_views, revision_views, situation_views
from agreements.amending_forms import BlockConverter, WordConverter

register_converter(BlockConverter, "text_block")
register_converter(WordConverter, "addable")

urlpatterns = [
    path("oversyn/", review_views.review_list, name="review_list"),
    path("oversyn/<int:pk>/avsluta/", review_views.review_complete, name="review_complete"),
    path("nulage/", situation_views.situation_list, name="situation_list"),
    path("nulage/<int:pk>/", situation_views.situation_detail, name="situation_detail"),
    path("nulage/<int:pk>/publicera/", situation_views.situation_publish, name="situation_publish"),
    path("andringar/", amending_views.amendment_list, name="amendment_list"),
    path("andringar/ny/", amending_views.amendment_choose, name="amendment_choose"),
    path("andringar/ny/<addable:word>/", amending_views.amendment_add, name="amendment_add"),
    path("andringar/<text_block:block>/", amending_views.amendment_create, name="amendment_create"),
    path("andringar/<text_block:block>/utgar/", amending_views.amendment_drop, name="amendment_drop"),
    path("revidering/", revision_views.revision_list, name="revision_list"),
    path("revidering/ny/", revision_views.revision_create, name="revision_create"),
    path("revidering/<int:pk>/", revision_views.revision_decide, name="revision_decide"),
]
