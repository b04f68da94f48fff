"""Reads the admin's forms as a browser does."""

from html.parser import HTMLParser
from typing import Any


class _Form(HTMLParser):
    """What the form with this id would send if nobody changed anything."""

    def __init__(self, form_id: str) -> None:
        super().__init__()
        self.values: dict[str, list[str]] = {}
        self._form_id = form_id
        self._is_inside = False
        self._select = ""
        self._textarea = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._is_inside = found.get("id") == self._form_id
        if not self._is_inside:
            return
        if tag == "input" and found.get("name") and found["type"] not in ("submit", "file"):
            if found["type"] not in ("checkbox", "radio") or "checked" in found:
                self.values.setdefault(found["name"], []).append(found.get("value", ""))
        elif tag == "select":
            self._select = found["name"]
        elif tag == "option" and "selected" in found:
            self.values.setdefault(self._select, []).append(found.get("value", ""))
        elif tag == "textarea":
            self._textarea = found["name"]
            self.values[self._textarea] = [""]

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._is_inside = False
        elif tag == "textarea":
            self._textarea = ""

    def handle_data(self, data: str) -> None:
        if self._textarea:
            self.values[self._textarea][0] += data


def form_values(response: Any) -> dict[str, Any]:
    """What the form of an admin page would send if nobody changed anything."""
    parser = _Form(f"{response.context['opts'].model_name}_form")
    parser.feed(response.text)
    assert parser.values, "there is no form"
    return dict(parser.values)
