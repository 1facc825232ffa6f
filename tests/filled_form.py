"""Reading a page as a browser would: its forms, and what each would send if nobody wrote in it."""

from html.parser import HTMLParser


class Forms(HTMLParser):
    """``forms`` of a page: {field: values}, in order, without what stands outside."""

    def __init__(self, page):
        super().__init__()
        self.forms, self._form, self._name, self._text, self._select = [], None, None, "", None
        self.feed(page)

    def with_field(self, name):
        """The first form that has the field."""
        return next(form for form in self.forms if name in form)

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        if tag == "form":
            self._form = {} if attrs.get("method") == "post" else None
            if self._form is not None:
                self.forms.append(self._form)
        if self._form is None:
            return
        if tag == "input":
            self._take_input(attrs)
        elif tag == "textarea":
            self._name, self._text = attrs.get("name"), ""
        elif tag == "select":
            self._select = (attrs.get("name"), "multiple" in attrs)
        elif tag == "option" and self._select:
            self._take_option(attrs)

    def _take_input(self, attrs):
        kind, name = attrs.get("type", "text"), attrs.get("name")
        is_off = kind in ("checkbox", "radio") and "checked" not in attrs
        if name and not is_off and kind not in ("submit", "button", "file", "image"):
            self._form.setdefault(name, []).append(attrs.get("value") or ("on" if kind == "checkbox" else ""))

    def _take_option(self, attrs):
        name, is_several = self._select
        if "selected" in attrs or (name not in self._form and not is_several):
            self._form.setdefault(name, [])
            self._form[name] = [*(self._form[name] if is_several else []), attrs.get("value", "")]

    def handle_data(self, data):
        if self._name:
            self._text += data

    def handle_endtag(self, tag):
        if tag == "textarea" and self._name:
            self._form.setdefault(self._name, []).append(self._text.removeprefix("\n"))
            self._name = None
        elif tag == "select":
            self._select = None
        elif tag == "form":
            self._form = None
