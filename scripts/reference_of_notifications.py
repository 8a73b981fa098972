"""The reference page of notifications, drawn from the code."""

from collections.abc import Iterable, Iterator

from purveyor.domain.notifications.defaults import NOTIFICATIONS
from purveyor.domain.notifications.events import (
    EVENTS,
    RECORDS,
    Audience,
    Condition,
    Event,
)
from purveyor.domain.notifications.placeholders import INTERNAL, OF_RECORD, Placeholder
from purveyor.domain.notifications.recipients import (
    OUR_OWN,
    ROLES,
    Role,
    told_recipients,
)
from scripts.reference_parts import spoken, table, yes

NOTIFICATIONS_HEAD = """\
# Notifications

<!-- Drawn from the code by `make docs`. -->

What a notification under *Setup > Notifications* can tell of, what it can ask for, whom
it can tell, and what its texts can say. How to set one up:
[Set up notifications](../howto/set-up-notifications.md).
"""
ROLES_HEAD = """
## Roles

Besides them, fixed addresses, and everybody of the staff who has a role of the BSS.
"""


def notifications_page() -> str:
    """Return the page of notifications: events, conditions, roles, placeholders."""
    parts = [
        NOTIFICATIONS_HEAD,
        "## Events\n",
        _events_table(),
        "\n## Conditions\n\nAll that are filled in must hold.\n",
        _conditions_table(),
        ROLES_HEAD,
        _roles_table(),
        "\n## What comes with the product\n",
        _rules_table(),
    ]
    for record, known in OF_RECORD.items():
        called = str(RECORDS[record][0])
        parts += [f"\n## Placeholders: {called}\n", _placeholders_table(known)]
    parts += ["\n## Placeholders: internal mails\n", _placeholders_table(INTERNAL)]
    return "\n".join(parts) + "\n"


def _events_table() -> str:
    rows = [
        f"| {each.name.label} | {RECORDS[each.record][0]} | {_heard(each)} "
        f"| {_listed(str(a.label) for a in each.audiences)} | `{each.name}` |"
        for each in EVENTS.values()
    ]
    head = "| Event | About | Told by | Audience | Word |"
    return table(head, rows)


def _heard(event: Event) -> str:
    """Return which lines of the journal bear an event."""
    if not event.verbs:
        return "a step of its own"
    verbs = _listed(spoken(verb) for verb in event.verbs)
    became = event.after.lower().replace("_", " ")
    return f"{verbs}, then {became}" if became else verbs


def _conditions_table() -> str:
    rows = [
        f"| {each.label} | {_listed(_told_of(each))} |".capitalize()
        for each in Condition
    ]
    return table("| Condition | Can be asked about |", rows)


def _told_of(condition: Condition) -> Iterator[str]:
    for record, (called, _looks) in RECORDS.items():
        if any(
            condition in event.conditions
            for event in EVENTS.values()
            if event.record == record
        ):
            yield str(called)


def _roles_table() -> str:
    rows = [
        f"| {role.label} | {_listed(_known_to(role))} | {yes(role in OUR_OWN)} |"
        for role in Role
    ]
    return table("| Role | Known for | Gets internal mails |", rows)


def _known_to(role: Role) -> Iterator[str]:
    return (str(RECORDS[record][0]) for record, roles in ROLES.items() if role in roles)


def _rules_table() -> str:
    rows = [
        f"| {name} | {EVENTS[rule['event']].name.label} "
        f"| {Audience(rule['audience']).label} "
        f"| {told_recipients(rule['to']) or 'The address that the order named'} "
        f"| {yes(rule['is_enabled'])} |"
        for name, rule in NOTIFICATIONS.items()
    ]
    head = "| Notification | Event | Audience | To | Switched on at first |"
    return table(head, rows)


def _placeholders_table(known: Iterable[Placeholder]) -> str:
    rows = [f"| `{each.name}` | {each.description} | {each.sample} |" for each in known]
    return table("| Placeholder | Stands for | For example |", rows)


def _listed(words: Iterable[str]) -> str:
    return ", ".join(words)
