"""Markdown: source kept, front matter taken off, headings as CommonMark has them."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from index.documents import Document, Metadata
from index.formats.markdown import headings_in

One = Callable[[str, bytes], Document]


def test_front_matter_goes_into_the_metadata_and_the_rest_is_kept_word_for_word(one: One) -> None:
    body = "# Mooring\n\n**Moor** at the [quay](quay.md).\n\n| Length | Dues |\n|---|---|\n| 10 m | 340 |\n"
    fields = (
        'title: "Rules: all"\nauthors: [Ada Holm, {name: Teo Larrick}]\nsource: Quay Press\ndate: 2031-03-14\nlang: en'
    )
    head = f"---\n{fields}\n---\n\n"
    document = one("rules.md", (head + body).encode())
    assert document.text == body
    assert document.title == "Rules: all"
    assert document.metadata == Metadata("Ada Holm, Teo Larrick", "Quay Press", "2031-03-14", "en")


@pytest.mark.parametrize(
    "text",
    [
        "---\ntitle: [unclosed\n---\nText.\n",
        "---\n- a list\n---\nText.\n",
        "---\ntitle: never closed\n\nText.\n",
        "---\ndate: 2033-99-99\n---\nText.\n",
        "---\njust words\n---\nText.\n",
        "---\n&a [*a, *a\n---\nText.\n",
    ],
)
def test_front_matter_that_cannot_be_understood_is_text(one: One, text: str) -> None:
    assert one("broken.md", text.encode()).text == text


def test_front_matter_takes_names_and_nothing_nested_deeper(one: One) -> None:
    fields = "author: [Ada Holm, [Teo, [Larrick]], {name: [Nadia]}, {name: Nadia Forsk}, 7]\npublisher: [[Quay]]"
    assert one("names.md", f"---\n{fields}\n---\nText.\n".encode()).metadata == Metadata("Ada Holm, Nadia Forsk, 7")
    repeated = "---\nauthor: &who Ada Holm\npublisher: *who\n---\nText.\n"
    assert one("again.md", repeated.encode()).metadata == Metadata("Ada Holm", "Ada Holm")


@pytest.mark.parametrize("inside", ["[{}]", "{{<<: [{}]}}"])
def test_front_matter_that_grows_when_it_is_read_is_text(one: One, inside: str) -> None:
    seed = "[x]" if inside.startswith("[") else "{k: v}"
    lines = [f"a0: &a0 {seed}"]
    lines += [f"a{n}: &a{n} {inside.format(', '.join([f'*a{n - 1}'] * 9))}" for n in range(1, 9)]
    text = "---\n" + "\n".join(lines) + "\nauthor: *a8\n---\nText.\n"
    begun = time.process_time()
    document = one("bomb.md", text.encode())
    assert time.process_time() - begun < 1
    assert (document.text, document.metadata) == (text, Metadata())


def test_front_matter_is_data_and_never_code(one: One) -> None:
    text = "---\ntitle: !!python/object/apply:os.system ['touch /tmp/footnote-pwned']\n---\nText.\n"
    assert one("evil.md", text.encode()).text == text


def test_headings_outside_code() -> None:
    text = (
        "# One #\n\nTwo\n===\n\nThree\n---\n\n```sh\n# no\n```\n\n~~~\n# no\n```\n# no\n~~~\n    # no\n#no\n"
        "- item\n---\n\nlong prose\nof several\nlines\n---\n\n**Strong**\n---\n\n"
        "## **Bold** `code` [link](x)\n\n> # no\n####### no\n"
    )
    found = headings_in(text)
    assert [(heading.level, heading.text) for heading in found] == [
        (1, "One"),
        (1, "Two"),
        (2, "Three"),
        (2, "Strong"),
        (2, "Bold code link"),
    ]
    for heading in found:
        line = text[heading.start :].partition("\n")[0]
        assert heading.text.split()[0] in line


def test_the_title_is_the_first_heading_and_a_lone_subtitle_belongs_to_it(one: One) -> None:
    assert one("a.md", b"Intro.\n\n# Dues\n\n## Boats\n\nText.\n\n## Ships\n").title == "Dues"
    assert (
        one("b.md", b"# Invitation 118\n## A new bridge\n\nText.\n\n### Works\n").title
        == "Invitation 118: A new bridge"
    )
    statement = one("c.md", b"# Ministry of Tides\n\n## Statement 14\n\nSelmeth, 16 March 2031\n\nText.\n")
    assert (statement.title, statement.metadata.publisher) == ("Statement 14", "Ministry of Tides")
    assert one("harbour_dues-2031.md", b"Only a sentence, without any heading at all.\n").title == "Harbour dues 2031"
