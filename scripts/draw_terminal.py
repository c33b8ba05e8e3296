"""Draws the output of the doctor on a terminal as SVG. The same output gives the same file."""

import html
import re
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests/emulators"))

import terminal

ARGUMENTS = ["--stack-name", "controltower-trusted-access"]
# The ARN in the output takes 107.
COLUMNS = 108
COLORS = {"31": "#ff7b72", "32": "#7ee787", "33": "#e3b341"}
LINE, CHARACTER, MARGIN = 19, 8.2, 18


def spans(line):
    """Yields the words of a line in their colors, each placed by its column, because the width of a viewer's font varies."""
    color, column = None, 0
    for piece in re.split(r"(\x1b\[[0-9;?]*[a-zA-Z])", line):
        if code := re.fullmatch(r"\x1b\[([0-9;]*)m", piece):
            color = COLORS.get(code[1], None if code[1] in ("", "0") else color)
        elif not piece.startswith("\x1b"):
            fill = f' fill="{color}"' if color else ""
            for words in re.finditer(r"\S+(?: \S+)*", piece):
                x = MARGIN + (column + words.start()) * CHARACTER
                yield f'<tspan x="{x:.1f}"{fill}>{html.escape(words[0])}</tspan>'
            column += len(piece)


def draw(lines):
    width = round(COLUMNS * CHARACTER + 2 * MARGIN)
    height = len(lines) * LINE + 2 * MARGIN + 8
    rows = (f'<text y="{MARGIN + LINE * (row + 1)}">{"".join(spans(line))}</text>'
            for row, line in enumerate(lines) if line)
    return "\n".join([
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        'font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, monospace" font-size="13.5">',
        f'<rect width="{width}" height="{height}" rx="8" fill="#0d1117"/>',
        '<g fill="#c9d1d9">', *rows, "</g>", "</svg>", ""])


with terminal.fake_aws("troubled") as url:
    output, _ = terminal.run(ARGUMENTS, url, COLUMNS, {})
visible = [line.rstrip("\r") for line in terminal.after_progress(output).split("\n")]
Path(sys.argv[1]).write_text(draw(["$ trusted-access-doctor " + " ".join(ARGUMENTS), "", *visible]))
