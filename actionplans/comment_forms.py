"""The form for a comment or a reply. It remembers for whom it was written."""

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from actionplans.comments import Wider, is_closed, is_shared_now, say
from actionplans.models import Comment, Proposal
from lib.db import Frozen
from lib.forms import clean_data, make_swedish


class CommentForm(forms.Form):
    """A comment on ``about``, an activity or a proposal, or a reply in its ``thread``. No mistake loses the text."""

    text = forms.CharField(
        max_length=Comment._meta.get_field("text").max_length,
        widget=forms.Textarea,
        error_messages={"required": gettext_lazy("Skriv något först.")},
    )
    reply_to = forms.ModelChoiceField(Comment.objects.none(), required=False, widget=forms.HiddenInput)
    is_shared = forms.BooleanField(required=False, widget=forms.HiddenInput)

    def __init__(self, data=None, *, about, user, thread=None):
        initial = {"is_shared": is_shared_now(about, thread), "reply_to": thread}
        super().__init__(clean_data(data), initial=initial, auto_id=f"svar-{thread.pk}-%s" if thread else "ny-%s")
        self.about, self.user, self.thread = about, user, thread
        self.fields["reply_to"].queryset = about.comments.visible_to(user).threads()
        make_swedish(self.fields["text"])
        self.fields["text"].widget.attrs["rows"] = 3

    def clean(self):
        if is_closed(self.about):
            self.add_error(None, _("Det går inte längre att kommentera. Kopiera texten om du vill använda den."))
        if "reply_to" in self.errors:
            del self.errors["reply_to"]
            self._put("reply_to", "")
            message = _("Kommentaren du svarade på finns inte här. Skicka texten igen, så blir den en ny kommentar.")
            self.add_error(None, message)
        return super().clean()

    def save(self):
        """The saved comment, or None with the reason among the form's errors."""
        try:
            return say(about=self.about, by=self.user, **self.cleaned_data)
        except Frozen as frozen:
            self.add_error(None, str(frozen))
        except Wider:
            self.about.refresh_from_db()
            self._put("is_shared", "on")
            message = _("Fler läser nu det du skriver. %(readers)s Skicka igen om det är rätt.")
            self.add_error(None, message % {"readers": self.readers()})
        return None

    def belongs_to(self, thread):
        """Let the form, posted with a thread of its own, stand in that thread."""
        self.thread, self.auto_id = thread, f"svar-{thread.pk}-%s"

    def readers(self):
        """Who will read what is written here."""
        shared = is_shared_now(self.about, self.thread)
        if isinstance(self.about, Proposal):
            if shared:
                return _("Ni som lämnat förslaget, samordnarna och de som bereder planen läser det.")
            return _("Bara ni som föreslår läser det, också sedan förslaget lämnats in.")
        if shared:
            return _("Samordnarna, parterna och organen läser det.")
        return _("Bara samordnarna läser det, också sedan versionen föreslagits.")

    def typed(self):
        """What was typed, for a page where it can only be copied."""
        return [(_("Kommentar"), self.data.get("text", ""))] if self.is_bound else []

    def _put(self, name, value):
        self.data = self.data.copy()
        self.data[name] = value
