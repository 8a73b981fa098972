"""Start the stand-in: `python -m sandbox.bittitan`."""

import argparse
import json
import signal
import sys
import threading
from pathlib import Path

from sandbox.bittitan.server import Options, Sandbox


def read_options(arguments: list[str]) -> Options:
    """Return how the command line wants the stand-in to start."""
    parser = argparse.ArgumentParser(
        prog="python -m sandbox.bittitan",
        description="A stand-in for BitTitan: distributor API, portal and inbox.",
    )
    parser.add_argument(
        "--data-dir",
        type=Path,
        default=Path("data/sandbox"),
        help="where state is kept (default: data/sandbox)",
    )
    parser.add_argument("--api-port", type=int, default=0, help="0: a free one")
    parser.add_argument("--control-port", type=int, default=0, help="0: a free one")
    parser.add_argument("--smtp-port", type=int, default=0, help="0: a free one")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument(
        "--api-key", default="sandbox-key", help="what callers must show"
    )
    parser.add_argument("--workgroup", default="sandbox", help="what callers must name")
    return Options(**vars(parser.parse_args(arguments)))


def main(arguments: list[str]) -> int:
    """Run until SIGTERM or SIGINT; print the addresses as one JSON line when ready."""
    options = read_options(arguments)
    over = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: over.set())
    try:
        with Sandbox(options) as sandbox:
            sys.stdout.write(json.dumps(sandbox.addresses()) + "\n")
            sys.stdout.flush()
            over.wait()
    except OSError as error:
        sys.stderr.write(f"The stand-in cannot start: {error}. Choose other ports.\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
