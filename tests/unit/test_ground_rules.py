"""What every test may rely on: nobody leaves the machine, and time stands still."""

import socket
from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from purveyor.kernel import clock
from tests.conftest import RoadClosed


@pytest.mark.parametrize("host", ["192.0.2.1", "vendor.example", "2001:db8::1"])
def test_no_road_leads_to_another_machine(host: str) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as road, pytest.raises(RoadClosed):
        road.connect((host, 80))


def test_a_server_on_this_machine_is_reached() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = server.getsockname()

        with socket.create_connection(address) as road:
            assert road.getpeername() == address


def test_it_is_noon_on_15_january_2030(now: datetime) -> None:
    assert now == clock.now() == datetime(2030, 1, 15, 12, tzinfo=UTC)


def test_a_test_moves_the_time(
    now: datetime, still_clock: time_machine.Traveller
) -> None:
    still_clock.shift(timedelta(minutes=10))

    assert clock.now() == now + timedelta(minutes=10)
