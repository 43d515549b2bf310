"""The page in a real browser: ask, read the source, and everything a person does besides."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from tests.ui.conftest import wait_for

Open = Callable[..., Page]
EVERYTHING = {"everything": True, "but": []}

pytestmark = pytest.mark.timeout(600)  # the first test starts the server and loads the models


def ask(page: Page, question: str, *, by_key: bool = True) -> Any:
    """Asks, and gives back the turn once it is finished."""
    before = page.locator("#thread .turn").count()
    page.fill("#question", question)
    if by_key:
        page.keyboard.press("Enter")
    else:
        page.click("#send")
    expect(page.locator("#thread .turn")).to_have_count(before + 1, timeout=30_000)
    expect(page.locator("#live .turn")).to_have_count(0)
    return page.locator("#thread .turn").last


@contextmanager
def held_back(page: Page, verb: str) -> Iterator[None]:
    """The page's next call of a verb reaches the server, and its reply the page, when the block ends."""
    held: list[Route] = []
    page.route(f"**/page_{verb}", lambda route: held.append(route), times=1)
    yield
    with page.expect_response(lambda response: response.request == held[0].request):
        held[0].continue_()


def marked(page: Page) -> str:
    """The text that is marked as the chosen passage, marks of Markdown included."""
    return str(page.evaluate("[...document.querySelectorAll('#source mark.chosen')].map(m => m.textContent).join('')"))


def quotes(served: Any) -> list[dict[str, Any]]:
    return list(served.kept()[0]["exchanges"][-1]["answer"]["citations"])


FACTS = {
    "harbour/moorings.md": "How much does a mooring at the north quay cost a year?",
    "ferry.txt": "When was the ferry Astrid built?",
    "lighthouse.html": "When was the lighthouse of Kell first lit?",
    "library.docx": "How many books may readers borrow at a time?",
    "tools.xlsx": "What is the price of a wheelbarrow in euros?",
    "guide.pdf": "How long is the longest path in the Orrin hills?",
}


@pytest.mark.parametrize("document", FACTS)
def test_a_citation_opens_its_source_at_the_quote(page: Page, ready: Any, document: str) -> None:
    turn = ask(page, FACTS[document])
    cited = [citation for citation in quotes(ready) if citation["document"] == document]
    assert cited, quotes(ready)
    turn.locator(f"button.cite[data-number='{cited[0]['number']}']").first.click()
    expect(page.locator("#source-title")).to_be_focused()
    assert marked(page) == cited[0]["quote"]
    if document.endswith(".pdf"):
        expect(page.locator("#source .sheet img")).to_be_visible()
        expect(page.locator("#source .sheet .box:not(.other)").first).to_be_in_viewport()
        page.click(".views [data-view=text]")
    expect(page.locator("#chosen")).to_be_in_viewport()


def test_a_marker_shows_its_source_when_pointed_at(page: Page) -> None:
    turn = ask(page, "When was the ferry Astrid built?")
    turn.locator("button.cite").first.hover()
    expect(page.locator("#card")).to_be_visible()
    expect(page.locator("#card")).to_contain_text("1987")
    page.mouse.move(5, 5)
    expect(page.locator("#card")).to_be_hidden()
    turn.locator("button.cite").first.hover()
    expect(page.locator("#card")).to_be_visible()
    page.locator("#question").evaluate("box => box.click()")  # a press anywhere takes it away
    expect(page.locator("#card")).to_be_hidden()


def test_what_the_documents_do_not_say_is_refused_with_the_closest_passages(page: Page) -> None:
    turn = ask(page, "Who won the chess world championship in 1972?", by_key=False)
    expect(turn.locator(".refusal .lead")).to_be_visible()
    turn.locator("button.near").first.click()
    expect(page.locator("#source-title")).to_be_focused()
    assert marked(page).strip()


def test_a_follow_up_shows_and_lets_change_what_was_searched_for(page: Page) -> None:
    ask(page, "When was the lighthouse of Kell first lit?")
    turn = ask(page, "Who was its keeper?")
    expect(turn.locator(".searched")).to_contain_text("lighthouse of Kell")
    turn.get_by_role("button", name="Change").click()
    assert "lighthouse" in page.input_value("#question")
    page.fill("#question", "Who kept a diary of the storms?")
    page.keyboard.press("Enter")
    expect(page.locator("#thread .turn")).to_have_count(2)
    expect(page.locator("#thread h2").last).to_have_text("Who kept a diary of the storms?")


def test_only_ticked_documents_answer(page: Page, ready: Any) -> None:
    page.locator("#tick-all").uncheck()
    page.locator("[data-path='library.docx'] .tick").check()
    expect(page.locator("#scope")).to_have_text(re.compile(r"1 of \d+ documents"))
    turn = ask(page, "When was the ferry Astrid built?")
    assert ready.kept()[0]["exchanges"][-1]["within"] == ["library.docx"]
    turn.get_by_role("button", name="Search all documents").click()
    expect(page.locator("#thread .turn .cite").first).to_be_visible()
    assert ready.kept()[0]["exchanges"][-1]["within"] is None


def test_documents_that_are_not_listed_are_asked_and_found_all_the_same(page: Page, ready: Any) -> None:
    indexed = ready.call("page_listed", {"words": "", "type": "", "since": "", "until": ""}, EVERYTHING)["indexed"]

    def only_one_row(route: Route) -> None:
        """As if there were too many documents to list more than one."""
        reply = route.fetch()
        values = reply.json()
        if not route.request.post_data_json["data"][0]["words"]:
            row = re.search(r'<li[^>]*data-path="ferry.txt".*?</li>', values["data"][0]["documents"])
            values["data"][0]["documents"] = f'<div class="folder" data-folder=""><ul>{row and row[0]}</ul></div>'
        route.fulfill(response=reply, json=values)

    page.route("**/page_listed", only_one_row)
    try:
        page.get_by_role("button", name="Filter the documents").click()
        page.select_option("#filter-type", "TXT")
        page.select_option("#filter-type", "")
        expect(page.locator("#documents .document")).to_have_count(1)
        page.locator("[data-path='ferry.txt'] .tick").uncheck()
        expect(page.locator("#scope")).to_have_text(f"{indexed - 1} of {indexed} documents")
        turn = ask(page, FACTS["lighthouse.html"])
        expect(turn.locator(".answer")).to_contain_text("1851")
        assert len(ready.kept()[0]["exchanges"][-1]["within"]) == indexed - 1
        page.fill("#filter-text", "library")
        expect(page.locator("#documents .document")).to_have_count(1)
        page.get_by_role("button", name="Ask only these").click()
        expect(page.locator("#scope")).to_have_text(f"1 of {indexed} documents")
    finally:
        page.unroute("**/page_listed")
        page.fill("#filter-text", "")
        page.get_by_role("button", name="Filter the documents").click()
    expect(page.locator("#documents .document")).not_to_have_count(1)
    expect(page.locator("#tick-all")).to_have_js_property("indeterminate", True)
    page.locator("#tick-all").click()
    expect(page.locator("#scope")).to_have_text(f"0 of {indexed} documents")


@pytest.mark.slow
def test_a_question_is_edited_asked_again_and_stopped(page: Page, ready: Any) -> None:
    ask(page, "When was the ferry Astrid built?")
    ask(page, "How many passengers does the ferry carry?")
    page.locator("#thread .turn").first.hover()
    page.locator("#thread [data-act=edit]").first.click()
    expect(page.locator("#editing")).to_be_visible()
    page.fill("#question", "Where was the ferry Astrid built?")
    page.keyboard.press("Enter")
    expect(page.locator("#thread .turn")).to_have_count(1)
    expect(page.locator("#thread h2")).to_have_text("Where was the ferry Astrid built?")
    page.locator("#thread [data-act=retry]").click()
    expect(page.locator("#stop")).to_be_visible()
    page.click("#stop")
    expect(page.locator("#thread")).to_contain_text("Stopped.")
    assert ready.kept()[0]["exchanges"][0]["state"] == "stopped"


@pytest.mark.slow
def test_a_reload_in_the_middle_of_an_answer_loses_nothing(page: Page) -> None:
    ask(page, "When was the ferry Astrid built?")
    page.fill("#question", "How many cars does the ferry carry?")
    page.keyboard.press("Enter")
    expect(page.locator("#live .turn")).to_be_visible()
    page.reload()
    expect(page.locator("#thread .turn")).to_have_count(2)
    expect(page.locator("#thread .turn").last).to_contain_text("nine cars")


def test_a_documents_key_sentences_stay_while_its_places_are_visited(page: Page) -> None:
    page.locator("[data-path='harbour/moorings.md'] [data-act=document]").click()
    sentence = page.locator("#overview .key [data-act=heading]").first
    said = sentence.inner_text()
    sentence.click()
    expect(page.locator("#source mark.chosen")).to_be_visible()
    expect(sentence).to_have_text(said)
    page.locator("[data-path='ferry.txt'] [data-act=document]").click()
    expect(page.locator("#source-title")).to_contain_text("ferry")
    expect(page.locator("#overview")).not_to_contain_text(said)


def test_a_late_reply_does_not_take_over_the_page(page: Page) -> None:
    ask(page, FACTS["ferry.txt"])
    new = page.get_by_role("button", name="New conversation")
    new.click()
    expect(page.locator("#thread .welcome")).to_be_visible()
    for verb, late in (("open", page.locator("#conversations .open").first), ("begin", page.locator("#send"))):
        page.fill("#question", FACTS["lighthouse.html"])
        with held_back(page, verb):
            late.click()
            with page.expect_response("**/page_open"):
                new.click()
            page.fill("#question", "A draft")
        page.wait_for_timeout(300)
        expect(page.locator("#thread .welcome")).to_be_visible()
        expect(page.locator("#title")).to_have_text("")
        expect(page.locator("#send")).to_be_visible()
        assert page.input_value("#question") == "A draft"
    # It was asked all the same, and is found in the list.
    expect(page.locator("#conversations .open").first).to_have_text(FACTS["lighthouse.html"])
    page.locator("#conversations .open").first.click()
    expect(page.locator("#thread .turn")).to_contain_text("1851", timeout=30_000)
    expect(page.locator("#live .turn")).to_have_count(0)


def test_an_answer_on_its_way_stays_in_its_conversation(page: Page, ready: Any) -> None:
    page.fill("#question", "What do the documents say about the ferry, the lighthouse, the library and the harbour?")
    with held_back(page, "open"):  # it may be over before anybody could look
        with page.expect_request("**/page_open"):
            page.keyboard.press("Enter")
        expect(page.locator("#live .turn")).to_be_visible()
        asked = page.evaluate("location.hash").removeprefix("#c=")
        page.get_by_role("button", name="New conversation").click()
        expect(page.locator("#thread .welcome")).to_be_visible()
    wait_for(lambda: not ready.call("page_open", asked)["running"])
    page.wait_for_timeout(300)
    expect(page.locator("#live .turn")).to_have_count(0)


def test_a_draft_outlives_asking_again_and_another_pages_question_is_followed(page: Page, ready: Any) -> None:
    ask(page, FACTS["ferry.txt"])
    page.fill("#question", "A draft")
    with held_back(page, "open"):
        with page.expect_request("**/page_open"):  # it is over, and the page asks for the answer
            page.locator("#thread [data-act=retry]").click()
        asked = page.evaluate("location.hash").removeprefix("#c=")
        usual = {"plain": False, "length": None, "passages": None}
        assert ready.call("page_begin", asked, FACTS["library.docx"], None, "", usual)["running"]
    expect(page.locator("#thread .turn")).to_have_count(2, timeout=30_000)
    expect(page.locator("#thread .turn").last).to_contain_text("seven")
    expect(page.locator("#live .turn")).to_have_count(0)
    assert page.input_value("#question") == "A draft"


def test_the_list_of_conversations_keeps_the_focus_and_what_is_searched_for(page: Page) -> None:
    for document in ("ferry.txt", "lighthouse.html"):
        page.get_by_role("button", name="New conversation").click()
        expect(page.locator("#thread .welcome")).to_be_visible()
        ask(page, FACTS[document])
    count = page.locator("#conversations .line").count()
    page.fill("#find", "Astrid built")
    expect(page.locator("#conversations .line")).not_to_have_count(count)
    expect(page.locator("#conversations")).not_to_contain_text("Kell")
    row = page.locator("#conversations .open").first
    row.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#thread h2")).to_have_text(FACTS["ferry.txt"])
    expect(row).to_have_attribute("aria-current", "page")
    expect(row).to_be_focused()
    expect(page.locator("#conversations")).not_to_contain_text("Kell")


def test_enter_in_the_rename_dialog_renames(page: Page, ready: Any) -> None:
    ask(page, FACTS["ferry.txt"])
    row = page.locator("#conversations .line").first
    row.hover()
    row.locator("[data-act=rename]").click()
    page.locator("#dialog input").fill("The old ferry")
    page.locator("#dialog input").press("Enter")
    expect(page.locator("#title")).to_have_text("The old ferry")
    assert ready.kept()[0]["title"] == "The old ferry"
    row.hover()
    row.locator("[data-act=rename]").click()
    page.locator("#dialog input").fill("Another name")
    page.get_by_role("button", name="Cancel").click()
    expect(page.locator("#dialog")).to_be_hidden()
    expect(row).to_contain_text("The old ferry")


@pytest.mark.slow
def test_conversations_are_found_renamed_judged_exported_and_deleted(page: Page, ready: Any, tmp_path: Path) -> None:
    turn = ask(page, "When was the lighthouse of Kell first lit?")
    turn.locator("[data-act=useless]").click()
    page.locator("#dialog textarea").fill("too old")
    page.get_by_role("button", name="Keep the verdict").click()
    expect(turn.locator("[data-act=useless]")).to_have_attribute("aria-pressed", "true")
    kept = ready.kept()[0]
    assert (kept["exchanges"][0]["useful"], kept["exchanges"][0]["reason"]) == (False, "too old")

    page.click("#export")
    with page.expect_download() as download:
        page.get_by_role("button", name="JSON").click()
    download.value.save_as(tmp_path / "out.json")
    assert json.loads((tmp_path / "out.json").read_text())["exchanges"][0]["reason"] == "too old"

    row = page.locator(f"[data-conversation='{kept['id']}']")
    row.hover()
    row.locator("[data-act=rename]").click()
    page.locator("#dialog input").fill("Lights <b>on</b>")
    page.get_by_role("button", name="Rename", exact=True).last.click()
    expect(page.locator("#title")).to_have_text("Lights <b>on</b>")
    page.fill("#find", "lights on")
    page.fill("#find", "Lights <b>")
    expect(page.locator("#conversations .line")).to_have_count(1)
    page.locator("#conversations .line").hover()
    page.locator("#conversations [data-act=delete]").click()
    page.get_by_role("button", name="Delete", exact=True).last.click()
    expect(page.locator("#thread .welcome")).to_be_visible()
    assert kept["id"] not in [each["id"] for each in ready.kept()]


def test_a_file_is_added_asked_removed_and_refused(page: Page, ready: Any, tmp_path: Path) -> None:
    from reportlab.pdfgen.canvas import Canvas

    canvas = Canvas(str(tmp_path / "bells.pdf"))
    canvas.drawString(72, 700, "The great bell of Tarrow weighs 4100 kilograms and is called Old Hob.")
    canvas.save()
    question = "What is the great bell of Tarrow called?"
    page.set_input_files("#files", tmp_path / "bells.pdf")
    expect(page.locator("[data-path='bells.pdf']")).to_be_visible()
    turn = ask(page, question)
    expect(turn.locator(".answer")).to_contain_text("Old Hob")
    row = page.locator("[data-path='bells.pdf']")
    row.hover()
    row.locator("[data-act=remove]").click()
    page.get_by_role("button", name="Remove", exact=True).last.click()
    expect(row).to_have_count(0)
    assert not (ready.documents / "bells.pdf").exists()
    ask(page, question)
    expect(page.locator("#thread .turn").last.locator(".refusal")).to_be_visible()
    page.reload()
    page.locator("#thread .turn").first.locator("button.cite").first.click()
    expect(page.locator("#source-pane")).to_contain_text("no longer in the folder")
    expect(page.locator("#source-pane blockquote")).to_contain_text("4100 kilograms")


def test_length_and_sources_are_chosen_with_what_they_cost(page: Page, ready: Any) -> None:
    question = "What do the documents say about the ferry Astrid, the lighthouse, the library and the harbour?"
    cited = {}
    for length in ("long", "short", "normal"):
        page.get_by_role("button", name="Settings").click()
        chosen = page.get_by_label("Answer length")
        expect(chosen.locator("option[value=normal]")).to_have_text(re.compile(r"Normal \(as started\) · \d"))
        expect(page.get_by_label("Sources read for a question").locator("option")).to_have_count(4)
        chosen.select_option(length)
        page.get_by_role("button", name="Done").click()
        ask(page, question)
        cited[length] = len(quotes(ready))
    assert cited["short"] < cited["normal"] <= cited["long"], cited


def test_a_folder_is_added_without_what_is_not_read(page: Page, ready: Any, tmp_path: Path) -> None:
    folder = tmp_path / "more"
    (folder / ".git").mkdir(parents=True)
    (folder / "well.txt").write_text("The well of Sarn is 44 metres deep.\n")
    (folder / "tool.exe").write_bytes(b"MZ")
    (folder / ".git" / "notes.txt").write_text("hidden\n")
    page.set_input_files("#folder", folder)
    expect(page.locator("#toast")).to_contain_text("1 of 2 files are of types that are not read (.exe)")
    expect(page.locator("[data-path='well.txt']")).to_be_visible()
    assert not (ready.documents / "notes.txt").exists() and not (ready.documents / "tool.exe").exists()
    (ready.documents / "well.txt").unlink()
    ready.call("page_refresh")


@pytest.mark.slow
def test_of_the_files_sent_each_says_what_became_of_it(page: Page, ready: Any, tmp_path: Path) -> None:
    names = ["well.txt", "tool.exe", "pump.txt"]
    for name in names:
        (tmp_path / name).write_text("The pump of Sarn lifts 30 litres a minute.\n")
    uploads = page.locator("#uploads li")
    page.route("**/gradio_api/upload**", lambda route: route.fulfill(json=[]), times=1)  # it did not arrive
    page.set_input_files("#files", [tmp_path / name for name in names])
    expect(page.locator("#uploads .stored")).to_have_text("pump.txtstored")
    expect(uploads.nth(0)).to_contain_text("well.txt was not sent")
    expect(uploads.nth(1)).to_contain_text("files that end in .exe are not read")
    expect(uploads).to_have_count(2, timeout=10_000)  # what was stored goes by itself
    for left in (1, 0):
        page.get_by_role("button", name="Dismiss").first.click()
        expect(uploads).to_have_count(left)
    expect(page.locator("#uploads")).to_be_hidden()
    assert {name for name in names if (ready.documents / name).exists()} == {"pump.txt"}
    (ready.documents / "pump.txt").unlink()
    ready.call("page_refresh")


@pytest.mark.slow
def test_a_changed_document_is_told_and_never_shows_a_wrong_passage(page: Page, ready: Any) -> None:
    file = ready.documents / "changing.txt"
    file.write_text("The windmill of Pell grinds nine tons of barley a week.\n")
    page.get_by_role("button", name="Update from the folder").click()
    expect(page.locator("[data-path='changing.txt']")).to_be_visible()
    turn = ask(page, "How much barley does the windmill of Pell grind a week?")
    expect(turn.locator(".answer")).to_contain_text("nine tons")
    file.write_text(
        "A new first line of the document, quite long.\nThe windmill of Pell grinds nine tons of barley a week.\n"
    )
    before = ready.call("page_pulse")["version"]
    page.get_by_role("button", name="Update from the folder").click()
    page.wait_for_function(
        "v => fetch('/gradio_api/run/page_pulse', {method: 'POST', headers: {'Content-Type': "
        "'application/json'}, body: JSON.stringify({data: []})}).then(r => r.json()).then(r => r.data[0].version > v)",
        arg=before,
    )
    page.reload()
    marker = page.locator("#thread button.cite").first
    expect(marker).to_have_class(re.compile("since"))
    marker.click()
    expect(page.locator("#source-pane .notice")).to_contain_text("has changed")
    assert marked(page) == quotes(ready)[0]["quote"]
    file.unlink()
    ready.call("page_refresh")


def test_hostile_names_and_documents_are_shown_as_text(page: Page) -> None:
    expect(page.locator(".document[data-path^='<img src=x']")).to_be_visible()
    turn = ask(page, "How many litres of water does the kettle of the tea room hold?")
    expect(turn.locator(".answer")).to_contain_text("<script>alert('document')</script>")
    turn.locator("button.cite").first.click()
    expect(page.locator("#source .paper")).to_contain_text("<script>alert('document')</script>")
    assert page.locator("#source script, #source img, #thread script, #thread img, #rail img").count() == 0
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.slow
def test_everything_goes_by_keyboard(page: Page) -> None:
    page.keyboard.press("Escape")
    page.locator("#title").evaluate("() => document.activeElement.blur()")
    page.keyboard.press("/")
    page.keyboard.type("Which rules hold for the ferry, the lighthouse and the library?")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("How many cars does the ferry carry?")
    page.keyboard.press("Enter")
    expect(page.locator("#thread .turn")).to_have_count(1)
    page.locator("#thread button.cite").first.focus()
    expect(page.locator("#card")).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.locator("#source-title")).to_be_focused()
    count = page.locator("#thread .sources li").count()
    if count > 1:
        page.keyboard.press("]")
        expect(page.locator("#source .kicker")).to_have_text(f"Source 2 of {count}")
        page.keyboard.press("[")
        expect(page.locator("#source .kicker")).to_have_text(f"Source 1 of {count}")
    page.keyboard.press("Escape")
    expect(page.locator("#source")).to_be_hidden()
    expect(page.locator("#thread button.cite").first).to_be_focused()


@pytest.mark.slow
def test_two_people_at_once_each_get_their_own_answer(open_page: Open) -> None:
    pages = {"harbour/moorings.md": open_page(), "ferry.txt": open_page()}
    for document, page in pages.items():
        page.fill("#question", FACTS[document])
    for page in pages.values():
        page.keyboard.press("Enter")
    for (document, page), fact in zip(pages.items(), ("240", "1987"), strict=True):
        expect(page.locator("#thread .turn")).to_have_count(1, timeout=30_000)
        expect(page.locator("#live .turn")).to_have_count(0)
        expect(page.locator("#thread .turn")).to_contain_text(FACTS[document])
        expect(page.locator("#thread .turn")).to_contain_text(fact)
        page.locator("#thread button.cite").first.click()
        expect(page.locator("#source")).to_contain_text(document)


@pytest.mark.slow
def test_at_phone_width_panes_are_sheets(open_page: Open) -> None:
    page = open_page(width=390, height=844, touch=True)
    expect(page.locator("#rail")).to_be_hidden()
    turn = ask(page, "When was the ferry Astrid built?", by_key=False)
    turn.locator("button.cite").first.tap()
    expect(page.locator("#source-title")).to_be_visible()
    expect(page.locator("#chosen")).to_be_in_viewport()
    page.get_by_role("button", name="Close the source").tap()
    expect(page.locator("#source")).to_be_hidden()
    expect(turn.locator("button.cite").first).to_be_focused()
    expect(page.locator("#card")).to_be_hidden()
    page.get_by_role("button", name="Show the list").tap()
    expect(page.locator("#documents .document").first).to_be_visible()
    fields = "[...document.querySelectorAll('#desk :is(input, select, textarea)')]"
    assert page.evaluate(f"Math.min(...{fields}.map(e => parseFloat(getComputedStyle(e).fontSize)))") >= 16
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    for width in range(320, 400, 4):
        page.set_viewport_size({"width": width, "height": 844})
        assert page.evaluate("[...document.querySelectorAll('.held')].every(e => e.getClientRects().length === 1)")


@pytest.mark.slow
def test_dark_follows_the_system_and_the_setting(open_page: Open) -> None:
    page = open_page(dark=True)
    colour = "getComputedStyle(document.querySelector('#middle')).backgroundColor"
    assert page.evaluate(colour) == "rgb(25, 24, 22)"
    page.get_by_role("button", name="Settings").click()
    page.get_by_label("Colours").select_option("light")
    assert page.evaluate(colour) == "rgb(251, 250, 247)"


@pytest.mark.slow
@pytest.mark.parametrize("dark", [False, True])
def test_axe_finds_no_serious_issue(open_page: Open, dark: bool) -> None:
    from axe_playwright_python.sync_playwright import Axe

    page = open_page(dark=dark)
    ask(page, "When was the ferry Astrid built?")
    ask(page, "Who won the chess world championship in 1972?")
    page.locator("#thread button.cite").first.click()
    expect(page.locator("#source-title")).to_be_visible()
    page.locator("#thread .sources summary").first.click()
    page.get_by_role("button", name="Filter the documents").click()
    page.wait_for_timeout(400)
    found = Axe().run(page).response["violations"]
    serious = [
        (each["id"], each["nodes"][0]["html"][:200]) for each in found if each["impact"] in ("serious", "critical")
    ]
    assert serious == []
