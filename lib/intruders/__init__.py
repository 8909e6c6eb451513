"""Intruder dimensions: the random matrix theory that predicts them, and the tools that find them.

Rooms, each standing on the ones before it: `theory` (laws and predictions), `spectra` (matrices and updates),
`tuning` (real fine-tuning; needs the extra `intruders[tuning]`) and `show` (figures and explorables), side by side.
"""

from importlib.metadata import version

__version__ = version("intruders")
