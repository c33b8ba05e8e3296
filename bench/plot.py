"""Draws what `make bench` measured: plot.py performance.json performance.svg"""

import json
import sys

import matplotlib

matplotlib.use("svg")
# The same figures give the same file.
matplotlib.rcParams["svg.hashsalt"] = "controltower-trusted-access"
from matplotlib import pyplot  # noqa: E402

PANELS = [
    ("cold_ms", "cold start, ms"),
    ("share_ms", "first invocation with the\nCPU share of 128 MB, ms"),
    ("peak_mib", "peak memory, MiB"),
]
COLOURS = ["#d9480f", "#868e96", "#4c78a8", "#54a24b"]

measured, target = sys.argv[1:]
with open(measured) as file:
    peers = json.load(file)["peers"]
names = [peer["name"].replace("bare ", "bare\n") for peer in peers]
figure, axes = pyplot.subplots(1, len(PANELS), figsize=(11, 2.6), sharey=True, layout="constrained")
for axis, (key, title) in zip(axes, PANELS):
    values = [peer["medians"][key] or 0 for peer in peers]
    bars = axis.barh(names, values, color=COLOURS)
    axis.bar_label(bars, [f"{value:.3g}" if value else "not measured" for value in values], padding=3)
    axis.set_title(title, fontsize=10)
    axis.set_xlim(0, max(values) * 1.2 or 1)
    axis.spines[["top", "right"]].set_visible(False)
axes[0].invert_yaxis()
figure.savefig(target, metadata={"Date": None, "Creator": None})
