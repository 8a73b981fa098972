"""What the stand-in can and sells: features, balance, retired products."""

from types import MappingProxyType

from sandbox.bittitan.database import Settings

FEATURES = MappingProxyType(
    {
        "lookup_by_reference": "coupons can be looked up by reference (else 400)",
        "lookup_finds_spent": "that look-up also finds spent coupons",
        "unique_reference": "a second POST with the same reference is refused with 409",
        "idempotency_key": "the same Idempotency-Key gets the first answer again",
        "lists_spent": "spent coupons stay in the listing and under their code",
    }
)
ON_AT_FIRST = frozenset({"lookup_by_reference", "lookup_finds_spent"})
PRODUCTS = MappingProxyType(
    {
        "BT-MAILBOX": (
            "BitTitan Mailbox License",
            "Moves one mailbox.",
        ),
        "BT-UMB": (
            "BitTitan User Migration Bundle",
            "Moves one user: mailbox, documents and personal archives.",
        ),
    }
)


class Switches:
    """Switches that a test or a person can turn while the stand-in runs."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self.load()

    def load(self) -> None:
        """Read the switches from the file."""
        stored = self._settings.get("features", default={})
        turned = stored if isinstance(stored, dict) else {}
        self._features = {
            name: bool(turned.get(name, name in ON_AT_FIRST)) for name in FEATURES
        }
        retired = self._settings.get("retired", default=[])
        self._retired = (
            {str(p) for p in retired} if isinstance(retired, list) else set()
        )

    def features(self) -> dict[str, bool]:
        """Return every feature and whether it is on."""
        return dict(self._features)

    def has(self, feature: str) -> bool:
        """Return whether a feature is on."""
        return self._features[feature]

    def turn(self, features: dict[str, bool]) -> None:
        """Turn features on or off."""
        self._features.update(features)
        self._settings.put("features", dict(self._features))

    def balance(self) -> int | None:
        """Return how many licenses can still be bought; None means any number."""
        balance = self._settings.get("balance", default=None)
        return balance if isinstance(balance, int) else None

    def set_balance(self, licenses: int | None) -> None:
        """Say how many licenses can still be bought."""
        self._settings.put("balance", licenses)

    def sells(self, product: str) -> bool:
        """Return whether a product is still sold."""
        return product in PRODUCTS and product not in self._retired

    def sell(self, products: dict[str, bool]) -> None:
        """Sell products or retire them."""
        for product, is_sold in products.items():
            (self._retired.discard if is_sold else self._retired.add)(product)
        self._settings.put("retired", list(self._retired))
