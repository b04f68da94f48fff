"""The catalogues of translations: complete, compiled, and what Django really uses."""

import re
import subprocess
import sys
from pathlib import Path

import polib
import pytest
from django.conf import settings
from django.utils import translation

from tests.processes import BACKEND

LOCALE = BACKEND / "apps" / "notifications" / "locale"
CATALOGUES = sorted(LOCALE.glob("*/LC_MESSAGES/django.po"))
PLACEHOLDER = re.compile(r"%\(\w+\)s|\{\{.*?\}\}")


def entries(path: Path) -> dict[tuple[str | None, str], polib.POEntry]:
    catalogue = polib.pofile(str(path)) if path.suffix == ".po" else polib.mofile(str(path))
    return {(entry.msgctxt, entry.msgid): entry for entry in catalogue}


def translations(entry: polib.POEntry) -> list[str]:
    return list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]


def test_every_language_but_that_of_the_source_has_one() -> None:
    names = {translation.to_locale(code) for code, _name in settings.LANGUAGES} - {"en"}
    assert {path.parts[-3] for path in CATALOGUES} == names


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.parts[-3])
def test_a_catalogue_is_complete_and_compiled(path: Path) -> None:
    catalogue = polib.pofile(str(path))
    assert catalogue.untranslated_entries() == []
    assert catalogue.fuzzy_entries() == []
    assert catalogue.obsolete_entries() == []
    written, compiled = entries(path), entries(path.with_suffix(".mo"))
    assert written.keys() == compiled.keys()
    for key, entry in written.items():
        assert translations(entry) == translations(compiled[key])


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.parts[-3])
def test_no_placeholder_is_lost(path: Path) -> None:
    for entry in entries(path).values():
        originals = [entry.msgid, entry.msgid_plural] if entry.msgid_plural else [entry.msgid]
        for original, translated in zip(originals, translations(entry), strict=True):
            assert set(PLACEHOLDER.findall(original)) == set(PLACEHOLDER.findall(translated)), entry.msgid


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.parts[-3])
def test_no_other_catalogue_goes_before_it(path: Path) -> None:
    """Django merges those of all apps; an earlier one with the same string would win."""
    with translation.override(translation.to_language(path.parts[-3])):
        for (context, message), entry in entries(path).items():
            if entry.msgid_plural:
                found = translation.ngettext(message, entry.msgid_plural, 2)
            else:
                found = translation.pgettext(context, message) if context else translation.gettext(message)
            assert found == translations(entry)[-1]


def test_nothing_is_to_be_brought_up_to_date() -> None:
    done = subprocess.run(
        [sys.executable, str(BACKEND.parent / "scripts" / "catalogues.py"), "--check"], capture_output=True, text=True
    )
    assert (done.returncode, done.stderr) == (0, ""), f"run `make messages`: {done.stderr}"
