"""Log lines: in one shape whoever wrote them, with tracebacks and without locals."""

import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from purveyor.kernel.logs import configure_logs

CODE = "BT-LOCAL-VARIABLE"


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    """Leave the logs of the other tests as they were."""
    root = logging.getLogger()
    handlers, level, structured = root.handlers[:], root.level, structlog.get_config()
    yield
    root.handlers[:], root.level = handlers, level
    structlog.configure(**structured)


def fail() -> None:
    code = CODE[:]
    message = f"{len(code)} letters"
    raise ValueError(message)


@pytest.mark.parametrize("as_json", [True, False], ids=["json", "text"])
@pytest.mark.parametrize(
    "logger", [structlog.get_logger, logging.getLogger], ids=["ours", "a library's"]
)
def test_an_error_is_told_with_its_traceback_and_no_variable(
    capsys: pytest.CaptureFixture[str], logger, *, as_json: bool
) -> None:
    configure_logs(as_json=as_json, level="INFO")

    try:
        fail()
    except ValueError:
        logger("here").exception("step_failed")

    written = capsys.readouterr().err
    told = json.loads(written)["exception"] if as_json else written
    assert "in fail" in told
    assert "ValueError: 17 letters" in told
    assert CODE not in written
