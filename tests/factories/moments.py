"""Time stands still at noon on 15 January 2030 unless a test moves it."""

from datetime import UTC, date, datetime

NOON = datetime(2030, 1, 15, 12, tzinfo=UTC)
TODAY = date(2030, 1, 15)
DAN = "dan@distributor.example"  # staff
