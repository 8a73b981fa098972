"""Read our own source, for the tests of the architecture."""

import ast
import io
import subprocess
import tokenize
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Module:
    """One Python file of ours."""

    path: Path

    @property
    def name(self) -> str:
        """Return its path from the root of the repository."""
        is_ours = self.path.is_relative_to(ROOT)
        return str(self.path.relative_to(ROOT) if is_ours else self.path)

    @cached_property
    def text(self) -> str:
        """Return what stands in it."""
        return self.path.read_text()

    @cached_property
    def tree(self) -> ast.Module:
        """Return its syntax tree."""
        return ast.parse(self.text, self.name)

    @cached_property
    def nodes(self) -> tuple[ast.AST, ...]:
        """Return every node of its tree; to walk through it takes longest."""
        return tuple(ast.walk(self.tree))

    @cached_property
    def functions(self) -> list[Function]:
        """Return every function in it, methods and inner ones too."""
        return [node for node in self.nodes if isinstance(node, Function)]

    @property
    def verbs(self) -> list[Function]:
        """Return its public functions that belong to no class."""
        mine = [node for node in self.tree.body if isinstance(node, Function)]
        return [node for node in mine if not node.name.startswith("_")]

    @cached_property
    def comments(self) -> list[tuple[int, str]]:
        """Return each comment with the line it stands on."""
        tokens = tokenize.generate_tokens(io.StringIO(self.text).readline)
        return [(t.start[0], t.string) for t in tokens if t.type == tokenize.COMMENT]

    def at(self, node: ast.AST) -> str:
        """Return where a node stands, for a message."""
        return f"{self.name}:{getattr(node, 'lineno', 0)}"


@cache
def modules(*folders: str) -> tuple[Module, ...]:
    """Return the Python files under these folders, without migrations, in order."""
    found = (path for folder in folders for path in (ROOT / folder).rglob("*.py"))
    return tuple(Module(p) for p in sorted(found) if "migrations" not in p.parts)


@cache
def files() -> tuple[Path, ...]:
    """Return every file of the repository that is not ignored, in order."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    listing = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, check=False
    )
    found = (ROOT / line for line in listing.stdout.splitlines())
    return tuple(sorted(path for path in found if path.is_file()))


def dotted(node: ast.AST) -> str:
    """Return a name as it is written, `a.b.c`; what is no name becomes `?`."""
    match node:
        case ast.Name():
            return node.id
        case ast.Attribute():
            return f"{dotted(node.value)}.{node.attr}"
        case ast.Call():
            return f"{dotted(node.func)}()"
        case _:
            return "?"
