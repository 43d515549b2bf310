"""The left pane: what is listed is told truly, however much there is."""

from __future__ import annotations

from ui.rail import Listed, documents_html


def document(path: str, state: str = "indexed") -> Listed:
    return Listed(path, path, f"Title of {path}", state, "" if state == "indexed" else "it is damaged")


def test_of_very_many_documents_those_not_listed_are_counted() -> None:
    many = [document(f"{number:05}.txt", "failed" if number >= 2500 else "indexed") for number in range(3000)]
    page = documents_html(many, many, removable=True)
    assert "1,000 more are not listed" in page
    assert "Title of 01999.txt" in page and "Title of 02000.txt" not in page
    found = documents_html([document("02000.txt")], many, removable=True)
    assert "Title of 02000.txt" in found and "not listed" not in found


def test_a_folders_box_ticks_all_of_the_folder() -> None:
    folder = [document(f"deep/{number}.txt") for number in range(3)]
    others = [document("other/1.txt")]
    assert documents_html([*folder, *others], [*folder, *others], removable=False).count('data-ticks="folder"') == 2
    filtered = documents_html([folder[0], *others], [*folder, *others], removable=False)
    assert 'aria-label="Ask the folder other"' in filtered and "Ask the folder deep" not in filtered


def test_a_list_that_is_empty_says_why() -> None:
    assert "No documents yet" in documents_html([], [], removable=True)
    assert "No document fits" in documents_html([], [document("a.txt")], removable=True)
