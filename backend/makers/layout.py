"""Lays out source as ruff formats it, without ruff: whoever only runs Placar has none."""

from collections.abc import Collection, Mapping

LINE_LENGTH = 120


def lay_out(head: str, items: Collection[str], tail: str = "") -> str:
    """`head(items)tail` in one line, with its items in a line of their own, or with each of them in one."""
    indentation = " " * (len(head) - len(head.lstrip()))
    one_line = f"{head}({', '.join(items)}){tail}"
    if len(one_line) <= LINE_LENGTH:
        return one_line
    inner = f"{indentation}    {', '.join(items)}"
    if len(inner) > LINE_LENGTH:
        inner = "\n".join(f"{indentation}    {item}," for item in items)
    return f"{head}(\n{inner}\n{indentation}){tail}"


def lay_out_dict(head: str, items: Mapping[str, str]) -> str:
    """`head{"name": value}` in one line, or with each item in one."""
    written = [f'"{name}": {value}' for name, value in items.items()]
    one_line = f"{head}{{{', '.join(written)}}}"
    if len(one_line) <= LINE_LENGTH:
        return one_line
    return "\n".join([f"{head}{{", *(f"    {item}," for item in written), "}"])
