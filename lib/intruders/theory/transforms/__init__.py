"""Transforms of laws: the Stieltjes transform and its inversion, contour integrals, fixed points, free sums, D."""

from intruders.theory.transforms.contours import ellipse, linear_statistic, matrix_function
from intruders.theory.transforms.dilation import d_derivative, d_transform, derivative
from intruders.theory.transforms.fixed_points import iterate, marchenko_pastur_iteration, semicircle_iteration
from intruders.theory.transforms.free_sum import FreeSum
from intruders.theory.transforms.inversion import invert
from intruders.theory.transforms.spectrum import Spectrum, sample_stieltjes

__all__ = [
    "FreeSum",
    "Spectrum",
    "d_derivative",
    "d_transform",
    "derivative",
    "ellipse",
    "invert",
    "iterate",
    "linear_statistic",
    "marchenko_pastur_iteration",
    "matrix_function",
    "sample_stieltjes",
    "semicircle_iteration",
]
