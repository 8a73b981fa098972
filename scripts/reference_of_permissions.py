"""The reference page of permissions and roles: who may do what, as the code says it."""

from purveyor.faces.backoffice.setup.permission_words import DescribedGroup, grouped
from purveyor.project.roles import ROLES
from scripts.reference_parts import table, yes

PERMISSIONS_HEAD = """\
# Permissions and roles

<!-- Drawn from the code by `make docs`. -->

What each of the roles that come with Purveyor may do. Several roles of one person add
up. These roles stay as they are; a role of your own, with any mix of these permissions,
is made under Setup > Users and roles > Roles. Who was made with `createsuperuser` may
do everything. See [users and roles](../howto/users-and-roles.md).
"""


def permissions_page() -> str:
    """Return the page of permissions: a table for each thing they are about."""
    names = {name for names in ROLES.values() for name in names}
    sections = [_permissions_section(group) for group in grouped(names)]
    return "\n".join([PERMISSIONS_HEAD, *sections])


def _permissions_section(group: DescribedGroup) -> str:
    rows = [
        f"| {each.words} | {_marks(each.name)} | `{each.name}` |"
        for each in group.permissions
    ]
    head = f"| Permission | {' | '.join(ROLES)} | Name |"
    return "\n".join([f"## {group.title}", "", table(head, rows), ""])


def _marks(name: str) -> str:
    return " | ".join(yes(name in names) for names in ROLES.values())
