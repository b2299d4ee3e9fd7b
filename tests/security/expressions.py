"""Every regular expression of the product, with the ways in which it is used, found in the source itself."""

from __future__ import annotations

import ast
import hashlib
import importlib
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

FOLDERS = ("engage", "console")
_LONGEST_KEY = 300
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
ROOT = Path(__file__).resolve().parents[2]
# How an expression may meet a text: from anywhere in it, from its beginning, or over all of it.
_ANYWHERE = ("search", "sub", "subn", "split", "findall", "finditer")
_METHODS = {**dict.fromkeys(_ANYWHERE, "search"), "match": "match", "fullmatch": "fullmatch"}


@dataclass(frozen=True, order=True)
class Expression:
    """`use`: search, match or fullmatch. `is_known`: False for one that is put together while the product runs."""

    module: str
    name: str
    pattern: str
    flags: int
    use: str
    is_bytes: bool = False
    is_known: bool = True

    @property
    def key(self) -> str:
        """What a verdict is kept under; it changes with the expression and not with its place."""
        pattern = ascii(self.pattern)[1:-1]
        if len(pattern) > _LONGEST_KEY:
            pattern = f"{pattern[:_LONGEST_KEY]}... {hashlib.sha256(pattern.encode()).hexdigest()[:16]}"
        return f"{self.use} /{pattern}/{self.flags}"

    def run(self, text: str) -> None:
        """Let it meet a text, whatever comes of it."""
        compiled: Any = re.compile(self.pattern.encode("latin-1") if self.is_bytes else self.pattern, self.flags)
        subject: Any = text.encode("latin-1", "replace") if self.is_bytes else text
        if self.use == "search":
            # `sub` and `findall` go on after a find, which is where a second cost could hide.
            for _ in compiled.finditer(subject):
                pass
        else:
            getattr(compiled, self.use)(subject)


def find_expressions() -> list[Expression]:
    """Needs Django to be set up, for modules are imported to read what they compile."""
    found = {
        expression
        for folder in FOLDERS
        for path in (ROOT / folder).rglob("*.py")
        if "migrations" not in path.parts
        for expression in _in_file(path)
    }
    return sorted(found)


def _in_file(path: Path) -> Iterator[Expression]:
    source = path.read_text()
    if not re.search(r"\bimport re\b|RegexValidator|re_path", source):
        return
    tree = ast.parse(source)
    module_name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
    compiled = dict(_compiled(vars(importlib.import_module(module_name))))
    for name, pattern in compiled.items():
        text = pattern.pattern if isinstance(pattern.pattern, str) else pattern.pattern.decode("latin-1")
        # One whose methods are not called by its own name is in a table, or handed on: the dearest use is assumed.
        for use in _uses().get(name) or {"search", "fullmatch"}:
            yield Expression(module_name, name, text, pattern.flags, use, isinstance(pattern.pattern, bytes))
    yield from _written_in_calls(tree, module_name)


def _compiled(names: dict[str, Any]) -> Iterator[tuple[str, re.Pattern[Any]]]:
    """Also those inside tables of the module, however deep."""
    for name, value in names.items():
        if name.startswith("__"):
            continue
        for place, pattern in enumerate(_patterns_in(value)):
            yield (name if place == 0 else f"{name}[{place}]"), pattern


def _patterns_in(value: object) -> Iterator[re.Pattern[Any]]:
    if isinstance(value, re.Pattern):
        yield value
    elif isinstance(value, dict):
        for inside in value.values():
            yield from _patterns_in(inside)
    elif isinstance(value, list | tuple | set | frozenset):
        for inside in value:
            yield from _patterns_in(inside)


@cache
def _uses() -> dict[str, set[str]]:
    """By the last name before the method, in whichever module: `_WORD.search` and `english.WORD.search`."""
    uses: dict[str, set[str]] = defaultdict(set)
    for node in (node for tree in _trees() for node in ast.walk(tree)):
        if not isinstance(node, ast.Attribute) or node.attr not in _METHODS:
            continue
        match node.value:
            case ast.Name(id=name) | ast.Attribute(attr=name):
                uses[name].add(_METHODS[node.attr])
    return uses


@cache
def _trees() -> list[ast.Module]:
    return [ast.parse(path.read_text()) for folder in FOLDERS for path in (ROOT / folder).rglob("*.py")]


def _written_in_calls(tree: ast.Module, module_name: str) -> Iterator[Expression]:
    """`re.sub("…", …)` with the expression in the call, and what functions compile while they run."""
    for function in ast.walk(tree):
        if not isinstance(function, _FUNCTIONS):
            continue
        for node in ast.walk(function):
            match node:
                case ast.Call(func=ast.Attribute(value=ast.Name(id="re"), attr=method), args=[first, *_]):
                    if method in ("escape", "purge"):
                        continue
                    use = _METHODS.get(method, "search")
                    if isinstance(first, ast.Constant) and isinstance(first.value, str):
                        yield Expression(module_name, method, first.value, 0, use)
                    elif function.name in _called_while_running():
                        yield Expression(module_name, function.name, ast.unparse(first), 0, use, is_known=False)


@cache
def _called_while_running() -> frozenset[str]:
    """Names that some function calls. What modules alone call, while they are imported, compiles what then stands."""
    functions = (node for tree in _trees() for node in ast.walk(tree) if isinstance(node, _FUNCTIONS))
    calls = (node.func for function in functions for node in ast.walk(function) if isinstance(node, ast.Call))
    return frozenset(
        name.attr if isinstance(name, ast.Attribute) else name.id
        for name in calls
        if isinstance(name, ast.Attribute | ast.Name)
    )
