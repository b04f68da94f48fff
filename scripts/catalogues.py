#!/usr/bin/env python3
"""Brings the catalogues of translations up to date with the source, and compiles them. Needs no GNU gettext.

    scripts/catalogues.py [--check]

New strings are added without a translation and strings that are gone are removed. Exits 1 while a translation is
missing: write it into the .po file and start this again. With --check nothing is written, and it exits 1 if anything
would be.
"""

import ast
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import polib

BACKEND = Path(__file__).resolve().parent.parent / "backend"
WIDTH = 110  # of lines
APP = BACKEND / "apps" / "notifications"
# A function of django.utils.translation -> which of its arguments are context, message and plural.
_FUNCTIONS = {
    **dict.fromkeys(("_", "gettext", "gettext_lazy", "gettext_noop"), ("message",)),
    **dict.fromkeys(("pgettext", "pgettext_lazy"), ("context", "message")),
    **dict.fromkeys(("ngettext", "ngettext_lazy"), ("message", "plural")),
}


@dataclass(frozen=True, slots=True)
class Source:
    """A string to be translated, and the file that it stands in."""

    message: str
    plural: str
    context: str | None
    file: str

    @property
    def key(self) -> tuple[str | None, str]:
        return self.context, self.message


def sources() -> list[Source]:
    """All that there is, by file."""
    found: list[Source] = []
    for path in sorted(APP.rglob("*.py")):
        found += _in_code(path)
    # The pages of the admin use words that Django has translated, and are English beyond them.
    for path in sorted(APP.glob("templates/notifications/**/*.*")):
        found += _in_template(path)
    return found


def _in_code(path: Path) -> Iterator[Source]:
    for node in ast.walk(ast.parse(path.read_text())):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name) or node.func.id not in _FUNCTIONS:
            continue
        texts = [argument.value for argument in node.args if isinstance(argument, ast.Constant)]
        said = dict(zip(_FUNCTIONS[node.func.id], map(str, texts), strict=False))
        if "message" in said:  # else it is a string that stands elsewhere
            yield Source(said["message"], said.get("plural", ""), said.get("context"), _name(path))


def _in_template(path: Path) -> Iterator[Source]:
    from django.template import Engine, Variable
    from django.template.base import Node
    from django.templatetags.i18n import BlockTranslateNode, TranslateNode

    # Asked of the compiled template: these are the very strings that it looks up when it is rendered.
    for node in Engine.get_default().from_string(path.read_text()).nodelist.get_nodes_by_type(Node):
        if isinstance(node, TranslateNode):
            variable = node.filter_expression.var
            assert isinstance(variable, Variable), f"{path}: only constant text can be translated"
            yield Source(str(variable.literal), "", _context(node), _name(path))
        elif isinstance(node, BlockTranslateNode):
            message, _names = node.render_token_list(node.singular)
            plural = node.render_token_list(node.plural)[0] if node.plural else ""
            yield Source(message, plural, _context(node), _name(path))


def _context(node: object) -> str | None:
    expression = getattr(node, "message_context", None)
    return str(expression.resolve({})) if expression else None


def _name(path: Path) -> str:
    return path.relative_to(APP).as_posix()


def update(catalogue: polib.POFile, wanted: list[Source]) -> None:
    """Make a catalogue hold just these strings, with the translations that it has of them."""
    known = {(entry.msgctxt, entry.msgid): entry for entry in catalogue}
    catalogue.clear()
    for source in wanted:
        entry = known.get(source.key)
        if entry is None or bool(entry.msgid_plural) != bool(source.plural):
            plurals = {0: "", 1: ""} if source.plural else {}
            entry = polib.POEntry(msgid=source.message, msgctxt=source.context, msgstr_plural=plurals)
        known[source.key] = entry
        entry.msgid_plural = source.plural
        if entry not in catalogue:
            entry.occurrences = []
            catalogue.append(entry)
        if (source.file, "") not in entry.occurrences:
            entry.occurrences.append((source.file, ""))


def catalogues() -> list[Path]:
    """The .po file of each language."""
    return sorted(APP.glob("locale/*/LC_MESSAGES/django.po"))


def main(*options: str) -> int:
    """Returns the exit code."""
    wanted = sources()
    complaints: list[str] = []
    for path in catalogues():
        catalogue = polib.pofile(str(path), wrapwidth=WIDTH)
        before = str(catalogue)
        update(catalogue, wanted)
        complaints += [f"no translation of {entry.msgid!r}" for entry in catalogue.untranslated_entries()]
        if "--check" not in options:
            catalogue.save()
            catalogue.save_as_mofile(str(path.with_suffix(".mo")))
        elif str(catalogue) != before:
            complaints.append(f"{path.relative_to(BACKEND)} is not up to date")
    for complaint in complaints:
        print(f"catalogues: {complaint}", file=sys.stderr)
    return 1 if complaints else 0


def set_up_django() -> None:
    """The templates are read by Django's own engine."""
    import os

    import django

    sys.path.insert(0, str(BACKEND))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()


if __name__ == "__main__":
    set_up_django()
    sys.exit(main(*sys.argv[1:]))
