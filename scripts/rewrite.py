"""Replaces parts of a text file, for the scripts that derive one file from another."""

import sys


def replace_once(text, old, new):
    """Returns the text with the one occurrence of `old` replaced, so that a changed source is never half rewritten."""
    if text.count(old) != 1:
        sys.exit(f"The source has {old!r} {text.count(old)} times instead of once. Adapt {sys.argv[0]}.")
    return text.replace(old, new)
