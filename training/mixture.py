"""The training data of one pass: how much of each kind, fixed by the seed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from random import Random

from index.embedding import Embedder
from qa.windows import Window
from training import gold, sources
from training.augment import (
    bared,
    cropped,
    disfluent,
    follow_up,
    misspelt,
    names_in,
    restyled,
    swapped,
    without_evidence,
)
from training.examples import IGNORE, Example
from training.retrieve import Fused

WINDOW_TOKENS = (180, 150, 110)  # a pass's windows: the product's are of at most 180 tokens, many are shorter
PUBLIC = {"squad": 100, "nq": 2000, "qed": 700, "new_wiki": 200, "amazon": 50, "reddit": 50, "policyqa": 50}
IN_ARTICLES, OTHERS = {"squad": 1000, "new_wiki": 1000}, 3  # questions, and paragraphs of the same article with each
NQ_NEGATIVES, NEAR_ANSWERABLE, NEAR_UNANSWERABLE = 1000, 4, 8
WITHHELD = 0.3  # of the questions: half the windows that do not answer stand apart, as if nothing did
SYNTHETIC = 0.15  # share of the synthetic questions in a pass


def make_pass(number: int, seed: int, data: Path, folders: Sequence[Path], embedder: Embedder) -> list[Example]:
    """All examples of pass `number`, shuffled. `data` holds the public sets, `folders` the collections."""
    rng = Random(f"{seed}/{number}")
    every = public(data)
    units = [
        *from_collections(rng, folders, embedder, WINDOW_TOKENS[number % len(WINDOW_TOKENS)]),
        *([e] for e in from_synthetic(rng, data / "synthetic", embedder)),
        *([e] for e in from_public(rng, every)),
        *(unit for name, count in IN_ARTICLES.items() for unit in from_articles(rng, name, every[name], count)),
    ]
    rng.shuffle(units)
    return [example for unit in units for example in unit]


def from_collections(rng: Random, folders: Sequence[Path], embedder: Embedder, tokens: int) -> list[list[Example]]:
    """For each question a group: the windows that answer it and some of the best found that do not."""
    units: list[list[Example]] = []
    for name, share in gold.SHARES.items():
        folder = next(root / name for root in folders if (root / name).is_dir())
        placed = gold.windows(folder, embedder.count_tokens, tokens)
        questions = gold.questions(folder)
        questions = rng.sample(questions, int(share * len(questions)))
        names = names_in([s for p in placed for s in p.window.sentences])
        ranked = Fused([p.window for p in placed], embedder).rank([gold.asked(q) for q in questions], 12)
        for question, found in zip(questions, ranked, strict=True):
            every = [gold.example(question, p, f"collections/{question['type']}") for p in placed]
            right = [e for e in every if e.answered == 1]
            wrong = [every[i] for i in found if every[i].answered == 0]
            near = NEAR_ANSWERABLE if question["answerable"] else NEAR_UNANSWERABLE
            weight = 1.0 if question["answerable"] else 1.5
            chosen = rng.sample(right, min(4, len(right))) + [
                replace(e, weight=weight) for e in wrong[:2] + rng.sample(wrong[2:], max(0, min(near, len(wrong)) - 2))
            ]
            if not chosen:
                continue
            typed = restyled(chosen[0], rng, 0.3).question
            group = f"{name}/{question['id']}"
            unit = [replace(bared(e, rng), question=typed, group=group) for e in chosen]
            units.extend(split(unit) if rng.random() < WITHHELD else [unit])
            for example in chosen:
                made = without_evidence(example) if rng.random() < 0.3 else None
                made = swapped(example, names, rng) if made is None and rng.random() < 0.15 else made
                if example.answered == 1 and made:
                    units.append([bared(made, rng)])
    return units


def split(unit: Sequence[Example]) -> list[list[Example]]:
    """A question's windows as two groups: half of those that do not answer by themselves, as if nothing answered."""
    apart = [e for e in unit if e.answered == 0][::2]
    rest = [e for e in unit if e not in apart]
    if not apart or all(e.answered == 0 for e in unit):
        return [[*unit]]
    return [rest, [replace(e, group=f"{e.group}/withheld") for e in apart]]


def from_synthetic(rng: Random, folder: Path, embedder: Embedder) -> list[Example]:
    """Each question with its own passage, and with others that resemble it."""
    every = [row for row in sources.synthetic(folder) if not sources.held_out(row["passage"])]
    rows = rng.sample(every, int(SYNTHETIC * len(every)))
    passages = {row["passage"]: Window(row["title"], "", "", tuple(row["sentences"])) for row in rows}
    keys, asked = list(passages), defaultdict[str, list[str]](list)
    for row in rows:
        if row["answerable"]:
            asked[row["passage"]].append(row["question"])
    ranked = Fused(list(passages.values()), embedder).rank([row["question"] for row in rows], 4)
    names = names_in([s for w in passages.values() for s in w.sentences])
    examples: list[Example] = []
    for row, found in zip(rows, ranked, strict=True):
        own = bared(sources.synthetic_example(row), rng)
        base = cropped(own, rng) if rng.random() < 0.5 else own
        if rng.random() < 0.12 and len(asked[row["passage"]]) > 1:
            earlier = rng.choice([q for q in asked[row["passage"]] if q != row["question"]])
            examples.append(follow_up(base, earlier, rng))
        else:
            examples.append(replace(restyled(base, rng, 0.25), weight=1.0 if row["answerable"] else 1.5))
        made = without_evidence(base) if rng.random() < 0.2 else None
        made = swapped(base, names, rng) if made is None and rng.random() < 0.15 else made
        if row["answerable"] and made:
            examples.append(made)
        others = [keys[i] for i in found if keys[i] != row["passage"]]
        if rng.random() < 0.35:
            other = elsewhere(own, passages[rng.choice(others[:3])])
            examples.append(restyled(bared(cropped(other, rng), rng), rng, 0.25))
    return examples


def elsewhere(example: Example, window: Window) -> Example:
    """The question with a window that is not its own; sentences that hold the answer's words stay unjudged."""
    answer = example.answer.casefold()
    labels = tuple(IGNORE if len(answer) > 2 and answer in s.casefold() else 0 for s in window.sentences)
    answered = IGNORE if IGNORE in labels else 0
    return Example(example.question, window, labels, answered, "", example.kind + "/elsewhere")


def from_articles(rng: Random, name: str, asked: Sequence[Example], count: int) -> list[list[Example]]:
    """Questions in groups: the paragraph each was asked of, and those nearest to it of the same article."""
    paragraphs = defaultdict[str, list[Window]](list)
    for window in {example.window: None for example in asked}:
        paragraphs[window.title].append(window)
    searches = {title: Fused(windows, None) for title, windows in paragraphs.items()}
    units = []
    for number, own in enumerate(rng.sample(asked, count)):
        title = own.window.title
        found = [paragraphs[title][i] for i in searches[title].rank([own.question], OTHERS + 1)[0]]
        others = [elsewhere(own, window) for window in found if window != own.window]
        units.append([replace(e, group=f"{name}/{number}") for e in [own, *others[:OTHERS]]])
    return units


def public(data: Path) -> dict[str, list[Example]]:
    """The public sets' examples, those for training."""
    shifts = data / "squadshifts"
    return {
        "squad": list(sources.squad(data / "squad", kept_out=False)),
        "nq": list(sources.natural_questions(data / "nq_open_oracle")),
        "qed": list(sources.qed(data / "qed")),
        "new_wiki": list(sources.span_file(shifts / "new_wiki_v1.0.json", "new_wiki")),
        "amazon": list(sources.span_file(shifts / "amazon_reviews_v1.0.json", "amazon")),
        "reddit": list(sources.span_file(shifts / "reddit_v1.0.json", "reddit")),
        "policyqa": list(sources.span_file(data / "policyqa" / "dev.json", "policyqa")),
    }


def from_public(rng: Random, every: Mapping[str, Sequence[Example]]) -> list[Example]:
    """A sample of the public sets, so that what they teach is kept; and passages that answer another NQ question."""
    examples = [e for name, count in PUBLIC.items() for e in rng.sample(every[name], min(count, len(every[name])))]
    asked = every["nq"]
    pool = [e.window for e in asked]
    chosen = rng.sample(range(len(asked)), NQ_NEGATIVES)
    ranked = Fused(pool, None).rank([asked[i].question for i in chosen], 6)
    for i, found in zip(chosen, ranked, strict=True):
        others = [n for n in found if pool[n].sentences != asked[i].window.sentences]
        # Passages of one article may answer too; the nearest of another article is wrong and close.
        others = [n for n in others if pool[n].title != asked[i].window.title] or others
        examples.append(elsewhere(asked[i], pool[others[0]]))
    plain = [e if rng.random() < 0.9 else bared(e, rng) for e in examples]
    return [
        replace(e, question=rng.choice((misspelt, disfluent))(e.question, rng)) if rng.random() < 0.05 else e
        for e in plain
    ]
