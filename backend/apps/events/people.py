"""Who takes part, and who keeps the scores."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib.auth.models import User
from django.utils import timezone

from apps.errors import Conflict, InvalidInput, check_model
from apps.events.models import Entry, Event, Participant


def find_participant(event: Event, *, name: str, external_id: str = "", user: User | None = None) -> Participant:
    """The owner's participant with this external id, or the one into which that was merged; else a new one."""
    participant = Participant(name=name, owner=event.owner, external_id=external_id, user=user)
    check_model(participant)
    if external_id:
        # Another event of the same owner may enter the same participant at this moment.
        found, _ = Participant.objects.select_related("merged_into").get_or_create(
            owner=event.owner, external_id=external_id, defaults={"name": name, "user": user}
        )
        return found.merged_into or found
    participant.save()
    return participant


def change_person(participant_id: int, changes: Mapping[str, Any]) -> Participant:
    """Change a participant's name, external id or account, and note that pages of its events are out of date.

    Raises InvalidInput, or Conflict where another participant of the owner has the external id.
    """
    participant = Participant.objects.select_for_update(no_key=True).get(pk=participant_id)
    # In one order for everybody, so that two who change participants of the same events never wait for each other.
    events = Event.objects.filter(pk__in=Entry.objects.filter(participant=participant).values("event"))
    event_ids = list(events.select_for_update(no_key=True).order_by("pk").values_list("pk", flat=True))
    for field, value in changes.items():
        if field not in ("name", "external_id", "user"):
            raise InvalidInput("only name, external_id and user can change", place=field)
        setattr(participant, field, value)
    check_model(participant)
    same = Participant.objects.filter(owner=participant.owner, external_id=participant.external_id)
    if participant.external_id and same.exclude(pk=participant.pk).exists():
        raise Conflict(f"another participant has the external id {participant.external_id!r}", place="external_id")
    participant.save()
    shown = Entry.objects.filter(participant=participant, standing__in=Entry.SHOWN)
    Event.objects.filter(pk__in=event_ids, entries__in=shown).update(updated_at=timezone.now())
    return participant


def find_users(usernames: Sequence[str]) -> list[User]:
    """The users of these names. Raises InvalidInput naming those that do not exist."""
    users = {user.get_username(): user for user in User.objects.filter(username__in=usernames)}
    if unknown := sorted(set(usernames) - set(users)):
        raise InvalidInput(f"there is no user {', '.join(unknown)}", place="scorers")
    return list(users.values())
