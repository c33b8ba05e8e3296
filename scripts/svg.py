"""What the generated pictures of docs/ share: the measured width of a text, one style sheet, and the document around them.

Every picture has a background of its own, because the theme of a web page and the theme of the
reader's system can differ: the colours follow the system, and they stay legible on either page.
"""

import html

# GitHub shows a README's picture at most this wide, so a unit of a picture is a pixel there.
WIDTH = 830

# DejaVu Sans, from U+0020 to U+007E, in thousandths of the font size. It is wider than the fonts
# that a viewer is likely to use, so a text that fits by these figures fits there too.
REGULAR = [
    318, 401, 460, 838, 636, 950, 780, 275, 390, 390, 500, 838, 318, 361, 318, 337, 636, 636, 636, 636, 636, 636, 636, 636,
    636, 636, 337, 337, 838, 838, 838, 531, 1000, 684, 686, 698, 770, 632, 575, 775, 752, 295, 295, 656, 557, 863, 748, 787,
    603, 787, 695, 635, 611, 732, 684, 989, 685, 611, 685, 390, 337, 390, 838, 500, 500, 613, 635, 550, 635, 615, 352, 635,
    634, 278, 278, 579, 278, 974, 634, 612, 635, 635, 411, 521, 392, 634, 592, 818, 592, 592, 525, 636, 337, 636, 838,
]
BOLD = [
    348, 456, 521, 838, 696, 1002, 872, 306, 457, 457, 523, 838, 380, 415, 380, 365, 696, 696, 696, 696, 696, 696, 696, 696,
    696, 696, 400, 400, 838, 838, 838, 580, 1000, 774, 762, 734, 830, 683, 683, 821, 837, 372, 372, 775, 637, 995, 837, 850,
    733, 850, 770, 720, 682, 812, 774, 1103, 771, 724, 725, 457, 365, 457, 838, 500, 500, 675, 716, 593, 716, 678, 435, 716,
    712, 343, 343, 665, 343, 1042, 712, 687, 716, 716, 493, 595, 478, 712, 652, 924, 645, 652, 582, 712, 365, 712, 838,
]

FONT = '-apple-system, "Segoe UI", "Noto Sans", Helvetica, Arial, sans-serif'

# class: (property, light, dark)
COLOURS = {
    "page": [("fill", "#ffffff", "#0d1117"), ("stroke", "#d0d7de", "#3d444d")],
    "text": [("fill", "#1f2328", "#e6edf3")],
    "quiet": [("fill", "#57606a", "#9da7b3")],
}


def width(text, size, bold=False):
    """The width of a line of text in pixels, never less than a viewer needs."""
    face = BOLD if bold else REGULAR
    return sum(face[ord(letter) - 32] if " " <= letter <= "~" else 1000 for letter in text) * size / 1000


def wrap(text, size, limit):
    """The lines of a text that are at most `limit` pixels wide. A word of more than half a line may break after a slash."""
    pieces = []
    for word in text.split(" "):
        breaks = width(word, size) > limit / 2
        pieces += (word.replace("/", "/\0") if breaks else word).split("\0")
        pieces[-1] += " "
    lines = [""]
    for piece in pieces:
        if width((lines[-1] + piece).rstrip(), size) > limit:
            lines.append("")
        lines[-1] += piece
    return [line.rstrip() for line in lines]


def style(colours, rules=()):
    """The style element: rules without a colour, then the light colours, then the dark ones."""
    def block(theme):
        return [f".{name}{{{';'.join(f'{entry[0]}:{entry[theme]}' for entry in entries)}}}" for name, entries in colours.items()]
    dark = "".join(block(2))
    return "\n".join(["<style>", f"text{{font-family:{FONT}}}", *rules, *block(1), f"@media (prefers-color-scheme:dark){{{dark}}}", "</style>"])


def label(x, y, text, name, size, anchor=None, bold=False):
    """A text element whose baseline starts, or ends if `anchor` is "end", at (x, y)."""
    extra = (f' text-anchor="{anchor}"' if anchor else "") + (' font-weight="600"' if bold else "")
    return f'<text x="{x:g}" y="{y:g}" class="{name}" font-size="{size:g}"{extra}>{html.escape(text, quote=False)}</text>'


def document(height, title, colours, body, rules=()):
    """The whole file: a rounded page of `height` with `body` on it."""
    return "\n".join([
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height:g}" width="{WIDTH}" height="{height:g}" role="img">',
        f"<title>{html.escape(title, quote=False)}</title>",
        style({**COLOURS, **colours}, rules),
        f'<rect x="0.5" y="0.5" width="{WIDTH - 1}" height="{height - 1:g}" rx="8" class="page"/>',
        *body,
        "</svg>",
        "",
    ])
