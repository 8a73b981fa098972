"""The words that a command takes; they are read before Django is set up."""

import argparse

EXIT_CODES = (
    "Exit codes: 0 both sides agree, or all of the plan is applied; 1 it could not be "
    "done; 2 something differs, and nothing was changed; 3 lines of the plan were "
    "refused; 130 stopped by Ctrl-C."
)


def options_of_reconcile(parser: argparse.ArgumentParser) -> None:
    """Add what `purveyor reconcile` can be told."""
    parser.epilog = EXIT_CODES
    parser.add_argument(
        "application",
        metavar="APPLICATION",
        help="the name of an application, or of its service manager",
    )
    what = parser.add_mutually_exclusive_group()
    what.add_argument(
        "--account", metavar="NUMBER", help="compare only what this account owns"
    )
    what.add_argument(
        "--apply",
        dest="plan",
        type=int,
        metavar="PLAN",
        help="apply the plan with this number, instead of making a new one",
    )
    parser.add_argument(
        "--force",
        dest="is_forced",
        action="store_true",
        help="with --apply: also a plan that changes more than is usual",
    )
    shape = parser.add_mutually_exclusive_group()
    shape.add_argument(
        "--json",
        dest="shape",
        action="store_const",
        const="json",
        help="print the whole plan as JSON",
    )
    shape.add_argument(
        "--csv",
        dest="shape",
        action="store_const",
        const="csv",
        help="print the whole plan as CSV",
    )
