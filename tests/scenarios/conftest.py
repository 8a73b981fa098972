"""A shop that has opened, in front of a vendor over real HTTP and real SMTP."""

from collections.abc import Iterator
from typing import Any

import pytest
import time_machine

from tests.scenarios.shop import Shop
from tests.support.stand_in import StandIn, a_stand_in


@pytest.fixture(scope="session")
def stand_in(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StandIn]:
    with a_stand_in(tmp_path_factory.mktemp("bittitan")) as running:
        yield running


@pytest.fixture
def shop(
    stand_in: StandIn,
    settings: Any,
    still_clock: time_machine.Traveller,
    db: None,
) -> Shop:
    stand_in.reset()
    settings.MAILERS = {
        "default": {
            "BACKEND": "django.core.mail.backends.smtp.EmailBackend",
            "OPTIONS": {"host": "127.0.0.1", "port": stand_in.smtp_port, "timeout": 5},
        }
    }
    shop = Shop(stand_in, still_clock)
    shop.opens()
    return shop
