"""Settings of which some are secret: the plain ones as they are, the others sealed."""

import json
from collections.abc import Mapping

from purveyor.domain.provisioning.contract import SettingsField
from purveyor.kernel.sealed import open_sealed, seal


def seal_values(
    values: Mapping[str, str], fields: tuple[SettingsField, ...]
) -> tuple[dict[str, str], str]:
    """Return the plain values, and the secret ones sealed together."""
    secret_names = {field.name for field in fields if field.is_secret}
    plain = {name: v for name, v in values.items() if name not in secret_names}
    secret = {name: v for name, v in values.items() if name in secret_names}
    return plain, seal(json.dumps(secret))


def open_values(plain: Mapping[str, str], sealed: str) -> dict[str, str]:
    """Return all values in clear."""
    secret = json.loads(open_sealed(sealed).reveal()) if sealed else {}
    return {**plain, **secret}
