"""What calls name by text: modules that they import, models that they fetch."""

import ast
from collections.abc import Callable

from guardrails.module import Module
from guardrails.names import UNKNOWN, Names
from guardrails.texts import Texts

# By which what imports takes the text.
NAMES = ("name", "dotted_path")

IMPORTERS = frozenset(
    {
        f"{UNKNOWN}__import__",
        "builtins.__import__",
        "importlib.__import__",
        "importlib.import_module",
        "importlib.util.find_spec",
        "django.utils.module_loading.import_string",
        "pydoc.locate",
        "pkgutil.resolve_name",
    }
)


def imported_by_call(module: Module, texts: Texts, call: ast.Call, functions: set[str] | Names) -> str | None:
    """The dotted name that a call such as `import_module("x.y")` imports, when it can be read."""
    if functions.isdisjoint(IMPORTERS):
        return None
    name = loaded_text(texts, call)
    if not name:
        return None
    bare = name.lstrip(".").replace(":", ".")
    level = len(name) - len(name.lstrip("."))
    package = texts.of(argument(call, 1, "package"))
    if level and package:
        parts = package.split(".")
        return ".".join([*parts[: len(parts) - level + 1], bare])
    return module.absolute(bare, level)


def loaded_text(texts: Texts, call: ast.Call) -> str | None:
    """The text by which a call would import a module, were it such a call."""
    return texts.of(argument(call, 0, *NAMES))


def argument(call: ast.Call, place: int, *names: str) -> ast.expr | None:
    """The argument at a place, or of one of these names."""
    named = [keyword.value for keyword in call.keywords if keyword.arg in names]
    return next(iter([*call.args[place:], *named]), None)


def given_name(read: Callable[[ast.expr | None], str | None], call: ast.Call) -> str | None:
    """`get_model("label", "Model")` or `get_model("label.Model")` as the dotted name of the model."""
    given = [argument(call, 0, "app_label"), argument(call, 1, "model_name")]
    parts = ".".join(text for text in map(read, given) if text).split(".")
    return f"{parts[0]}.models.{parts[1]}" if len(parts) == 2 else None
