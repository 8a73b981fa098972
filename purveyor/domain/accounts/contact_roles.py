"""For what a contact can stand, and that one of them is the main one."""

from django.db.models import BaseConstraint, CheckConstraint, Q, UniqueConstraint

#: A role has two columns: `is_order_contact`, and `is_main_order_contact`.
CONTACT_ROLES = ("order", "billing", "technical")


def one_main_contact() -> tuple[BaseConstraint, ...]:
    """Return what holds for the contacts of an account, in each role."""
    one = (
        UniqueConstraint(
            name=f"contact_one_main_{role}",
            fields=("account",),
            condition=Q(**{f"is_main_{role}_contact": True}),
        )
        for role in CONTACT_ROLES
    )
    with_the_role = (
        CheckConstraint(
            name=f"contact_main_{role}_has_the_role",
            condition=Q(**{f"is_main_{role}_contact": False})
            | Q(**{f"is_{role}_contact": True}),
        )
        for role in CONTACT_ROLES
    )
    return (*one, *with_the_role)
