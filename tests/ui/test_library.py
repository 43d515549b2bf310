"""The assistant behind the page: nobody waits in vain, and what went wrong is told only while it is so."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from index.errors import DocumentsError, FootnoteError
from index.location import locate
from index.writing import write_lock
from qa.settings import Settings
from tests.ui.conftest import wait_for
from ui.library import Library


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    documents = tmp_path / "documents"
    documents.mkdir()
    (documents / "ferry.txt").write_text("The ferry Astrid was built in 1987.\n")
    return Settings(documents, tmp_path / "store")


@pytest.fixture
def library(settings: Settings) -> Iterator[Library]:
    with closing(Library(settings)) as opened:
        yield opened


def test_while_the_index_is_opened_nothing_holds_up_the_page_or_the_end(settings: Settings) -> None:
    with ThreadPoolExecutor(2) as pool:
        with write_lock(locate(settings.location).folder):  # as another program that writes to the index
            library = Library(settings)
            wait_for(lambda: library.activity is not None and "another process" in library.activity.words)
            with pytest.raises(FootnoteError, match="still being opened"):
                library.document("ferry.txt")
            waiting = pool.submit(library.assistant)
            pool.submit(library.close).result(10)
            with pytest.raises(FootnoteError, match="being stopped"):
                waiting.result(10)
            assert library.opened is None
        # The opening, which can only now go on, ends too, and leaves nothing open.
        wait_for(lambda: library.activity is None)
        assert library.opened is None
        library.update()
        wait_for(lambda: library.activity is None)
        assert library.opened is None


def test_a_failed_update_ends_and_is_told_until_one_succeeds(library: Library) -> None:
    library.assistant()
    wait_for(lambda: library.activity is None)
    folder = library.settings.folder
    moved = folder.rename(folder.with_name("elsewhere"))
    with pytest.raises(DocumentsError):
        library.update_now()
    assert library.activity is None
    library.update()
    wait_for(lambda: library.activity is None)
    assert "does not exist" in library.problem
    moved.rename(folder)
    library.update_now()
    assert library.problem == ""


def test_what_is_asked_for_during_an_update_is_done_after_it(library: Library) -> None:
    library.assistant()
    wait_for(lambda: library.activity is None)
    with write_lock(locate(library.settings.location).folder):
        library.update()
        (library.settings.folder / "quay.txt").write_text("The quay is 90 metres long.\n")
        for _ in range(3):
            library.update()
    wait_for(lambda: library.activity is None)
    assert {file.path for file in library.files()} == {"ferry.txt", "quay.txt"}
