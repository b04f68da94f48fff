"""Several notifications for one person, told together."""

from collections.abc import Sequence

from apps.notifications.kinds.base import Facts
from apps.notifications.messages import DIGEST_TEMPLATES, Message
from apps.notifications.rendering import render, render_line


def make_digest(messages: Sequence[Message]) -> Message:
    """One message of these of one person, in their order. It stands for the first notification."""
    first = messages[0]
    facts = Facts({"messages": messages}, path="/", data={"notifications": [one.facts.data for one in messages]})
    return Message(
        notification=first.notification,
        language=first.language,
        facts=facts,
        title=render_line(f"{DIGEST_TEMPLATES}/subject.txt", facts.context, first.language),
        text=render(f"{DIGEST_TEMPLATES}/body.txt", facts.context, first.language),
        templates=DIGEST_TEMPLATES,
    )
