"""What a notification says, in its recipient's language. Made when it is read or sent, and never kept."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django.conf import settings

from apps.notifications.kinds import KINDS
from apps.notifications.kinds.base import NOT_VISIBLE, Facts
from apps.notifications.models import Notification, RecipientSettings
from apps.notifications.rendering import render, render_line, why_told

# What of an announcement should have been read with it.
ANNOUNCED = ("event", "ranking", "season", "standings")
# In the place of a kind's own, for who may not know what was told.
NOT_VISIBLE_TEMPLATES = "not_visible"
DIGEST_TEMPLATES = "digest"


@dataclass(frozen=True, slots=True)
class Message:
    """A notification as its recipient reads it."""

    notification: Notification
    language: str
    facts: Facts
    title: str
    text: str
    templates: str  # their folder

    def html(self, *, unsubscribe_url: str = "") -> str:
        """All of it as a page for an e-mail, with the reason why it is sent. Made at each call: few need it."""
        return render(f"{self.templates}/body.html", self._letter(unsubscribe_url), self.language)

    def letter(self, *, unsubscribe_url: str = "") -> str:
        """The same as text."""
        return f"{self.text}\n\n{render('footer.txt', self._letter(unsubscribe_url), self.language)}\n"

    def _letter(self, unsubscribe_url: str) -> dict[str, Any]:
        return {
            **self.facts.context,
            "withheld": self.facts.withheld,
            "language": self.language,
            "title": self.title,
            "url": self.url,
            "why": why_told(self.notification.role, self.facts.context, self.language),
            "unsubscribe_url": unsubscribe_url,
        }

    @property
    def kind(self) -> str:
        """What it is about; empty for a digest, which may have several."""
        return "" if self.templates == DIGEST_TEMPLATES else self.notification.announcement.kind

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
    return [compose(one, facts[one.pk], languages[one.recipient_id]) for one in notifications]


def languages_of(user_ids: Iterable[int]) -> dict[int, str]:
    """The language of each of these users."""
    ids = list(user_ids)
    chosen = dict(RecipientSettings.objects.filter(user__in=ids).values_list("user", "language"))
    return {user_id: chosen.get(user_id, settings.LANGUAGE_CODE) for user_id in ids}


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


def compose(notification: Notification, facts: Facts, language: str) -> Message:
    """The message that tells these facts."""
    templates = NOT_VISIBLE_TEMPLATES if facts.withheld == NOT_VISIBLE else notification.announcement.kind
    context = {**facts.context, "withheld": facts.withheld}
    return Message(
        notification=notification,
        language=language,
        facts=facts,
        title=render_line(f"{templates}/subject.txt", context, language),
        text=render(f"{templates}/body.txt", context, language),
        templates=templates,
    )
