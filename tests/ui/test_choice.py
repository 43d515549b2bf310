"""Which documents are listed and asked: of any number of them, exactly those that a person chose."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.documents import Metadata
from index.errors import FootnoteError
from ui.choice import Filter, Scope
from ui.rail import Listed

ANY = {"words": "", "type": "", "since": "", "until": ""}
paths = st.frozensets(st.sampled_from("abcdefgh"))


@given(indexed=paths, but=paths)
def test_a_document_is_asked_with_everything_or_because_it_is_named(
    indexed: frozenset[str], but: frozenset[str]
) -> None:
    assert set(Scope(everything=True, but=but).within(indexed)) == indexed - but
    assert set(Scope(everything=False, but=but).within(indexed)) == indexed & but
    assert set(Scope(True, but).gone(indexed)) == but - indexed


@pytest.mark.parametrize(
    ("chosen", "fits"),
    [
        ({}, True),
        ({"words": "HARBOUR"}, True),
        ({"words": "fees of"}, True),
        ({"words": "lighthouse"}, False),
        ({"type": "MD"}, True),
        ({"type": "PDF"}, False),
        ({"since": "2033", "until": "2033"}, True),
        ({"since": "2033-06"}, False),
        ({"until": "2032"}, False),
        ({"words": "harbour", "type": "PDF"}, False),
    ],
)
def test_a_filter_asks_for_everything_it_names(chosen: dict[str, str], fits: bool) -> None:
    moorings = Listed(
        "harbour/moorings.md", "harbour/moorings.md", "Fees of 2033", metadata=Metadata(date="2033-05-01")
    )
    assert Filter.of(ANY | chosen).fits(moorings) is fits


def test_what_has_no_date_is_of_no_year() -> None:
    undated = Listed("a.txt", "a.txt", "A")
    assert Filter().fits(undated)
    assert not Filter(since="2000").fits(undated) and not Filter(until="2050").fits(undated)


@pytest.mark.parametrize(
    "given", [None, [], {}, {"everything": True}, {"everything": 1, "but": []}, ANY | {"words": 1}]
)
def test_anything_else_is_refused(given: Any) -> None:
    with pytest.raises(FootnoteError, match="Reload the page"):
        Scope.of(given)
    with pytest.raises(FootnoteError, match="Reload the page"):
        Filter.of(given)


def test_a_scope_travels_as_it_was_meant() -> None:
    assert Scope.of({"everything": False, "but": ["a", "b"]}) == Scope(False, frozenset("ab"))
    with pytest.raises(FootnoteError):
        Scope.of({"everything": True, "but": [1]})
