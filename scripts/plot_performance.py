"""Draws the results of `make bench`: plot_performance.py performance.json performance.svg"""

import json
import sys
from pathlib import Path

import svg

PANELS = [
    ("cold_ms", ["Cold start, ms"]),
    ("share_ms", ["First invocation with the", "CPU share of 128 MB, ms"]),
    ("peak_mib", ["Peak memory, MiB"]),
]
# The function, a bare one, Python, Node. Each differs by at least 3:1 from the page, in both themes.
COLOURS = {
    "peer0": [("fill", "#bc4c00", "#f0883e")],
    "peer1": [("fill", "#6e7781", "#8b949e")],
    "peer2": [("fill", "#0969da", "#58a6ff")],
    "peer3": [("fill", "#1a7f37", "#3fb950")],
    "axis": [("stroke", "#6e7781", "#8b949e")],
}
MARGIN, TOP, ROW, BAR, SIZE = 20, 68, 34, 20, 14


def panel(peers, key, title, left, right):
    """One measure: a title of one or two lines, a bar for each peer, and its value behind the bar."""
    values = [peer["medians"][key] for peer in peers]
    room = right - left - svg.width("000", SIZE) - 8
    scale = room / max([value for value in values if value] or [1])
    for row, line in enumerate(title):
        yield svg.label(left, TOP - 16 - 19 * (len(title) - 1 - row), line, "text", SIZE, bold=True)
    for row, value in enumerate(values):
        y = TOP + ROW * row
        length = max((value or 0) * scale, 1)
        yield f'<rect x="{left}" y="{y}" width="{length:.1f}" height="{BAR}" class="peer{row}"/>'
        yield svg.label(round(left + length + 6, 1), y + 15, f"{value:.0f}" if value >= 100 else f"{value:.3g}" if value else "not measured", "text", SIZE)
    yield f'<path d="M{left} {TOP - 6}V{TOP + ROW * len(peers) - ROW + BAR + 6}" class="axis"/>'


def draw(measured):
    """The picture of `measured`, the content of performance.json."""
    peers = measured["peers"]
    names = [peer["name"] for peer in peers]
    first = MARGIN + round(max(svg.width(name, SIZE) for name in names)) + 12
    step = (svg.WIDTH - MARGIN - first) / len(PANELS)
    body = [svg.label(first - 10, TOP + ROW * row + 15, name, "text", SIZE, "end") for row, name in enumerate(names)]
    for column, (key, title) in enumerate(PANELS):
        left = round(first + column * step)
        body += panel(peers, key, title, left, round(left + step - 18))
    return svg.document(TOP + ROW * len(peers) + 6, "Medians of the benchmark", COLOURS, body)


if __name__ == "__main__":
    source, target = map(Path, sys.argv[1:])
    target.write_text(draw(json.loads(source.read_text())))
