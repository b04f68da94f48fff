"""The mutants of one source file."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import CodeType

from mutants.operators import changes, is_union

Function = ast.FunctionDef | ast.AsyncFunctionDef
Key = tuple[str, int, str]
"""A function: its file, the line that it starts in and its name, as its code object has them."""


@dataclass(frozen=True)
class Mutant:
    """The change numbered `change` of the node numbered `node` of a file, as it is walked."""

    path: Path
    node: int
    change: int
    line: int
    what: str
    function: Key | None
    """The outermost function that it lies in; None where the change takes effect while the module is loaded."""

    def __str__(self) -> str:
        return f"{self.path.name}:{self.line} {self.what}"

    def code(self) -> CodeType:
        """The whole module, changed."""
        tree = ast.parse(self.path.read_bytes())
        nodes = list(ast.walk(tree))
        at = nodes[self.node]
        changed = list(changes(at))[self.change]
        _Put(at, changed).visit(tree)
        return compile(ast.fix_missing_locations(tree), str(self.path), "exec", dont_inherit=True)

    def function_code(self) -> CodeType:
        """The function that it lies in, changed."""
        return next(code for code in _functions(self.code()) if key(code) == self.function)


class _Put(ast.NodeTransformer):
    def __init__(self, at: ast.AST, changed: ast.AST) -> None:
        self.at, self.changed = at, changed

    def visit(self, node: ast.AST) -> ast.AST:
        return self.changed if node is self.at else self.generic_visit(node)


def key(code: CodeType) -> Key:
    return code.co_filename, code.co_firstlineno, code.co_name


def _functions(code: CodeType) -> Iterator[CodeType]:
    for const in code.co_consts:
        if isinstance(const, CodeType):
            yield const
            yield from _functions(const)


def mutants(path: Path) -> Iterator[Mutant]:
    tree = ast.parse(path.read_bytes())
    untouched = {id(node) for node in _annotations(tree)}
    functions = dict(_in_functions(tree, str(path)))
    for number, node in enumerate(ast.walk(tree)):
        if id(node) not in untouched:
            for change, changed in enumerate(changes(node)):
                where = functions.get(id(node))
                yield Mutant(path, number, change, _line(node), _told(node, changed), where)


def left_out(path: Path) -> int:
    """How many unions of types are not changed."""
    return sum(is_union(node) for node in ast.walk(ast.parse(path.read_bytes())))


def _annotations(tree: ast.AST) -> Iterator[ast.AST]:
    for node in ast.walk(tree):
        for field in ("annotation", "returns"):
            if annotation := getattr(node, field, None):
                yield from ast.walk(annotation)


def _in_functions(node: ast.AST, path: str) -> Iterator[tuple[int, Key]]:
    """Every node in the body of a function, with the outermost function."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, Function):
            first = min([child.lineno, *(decorator.lineno for decorator in child.decorator_list)])
            for statement in child.body:
                yield from ((id(inner), (path, first, child.name)) for inner in ast.walk(statement))
        else:
            yield from _in_functions(child, path)


def _line(node: ast.AST) -> int:
    if isinstance(node, ast.comprehension):
        return node.target.lineno
    line: int = getattr(node, "lineno", 0)
    return line


def _told(node: ast.AST, changed: ast.AST) -> str:
    return f"{_short(node)}  ->  {_short(changed)}"


def _short(node: ast.AST) -> str:
    """Of a block its head alone."""
    match node:
        case ast.If() | ast.While():
            return f"if {ast.unparse(ast.fix_missing_locations(node.test))}"
        case ast.For():
            return f"for {ast.unparse(node.target)} in {ast.unparse(ast.fix_missing_locations(node.iter))}"
        case ast.FunctionDef() | ast.ClassDef():
            return " ".join([*(f"@{ast.unparse(each)}" for each in node.decorator_list), node.name])
        case ast.ExceptHandler(type=ast.expr() as caught):
            return f"except {ast.unparse(caught)}"
        case _:
            return ast.unparse(ast.fix_missing_locations(node)).strip()
