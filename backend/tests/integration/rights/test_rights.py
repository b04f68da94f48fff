"""Everybody asks for everything, and is answered as docs/rights.md says."""

import pytest

from tests.integration.addresses import methods, patterns
from tests.integration.rights.calls import CALLS, Call, ask
from tests.integration.rights.people import PEOPLE, House, make_house
from tests.integration.rights.table import missing_rows, read_table, spoken

HEADING = "Addresses"
TABLE = read_table(HEADING)
ANYTHING_ELSE = "^api/"  # answered 404 to everybody


def operations() -> set[str]:
    """Each method of each address, as the table writes it."""
    return {
        f"{method} {spoken(pattern)}"
        for pattern, view in patterns()
        if pattern != ANYTHING_ELSE
        for method in methods(view)
    }


def test_the_table_knows_every_address_and_method() -> None:
    assert not (missing := missing_rows(HEADING, iter(operations()), TABLE)), missing
    gone = {row for row in TABLE if row.partition("?")[0] not in operations()}
    assert not gone, f"docs/rights.md has rows of what is not there: {sorted(gone)}"
    assert set(CALLS) <= set(TABLE), f"calls.py has calls of what is not there: {sorted(set(CALLS) - set(TABLE))}"
    assert all(tuple(cells) == PEOPLE for cells in TABLE.values()), f"the columns are {PEOPLE}"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("visibility", ["public", "unlisted", "private"])
def test_everybody_is_answered_as_the_table_says(visibility: str) -> None:
    house = make_house(visibility)
    assert differences(house, is_private=visibility == "private") == []


def differences(house: House, *, is_private: bool) -> list[str]:
    """Where the answers are not those of the table."""
    return [
        f"{person}: {operation}: {answered}, and the table says {told}"
        for operation, cells in TABLE.items()
        for person, cell in cells.items()
        if (answered := ask(house, operation, person))
        != (told := expected(operation, person, concealed(operation, person) if is_private else cell))
    ]


def expected(operation: str, person: str, cell: str) -> int:
    """The status that a cell stands for."""
    if cell == "as in the table":
        cell = TABLE[operation][person]
    return CALLS.get(operation, Call()).done if cell == "yes" else int(cell)


def concealed(operation: str, person: str) -> str:
    """What the document says of private events and seasons: for who has no part in them they are not there."""
    method, _space, address = operation.partition(" ")
    part_of = {"/events/{slug}": {"scorer", "owner", "staff"}, "/seasons/{slug}": {"owner", "staff"}}
    for place, people in part_of.items():
        if place in address and person not in people:
            return "401" if person == "anonymous" and method != "GET" else "404"
    return "as in the table"
