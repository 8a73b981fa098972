"""Habits that are easy to lose: reasons, names, pins, migrations, no traces."""

import re
import tomllib
from pathlib import Path

from django.apps import apps
from django.db.migrations.autodetector import MigrationAutodetector
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.questioner import NonInteractiveMigrationQuestioner
from django.db.migrations.state import ProjectState

from tests.support.source import ROOT, files, modules

ALL = modules("purveyor", "sandbox", "tests", "scripts", "benchmarks")
PYPROJECT = (ROOT / "pyproject.toml").read_text()

# ------------------------------------------------------------------ exemptions

EXEMPTIONS_MAX = 10
EXEMPTION = re.compile(
    r"#\s*(noqa|type:\s*ignore|pragma:|nosec|fmt:|ruff:|mypy:)(?P<codes>[^#]*)(?P<why>#.*)?"
)


def exemptions() -> dict[str, str]:
    """Return where a check is switched off, each with its reason, maybe empty."""
    found = {}
    for module in ALL:
        for line, comment in module.comments:
            exemption = EXEMPTION.match(comment)
            if exemption:
                found[f"{module.name}:{line}"] = (exemption["why"] or "").strip("# ")
    return found


def test_exemptions_are_few() -> None:
    found = exemptions()

    assert len(found) <= EXEMPTIONS_MAX, "\n".join(found)


def test_each_exemption_has_a_reason() -> None:
    assert [place for place, why in exemptions().items() if " " not in why] == []


# ------------------------------------------------------------------ names

PLACES_FOR_NOTHING = {"utils", "util", "helpers", "helper", "common", "core", "base"}


def test_no_module_is_named_after_nothing() -> None:
    parts = {
        module.name: {*module.path.parent.relative_to(ROOT).parts, module.path.stem}
        for module in ALL
    }

    assert [name for name, words in parts.items() if words & PLACES_FOR_NOTHING] == []


# ------------------------------------------------------------------ dependencies


def test_every_runtime_dependency_says_why() -> None:
    listing = PYPROJECT.partition("\ndependencies = [\n")[2].partition("\n]")[0]
    silent = [
        line.strip()
        for line in listing.splitlines()
        if not re.search(r'",\s+# \w+.* \w+', line)
    ]

    assert listing
    assert silent == []


def test_the_lock_holds_what_is_asked_for() -> None:
    project = tomllib.loads(PYPROJECT)["project"]
    asked = [*project["dependencies"], *project["optional-dependencies"]["test"]]
    pins = [re.sub(r"\[.*?\]", "", requirement) for requirement in asked]
    lock = (ROOT / "requirements.lock").read_text()

    assert [pin for pin in pins if not re.search(rf"^{pin} ", lock, re.MULTILINE)] == []


def test_the_lock_names_no_place_to_fetch_from() -> None:
    assert "://" not in (ROOT / "requirements.lock").read_text()


# ------------------------------------------------------------------ migrations


def test_no_migration_is_missing() -> None:
    loader = MigrationLoader(None)
    ours = {a.label for a in apps.get_app_configs() if a.name.startswith("purveyor.")}
    changes = MigrationAutodetector(
        loader.project_state(),
        ProjectState.from_apps(apps),
        NonInteractiveMigrationQuestioner(specified_apps=ours, dry_run=True),
    ).changes(graph=loader.graph)

    missing = {
        label: [operation.describe() for m in found for operation in m.operations]
        for label, found in changes.items()
        if label in ours
    }
    assert missing == {}


# ------------------------------------------------------------------ traces

MACHINES = re.compile(r"(?<![\w.$}~-])/(root|home/\w+|Users/\w+)/")
PICTURES = {".png", ".jpg", ".ico", ".pdf", ".woff2"}


def test_no_file_knows_the_machine_it_was_written_on() -> None:
    here = str(ROOT)
    found = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in files()
        if path.suffix not in PICTURES
        for number, line in enumerate(_lines(path), start=1)
        if here in line or MACHINES.search(line)
    ]

    assert found == []


def _lines(path: Path) -> list[str]:
    return path.read_text(errors="replace").splitlines()
