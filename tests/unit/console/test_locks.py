"""Locks between processes: whom they hold up, and whom they do not."""

from pathlib import Path

import pytest

from purveyor.faces.console.locks import RunsAlready, held, lock_beside


def test_the_same_file_is_locked_once(tmp_path: Path) -> None:
    shop = tmp_path / "shop.sqlite3"

    with (
        held(lock_beside(shop, "worker"), message="busy"),
        pytest.raises(RunsAlready, match="busy"),
        held(lock_beside(shop, "worker"), message="busy"),
    ):
        pass


def test_files_that_differ_in_their_ending_do_not_hold_each_other_up(
    tmp_path: Path,
) -> None:
    one, other = tmp_path / "shop.one", tmp_path / "shop.two"

    with (
        held(lock_beside(one, "worker"), message="busy"),
        held(lock_beside(other, "worker"), message="busy"),
    ):
        assert lock_beside(one, "worker") != lock_beside(other, "worker")
