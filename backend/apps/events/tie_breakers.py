"""The keys by which equal results are told apart, as the rules' tie-breakers say."""

import hashlib
from dataclasses import dataclass
from functools import singledispatch

import numpy as np

from apps.events.attempts import NEVER, best_first, place_in_group
from apps.events.columns import NO_ORDER, Bibs, Flags, Ints
from apps.events.entry_results import Detail, EntryResults, lower_first
from apps.events.tie_breaker_rules import (
    ByAchieved,
    ByAttempts,
    ByBestSingle,
    ByCount,
    ByDraw,
    ByLastAccepted,
    ByManualOrder,
    ByMeasure,
    TieBreaker,
)

_LAST = np.iinfo(np.int64).max


@dataclass(frozen=True, slots=True)
class Key:
    """One tie-breaker's verdict: of two entries the one with the lower number is the better. `detail` is shown."""

    order: Ints
    detail: Detail


@singledispatch
def make_key(breaker: TieBreaker, found: EntryResults, tied: Flags) -> Key:
    """The key of a tie-breaker. `tied` are the entries that are equal by all that comes before it."""
    raise TypeError(f"no key for {breaker!r}")


@make_key.register
def _by_measure(breaker: ByMeasure, found: EntryResults, _tied: Flags) -> Key:
    results = found.measured(breaker.name)
    measure = found.rules.secondary.get(breaker.name, found.rules)
    detail = Detail(breaker.detail, results.present, results.score)
    return Key(_known_first(lower_first(results.total, measure), results.present), detail)


@make_key.register
def _by_achieved(breaker: ByAchieved, found: EntryResults, _tied: Flags) -> Key:
    known = found.result.present & (found.achieved != NEVER)
    return _key(breaker.detail, found.achieved, known, high_wins=breaker.wins == "latest")


@make_key.register
def _by_attempts(breaker: ByAttempts, found: EntryResults, _tied: Flags) -> Key:
    return _key(breaker.detail, found.attempts, _all(found), high_wins=breaker.wins == "most")


@make_key.register
def _by_best_single(breaker: ByBestSingle, found: EntryResults, _tied: Flags) -> Key:
    best, known = _nth_best(found, breaker.nth)
    return Key(_known_first(lower_first(best, found.rules), known), Detail(breaker.detail, known, best))


@make_key.register
def _by_count(breaker: ByCount, found: EntryResults, _tied: Flags) -> Key:
    hits = found.main.group[found.main.values == breaker.value]
    return _key(breaker.detail, np.bincount(hits, minlength=found.count), _all(found), high_wins=True)


@make_key.register
def _by_last_accepted(breaker: ByLastAccepted, found: EntryResults, _tied: Flags) -> Key:
    if found.contest is None:
        raise TypeError("only a penalty contest accepts solutions")
    return _key(breaker.detail, found.contest.last_accepted, found.contest.solved > 0)


@make_key.register
def _by_manual_order(breaker: ByManualOrder, found: EntryResults, _tied: Flags) -> Key:
    order = found.data.entries.manual_order
    return _key(breaker.detail, order, order != NO_ORDER)


@make_key.register
def _by_draw(breaker: ByDraw, found: EntryResults, tied: Flags) -> Key:
    return _key(breaker.detail, _drawn(breaker.seed, found.data.entries.bibs, tied), tied)


def _key(name: str, values: Ints, known: Flags, *, high_wins: bool = False) -> Key:
    values = values.astype(np.int64)
    return Key(_known_first(-values if high_wins else values, known), Detail(name, known, np.where(known, values, 0)))


def _known_first(order: Ints, known: Flags) -> Ints:
    return np.where(known, order, _LAST)


def _all(found: EntryResults) -> Flags:
    return np.ones(found.count, np.bool_)


def _nth_best(found: EntryResults, nth: int) -> tuple[Ints, Flags]:
    """Each entry's nth best valid attempt, and whether it has one."""
    scores = found.main
    order = best_first(scores, found.rules.direction)
    order = order[place_in_group(scores.group[order]) == nth - 1]
    values, known = np.zeros(found.count, np.int64), np.zeros(found.count, np.bool_)
    values[scores.group[order]], known[scores.group[order]] = scores.values[order], True
    return values, known


def _drawn(seed: str, bibs: Bibs, tied: Flags) -> Ints:
    """Each tied entry's lot. The others need none: a digest takes as long as all else that is done for an entry."""
    prefix = f"{seed}:".encode()
    digests = b"".join([hashlib.sha256(prefix + bib).digest()[:8] for bib in bibs[tied].tolist()])
    lots = np.zeros(len(bibs), np.int64)
    lots[tied] = np.frombuffer(digests, ">u8") >> np.uint64(1)
    return lots
