"""No cell of an export is a formula, in whatever a spreadsheet takes for one."""

import pytest

from apps.events.exports import safe_text


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20"])
def test_what_would_be_a_formula_is_a_text(sign: str) -> None:
    assert safe_text(f"{sign}1+1") == f"'{sign}1+1"


@pytest.mark.parametrize("text", ["", "Ana", "1=1", "'=1", "São @ 7", "\u2212 5"])
def test_any_other_text_stays_as_it_is(text: str) -> None:
    assert safe_text(text) == text
