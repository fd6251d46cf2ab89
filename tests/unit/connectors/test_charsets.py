"""Bytes without a charset, with a wrong one, and encoded words as mailers break them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.formats.charsets import guess_text
from connectors.formats.mime import read_message
from connectors.formats.words import clean, decode_words


@pytest.mark.parametrize(
    ("charset", "text"),
    [
        ("utf-8", "Café – ünï"),
        ("cp1252", "Café – déjà vu à Genève"),
        ("cp1252", "São João, reunião às três"),
        ("koi8-r", "Привет, как дела"),
        ("cp1251", "Встреча в пятницу"),
        ("gb18030", "你好，我们明天见面吧"),
        ("big5", "您好，明天下午見面好嗎"),
        ("cp949", "안녕하세요 내일 만나요"),
        ("cp932", "明日の会議について"),
        ("euc_jp", "明日の会議について"),
        ("iso-2022-jp", "こんにちは"),
    ],
)
@pytest.mark.parametrize("declared", ["", "us-ascii", "utf-8", "x-unknown", "the right one"])
def test_a_charset_by_its_look(charset: str, text: str, declared: str) -> None:
    """What is declared wrongly or not at all is known by its bytes."""
    told = charset if declared == "the right one" else declared
    assert guess_text(text.encode(charset), told) == text


@pytest.mark.parametrize(
    ("data", "declared", "expected"),
    [
        ("Grüße".encode(), "iso-8859-1", "Grüße"),  # the most frequent lie
        (b"\x80 5", "iso-8859-1", "€ 5"),
        ("Zażółć".encode("iso-8859-2"), "iso-8859-2", "Zażółć"),
        ("déjà".encode()[:-1], "utf-8", "déj"),  # cut off in the middle of a character
        ("Жизнь".encode("koi8-r"), "KOI8-R", "Жизнь"),
        (b"+AOk-", "utf-7", "é"),
        (b"abc", "hex", "abc"),  # codecs that are no charsets
        (b"abc-", "punycode", "abc-"),
        (b"abc", "no such charset", "abc"),
        (b"\xe9t\xe9", "idna", "été"),
        (b"", "utf-16", ""),
    ],
)
def test_declared_charsets(data: bytes, declared: str, expected: str) -> None:
    """A declaration is believed where it fits; what is no charset is none."""
    assert guess_text(data, declared) == expected


@given(st.binary(max_size=200), st.one_of(st.text(max_size=20), st.sampled_from(("utf-16", "hz"))))
def test_any_bytes_in_any_charset(data: bytes, declared: str) -> None:
    """There is always a text."""
    guess_text(data, declared)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("=?utf-8?q?are you coming=3F?=", "are you coming?"),
        ("=?utf-8?q?are_you_coming??=", "are you coming?"),
        ("=?UTF-8?Q?a?==?UTF-8?Q?b?=", "ab"),
        ("=?utf-8?q?a?=   =?utf-8?q?b?=", "ab"),
        ("=?utf-8?q?a?= and =?utf-8?q?b?=", "a and b"),
        ("=?utf-8?q?=C3?= =?utf-8?q?=A9?=", "é"),
        ("=?utf-8?b?w4l?= =?utf-8?b?saXNl?=", "Élise"),  # cut inside four letters
        ("=?utf-8?b?w4ls aXNl?=", "Élise"),
        ("=?utf-8?b?w4lsaXNl", "Élise"),  # cut off with its header
        ("=?iso-8859-1?q?=C3=A9t=C3=A9?=", "été"),
        ("=?gb2312?b?xOO6ww==?=", "你好"),
        ("=?us-ascii*en?q?x?=", "x"),
        ("=?utf-8?x?abc?=", "=?utf-8?x?abc?="),
        ("a =?b", "a =?b"),
        ("=?=?=?", "=?=?=?"),
    ],
)
def test_encoded_words(written: str, expected: str) -> None:
    """RFC 2047, and what mailers make of it."""
    assert clean(decode_words(written)) == expected


def test_raw_bytes_are_in_the_charset_of_the_body() -> None:
    """A header that is no UTF-8 was typed in the same program as the text below it."""
    head = (
        "Date: Mon, 2 Mar 2026 09:00:00 +0000\nFrom: Zoë <a@example.org>\nSubject: Zażółć gęślą\n"
    )
    kind = b'Content-Type: text/plain;\n\tformat=flowed; charset="iso-8859-2"\n\n'
    message = read_message(head.encode("iso-8859-2") + kind)
    assert message.subject == "Zażółć gęślą"
    assert message.from_[0].name == "Zoë"


def test_a_header_in_several_charsets() -> None:
    """Each line by itself: gateways add their own."""
    head = b"Date: Mon, 2 Mar 2026 09:00:00 +0000\nFrom: Zo\xeb <a@example.org>\nSubject: "
    message = read_message(head + "Привет, друзья".encode() + b"\n\n")
    assert (message.from_[0].name, message.subject) == ("Zoë", "Привет, друзья")
