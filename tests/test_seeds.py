"""The default documents are what SOURCES.md and the editorial policy say, and the questions fit them."""

from __future__ import annotations

import html
import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import docx
import pypdfium2
import pytest
import yaml

import seeds
from seeds import FOLDER, _make

BRIEFS = sorted(FOLDER.glob("*-brief.md"), key=lambda path: path.name)
QUESTIONS: list[dict[str, Any]] = [
    json.loads(line) for line in (FOLDER.parent / "questions.jsonl").read_text(encoding="utf-8").splitlines()
]
ANSWERABLE = [question for question in QUESTIONS if question["answerable"]]


def parts(brief: Path) -> tuple[dict[str, Any], str]:
    start, front, body = brief.read_text(encoding="utf-8").split("---\n", 2)
    assert start == ""
    return yaml.safe_load(front), body


def pdf_text(path: Path) -> str:
    with pypdfium2.PdfDocument(path) as pdf:
        return " ".join(page.get_textpage().get_text_range() for page in pdf)


def docx_text(path: Path) -> str:
    document = docx.Document(str(path))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return " ".join([paragraph.text for paragraph in document.paragraphs] + cells)


def plain(path: Path) -> str:
    """A document's words with white space folded, as far as a quotation needs."""
    if path.suffix == ".pdf":
        text = pdf_text(path)
    elif path.suffix == ".docx":
        text = docx_text(path)
    else:
        text = path.read_text(encoding="utf-8")
        if path.suffix == ".html":
            text = html.unescape(re.sub(r"<[^>]+>", " ", text))
    return " ".join(text.split())


TEXTS = {path.name: plain(path) for path in FOLDER.iterdir()}


def test_the_folder_holds_eight_documents_and_nothing_else() -> None:
    assert seeds.__all__ == ["FOLDER"]
    assert Counter(path.suffix for path in FOLDER.iterdir()) == {".md": 5, ".pdf": 1, ".docx": 1, ".html": 1}
    assert len(BRIEFS) == 5


def test_every_document_is_accounted_for_in_the_sources() -> None:
    sources = (FOLDER.parent / "SOURCES.md").read_text(encoding="utf-8")
    assert [name for name in TEXTS if name not in sources] == []


@pytest.mark.parametrize("brief", BRIEFS, ids=lambda path: path.name)
def test_a_brief_states_where_its_facts_come_from(brief: Path) -> None:
    front, _ = parts(brief)
    assert set(front) - {"author"} == {"title", "publisher", "date", "language"}
    assert front["title"].endswith(" (brief)")
    assert front["language"] == "en"
    assert re.fullmatch(r"2023-06(-\d\d)?", str(front["date"]))
    assert all(str(value).strip() for value in front.values())


@pytest.mark.parametrize("brief", BRIEFS, ids=lambda path: path.name)
def test_a_brief_has_500_to_900_words_under_headings(brief: Path) -> None:
    _, body = parts(brief)
    assert 500 <= len(body.split()) <= 900
    assert body.lstrip().startswith("## ")
    assert len(re.findall(r"^## ", body, re.MULTILINE)) >= 4


@pytest.mark.parametrize("brief", BRIEFS, ids=lambda path: path.name)
def test_a_brief_quotes_speech_shortly(brief: Path) -> None:
    _, body = parts(brief)
    assert body.count('"') % 2 == 0
    assert [quote for quote in re.findall(r'"([^"]+)"', body) if len(quote.split()) > 7] == []


def test_the_questions_are_of_many_kinds_and_a_quarter_has_no_answer() -> None:
    assert len({question["id"] for question in QUESTIONS}) == len(QUESTIONS) >= 40
    assert len(ANSWERABLE) >= 30
    assert len(QUESTIONS) - len(ANSWERABLE) == 10
    assert len({question["type"] for question in ANSWERABLE}) >= 12
    asked = {evidence["doc"] for question in ANSWERABLE for evidence in question["evidence"]}
    assert asked == set(TEXTS)


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question["id"])
def test_evidence_stands_in_its_document_and_holds_the_key_facts(question: dict[str, Any]) -> None:
    evidence, must_include = question["evidence"], question["must_include"]
    assert bool(evidence) == bool(must_include) == bool(question["answers"]) == question["answerable"]
    for item in evidence:
        assert item["sentence"] in TEXTS[item["doc"]]
        if item["doc"].endswith(".md"):
            assert item["sentence"] in (FOLDER / item["doc"]).read_text(encoding="utf-8")
    proof = " ".join(item["sentence"] for item in evidence).casefold()
    for group in must_include:
        assert any(alternative.casefold() in proof for alternative in group), group


def test_made_documents_are_what_their_originals_say(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "0")  # so that what is set while writing is undone afterwards
    first, second = tmp_path / "first", tmp_path / "second"
    for folder in (first, second):
        folder.mkdir()
        _make.make(folder)
    made = sorted(path.name for path in first.iterdir())
    assert made == ["editorial-policy.docx", "footnote-guide.pdf"]
    for name in made:
        assert (first / name).read_bytes() == (second / name).read_bytes()
        assert plain(first / name) == TEXTS[name], f"{name} is out of date: run python -m seeds._make"


def test_the_guide_has_pages_and_the_policy_headings() -> None:
    with pypdfium2.PdfDocument(FOLDER / "footnote-guide.pdf") as guide:
        assert len(guide) == 4
        about = guide.get_metadata_dict()
    assert (about["Title"], about["Author"]) == ("Footnote user guide", "The Footnote project")
    policy = docx.Document(str(FOLDER / "editorial-policy.docx"))
    styles = Counter(paragraph.style.name for paragraph in policy.paragraphs if paragraph.style is not None)
    assert styles["Title"] == 1
    assert styles["Heading 1"] >= 5
    assert styles["Heading 2"] >= 5
    assert policy.core_properties.title == "Editorial policy for briefs"
