"""The parts of which HTML messages are built: styles stand at each element, since mail programs drop style sheets."""

from typing import Any

from django.template import Library
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = Library()

_ROW = (
    '<tr><th scope="row" style="padding: 4px 16px 4px 0; text-align: left; vertical-align: top; font-weight: normal">'
    '<bdi>{}</bdi></th><td style="padding: 4px 0; vertical-align: top; font-weight: bold">{}</td></tr>'
)


@register.simple_tag
def row(label: Any, value: Any) -> SafeString:
    """A row of a table: what it is, and its value."""
    return format_html(_ROW, label, value)


@register.simple_tag
def heading(text: Any) -> SafeString:
    """A heading over a table; it may be in a script that runs the other way."""
    return format_html('<h2 dir="auto" style="margin: 16px 0 4px; font-size: 17px">{}</h2>', text)
