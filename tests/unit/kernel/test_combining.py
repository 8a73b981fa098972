"""One transaction for what many threads write at once; nobody spoils another's."""

import threading
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from purveyor.kernel.work.combining import Combined, _Entry

WAIT_SECONDS = 20


class Ending(BaseException):
    """What ends a thread; no handler of ours may catch it."""


class Book:
    """A function of a list that keeps what it was given, and waits when told to."""

    def __init__(self) -> None:
        self.lists: list[list[Any]] = []
        self.goes_on = threading.Event()
        self.goes_on.set()
        self.bad: set[Any] = set()
        self.deadly: set[Any] = set()

    def __call__(self, items: list[Any]) -> Sequence[Any]:
        self.lists.append(list(items))
        assert self.goes_on.wait(WAIT_SECONDS)
        if self.deadly & set(items):
            raise Ending
        if self.bad & set(items):
            message = f"bad: {sorted(self.bad & set(items))}"
            raise ValueError(message)
        return [("written", item) for item in items]


class Crowd:
    """Threads that each bring one item, and what they were told."""

    def __init__(self, write: Callable[[Any], Any]) -> None:
        self.write = write
        self.threads: list[threading.Thread] = []
        self.results: dict[Any, Any] = {}

    def brings(self, *items: Any) -> None:
        for item in items:
            thread = threading.Thread(target=self._bring, args=(item,))
            self.threads.append(thread)
            thread.start()

    def _bring(self, item: Any) -> None:
        try:
            self.results[item] = self.write(item)
        except BaseException as error:  # noqa: BLE001  # what a thread got is the point
            self.results[item] = error

    def is_told(self) -> None:
        for thread in self.threads:
            thread.join(WAIT_SECONDS)
            assert not thread.is_alive()


@pytest.fixture
def book() -> Book:
    return Book()


def gathered(combined: Combined[Any, Any], count: int) -> None:
    """Wait until so many items have gathered."""
    pause = threading.Event()
    for _try in range(WAIT_SECONDS * 200):
        if len(combined._gathered) >= count:
            return
        pause.wait(0.005)
    pytest.fail("They did not gather.")


def busy(book: Book, crowd: Crowd, combined: Combined[Any, Any], count: int) -> None:
    """Keep every list that may be written at once busy, and let others gather."""
    book.goes_on.clear()
    crowd.brings(*(f"first {n}" for n in range(BUSY)))
    wait_for_lists(book)
    crowd.brings(*range(count))
    gathered(combined, count)


BUSY = 8  # more than are written at once


def wait_for_lists(book: Book) -> None:
    pause, seen = threading.Event(), -1
    while len(book.lists) != seen or not book.lists:
        seen = len(book.lists)
        pause.wait(0.05)


def test_a_lone_item_is_written_at_once(book: Book) -> None:
    assert Combined(book)("a") == ("written", "a")
    assert book.lists == [["a"]]


def test_everybody_gets_the_result_of_his_own_item(book: Book) -> None:
    combined = Combined(book)
    crowd = Crowd(combined)
    busy(book, crowd, combined, 40)
    book.goes_on.set()
    crowd.is_told()

    for item in range(40):
        assert crowd.results[item] == ("written", item)
    written = [item for items in book.lists for item in items]
    assert len(written) == len(set(written)) == 40 + BUSY
    assert len(book.lists) < len(written) / 2


def test_no_list_is_longer_than_it_may_be(book: Book) -> None:
    combined = Combined(book, most=7)
    crowd = Crowd(combined)
    busy(book, crowd, combined, 30)
    book.goes_on.set()
    crowd.is_told()

    assert max(len(items) for items in book.lists) == 7
    assert len(crowd.results) == 30 + BUSY


def test_items_keep_the_order_in_which_they_came(book: Book) -> None:
    combined = Combined(book)
    crowd = Crowd(combined)
    book.goes_on.clear()
    crowd.brings(*(f"first {n}" for n in range(BUSY)))
    wait_for_lists(book)
    before = len(combined._gathered)
    for item in range(10):
        crowd.brings(item)
        gathered(combined, before + item + 1)
    book.goes_on.set()
    crowd.is_told()

    numbers = [each for items in book.lists for each in items if isinstance(each, int)]
    assert sorted(numbers) == list(range(10))
    for items in book.lists:
        own = [each for each in items if isinstance(each, int)]
        assert own == sorted(own)


def test_one_bad_item_spoils_no_other(book: Book) -> None:
    combined = Combined(book)
    crowd = Crowd(combined)
    book.bad = {3, 7}
    busy(book, crowd, combined, 12)
    book.goes_on.set()
    crowd.is_told()

    for item in range(12):
        if item in book.bad:
            assert isinstance(crowd.results[item], ValueError)
            assert str(item) in str(crowd.results[item])
        else:
            assert crowd.results[item] == ("written", item)


def test_a_function_that_forgets_a_result_is_a_fault_of_everybody_alone() -> None:
    combined: Combined[int, int] = Combined(lambda items: items[:-1])

    with pytest.raises(ValueError, match="shorter"):
        combined(1)


def test_a_thread_that_is_ended_loses_nobodys_item(book: Book) -> None:
    combined = Combined(book)
    crowd = Crowd(combined)
    book.deadly = {"first 0"}
    busy(book, crowd, combined, 6)
    book.goes_on.set()
    crowd.is_told()

    assert isinstance(crowd.results["first 0"], Ending)
    for item in range(6):
        assert crowd.results[item] == ("written", item)


def test_the_item_of_a_thread_that_was_ended_is_never_written_later(
    book: Book,
) -> None:
    """Its caller was told that it ended: nobody may do it behind his back."""
    combined = Combined(book, most=1)
    combined._gathered.append(_Entry("theirs"))  # of a thread that waits for its turn
    book.deadly = {"theirs"}

    with pytest.raises(Ending):
        combined("mine")

    book.deadly = set()
    assert combined("next") == ("written", "next")
    assert ["mine"] not in book.lists


def test_after_an_end_the_next_item_is_written(book: Book) -> None:
    combined = Combined(book)
    book.deadly = {"a"}
    with pytest.raises(Ending):
        combined("a")
    book.deadly = set()

    assert combined("b") == ("written", "b")
    assert book.lists == [["a"], ["b"]]
