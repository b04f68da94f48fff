"""What someone wants to be told by which channels, and in which language: read as a table, and changed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.utils.translation import gettext as _

from apps.errors import InvalidInput
from apps.events.access import may_create_events
from apps.events.models import Event
from apps.notifications.channels import CHANNELS, INBOX
from apps.notifications.kinds import KINDS
from apps.notifications.kinds.base import Kind, Role
from apps.notifications.models import Announcement, Preference, RecipientSettings
from apps.rankings.models import Season

EVERY_KIND = ""  # in rows: every kind that has no row of its own
BY_SETTINGS = "settings"  # the way a preference came
Wanted = Mapping[str, bool | None]  # channel -> wanted or not; None: as it is without a preference


@dataclass(frozen=True, slots=True)
class Effective:
    """What holds for a kind by a channel."""

    is_on: bool
    is_default: bool  # nothing was chosen, neither for the kind nor for all


@dataclass(frozen=True, slots=True)
class Chosen:
    """How someone is told. Kinds that concern nobody in the user's place are left out."""

    language: str
    language_is_default: bool
    kinds: dict[str, dict[str, Effective]]  # by kind and channel
    all: dict[str, bool | None]  # by channel; None: nothing was chosen


def channel_names() -> dict[str, str]:
    """What people call each channel, in the language that is active; the inbox first."""
    return {INBOX: _("Inbox"), **{channel.name: _(channel.label) for channel in CHANNELS.values()}}


def read_settings(user: User) -> Chosen:
    """How this user is told now."""
    rows = {(row.kind, row.channel): row.is_on for row in Preference.objects.filter(user=user)}
    language = RecipientSettings.objects.filter(user=user).values_list("language", flat=True).first()
    roles = _roles(user)
    channels = (INBOX, *CHANNELS)
    return Chosen(
        language=language or settings.LANGUAGE_CODE,
        language_is_default=language is None,
        kinds={
            kind.name: {channel: _effective(kind, channel, rows, roles) for channel in channels}
            for kind in KINDS.values()
            if roles & set(kind.defaults)
        },
        all={channel: rows.get((EVERY_KIND, channel)) for channel in channels},
    )


def _roles(user: User) -> set[Role]:
    """In which roles somebody may be told something."""
    roles = {Role.PARTICIPANT}
    if user.is_staff:
        roles.add(Role.STAFF)
    owns = (Event.objects.filter(owner=user), Season.objects.filter(owner=user))
    if may_create_events(user) or any(own.exists() for own in owns):
        roles.add(Role.ORGANISER)
    return roles


def _effective(kind: Kind, channel: str, rows: Mapping[tuple[str, str], bool], roles: set[Role]) -> Effective:
    """As apps.notifications.fan_out decides it for each who is told."""
    chosen = rows.get((kind.name, channel), rows.get((EVERY_KIND, channel)))
    if chosen is not None:
        return Effective(chosen, is_default=False)
    return Effective(any(channel in kind.defaults.get(role, ()) for role in roles), is_default=True)


def change_settings(user_id: int, changes: Mapping[str, Any]) -> None:
    """Write what was chosen, within the caller's transaction; see the service."""
    rows = _rows(changes.get("kinds", {}), changes.get("all", {}))
    if "language" in changes:
        _choose_language(user_id, changes["language"])
    own = Preference.objects.filter(user=user_id)
    for kind, channel in (place for place, is_on in rows.items() if is_on is None):
        own.filter(kind=kind, channel=channel).delete()
    Preference.objects.bulk_create(
        [
            Preference(user_id=user_id, kind=kind, channel=channel, is_on=is_on, changed_by=BY_SETTINGS)
            for (kind, channel), is_on in rows.items()
            if is_on is not None
        ],
        update_conflicts=True,
        unique_fields=["user", "channel", "kind"],
        update_fields=["is_on", "changed_by", "changed_at"],
    )


def _choose_language(user_id: int, language: str | None) -> None:
    if language is None:
        RecipientSettings.objects.filter(user=user_id).delete()
        return
    _check(language, [code for code, _name in settings.LANGUAGES], place="language")
    RecipientSettings.objects.update_or_create(user_id=user_id, defaults={"language": language})


def _rows(of_kinds: Mapping[str, Wanted], of_all: Wanted) -> dict[tuple[str, str], bool | None]:
    """By kind and channel what was chosen; the kind as a row has it. Raises InvalidInput."""
    for kind in of_kinds:
        _check(kind, Announcement.Kind.values, place=f"kinds.{kind}")
    named = [(kind, f"kinds.{kind}", wanted) for kind, wanted in of_kinds.items()]
    rows: dict[tuple[str, str], bool | None] = {}
    for kind, place, wanted in [*named, (EVERY_KIND, "all", of_all)]:
        for channel, is_on in wanted.items():
            _check(channel, [INBOX, *CHANNELS], place=f"{place}.{channel}")
            rows[kind, channel] = is_on
    return rows


def _check(value: str, known: Sequence[Any], *, place: str) -> None:
    if value not in known:
        raise InvalidInput(f"there is no {value!r}; there are {', '.join(known)}", place=place)
