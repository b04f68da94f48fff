"""Which action leads from which state of an event to which."""

from apps.errors import InvalidInput, WrongState
from apps.events.models import Event

State = Event.State

# action -> (the states it starts from, the state it leads to)
ACTIONS: dict[str, tuple[frozenset[State], State]] = {
    "open": (frozenset({State.DRAFT}), State.OPEN),
    "close": (frozenset({State.OPEN}), State.CLOSED),
    "publish": (frozenset({State.CLOSED}), State.PUBLISHED),
    "unpublish": (frozenset({State.PUBLISHED}), State.CLOSED),
    "reopen": (frozenset({State.CLOSED, State.PUBLISHED}), State.OPEN),
    "archive": (frozenset({State.PUBLISHED}), State.ARCHIVED),
    "cancel": (frozenset({State.DRAFT, State.OPEN, State.CLOSED}), State.CANCELLED),
}
# States in which results are final and count in a season.
OFFICIAL = frozenset({State.PUBLISHED, State.ARCHIVED})


def next_state(event: Event, action: str) -> State:
    """Where `action` leads from the event's present state. Raises WrongState if it does not start there."""
    if action not in ACTIONS:
        raise InvalidInput(f"no such action: {action}; there are {', '.join(ACTIONS)}", place="action")
    sources, target = ACTIONS[action]
    if event.state not in sources:
        allowed = " or ".join(sorted(sources))
        raise WrongState(f"{action} needs an event that is {allowed}; this one is {event.state}", place="state")
    return target


def require_state(event: Event, *states: State, doing: str) -> None:
    """Raise WrongState unless the event is in one of `states`."""
    if event.state not in states:
        raise WrongState(
            f"{doing} needs an event that is {' or '.join(states)}; this one is {event.state}", place="state"
        )
