"""Which revisions of one variant may go: a property for every list of them, and a table to read."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.events.sourced_scores import DEFAULT_REASON
from apps.events.thinning import Revision, Terms, superfluous

START = datetime(2026, 5, 17, 9, tzinfo=UTC)
EVERY = timedelta(minutes=10)


def at(minute: int) -> datetime:
    return START + timedelta(minutes=minute)


@pytest.mark.parametrize(
    ("minutes", "before", "referred", "reasons", "goes"),
    [
        ([], 1000, 0, {}, []),
        ([1], 1000, 0, {}, []),
        ([1, 2], 1000, 0, {}, []),  # the first, and the last
        ([1, 2, 3], 1000, 0, {}, [2]),
        ([1, 2, 8, 9, 11, 12, 19, 20, 21], 1000, 0, {}, [2, 3, 5, 6, 8]),  # 4 and 7 end their stretches
        ([1, 2, 3, 4, 5], 4, 0, {}, [2]),  # 3 is what stood when the first young one came
        ([1, 2, 3, 4, 5], 1, 0, {}, []),
        ([1, 2, 3, 4, 5, 6], 1000, 5, {}, [2, 3]),  # 4 is what stood before it
        ([1, 2, 3, 4, 5], 1000, 1, {}, []),
        ([1, 2, 3, 4, 5], 1000, 0, {3: "seen on video"}, [2, 4]),
        ([1, 2, 3, 4, 5], 1000, 0, {3: f"{DEFAULT_REASON}\nseen on video"}, [2, 4]),
        ([1, 2, 3, 4, 5], 1000, 0, {3: DEFAULT_REASON}, [2, 3, 4]),
        # A clock that went back: what follows the first young one is young, whatever it says.
        ([1, 2, 3, 30, 4, 5, 6], 20, 0, {}, [2]),
    ],
)
def test_what_may_go(minutes: list[int], before: int, referred: int, reasons: dict[int, str], goes: list[int]) -> None:
    """The revisions are numbered from 1 and computed in these minutes; `referred` is the number of one."""
    revisions = [Revision(number, at(minute), reasons.get(number, "")) for number, minute in enumerate(minutes, 1)]
    assert superfluous(revisions, Terms(at(before), EVERY), {referred}) == goes


@given(
    st.lists(st.tuples(st.integers(0, 60), st.sampled_from(["", "", "", DEFAULT_REASON, "video"]))),
    st.integers(0, 61),
    st.sets(st.integers(1, 20), max_size=2),
    st.integers(1, 25),
)
def test_only_what_no_rule_keeps_goes_and_all_of_it(
    given_revisions: list[tuple[int, str]], before: int, referred: set[int], every: int
) -> None:
    revisions = [Revision(pk, at(minute), reason) for pk, (minute, reason) in enumerate(given_revisions, 1)]
    terms = Terms(at(before), timedelta(minutes=every))
    gone = set(superfluous(revisions, terms, referred))
    stays = [one for one in revisions if one.pk not in gone]
    fixed = {one.pk for one in revisions if one.computed_at >= terms.before or one.pk in referred}
    first_fixed = min(fixed, default=len(revisions) + 1)

    def stretch(one: Revision) -> int:
        return int((one.computed_at - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds()) // (60 * every)

    for one in revisions:
        later = [other for other in revisions if one.pk < other.pk < first_fixed and stretch(other) == stretch(one)]
        is_needed = (
            one.pk >= first_fixed - 1  # fixed, after a fixed one, or the last before
            or one.pk == 1
            or "video" in one.reason
            or not later
        )
        assert (one.pk in gone) is not is_needed
    assert superfluous(stays, terms, referred) == []
