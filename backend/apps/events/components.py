"""An entry's result from those of its components."""

import numpy as np

from apps.events.attempts import Results
from apps.events.columns import Flags, Ints
from apps.events.measures import Combine, Components, Direction


def combine_components(parts: Results, components: Components, direction: Direction) -> tuple[Results, Flags]:
    """Each entry's result, and which of its components count.

    `parts` holds one element per entry and component, entry by entry. Those without a result are the worst and
    dropped first: a component left out costs no more than one failed. Of equal components the earlier in the rules
    counts as the better.
    """
    width = len(components.names)
    present, values = parts.present.reshape(-1, width), parts.total.reshape(-1, width)
    counting = _counting(present, values, components, direction)
    total = np.where(counting, values, 0).sum(axis=1)
    divisor = int(width - components.drop_best - components.drop_worst) if components.combine is Combine.MEAN else 1
    return Results(present.sum(axis=1) >= components.least, total, divisor), counting


def _counting(present: Flags, values: Ints, components: Components, direction: Direction) -> Flags:
    if not components.drop_best and not components.drop_worst and components.combine is not Combine.BEST:
        return present
    signed = values if direction is Direction.LOW else -values
    # Those without a result behind all others: two sorts, since any number may be a result.
    by_value = np.argsort(signed, axis=1, kind="stable")
    by_presence = np.argsort(~np.take_along_axis(present, by_value, axis=1), axis=1, kind="stable")
    order = np.take_along_axis(by_value, by_presence, axis=1)
    place = np.empty_like(order)
    np.put_along_axis(place, order, np.arange(order.shape[1])[None, :], axis=1)
    first = components.drop_best
    end = first + 1 if components.combine is Combine.BEST else place.shape[1] - components.drop_worst
    return present & (place >= first) & (place < end)
