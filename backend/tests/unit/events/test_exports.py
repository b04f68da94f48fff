"""CSV that a spreadsheet opens without running anything."""

import csv
import io

from hypothesis import example, given
from hypothesis import strategies as st

from apps.events.exports import COLUMNS, ExportRow, iter_csv

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\0"), max_size=20)


def row(name: str = "Ana", bib: str = "7", score: str = "20:00") -> ExportRow:
    return ExportRow("sex:F", "1", "1", bib, name, score, "finished")


def read(rows: list[ExportRow]) -> list[list[str]]:
    return list(csv.reader(io.StringIO("".join(iter_csv(rows)), newline="")))


def test_header() -> None:
    assert read([]) == [list(COLUMNS)]
    assert COLUMNS == ("division", "rank", "position", "bib", "name", "score", "status")


@given(TEXT, TEXT)
@example("=1+1", "+1")
@example("@SUM(A1)", "-2")
@example("\t=1", '"=1"')
def test_text_comes_back_and_no_cell_begins_a_formula(name: str, bib: str) -> None:
    (cells,) = read([row(name, bib)])[1:]
    for written, cell in zip((bib, name), cells[3:5], strict=True):
        assert cell in (written, f"'{written}")
        assert not cell.startswith(("=", "+", "-", "@", "\t", "\r"))
        assert (cell != written) == written.startswith(("=", "+", "-", "@", "\t", "\r"))


def test_carriage_return_first() -> None:
    assert "'\r=1" in "".join(iter_csv([row("\r=1")]))


def test_negative_score_stays_a_number() -> None:
    assert read([row(score="-0.50")])[1][5] == "-0.50"
