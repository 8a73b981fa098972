"""Typed readers of the environment. A wrong value stops the start, and says why."""

import os
from collections.abc import Collection
from math import inf
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

PREFIX = "PURVEYOR_"


def text(name: str, default: str | None = None) -> str:
    """Return a setting as it is written."""
    value = os.environ.get(f"{PREFIX}{name}", default)
    if value is None:
        message = f"{PREFIX}{name} is not set. See docs/reference/settings.md."
        raise ImproperlyConfigured(message)
    return value


def flag(name: str, *, default: bool) -> bool:
    """Return an on/off setting, written as `on` or `off` and nothing else."""
    value = text(name, "on" if default else "off")
    if value not in {"on", "off"}:
        message = f"{PREFIX}{name} is {value!r}; write `on` or `off`."
        raise ImproperlyConfigured(message)
    return value == "on"


def one_of(name: str, choices: Collection[str], *, default: str) -> str:
    """Return a setting that is one of some words."""
    value = text(name, default)
    if value not in choices:
        known = ", ".join(f"`{each}`" for each in choices)
        message = f"{PREFIX}{name} is {value!r}; write one of {known}."
        raise ImproperlyConfigured(message)
    return value


def number(name: str, *, default: float, least: float, most: float) -> float:
    """Return a number within bounds."""
    value = text(name, str(default))
    try:
        amount = float(value)
    except ValueError as error:
        message = f"{PREFIX}{name} is {value!r}; write a number."
        raise ImproperlyConfigured(message) from error
    if not least <= amount <= most:
        message = f"{PREFIX}{name} is {value}; it must be from {least} to {most}."
        raise ImproperlyConfigured(message)
    return amount


def numbers(name: str, *, default: str) -> tuple[float, ...]:
    """Return a list of numbers above nought, separated by commas."""
    value = text(name, default)
    try:
        amounts = tuple(float(part) for part in value.split(","))
    except ValueError as error:
        message = f"{PREFIX}{name} is {value!r}; write numbers separated by commas."
        raise ImproperlyConfigured(message) from error
    if not all(0 < amount < inf for amount in amounts):
        message = f"{PREFIX}{name} is {value!r}; every number must be above nought."
        raise ImproperlyConfigured(message)
    return amounts


def words(name: str, *, default: str = "") -> list[str]:
    """Return a list of words separated by commas."""
    return [word.strip() for word in text(name, default).split(",") if word.strip()]


def secret(name: str, default: str | None = None) -> str:
    """Return a secret, from the file named by NAME_FILE or from the variable itself."""
    path = os.environ.get(f"{PREFIX}{name}_FILE")
    if path is None:
        return text(name, default)
    try:
        return Path(path).read_text().strip()
    except OSError as error:
        message = f"{PREFIX}{name}_FILE cannot be read: {error.strerror}."
        raise ImproperlyConfigured(message) from error


def strong(name: str, value: str, *, length: int = 40, kinds: int = 10) -> str:
    """Return a secret if nobody will guess it."""
    if len(value) < length or len(set(value)) < kinds:
        message = f"{PREFIX}{name} is weak: use at least {length} random characters."
        raise ImproperlyConfigured(message)
    return value
