"""What has become of all that was asked for."""

from collections import Counter

from delivery.ledger import State, states_of
from delivery.models import OutboxMessage


def count_states() -> Counter[State]:
    """How many tasks are in which state.

    A task asks for others before it has succeeded. Whoever lists the tasks first and reads the states after that may
    find all of them done and miss those, so the list counts only if it is whole once the states are read.
    """
    while True:
        messages = list(OutboxMessage.objects.all())
        states = states_of(messages)
        if OutboxMessage.objects.count() == len(messages):
            return Counter(states.values())
