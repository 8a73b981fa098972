"""Every sentence of the product is there in each of its languages."""

import re

import pytest
from babel.messages.catalog import Message

from scripts.make_messages import (
    LANGUAGES,
    as_mo,
    as_po,
    in_step,
    left,
    mo_file,
    po_file,
    written,
)

#: What a translation must carry over: values, tags, and parts of templates.
PARTS = re.compile(
    r"%\(\w+\)[a-z]|%[sdg]|\{\{ ?\w+ ?\}\}|\{%%? ?[\w%()]+|\{\w*\}|</?[a-z]+"
)


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_sentence_is_left_without_a_translation(language) -> None:
    assert left(in_step(language)) == [], "run `make messages`, then translate"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_files_hold_the_sentences_of_the_product(language) -> None:
    expected = as_po(in_step(language))

    assert po_file(language).read_bytes() == expected, "run `make messages`"


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_the_product_reads_is_what_was_written(language) -> None:
    assert mo_file(language).read_bytes() == as_mo(written(language))


@pytest.mark.parametrize("language", LANGUAGES)
def test_translations_carry_the_values_of_their_sentences(language) -> None:
    different = [
        message.id
        for message in written(language)
        if message.id and not _carries_its_parts(message)
    ]

    assert different == []


def _carries_its_parts(message: Message) -> bool:
    sentences = message.id if isinstance(message.id, tuple) else (message.id,)
    words = message.string if isinstance(message.string, tuple) else (message.string,)
    return all(
        _parts(translated) == _parts(sentence)
        for sentence, translated in zip(sentences, words, strict=True)
    )


def _parts(text: object) -> list[str]:
    return sorted(set(PARTS.findall(str(text))))
