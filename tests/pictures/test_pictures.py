"""The pictures of docs/ are legible: size, contrast in both themes, and no text that leaves its box or crosses a line.

Python's standard library is enough: python3 -m unittest discover -s tests/pictures
"""

import json
import re
import sys
import unittest
import xml.etree.ElementTree as ElementTree
from itertools import combinations
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "scripts"))

import draw_mail  # noqa: E402
import plot_performance  # noqa: E402
import svg  # noqa: E402

PICTURES = ["architecture", "mail", "performance"]
NAMESPACE = "{http://www.w3.org/2000/svg}"
# GitHub scales a picture down to this width.
SHOWN_WIDTH = 830
# WCAG 2.2, 1.4.3 and 1.4.11.
TEXT_CONTRAST, LINE_CONTRAST = 4.5, 3.0


def rules(css):
    """The declarations of each class."""
    found = {}
    for names, body in re.findall(r"([.\w,]+)\{([^{}]*)\}", css):
        for name in names.split(","):
            entries = (entry.split(":", 1) for entry in body.split(";") if entry)
            found.setdefault(name.lstrip("."), {}).update(entries)
    return found


def luminance(colour):
    channels = [int(colour[i:i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, other):
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def segments(path):
    """The straight lines of a path of M, H and V commands, as boxes without an area."""
    found = []
    for command, numbers in re.findall(r"([MHV])([\d. ]+)", path):
        values = [float(number) for number in numbers.split()]
        if command == "M":
            x, y = values
            continue
        end = (values[0], y) if command == "H" else (x, values[0])
        found.append((min(x, end[0]), min(y, end[1]), max(x, end[0]), max(y, end[1])))
        x, y = end
    return found


def edges(box):
    left, top, right, bottom = box
    return [(left, top, right, top), (left, bottom, right, bottom), (left, top, left, bottom), (right, top, right, bottom)]


def overlap(one, other):
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def contains(outer, inner):
    return outer[0] <= inner[0] and outer[1] <= inner[1] and outer[2] >= inner[2] and outer[3] >= inner[3]


class Picture:
    """The texts, shapes and lines of one file, and the colours of each class in both themes."""

    def __init__(self, source):
        self.root = ElementTree.fromstring(source)
        css = self.root.find(f"{NAMESPACE}style").text
        light, dark = re.split(r"@media \(prefers-color-scheme:dark\)", css)
        self.light = rules(light)
        self.dark = {**self.light, **{name: {**self.light.get(name, {}), **entries} for name, entries in rules(dark).items()}}
        self.width = float(self.root.get("viewBox").split()[2])
        self.texts = [(element.text, self.text_box(element), element) for element in self.all("text")]
        self.shapes = [(self.shape_box(element), element) for element in self.all("rect")]
        paths = [element for element in self.root.findall(f"{NAMESPACE}path")]
        self.lines = [(segment, element) for element in paths for segment in segments(element.get("d"))]

    def all(self, tag):
        return self.root.iter(f"{NAMESPACE}{tag}")

    def attribute(self, element, name):
        return element.get(name) or self.light[element.get("class")].get(name)

    def size(self, element):
        return float(self.attribute(element, "font-size").removesuffix("px"))

    def text_box(self, element):
        size, x, y = self.size(element), float(element.get("x")), float(element.get("y"))
        width = svg.width(element.text, size, bold=self.attribute(element, "font-weight") == "600")
        left = x - {"middle": width / 2, "end": width}.get(self.attribute(element, "text-anchor"), 0)
        return (left, y - 0.8 * size, left + width, y + 0.25 * size)

    @staticmethod
    def shape_box(element):
        x, y, width, height = (float(element.get(name)) for name in ("x", "y", "width", "height"))
        return (x, y, x + width, y + height)

    def background(self, box, theme):
        """The fill of the smallest filled shape around a box."""
        around = [(shape, element) for shape, element in self.shapes if contains(shape, box)]
        filled = [(shape, theme[element.get("class")]["fill"]) for shape, element in around if theme[element.get("class")]["fill"] != "none"]
        return min(filled, key=lambda entry: (entry[0][2] - entry[0][0]) * (entry[0][3] - entry[0][1]))[1]


def faults(source):
    """One sentence for each thing in a picture that cannot be read."""
    picture = Picture(source)
    found = []
    for text, box, element in picture.texts:
        if picture.size(element) * min(1, SHOWN_WIDTH / picture.width) < 12:
            found.append(f"{text!r} is smaller than 12 px")
        if not contains(picture.shapes[0][0], box):
            found.append(f"{text!r} leaves the picture")
            continue
        for shape, _ in picture.shapes:
            if any(overlap(box, (a - 2, b - 2, c + 2, d + 2)) for a, b, c, d in edges(shape)):
                found.append(f"{text!r} crosses the edge of a shape at {shape}")
        for line, _ in picture.lines:
            if overlap(box, (line[0] - 1, line[1] - 1, line[2] + 1, line[3] + 1)):
                found.append(f"{text!r} crosses the line at {line}")
        for name, theme in (("light", picture.light), ("dark", picture.dark)):
            if contrast(theme[element.get("class")]["fill"], picture.background(box, theme)) < TEXT_CONTRAST:
                found.append(f"{text!r} has too little contrast in the {name} theme")
    for (one, box, _), (other, second, _) in combinations(picture.texts, 2):
        if overlap(box, second):
            found.append(f"{one!r} overlaps {other!r}")
    for name, theme in (("light", picture.light), ("dark", picture.dark)):
        page = theme["page"]["fill"]
        for _, element in picture.lines + picture.shapes[1:]:
            colours = theme[element.get("class")]
            if max(contrast(colours[key], page) for key in ("stroke", "fill") if colours.get(key, "none") != "none") < LINE_CONTRAST:
                found.append(f"the class {element.get('class')} has too little contrast in the {name} theme")
    return found


class Pictures(unittest.TestCase):
    def test_every_text_is_large_enough_has_contrast_and_crosses_nothing(self):
        for name in PICTURES:
            with self.subTest(name):
                self.assertEqual(faults((ROOT / f"docs/{name}.svg").read_text()), [])

    def test_both_themes_have_a_colour_for_every_class_with_a_colour(self):
        for name in PICTURES:
            with self.subTest(name):
                css = Picture((ROOT / f"docs/{name}.svg").read_text()).root.find(f"{NAMESPACE}style").text
                themes = re.split(r"@media \(prefers-color-scheme:dark\)", css)
                coloured = [{name for name, entries in rules(theme).items() if "#" in str(entries)} for theme in themes]
                self.assertEqual(*coloured)

    def test_the_mail_has_the_words_of_the_template(self):
        self.assertEqual((ROOT / "docs/mail.svg").read_text(), draw_mail.draw())

    def test_the_performance_plot_has_the_figures_of_the_benchmark(self):
        measured = json.loads((ROOT / "docs/performance.json").read_text())
        self.assertEqual((ROOT / "docs/performance.svg").read_text(), plot_performance.draw(measured))


class Faults(unittest.TestCase):
    """The checks find what they are for: each takes the architecture picture and damages it."""

    def assert_fault(self, fault, old, new):
        source = (ROOT / "docs/architecture.svg").read_text()
        self.assertIn(old, source)
        self.assertIn(fault, " ".join(faults(source.replace(old, new))))

    def test_small_text_is_found(self):
        self.assert_fault("smaller than 12 px", ".part{font-size:12.5px", ".part{font-size:11.5px")

    def test_text_that_leaves_its_box_is_found(self):
        self.assert_fault("crosses the edge of a shape", ">dead letters<", ">dead letters of EventBridge and Lambda<")

    def test_text_on_a_line_is_found(self):
        self.assert_fault("crosses the line", '<text x="185" y="107"', '<text x="170" y="107"')

    def test_text_over_text_is_found(self):
        self.assert_fault("overlaps", '<text x="60" y="323"', '<text x="60" y="293"')

    def test_text_outside_the_picture_is_found(self):
        self.assert_fault("leaves the picture", '<text x="546" y="323"', '<text x="746" y="323"')

    def test_pale_text_is_found_in_the_light_theme(self):
        self.assert_fault("in the light theme", ".part{fill:#424a53}", ".part{fill:#8c959f}")

    def test_pale_text_is_found_in_the_dark_theme(self):
        self.assert_fault("in the dark theme", ".part{fill:#c9d1d9}", ".part{fill:#57606a}")

    def test_a_pale_line_is_found(self):
        self.assert_fault("the class arrow has too little contrast", ".arrow{stroke:#57606a}", ".arrow{stroke:#d0d7de}")


if __name__ == "__main__":
    unittest.main()
