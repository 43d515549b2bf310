from __future__ import annotations

from index.documents import Span
from training.ablation import COLUMNS, grouped, stands, table


def test_words_of_one_document_stand_together_in_their_order():
    quoted = [("b.txt", Span(9, 12)), ("a.txt", Span(0, 4)), ("b.txt", Span(1, 5))]
    assert grouped(quoted) == [("b.txt", Span(1, 5)), ("b.txt", Span(9, 12)), ("a.txt", Span(0, 4))]


def test_evidence_is_found_whole_or_in_part_but_only_in_its_document():
    evidence = ("a.txt", "The port has nine berths. Three of them are free.")
    assert stands(evidence, [("a.txt", "Three of them are free.")])
    assert not stands(evidence, [("b.txt", "Three of them are free.")])
    assert not stands(evidence, [("a.txt", "Storms are common.")])


def test_the_table_leaves_a_measure_empty_that_no_row_has():
    refused = {"words": 4.0, "seconds": 0.1, "refused_right": 1.0}
    lines = table({"words": [refused], "fused": [refused | {"found": 0.5}, {"found": 1.0, "words": 8.0}]}).splitlines()
    assert all(line.count("|") == len(COLUMNS) + 2 for line in lines)
    assert lines[2] == "| words |  |  |  |  | 1.00 |  | 4 |"
    assert lines[3] == "| fused | 0.75 |  |  |  | 1.00 |  | 6 |"
