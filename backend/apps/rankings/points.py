"""What a result in an event is worth in a season, in hundredths of a point.

All arithmetic is exact. A cell is rounded once, at its end, half up to hundredths: after the mean of shared places and
after the event's multiplier. What is shown of it is what is added up.
"""

from fractions import Fraction
from itertools import accumulate

import numpy as np

from apps.events.columns import Ints
from apps.rankings.columns import ResultColumns
from apps.rankings.rules import PointsScheme, TiedPoints

HUNDREDTHS = 100
_SAFE = 2**62
_STATUS_POINTS = {1: "dnf", 2: "dns", 3: "dsq"}  # by Entry.Status


def result_points(results: ResultColumns, scheme: PointsScheme, factor: Fraction) -> Ints:
    """What each result gives: by its place, else by its status; or what was recorded. `factor` multiplies."""
    if scheme.by_place is None:
        return round_half_up(results.recorded * HUNDREDTHS, 10**results.scale, factor)
    points = np.zeros(len(results.rank), np.int64)
    for status, name in _STATUS_POINTS.items():
        worth = int(getattr(scheme, name) * HUNDREDTHS)
        points[results.status == status] = round_half_up(np.array([worth], np.int64), 1, factor)[0]
    ranked = results.rank > 0
    points[ranked] = place_points(results.rank[ranked], scheme, factor)
    return points


def place_points(rank: Ints, scheme: PointsScheme, factor: Fraction) -> Ints:
    """What each of the ranks gives that were awarded on one board, all of them being given."""
    ranks, index, sharing = np.unique(rank, return_inverse=True, return_counts=True)
    if scheme.ties is TiedPoints.FULL:
        worth = _worth(ranks, scheme)
        return round_half_up(worth, 1, factor)[index]
    # Whatever the ranks are called (1224, 1334, 1223), those before take up as many places as they are.
    first = np.cumsum(sharing) - sharing
    return round_half_up(_sums(first + sharing, scheme) - _sums(first, scheme), sharing, factor)[index]


def _worth(ranks: Ints, scheme: PointsScheme) -> Ints:
    by_place = scheme.by_place or []
    worth = np.array([int(points * HUNDREDTHS) for points in (*by_place, scheme.beyond)], np.int64)
    found: Ints = worth[np.minimum(ranks, len(worth)) - 1]
    return found


def _sums(places: Ints, scheme: PointsScheme) -> Ints:
    """What so many places from the first are worth together."""
    listed = np.array([0, *accumulate(int(points * HUNDREDTHS) for points in scheme.by_place or [])], np.int64)
    end = len(listed) - 1
    sums: Ints = listed[np.minimum(places, end)] + np.maximum(places - end, 0) * int(scheme.beyond * HUNDREDTHS)
    return sums


def round_half_up(numerator: Ints, denominator: Ints | int, factor: Fraction) -> Ints:
    """numerator / denominator * factor, rounded to the nearest whole number, halves towards the greater one."""
    largest = max(abs(int(numerator.max(initial=0))), abs(int(numerator.min(initial=0))))
    below = int(np.max(denominator, initial=1)) * factor.denominator
    if 2 * largest * factor.numerator + below < _SAFE and 2 * below < _SAFE:
        twice, whole = 2 * numerator * factor.numerator, denominator * factor.denominator
        return (twice + whole) // (2 * whole)
    # Python's own integers have no end.
    exact, divisor = numerator.astype(object), np.asarray(denominator).astype(object) * factor.denominator
    return np.asarray((2 * exact * factor.numerator + divisor) // (2 * divisor)).astype(np.int64)


def format_points(hundredths: int) -> str:
    """Points as people read them: 25, 12.5, 0.25, -3."""
    whole, fraction = divmod(abs(hundredths), HUNDREDTHS)
    text = f"{whole}.{fraction:02}".rstrip("0") if fraction else str(whole)
    return f"-{text}" if hundredths < 0 else text
