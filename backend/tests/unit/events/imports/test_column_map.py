"""Which column is read as what, from the words of a command to the places in a header."""

import pytest

from apps.errors import InvalidInput
from apps.events.imports.column_map import check_dimensions, find_columns, parse_column_map
from apps.events.rules import parse_rules

HEADER = ["bib", "sex", "division", "time_s"]


def test_pairs_of_target_and_column() -> None:
    text = 'bib=Nr, score=time_s,division=sex,division:age=Age group,"name=Name, first"'
    assert parse_column_map(text) == {
        "bib": "Nr",
        "score": "time_s",
        "division:sex": "sex",
        "division:age": "Age group",
        "name": "Name, first",
    }


def test_a_column_name_may_hold_an_equals_sign() -> None:
    assert parse_column_map("bib=a=b,status=s") == {"bib": "a=b", "status": "s"}


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("bib", "'bib' is not TARGET=COLUMN"),
        ("bib=", "'bib=' is not TARGET=COLUMN"),
        ("bib=a,,score=b", "'' is not TARGET=COLUMN"),
        ("bib=a,time=b", "there is no 'time'; there are bib, score,"),
        ("bib=a,bib=b,score=c", "bib is named twice"),
        ("bib=a,score=b,division=c,division:c=d", "division:c is named twice"),
        ("score=b", "a column for bib is needed"),
        ("bib=a,name=b", "a column for score or status is needed"),
        ("bib=a,score=b,division=Age group", "give it a name: division:NAME=Age group"),
        ("bib=a,score=b\x00", "control character"),
        ("bib=a,score=b\nc=d", "one line"),
        ('bib=a,"score=b', "quote"),
    ],
)
def test_a_wrong_map_is_refused(text: str, reason: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        parse_column_map(text)
    assert caught.value.place == "map"
    assert reason in caught.value.reason


def test_the_places_of_the_columns() -> None:
    layout = find_columns({"bib": "bib", "score": "time_s", "division:sex": "sex"}, HEADER, line=1)
    assert layout.places == {"bib": 0, "score": 3, "division:sex": 1}


def test_without_a_map_the_columns_named_like_the_targets_are_read() -> None:
    layout = find_columns({}, ["name", "notes", "score", "bib", "division"], line=1)
    assert layout.places == {"bib": 3, "score": 2, "name": 0, "division:division": 4}
    assert find_columns({}, ["bib", "status"], line=1).places == {"bib": 0, "status": 1}


@pytest.mark.parametrize(
    ("columns", "header", "reason"),
    [
        ({"bib": "Nr", "score": "t"}, HEADER, "line 1 has no column named 'Nr'; its columns are: bib, sex, division"),
        ({"bib": "a", "score": "b"}, ["a", "b", "a"], "line 1 has 2 columns named 'a'; its columns are: a, b, a"),
        ({}, ["name", "score"], "line 1 has no column named 'bib'"),
        ({}, ["bib", "name"], "line 1 has no column named 'score'"),
        ({}, ["11", "24", "M", ""], "its columns are: 11, 24, M, (no name)"),
    ],
)
def test_a_column_that_is_missing_or_doubled_is_named(columns: dict[str, str], header: list[str], reason: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        find_columns(columns, header, line=1)
    assert reason in caught.value.reason


def test_a_doubled_column_that_nobody_reads_does_no_harm() -> None:
    assert find_columns({"bib": "bib", "score": "s"}, ["bib", "s", "", ""], line=1).places == {"bib": 0, "score": 1}


def test_the_list_of_columns_has_an_end() -> None:
    with pytest.raises(InvalidInput) as caught:
        find_columns({}, ["x" * 50] * 1000, line=1)
    assert len(caught.value.reason) < 700


def test_a_dimension_that_the_rules_do_not_have_is_refused() -> None:
    rules = parse_rules({"metric": "count", "direction": "high", "divisions": ["sex"]})
    check_dimensions(["bib", "division:sex"], rules)
    with pytest.raises(InvalidInput, match="no dimension 'age' of divisions \\(they have: sex\\)"):
        check_dimensions(["division:age"], rules)
    check_dimensions(["division:age"], parse_rules({"metric": "count", "direction": "high"}))
