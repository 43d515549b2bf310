"""What was measured of several tools as one table and one picture."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from xml.sax.saxutils import escape

OURS = ("Footnote, search", "Footnote, answer")


@dataclass(frozen=True, slots=True)
class Measure:
    """A row of the table: for each tool its figure in every round, rounds in the same order for all."""

    name: str
    unit: str
    more_is_better: bool
    rounds: Mapping[str, Sequence[float]]

    def figure(self, tool: str) -> float | None:
        """A tool's median, `None` where it was not measured."""
        return median(self.rounds[tool]) if self.rounds.get(tool) else None

    def ratio(self, tool: str) -> float | None:
        """The median over the rounds of a tool's figure by that of the best peer in the same round."""
        peers = [values for name, values in self.rounds.items() if name not in OURS and values]
        if not peers or not self.rounds.get(tool):
            return None
        best: list[float] = [max(values) if self.more_is_better else min(values) for values in zip(*peers, strict=True)]
        if not all(best):
            return None
        ratios = [ours / peer for ours, peer in zip(self.rounds[tool], best, strict=True)]
        return median(ratios)


def markdown(measures: Sequence[Measure], tools: Sequence[str], failures: Mapping[str, str]) -> str:
    """The table; tools that failed are named below it."""
    ours = [tool for tool in OURS if tool in tools]
    lines = [
        "| | " + " | ".join([*tools, *(f"{tool}, to the best peer" for tool in ours)]) + " |",
        "|---" * (1 + len(tools) + len(ours)) + "|",
    ]
    for measure in measures:
        cells = [_shown(measure.figure(tool)) for tool in tools]
        cells += ["–" if (ratio := measure.ratio(tool)) is None else f"{ratio:.2f} x" for tool in ours]
        unit = f", {measure.unit}" if measure.unit else ""
        lines.append(f"| {measure.name}{unit} | " + " | ".join(cells) + " |")
    lines += [f"\n{tool} was not measured: {reason}" for tool, reason in failures.items()]
    return "\n".join(lines) + "\n"


def _shown(figure: float | None) -> str:
    if figure is None:
        return "–"
    return f"{figure:,.0f}" if figure >= 100 else f"{figure:.3g}"


def bars(measures: Sequence[Measure], tools: Sequence[str]) -> str:
    """An SVG picture: for each measure a bar a tool, its length in proportion to the longest."""
    row, gap, left, width = 18, 46, 150, 360
    parts = []
    at = 10
    for measure in measures:
        figures = {tool: figure for tool in tools if (figure := measure.figure(tool)) is not None}
        if not figures or not max(figures.values()):
            continue
        better = "more is better" if measure.more_is_better else "less is better"
        heading = escape(f"{measure.name}{', ' + measure.unit if measure.unit else ''} ({better})")
        parts.append(f'<text x="10" y="{at + 14}" font-weight="bold">{heading}</text>')
        for number, (tool, figure) in enumerate(figures.items()):
            top = at + 24 + number * row
            length = width * figure / max(figures.values())
            colour = "#2f6f4f" if tool in OURS else "#9aa5a0"
            parts.append(f'<text x="{left - 6}" y="{top + 12}" text-anchor="end">{escape(tool)}</text>')
            parts.append(f'<rect x="{left}" y="{top}" width="{length:.1f}" height="{row - 4}" fill="{colour}"/>')
            parts.append(f'<text x="{left + length + 5:.1f}" y="{top + 12}">{_shown(figure)}</text>')
        at += len(figures) * row + gap
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{left + width + 80}" height="{at}" '
        f'font-family="sans-serif" font-size="12"><rect width="100%" height="100%" fill="white"/>'
        + "\n".join(parts)
        + "</svg>\n"
    )
