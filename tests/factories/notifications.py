"""Assets with a coupon, and mails about them."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import count

from purveyor.domain.accounts.models import Account, Contact, Organization
from purveyor.domain.assets.lifecycle import SyncStatus
from purveyor.domain.assets.models import Asset
from purveyor.domain.catalogue.models import Application, Product, ProductType
from purveyor.domain.notifications.models import Message
from purveyor.domain.notifications.operations import write_welcome
from purveyor.domain.orders.lifecycle import InvoiceOption, ItemState, OrderState
from purveyor.domain.orders.models import Execution, Order
from purveyor.domain.provisioning.models import ServiceManagerSetup
from purveyor.kernel.sealed import fingerprint, mask, seal

CODE = "BT-7KQM-2F9X-TR4D-8ZPA"
PORTAL = "https://portal.bittitan.example"
NOON = datetime(2030, 1, 15, 12, tzinfo=UTC)
TODAY = date(2030, 1, 15)
_numbers = count(1)


def the_organization(**fields: object) -> Organization:
    """Return the distributor's profile."""
    profile = {
        "name": "Contoso Cloud AG",
        "line1": "Cloud Street 1",
        "city": "Berlin",
        "country": "DE",
        "email": "cloud@contoso.example",
        "phone": "+49 30 555 0100",
    }
    return Organization.objects.create(**(profile | fields))


def a_delivered_asset(
    *,
    code: str = CODE,
    account_name: str = "Northwind GmbH",
    recipient_email: str = "mia@north.example",
) -> Asset:
    """Return an asset whose coupon is connected, with all that stands before it."""
    number = next(_numbers)
    account = Account.objects.create(
        number=f"A-{number:05d}", name=account_name, created_at=NOON
    )
    order = _an_executed_order(account, number, recipient_email=recipient_email)
    item = order.items.get()
    assert item.execution is not None
    return Asset.objects.create(
        number=f"AS-{number:06d}",
        name="Move to the cloud",
        account=account,
        linked_account=account,
        order_item=item,
        execution=item.execution,
        product=item.product,
        application=item.product.product_type.application,
        sync_status=SyncStatus.SYNCHRONIZED,
        product_type_name=item.product.product_type.name,
        external_product_id=item.product.external_id,
        quantity=item.quantity,
        expire_days=365,
        validity_days=180,
        purchase_date=TODAY,
        start_date=TODAY,
        made_at=NOON,
        expires_at=NOON + timedelta(days=365),
        **coupon_columns(code),
    )


def coupon_columns(code: str) -> dict[str, str]:
    """Return what an asset stores of a coupon code."""
    return {
        "coupon_sealed": seal(code),
        "coupon_hash": fingerprint(code),
        "coupon_mask": mask(code),
    }


def a_message(*, asset: Asset | None = None) -> Message:
    """Return a welcome mail that waits for a worker."""
    message = write_welcome(
        asset=asset or a_delivered_asset(), actor="worker", now=NOON
    )
    assert message is not None
    return message


def _an_executed_order(account: Account, number: int, *, recipient_email: str) -> Order:
    mia = Contact.objects.create(
        account=account,
        first_name="Mia",
        last_name="Berger",
        email="mia@north.example",
        is_billing_contact=True,
    )
    order = Order.objects.create(
        number=f"O-{number:06d}",
        account=account,
        bill_to=account,
        state=OrderState.EXECUTED,
        currency="EUR",
        po_code="PO-7",
        recipient=mia,
        recipient_email=recipient_email,
        created_at=NOON,
        created_by="dan@contoso.example",
        submitted_at=NOON,
    )
    product = _a_product()
    order.items.create(
        product=product,
        product_name=product.name,
        quantity=10,
        currency="EUR",
        unit_price=Decimal("9.90"),
        unit_cost=Decimal("7.00"),
        tax_name="VAT",
        tax_percent=Decimal(19),
        state=ItemState.EXECUTED,
        execution=Execution.objects.create(
            order=order,
            actor="dan@contoso.example",
            at=NOON,
            start_date=TODAY,
            invoice_option=InvoiceOption.ISSUE,
        ),
    )
    return order


def _a_product() -> Product:
    application, _ = Application.objects.get_or_create(
        name="BitTitan", defaults={"connector": "bittitan", "is_active": True}
    )
    ServiceManagerSetup.objects.get_or_create(
        application=application,
        defaults={
            "address": "http://127.0.0.1:1",
            "values": {
                "address": "http://127.0.0.1:1",
                "workgroup": "north",
                "portal_url": PORTAL,
            },
            "secrets_sealed": seal('{"api_key": "only-for-tests"}'),
        },
    )
    kind, _ = ProductType.objects.get_or_create(
        application=application, external_id="mailbox", name="BitTitan Mailbox License"
    )
    return Product.objects.get_or_create(
        code="BT-MBX",
        defaults={
            "name": "Mailbox Migration",
            "product_type": kind,
            "external_id": "MBX-1",
            "is_published": True,
        },
    )[0]
