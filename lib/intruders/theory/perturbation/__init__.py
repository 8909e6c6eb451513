"""What a small perturbation does to eigenvectors and singular vectors, and when "small" is small enough."""

from intruders.theory.perturbation.bounds import (
    Applicability,
    check_eigenvalue,
    check_singular_value,
    davis_kahan,
    wedin,
    weyl,
)
from intruders.theory.perturbation.dense import (
    bulk_max_cosine,
    eigenvector_overlap,
    half_width,
    isolated_overlaps,
    singular_vector_overlaps,
)
from intruders.theory.perturbation.series import (
    Eigenpair,
    SingularTriplet,
    degenerate_eigenvalue,
    dilation,
    eigenpair,
    singular_triplet,
)

__all__ = [
    "Applicability",
    "Eigenpair",
    "SingularTriplet",
    "bulk_max_cosine",
    "check_eigenvalue",
    "check_singular_value",
    "davis_kahan",
    "degenerate_eigenvalue",
    "dilation",
    "eigenpair",
    "eigenvector_overlap",
    "half_width",
    "isolated_overlaps",
    "singular_triplet",
    "singular_vector_overlaps",
    "wedin",
    "weyl",
]
