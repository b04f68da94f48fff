"""The public's ranking of a frozen event: of scores achieved before the freeze, and of how many came after it."""

from collections import Counter
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from apps.events.columns import Freeze
from apps.events.freeze import hide_frozen
from apps.events.ranking import rank_entries
from apps.events.result import RankingResult
from apps.events.rules import Rules
from tests.unit.events.naive_columns import to_boards, to_columns
from tests.unit.events.naive_contest import NaiveCell
from tests.unit.events.naive_entrants import PENDING, Entrant, Mark, runner
from tests.unit.events.naive_events import MOMENTS, OUTCOMES, TIMES, VALUES, AnyEvent, any_events, any_marks
from tests.unit.events.naive_ranking import Boards, naive_boards

STARTS = 3
FREEZE = Freeze(starts=STARTS, revealed=frozenset())


def public(entrants: list[Entrant], rules: Rules, freeze: Freeze = FREEZE) -> RankingResult:
    return rank_entries(hide_frozen(to_columns(entrants, rules, freeze=freeze)))


def is_late(mark: Mark) -> bool:
    return mark.achieved >= STARTS


def counted(entrants: list[Entrant]) -> Counter[tuple[str, str]]:
    """Late scores by entrant and component: all that the public may know of them."""
    return Counter((entrant.bib, mark.component) for entrant in entrants for mark in entrant.marks if is_late(mark))


@st.composite
def with_other_late_marks(draw: st.DrawFn, event: AnyEvent) -> list[Entrant]:
    """The same event where what came after the freeze went otherwise; as many scores in each component."""
    later = st.sampled_from([moment for moment in MOMENTS if moment >= STARTS] + [10**15])

    def other(place: int, mark: Mark) -> Mark:
        if not is_late(mark):
            return mark
        is_submission = event.rules.is_penalty_contest and mark.component not in event.rules.secondary
        values = st.sampled_from(TIMES if is_submission else VALUES)
        attempt = 100 + place * draw(st.sampled_from([1, -1]))
        return Mark(mark.component, attempt, draw(st.sampled_from(OUTCOMES)), draw(values), draw(later))

    return [
        replace(entrant, marks=tuple(other(place, mark) for place, mark in enumerate(entrant.marks)))
        for entrant in event.entrants
    ]


@given(st.data(), any_events(min_size=1))
def test_what_came_after_it_changes_nothing_that_the_public_sees(data: st.DataObject, event: AnyEvent) -> None:
    entrants = list(event.entrants)
    others = data.draw(with_other_late_marks(event))
    assert counted(others) == counted(entrants)
    seen, seen_of_others = public(entrants, event.rules), public(others, event.rules)
    assert to_boards(seen_of_others, event.rules) == to_boards(seen, event.rules)
    assert seen_of_others.content_hash == seen.content_hash
    assert [detail.name for detail in seen_of_others.details] == [detail.name for detail in seen.details]


@given(st.data(), any_events(min_size=1))
def test_more_or_fewer_of_them_change_only_what_is_pending(data: st.DataObject, event: AnyEvent) -> None:
    before = [
        replace(entrant, marks=tuple(mark for mark in entrant.marks if not is_late(mark))) for entrant in event.entrants
    ]
    after = [
        replace(entrant, marks=(*entrant.marks, *late_only(data.draw(any_marks(event.rules))))) for entrant in before
    ]
    boards = to_boards(public(before, event.rules), event.rules)
    assert without_pending(to_boards(public(after, event.rules), event.rules)) == without_pending(boards)


def late_only(marks: tuple[Mark, ...]) -> list[Mark]:
    return [mark._replace(attempt=100 + mark.attempt, achieved=STARTS + abs(mark.achieved)) for mark in marks]


def without_pending(boards: Boards) -> Boards:
    return {
        key: [
            line._replace(
                details={
                    name: value._replace(pending=0) if isinstance(value, NaiveCell) else value
                    for name, value in line.details.items()
                    if name != "pending"
                }
            )
            for line in lines
        ]
        for key, lines in boards.items()
    }


@given(st.data(), any_events(min_size=1))
def test_it_is_the_ranking_of_what_may_be_known(data: st.DataObject, event: AnyEvent) -> None:
    """By the naive definition, with those components of some entrants that are revealed already."""
    codes = event.rules.codes
    places = [(number, entrant.bib, name) for number, entrant in enumerate(event.entrants, 1) for name in sorted(codes)]
    revealed = data.draw(st.lists(st.sampled_from(places), unique=True, max_size=5))
    freeze = Freeze(starts=STARTS, revealed=frozenset((number, codes[name]) for number, _bib, name in revealed))
    known = {(bib, name) for _number, bib, name in revealed}
    may_be_known = [
        replace(
            entrant,
            marks=tuple(
                mark._replace(outcome=PENDING) if is_late(mark) and (entrant.bib, mark.component) not in known else mark
                for mark in entrant.marks
            ),
        )
        for entrant in event.entrants
    ]
    assert to_boards(public(list(event.entrants), event.rules, freeze), event.rules) == naive_boards(
        may_be_known, event.rules
    )


def test_the_very_moment_of_the_freeze_is_hidden_and_the_one_before_is_not() -> None:
    rules = Rules.model_validate({"metric": "points", "direction": "high"})
    lines = to_boards(public([runner("1", 5, 9, start=STARTS - 2)], rules), rules)["overall"]
    assert [(line.score, line.details) for line in lines] == [(5, {"pending": 1})]


def test_nothing_hidden_is_the_same_input() -> None:
    rules = Rules.model_validate({"metric": "points", "direction": "high"})
    for freeze in (None, Freeze(starts=STARTS, revealed=frozenset({(1, 0)}))):
        data = to_columns([runner("1", 5, 9)], rules, freeze=freeze)
        assert hide_frozen(data) is data
