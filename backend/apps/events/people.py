"""Who takes part, and who keeps the scores."""

from collections.abc import Sequence

from django.contrib.auth.models import User

from apps.errors import InvalidInput, check_model
from apps.events.models import Event, Participant


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


def find_users(usernames: Sequence[str]) -> list[User]:
    """The users of these names. Raises InvalidInput naming those that do not exist."""
    users = {user.get_username(): user for user in User.objects.filter(username__in=usernames)}
    if unknown := sorted(set(usernames) - set(users)):
        raise InvalidInput(f"there is no user {', '.join(unknown)}", place="scorers")
    return list(users.values())
