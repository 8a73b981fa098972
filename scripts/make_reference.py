"""
Write what is drawn from the code: errors, lifecycles, notifications, permissions, and
the parts of the pages on provisioning and reconciliation between their marks.

`make docs` runs it inside Django; a test compares what it would write with what stands
there.
"""

from collections.abc import Iterable, Iterator, Mapping
from importlib import import_module
from inspect import getdoc
from pathlib import Path
from pkgutil import walk_packages

import purveyor
from purveyor.domain.assets.lifecycle import ASSET, SYNC
from purveyor.domain.provisioning.explanation import ACTORS, MEANINGS
from purveyor.faces.backoffice.frame.shortcuts import ShortcutGroup, shortcut_groups
from purveyor.flows.reconciliation import drifts
from purveyor.flows.reconciliation.drifts import CHANGING, UNDOABLE, Risk
from purveyor.flows.reconciliation.lifecycle import FINDING, RUN, Remedy
from purveyor.kernel.errors import PurveyorError, Refused
from purveyor.kernel.lifecycle import Lifecycle
from scripts.reference_of_notifications import notifications_page
from scripts.reference_of_permissions import permissions_page
from scripts.reference_parts import spoken, table, yes

DOCS = Path(__file__).resolve().parent.parent / "docs"
REFERENCE = DOCS / "reference"
PROVISIONING = DOCS / "explanation" / "provisioning.md"
RECONCILIATION = DOCS / "explanation" / "reconciliation.md"
LEFT_OUT = {"migrations", "asgi", "wsgi", "__main__"}

ERRORS_HEAD = """\
# Errors

<!-- Drawn from the code by `make docs`. -->

Every error that Purveyor raises on purpose has a code that does not change. Pages and
the API show its message, which says what is so and what to do; logs hold its facts too.
"""

SHORTCUTS_HEAD = """\
# Keyboard shortcuts

<!-- Drawn from the code by `make docs`. -->

For the BSS. Keys with a space between them are pressed one after the other, within a
second or so; `?` shows the same list there. They rest while you are typing in a field
or a dialog is open. You go only to pages that your role may see.
"""

LIFECYCLES_HEAD = """\
# Lifecycles

<!-- Drawn from the code by `make docs`. -->

The states of each record, and the only moves between them. A move is made by one verb,
once: of two that race, the second is refused. Each leaves a line in the journal.
"""


def pages() -> dict[Path, str]:
    """Return each page with what belongs on it."""
    _import_everything()
    return {
        REFERENCE / "errors.md": errors_page(error_classes()),
        REFERENCE / "lifecycles.md": lifecycles_page(lifecycles()),
        REFERENCE / "notifications.md": notifications_page(),
        REFERENCE / "shortcuts.md": shortcuts_page(),
        REFERENCE / "permissions.md": permissions_page(),
        PROVISIONING: drawn_anew(PROVISIONING.read_text(), provisioning_parts()),
        RECONCILIATION: drawn_anew(RECONCILIATION.read_text(), reconciliation_parts()),
    }


def _import_everything() -> None:
    for found in walk_packages(purveyor.__path__, "purveyor."):
        if not LEFT_OUT & set(found.name.split(".")):
            import_module(found.name)


# ------------------------------------------------------------------ errors


def error_classes() -> list[type[PurveyorError]]:
    """Return every error of the product that has been imported, by code."""
    found = {each for each in _below(PurveyorError) if _is_ours(each)}
    return sorted(found, key=lambda each: (each.code, each.__name__))


def _below(family: type[PurveyorError]) -> Iterator[type[PurveyorError]]:
    for each in family.__subclasses__():
        yield each
        yield from _below(each)


def _is_ours(error: type) -> bool:
    return error.__module__.startswith("purveyor.")


def errors_page(errors: Iterable[type[PurveyorError]]) -> str:
    """Return the page of errors: refusals first, then the other families."""
    families: dict[type[PurveyorError], list[type[PurveyorError]]] = {Refused: []}
    for error in errors:
        families.setdefault(_family_of(error), []).append(error)
    sections = [_family_section(family, rows) for family, rows in families.items()]
    return "\n".join([ERRORS_HEAD, *sections])


def _family_of(error: type[PurveyorError]) -> type[PurveyorError]:
    """Return the ancestor that stands directly below the base of all."""
    line = error.__mro__
    family: type[PurveyorError] = line[line.index(PurveyorError) - 1]
    return family


def _family_section(
    family: type[PurveyorError], errors: Iterable[type[PurveyorError]]
) -> str:
    rows = [
        f"| `{error.code}` | `{error.__name__}` | {_first_line(error)} |"
        for error in errors
    ]
    return "\n".join(
        [
            f"## {family.__name__}",
            "",
            _first_line(family),
            "",
            "| Code | Name | What is the case |",
            "|---|---|---|",
            *rows,
            "",
        ]
    )


def _first_line(thing: type) -> str:
    return (getdoc(thing) or "").split("\n\n")[0].replace("\n", " ")


# ------------------------------------------------------------------ shortcuts


def shortcuts_page() -> str:
    """Return the page of keyboard shortcuts: a table for each place they work in."""
    return "\n".join([SHORTCUTS_HEAD, *map(_shortcut_section, shortcut_groups())])


def _shortcut_section(group: ShortcutGroup) -> str:
    rows = [f"| `{each.keys}` | {each.does} |" for each in group.shortcuts]
    lines = [f"## {group.title}", "", "| Keys | What they do |", "|---|---|"]
    return "\n".join([*lines, *rows, ""])


# ------------------------------------------------------------------ lifecycles


def lifecycles() -> list[Lifecycle]:
    """Return every lifecycle of the street, by name."""
    found = {
        id(value): value
        for module in walk_packages(purveyor.__path__, "purveyor.")
        if module.name.endswith(".lifecycle") and module.name != Lifecycle.__module__
        for value in vars(import_module(module.name)).values()
        if isinstance(value, Lifecycle)
    }
    return sorted(found.values(), key=lambda each: each.name)


def lifecycles_page(found: Iterable[Lifecycle]) -> str:
    """Return the page of lifecycles: for each a drawing and a table."""
    return "\n".join([LIFECYCLES_HEAD, *(_lifecycle_section(each) for each in found)])


def _lifecycle_section(lifecycle: Lifecycle) -> str:
    moves = lifecycle.moves.values()
    arrows = [
        f"    {source} --> {move.target}: {spoken(move.verb)}"
        for move in moves
        for source in move.sources
    ]
    rows = [
        f"| {spoken(move.verb)} | {', '.join(map(_shown, move.sources))} "
        f"| {_shown(move.target)} |"
        for move in moves
    ]
    return "\n".join(
        [
            f"## {lifecycle.name[:1].upper()}{lifecycle.name[1:]}",
            "",
            f"Starts as *{_shown(lifecycle.initial)}*.",
            "",
            "```mermaid",
            "stateDiagram-v2",
            f"    [*] --> {lifecycle.initial}",
            *arrows,
            "```",
            "",
            "| Verb | From | To |",
            "|---|---|---|",
            *rows,
            "",
        ]
    )


# ------------------------------------------------------------------ parts of a page


def drawn_anew(text: str, parts: Mapping[str, str]) -> str:
    """Return a page with what stands between its marks made anew."""
    for name, part in parts.items():
        begin, end = f"<!-- drawn: {name} -->\n", f"<!-- /drawn: {name} -->\n"
        before, rest = text.split(begin)
        text = f"{before}{begin}\n{part}\n\n{end}{rest.split(end)[1]}"
    return text


def _drawing(lives: Mapping[str, Lifecycle]) -> str:
    """Return some lifecycles as one drawing, each under its title."""
    lines = ["```mermaid", "stateDiagram-v2"]
    for number, (title, lifecycle) in enumerate(lives.items(), start=1):
        lines.append(f'    state "{title}" as life{number} {{')
        lines.append(f"        [*] --> {lifecycle.initial}")
        lines += [
            f"        {source} --> {move.target}: {spoken(move.verb)}"
            for move in lifecycle.moves.values()
            for source in move.sources
        ]
        lines.append("    }")
    return "\n".join([*lines, "```"])


# ------------------------------------------------------------------ provisioning


def provisioning_parts() -> dict[str, str]:
    """Return where an asset stands with its vendor and in its life, and every cause."""
    lives = {
        "With its vendor (provisioning sync status)": SYNC,
        "In its life": ASSET,
    }
    return {"states": _drawing(lives), "causes": _causes_table()}


def _causes_table() -> str:
    rows = [
        f"| {meaning.means} | {ACTORS[meaning.actor]} "
        f"| {str(meaning.then) % {'vendor': 'BitTitan'}} | `{cause or 'none'}` |"
        for cause, meaning in MEANINGS.items()
    ]
    head = "| What it means | Who acts | What happens, or what to press | Cause |"
    return table(head, rows)


# ------------------------------------------------------------------ reconciliation

RISKS = {
    Risk.NONE: "none",
    Risk.OURS: "cost and price of the asset",
    Risk.PRICE: "the price: nothing was made",
    Risk.THEIRS_COST: "the cost of the second coupon",
    Risk.THEIRS: "cost and price of the vendor's coupon",
    Risk.UNEQUAL: "cost and price of what is unequal",
}


def reconciliation_parts() -> dict[str, str]:
    """Return the lives of a plan and its lines, every finding and every remedy."""
    lives = {"A reconciliation, and its plan": RUN, "A line of it": FINDING}
    return {
        "lives": _drawing(lives),
        "findings": _findings_table(),
        "remedies": _remedies_table(),
    }


def _findings_table() -> str:
    rows = [
        f"| {drift.label} | {meaning.says} | {_offered(meaning)} "
        f"| {RISKS[meaning.risk]} | `{drift}` |"
        for drift, meaning in drifts.MEANINGS.items()
    ]
    return table("| Finding | What it means | Remedies | At risk | Kind |", rows)


def _offered(meaning: drifts.Meaning) -> str:
    """Return the remedies offered, the one that is chosen at first in bold."""
    return " · ".join(
        f"**{each.label}**" if each == meaning.first else str(each.label)
        for each in meaning.offered
    )


def _remedies_table() -> str:
    rows = [
        f"| {each.label} | {yes(each in CHANGING)} | {yes(each in UNDOABLE)} "
        f"| `{each}` |"
        for each in Remedy
    ]
    head = "| Remedy | Counts against the limit | Can be put back | Word |"
    return table(head, rows)


def _shown(state: str) -> str:
    """Return a state as pages show it."""
    return str(getattr(state, "label", state))


def main() -> None:
    """Write the pages."""
    REFERENCE.mkdir(parents=True, exist_ok=True)
    for path, text in pages().items():
        path.write_text(text)
        print(f"docs: {path.name}")
