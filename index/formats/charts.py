"""The numbers of a chart, which PowerPoint keeps beside its picture."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lxml import etree

_CHART = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"


def chart_lines(chart: Any) -> Iterator[str]:
    """The title of a chart of python-pptx, then a line for each category: "2031: Sales: 12; Costs: 9".

    Read from the XML, which is alike for every kind of chart: python-pptx has no 3-D, stock or surface charts.
    """
    if chart.has_title and chart.chart_title.has_text_frame:
        yield chart.chart_title.text_frame.text
    for plot in chart.element.iterfind(f"{_CHART}chart/{_CHART}plotArea/*"):
        yield from _plot(plot)


def _plot(plot: etree._Element) -> Iterator[str]:
    tables: dict[tuple[tuple[int, str], ...], list[tuple[str, dict[int, str]]]] = {}
    for series in plot.iterchildren(f"{_CHART}ser"):
        name = next((one.text or "" for one in series.iterfind(f"{_CHART}tx//{_CHART}v")), "")
        places = tuple(_points(series, "cat", "xVal").items())
        tables.setdefault(places, []).append((name, _points(series, "val", "yVal")))
    for places, columns in tables.items():
        labels = dict(places)
        for at in sorted(labels.keys() | {at for _, numbers in columns for at in numbers}):
            values = "; ".join(_named(name, _number(numbers[at])) for name, numbers in columns if at in numbers)
            yield _named(labels.get(at, ""), values)


def _points(series: etree._Element, *names: str) -> dict[int, str]:
    """The labels or values of a series by their number, of labels in levels the innermost."""
    source = next((child for name in names for child in series.iterchildren(_CHART + name)), None)
    if source is None:
        return {}
    level = next(source.iter(f"{_CHART}lvl"), source)
    return {int(point.get("idx", "0")): point.findtext(f"{_CHART}v") or "" for point in level.iter(f"{_CHART}pt")}


def _named(name: str, value: str) -> str:
    return ": ".join(filter(None, (name, value)))


def _number(text: str) -> str:
    """A value without the noise of its binary form; what is no number ("#N/A") as it stands."""
    try:
        return f"{float(text):.15g}"
    except ValueError:
        return text
