"""From templates to text, in a language. For a hundred thousand e-mails: Django compiles each template once."""

from collections.abc import Mapping
from typing import Any

from django.template import Context
from django.template.loader import get_template
from django.utils import translation
from django.utils.translation import gettext as _

from apps.notifications.models import Notification
from apps.notifications.templatetags.message_text import line

Role = Notification.Role


def render(template: str, context: Mapping[str, Any], language: str) -> str:
    """A template of notifications in a language. What stands in the context is escaped in HTML, and nowhere else."""
    # Not by the loader's own rendering: that escapes in text, too, and runs the context processors of pages.
    compiled = get_template(f"notifications/{template}").template  # type: ignore[attr-defined] # of Django's engine
    with translation.override(language):
        return str(compiled.render(Context(dict(context), autoescape=template.endswith(".html")))).strip()


def render_line(template: str, context: Mapping[str, Any], language: str) -> str:
    """The same as one line without control characters, whatever the template has: a subject."""
    return line(render(template, context, language))


def why_told(role: int, context: Mapping[str, Any], language: str) -> str:
    """Why somebody gets a message, in a sentence."""
    about = context.get("event") or context.get("season")
    with translation.override(language):
        if role == Role.STAFF:
            return _("You get this message because you help to run Placar.")
        if about is None:  # several things together
            return _("You get this message because you have an account here.")
        if role == Role.ORGANISER:
            return _("You get this message because you organise %(name)s.") % {"name": line(about.name)}
        return _("You get this message because you take part in %(name)s.") % {"name": line(about.name)}
