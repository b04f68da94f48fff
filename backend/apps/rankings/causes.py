"""What has changed between two revisions of standings: events, terms, rules and rulings, with their reasons."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any

from apps.rankings.models import Ruling, Standings

Document = Mapping[str, Any]


class Cause(StrEnum):
    """Why standings are not what they were."""

    EVENT_ADDED = "event added"
    EVENT_REMOVED = "event removed"
    EVENT_CORRECTED = "event corrected"
    TERMS = "terms of an event"  # its multiplier, its round, whether its places decide
    ORDER = "order of the events"
    RULES = "rules"
    RULING = "ruling"
    REVOKED = "ruling revoked"


def find_causes(
    previous: Standings | None, *, rules: Document, sources: Sequence[Document], rulings: Sequence[Document]
) -> list[dict[str, Any]]:
    """The causes as JSON: each with its `cause`, and the `event` or the `participant` and `reason` that it is about.

    A corrected event comes with the revisions of its ranking `since` and `upto` which the reasons were given.
    """
    before: Sequence[Document] = previous.sources if previous else []
    causes = _about_events({one["event"]: one for one in before}, {one["event"]: one for one in sources})
    if previous is not None:
        kept = {one["event"] for one in before} & {one["event"] for one in sources}
        order = [[one["event"] for one in each if one["event"] in kept] for each in (before, sources)]
        causes += [{"cause": Cause.ORDER}] if order[0] != order[1] else []
        causes += [{"cause": Cause.RULES}] if previous.rules != rules else []
    return [*causes, *_about_rulings(previous.rulings if previous else [], rulings)]


def _about_events(before: Mapping[int, Document], now: Mapping[int, Document]) -> list[dict[str, Any]]:
    causes: list[dict[str, Any]] = [
        {"cause": Cause.EVENT_ADDED, "event": event} for event in now if event not in before
    ]
    causes += [{"cause": Cause.EVENT_REMOVED, "event": event} for event in before if event not in now]
    for event in (event for event in now if event in before):
        # Revision 0 is one that standings from before there were sources did not keep.
        if before[event]["revision"] not in (0, now[event]["revision"]):
            causes.append({"cause": Cause.EVENT_CORRECTED, "event": event, **_revisions(before[event], now[event])})
        if _terms(before[event]) != _terms(now[event]):
            causes.append({"cause": Cause.TERMS, "event": event})
    return causes


def _revisions(before: Document, now: Document) -> dict[str, Any]:
    """Where the reasons are to be found. They are not kept here: some of them may have to be hidden later."""
    return {"since": before["revision"], "upto": now["revision"]}


def _terms(source: Document) -> dict[str, Any]:
    return {name: value for name, value in source.items() if name in ("multiplier", "breaks_ties")}


def _about_rulings(before: Sequence[Document], now: Sequence[Document]) -> list[dict[str, Any]]:
    known, kept = {one["id"] for one in before}, {one["id"] for one in now}
    causes = [{**one, "cause": Cause.RULING} for one in now if one["id"] not in known]
    gone = [one for one in before if one["id"] not in kept]
    revoked = Ruling.objects.in_bulk([one["id"] for one in gone])
    return [
        *causes,
        *(
            {**one, "cause": Cause.REVOKED, "reason": revoked[one["id"]].revoke_reason}
            for one in gone
            if one["id"] in revoked
        ),
    ]
