"""Pages about the people of a party: who acts for it, in which role, and until when."""

app_name = "parties"
urlpatterns = []
