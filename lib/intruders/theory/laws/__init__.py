"""Limit laws of spectra as objects: they answer the same questions, so that a prediction takes any of them."""

from intruders.theory.laws.base import Law, SingularValues
from intruders.theory.laws.bulks import MarchenkoPastur, Semicircle, SingularValueLaw
from intruders.theory.laws.circular import CircularLaw
from intruders.theory.laws.empirical import Empirical
from intruders.theory.laws.spacings import WignerSurmise
from intruders.theory.laws.spike import SpikeMeasure
from intruders.theory.laws.tracy_widom import TracyWidom

__all__ = [
    "CircularLaw",
    "Empirical",
    "Law",
    "MarchenkoPastur",
    "Semicircle",
    "SingularValueLaw",
    "SingularValues",
    "SpikeMeasure",
    "TracyWidom",
    "WignerSurmise",
]
