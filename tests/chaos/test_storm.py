"""The storm in short: every fault at once, and workers that are killed at random."""

import pytest

from tests.chaos.storm import Storm
from tests.chaos.weather import ALL, weather_of
from tests.support.stand_in import StandIn
from tests.support.workers import Crew

SEED = 20300115
ORDERS = 60


@pytest.mark.chaos
@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_sixty_orders_come_through_every_fault_at_once(
    vendor: StandIn, crew: Crew
) -> None:
    storm = Storm(weather_of(ALL, seed=SEED), vendor, crew, seed=SEED)

    outcome = storm.rages(orders=ORDERS, say=lambda _line: None)

    assert outcome.wrong == ()
    assert outcome.coupons == ORDERS
    assert outcome.kills > 0
