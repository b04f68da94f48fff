"""The two texts of an e-mail: what it tells, where to look, and how to get no more of its kind."""

from typing import Any

from apps.notifications.messages import Message, render


def text_of(message: Message, unsubscribe_url: str) -> str:
    """For those who read plain text."""
    return render("email/text.txt", _context(message, unsubscribe_url), message.language)


def html_of(message: Message, unsubscribe_url: str) -> str:
    """The same as a page."""
    return render("email/page.html", _context(message, unsubscribe_url), message.language)


def _context(message: Message, unsubscribe_url: str) -> dict[str, Any]:
    return {"message": message, "language": message.language, "unsubscribe_url": unsubscribe_url}
