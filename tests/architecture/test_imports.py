"""Who may import whom: the contracts of pyproject.toml hold."""

import tomllib

import pytest
from importlinter.cli import EXIT_STATUS_SUCCESS, lint_imports

from tests.support.source import ROOT

CONTRACTS = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"][
    "importlinter"
]["contracts"]


def test_every_contract_is_kept(capsys: pytest.CaptureFixture[str]) -> None:
    status = lint_imports(config_filename=str(ROOT / "pyproject.toml"), no_cache=True)

    assert status == EXIT_STATUS_SUCCESS, capsys.readouterr().out


def test_no_contract_has_gone_missing_or_has_exceptions() -> None:
    assert {contract["id"] for contract in CONTRACTS} == {
        "floors",
        "street",
        "drivers",
        "faces",
        "menus",
        "ways",
        "ui",
        "stage",
        "tables",
        "connectors",
        "vendors",
        "contract",
        "plugs",
        "wire",
        "sandbox",
        "knots",
    }
    assert [c["id"] for c in CONTRACTS if "ignore_imports" in c] == []
