"""
Who may do what: the roles that come with the product, and their permissions.

`make demo`, `purveyor serve` and the like put this table into the database. A role that
is not in it is the distributor's own, made under Setup > Users and roles.
"""

from collections.abc import Iterable

VIEW = ("view",)
EDIT = ("view", "add", "change")
ALL = (*EDIT, "delete")


def _on(app: str, models: str, verbs: Iterable[str]) -> tuple[str, ...]:
    return tuple(f"{app}.{verb}_{model}" for model in models.split() for verb in verbs)


#: What everybody who works in the BSS may look at. None of it shows a secret.
LOOK = (
    *_on("accounts", "account address contact member organization", VIEW),
    *_on("accounts", "paymentmethod", VIEW),
    *_on("catalogue", "application assignment characteristic price", VIEW),
    *_on("catalogue", "category pricelist product", VIEW),
    *_on("catalogue", "producttype taxrate", VIEW),
    *_on("orders", "approval execution order orderitem statuslabel", VIEW),
    *_on("execution", "bulkexecution", VIEW),
    *_on("assets", "asset", VIEW),
    *_on("provisioning", "accountcandidate accountlink attempt breaker", VIEW),
    *_on("provisioning", "candidate couponentry definitionreading retryrun", VIEW),
    *_on("invoices", "charge invoice invoiceline", VIEW),
    *_on("notifications", "message", VIEW),
    "lists.export_lists",
)
#: What also belongs to a look at everything, and to no daily work.
LOOK_CLOSELY = (
    *_on("accounts", "signin user", VIEW),
    *_on("auth", "group permission", VIEW),
    *_on("journal", "entry", VIEW),
    *_on("notifications", "mailserver notification template", VIEW),
    *_on("provisioning", "callshare couponobservation servicemanagersetup", VIEW),
    *_on("provisioning", "watch", VIEW),
    *_on("reconciliation", "finding known policy reconciliationrun", VIEW),
    *_on("work", "workerbeat", VIEW),
)

ACCOUNTS = (
    *_on("accounts", "account address contact", EDIT),
    "accounts.delete_address",
    "accounts.delete_contact",
    "accounts.import_account",
    "accounts.invite_member",
    "accounts.look_as_member",
    "accounts.merge_account",
)
SELL = (
    "accounts.decide_registration",
    *_on("orders", "order orderitem", EDIT),
    "orders.delete_orderitem",
    "orders.submit_order",
    "orders.execute_order",
    "orders.cancel_order",
    "orders.label_order",
    "orders.give_discount",
    "provisioning.synchronize_account",
    "lists.share_savedlist",
)
BILL = (
    "orders.approve_order",
    "invoices.issue_invoice",
    "invoices.void_invoice",
    "assets.change_asset",
    "lists.share_savedlist",
    *_on("accounts", "paymentmethod", EDIT),
    *_on("catalogue", "product", EDIT),
    *_on("catalogue", "assignment category price pricelist taxrate", ALL),
)
OPERATE = (
    "accounts.look_as_member",
    "journal.view_entry",
    "work.view_workerbeat",
    *_on("provisioning", "callshare couponobservation servicemanagersetup", VIEW),
    *_on("provisioning", "watch", VIEW),
    *_on("reconciliation", "finding known policy reconciliationrun", VIEW),
    "reconciliation.prepare_reconciliation",
    "reconciliation.approve_reconciliation",
    "provisioning.synchronize_account",
    "assets.change_asset",
    "assets.retry_asset",
    "assets.reveal_coupon",
    "assets.enter_coupon",
    "assets.overrule_vendor",
    "assets.settle_doubt",
    "assets.cancel_asset",
    *_on("notifications", "notification template", VIEW),
    "notifications.send_again",
    "lists.share_savedlist",
)
SET_UP = (
    *_on("accounts", "organization user", EDIT),
    *_on("auth", "group", ALL),
    *_on("accounts", "paymentmethod", ALL),
    *_on("catalogue", "application", EDIT),
    "catalogue.change_producttype",
    *_on("orders", "statuslabel", ALL),
    "orders.change_price",
    "catalogue.read_definition",
    "provisioning.change_servicemanagersetup",
    "reconciliation.change_policy",
    *_on("notifications", "notification", EDIT),
    *_on("notifications", "mailserver template", ("view", "change")),
    "notifications.test_notification",
)

ROLES: dict[str, tuple[str, ...]] = {
    name: tuple(dict.fromkeys(permissions))
    for name, permissions in {
        "Administrator": (
            *LOOK,
            *LOOK_CLOSELY,
            *ACCOUNTS,
            *SELL,
            *BILL,
            *OPERATE,
            *SET_UP,
            "orders.accept_margin",
        ),
        "Sales": (*LOOK, *ACCOUNTS, *SELL),
        "Billing": (*LOOK, *ACCOUNTS, *BILL),
        "Operations": (*LOOK, *OPERATE),
        "Auditor": (*LOOK, *LOOK_CLOSELY),
    }.items()
}
