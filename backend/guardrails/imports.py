"""Every import of a module: statements at any depth and calls such as `import_module("x.y")`."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from guardrails.calls import NAMES, argument, imported_by_call, loaded_text
from guardrails.module import Module
from guardrails.origins import Origins
from guardrails.texts import READABLE
from guardrails.words import LOADERS


@dataclass(frozen=True)
class Imported:
    """One import: the dotted names that it brings in (with the imported attribute, as in `celery.shared_task`)."""

    names: tuple[str, ...]
    node: ast.stmt | ast.expr


def imports(origins: Origins, module: Module) -> Iterator[Imported]:
    """All of them, as they come in the file's tree."""
    for plain in module.find(ast.Import):
        yield Imported(tuple(alias.name for alias in plain.names), plain)
    for source in module.find(ast.ImportFrom):
        base = module.source_of(source)
        yield Imported(tuple(f"{base}.{alias.name}" for alias in source.names), source)
    loaders = origins.aliases.of(LOADERS, module)
    for call in module.calls(loaders):
        if name := _loaded(origins, module, call):
            yield Imported((name,), call)


def _loaded(origins: Origins, module: Module, call: ast.Call) -> str | None:
    # What cannot be read is no import, whatever is called; to look for that first is quick.
    if not isinstance(argument(call, 0, *NAMES), READABLE):  # nor is anything of the module needed for that
        return None
    texts = origins.resolver(module).texts
    if not loaded_text(texts, call):
        return None
    return imported_by_call(module, texts, call, origins.of(module, call.func))
