"""What a notification says, in its recipient's language. Made when it is read or sent, and never kept."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation

from apps.notifications.kinds import KINDS
from apps.notifications.kinds.base import NOT_VISIBLE, Facts
from apps.notifications.models import Notification, RecipientSettings

# What of an announcement should have been read with it.
ANNOUNCED = ("event", "ranking", "season", "standings")
# In the place of a kind's own, for who may not know what was told.
NOT_VISIBLE_TEMPLATES = "not_visible"


@dataclass(frozen=True, slots=True)
class Message:
    """A notification as its recipient reads it."""

    notification: Notification
    language: str
    facts: Facts
    title: str
    text: str

    @property
    def is_withheld(self) -> bool:
        """Whether what was told does not hold any more: then it is not sent, and an inbox tells that."""
        return bool(self.facts.withheld)

    @property
    def url(self) -> str:
        """Where to look."""
        return f"{settings.SITE_URL}{self.facts.path}"


def make_messages(notifications: Sequence[Notification]) -> list[Message]:
    """The messages of notifications, in their order. As many queries for a thousand of an announcement as for one.

    The announcements with what ANNOUNCED names should have been read with them.
    """
    languages = languages_of(one.recipient_id for one in notifications)
    facts = _facts(notifications)
    return [_message(one, facts[one.pk], languages[one.recipient_id]) for one in notifications]


def languages_of(user_ids: Iterable[int]) -> dict[int, str]:
    """The language of each of these users."""
    ids = list(user_ids)
    chosen = dict(RecipientSettings.objects.filter(user__in=ids).values_list("user", "language"))
    return {user_id: chosen.get(user_id, settings.LANGUAGE_CODE) for user_id in ids}


def render(template: str, context: Mapping[str, Any], language: str) -> str:
    """A template of notifications in a language."""
    with translation.override(language):
        return render_to_string(f"notifications/{template}", dict(context)).strip()


def _facts(notifications: Sequence[Notification]) -> dict[int, Facts]:
    found: dict[int, Facts] = {}
    for _key, group in groupby(
        sorted(notifications, key=lambda one: one.announcement_id), lambda one: one.announcement_id
    ):
        together = list(group)
        announcement = together[0].announcement
        told = KINDS[announcement.kind].tell(announcement, together)
        found |= {one.pk: facts for one, facts in zip(together, told, strict=True)}
    return found


def _message(notification: Notification, facts: Facts, language: str) -> Message:
    kind = NOT_VISIBLE_TEMPLATES if facts.withheld == NOT_VISIBLE else notification.announcement.kind
    context = {**facts.context, "withheld": facts.withheld}
    return Message(
        notification=notification,
        language=language,
        facts=facts,
        # One line, whatever the template has.
        title=" ".join(render(f"{kind}/subject.txt", context, language).split()),
        text=render(f"{kind}/body.txt", context, language),
    )
