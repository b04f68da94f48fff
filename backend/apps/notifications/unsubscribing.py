"""Leaving by the link of an e-mail: whoever has the link may, for the person and the kind that it was made for."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from django.conf import settings
from django.contrib.auth.models import User
from django.core.signing import BadSignature, Signer
from django.db.models import Q, QuerySet
from django.urls import reverse

from apps.errors import Missing
from apps.notifications.models import Announcement, Notification, Preference

BY_LINK = "link"
# No link expires: an e-mail is kept for years, and a change of SECRET_KEY leaves SECRET_KEY_FALLBACKS for old ones.
_SIGNER = Signer(salt="apps.notifications.unsubscribe", sep=".")
_EVERY_KIND = ""


@dataclass(frozen=True, slots=True)
class Subscription:
    """What a link is for: messages of a kind to someone by a channel."""

    user_id: int
    kind: str  # empty: every kind, as in a digest
    channel: str


def token_of(subscription: Subscription) -> str:
    """The signed form of it, made of letters, digits and `.-_` alone."""
    return _SIGNER.sign(f"{subscription.user_id}.{subscription.kind}.{subscription.channel}")


def read_token(token: str) -> Subscription:
    """Raises Missing if nobody has signed it, or the person or the kind is gone."""
    try:
        user_id, kind, channel = _SIGNER.unsign(token).split(".")
    except BadSignature:
        raise Missing("nobody has made this link", place="token") from None
    if kind not in (_EVERY_KIND, *Announcement.Kind) or not User.objects.filter(pk=user_id).exists():
        raise Missing("the account of this link is gone", place="token")
    return Subscription(int(user_id), kind, channel)


def unsubscribe_url(user_id: int, kind: str, channel: str) -> str:
    """Where a person gets no more of a kind by a channel."""
    return f"{_address()}{token_of(Subscription(user_id, kind, channel))}"


@cache
def _address() -> str:
    """Up to the token; to ask for it a hundred thousand times takes seconds."""
    return f"{settings.SITE_URL}{reverse('unsubscribe', args=['-'])[:-1]}"


def leave(subscription: Subscription, *, every_kind: bool) -> None:
    """Send no more of that kind, or of any kind, by the channel."""
    every_kind = every_kind or subscription.kind == _EVERY_KIND
    if every_kind:
        # What was asked for by itself would go before the row for every kind.
        _rows(subscription).filter(is_on=True).update(is_on=False, changed_by=BY_LINK)
    _set(subscription, _EVERY_KIND if every_kind else subscription.kind, is_on=False)


def come_back(subscription: Subscription) -> None:
    """Undo what was left by links: that kind is sent again, and what else is sent goes by the settings again."""
    by_link = _rows(subscription).filter(is_on=False, changed_by=BY_LINK)
    by_link.filter(kind=_EVERY_KIND).delete()
    by_link.update(is_on=True)
    if subscription.kind != _EVERY_KIND:
        _set(subscription, subscription.kind, is_on=True)


def has_left(subscription: Subscription) -> bool:
    """Whether preferences refuse the kind."""
    if subscription.kind == _EVERY_KIND:
        return has_left_all(subscription)
    return _is_refused(dict(_rows(subscription).values_list("kind", "is_on")), subscription.kind)


def has_left_all(subscription: Subscription) -> bool:
    """Whether preferences refuse every kind."""
    wanted = dict(_rows(subscription).values_list("kind", "is_on"))
    return wanted.get(_EVERY_KIND) is False and not any(wanted.values())


def refused_by(notifications: Sequence[Notification], channel: str) -> set[int]:
    """The ids of those whose recipients want no more of their kind by a channel. One query."""
    users = {one.recipient_id for one in notifications}
    kinds = {one.announcement.kind for one in notifications}
    rows = Preference.objects.filter(user__in=users, channel=channel)
    wanted: dict[int, dict[str, bool]] = {}
    for user_id, kind, is_on in rows.filter(Q(kind__in=kinds) | Q(kind=_EVERY_KIND)).values_list(
        "user", "kind", "is_on"
    ):
        wanted.setdefault(user_id, {})[kind] = is_on
    return {one.pk for one in notifications if _is_refused(wanted.get(one.recipient_id, {}), one.announcement.kind)}


def _is_refused(wanted: dict[str, bool], kind: str) -> bool:
    """A preference for the kind goes before one for all of them."""
    return wanted.get(kind, wanted.get(_EVERY_KIND)) is False


def _rows(subscription: Subscription) -> QuerySet[Preference]:
    return Preference.objects.filter(user=subscription.user_id, channel=subscription.channel)


def _set(subscription: Subscription, kind: str, *, is_on: bool) -> None:
    Preference.objects.update_or_create(
        user_id=subscription.user_id,
        channel=subscription.channel,
        kind=kind,
        defaults={"is_on": is_on, "changed_by": BY_LINK},
    )
