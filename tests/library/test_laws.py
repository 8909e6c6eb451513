"""Laws against their own normalisation, against each other, and against simulation; each beside a planted near miss."""

import numpy as np
import pytest
from scipy.integrate import quad

from intruders.theory.ensembles import goe, iid_rectangular
from intruders.theory.laws import Semicircle, SingularValueLaw, SpikeMeasure


def mass(law) -> float:
    return quad(law.pdf, *law.support, limit=200)[0] + sum(getattr(law, "atoms", {}).values())


@pytest.mark.parametrize(
    "law",
    [
        Semicircle(1.0),
        Semicircle(2.5),
        SpikeMeasure(0.4),
        SpikeMeasure(1.5, 0.7),
        SpikeMeasure(-3.0, 2.0),
        SingularValueLaw(1.0),
        SingularValueLaw(0.25, 1.7),
        SingularValueLaw(4.0, 0.6),
    ],
)
def test_mass_is_one(law):
    assert mass(law) == pytest.approx(1, abs=1e-6)


def test_a_spike_measure_with_mixed_scales_is_rejected():
    """The sources write the density for sigma = 1 and the atom for general sigma: the mass is then not 1."""
    mixed = quad(SpikeMeasure(1.5, 1.0).pdf, -2, 2)[0] + sum(SpikeMeasure(1.5, 0.7).atoms.values())
    assert abs(mixed - 1) > 0.1


def test_stieltjes_transform_inverts_to_the_density():
    law = Semicircle(1.3)
    x = np.linspace(-2.5, 2.5, 41)
    assert np.allclose(-law.stieltjes(x + 1e-9j).imag / np.pi, law.pdf(x), atol=1e-5)


@pytest.mark.parametrize("z", [3.0, -3.0, 0.5 + 1j, -0.5 - 0.2j])
def test_stieltjes_transform_is_the_integral(z):
    law = Semicircle(1.3)

    def part(take):
        return quad(lambda x: take(law.pdf(x) / (z - x)), *law.support)[0]

    integral = part(np.real) + 1j * part(np.imag)
    assert law.stieltjes(z) == pytest.approx(integral, abs=1e-6)


def test_the_root_of_the_product_takes_the_wrong_branch():
    z = -3.0 + 0j
    wrong = (z - np.sqrt(z * z - 4)) / 2
    assert abs(Semicircle(1.0).stieltjes(z) - wrong) > 1


def ks(sample, law) -> float:
    x = np.sort(sample)
    grid = np.linspace(*law.support, 4001)
    steps = (law.pdf(grid)[1:] + law.pdf(grid)[:-1]) / 2 * np.diff(grid)
    cdf = np.interp(x, grid, np.concatenate([[0], np.cumsum(steps)]))
    ranks = np.arange(1, len(x) + 1) / len(x)
    return np.max(np.abs(ranks - 0.5 / len(x) - cdf))


def test_goe_follows_the_semicircle_and_not_one_two_percent_wider():
    """Eigenvalues are rigid, their distance is of order 1/n and not 1/sqrt n: the null is an independent sample."""
    rng = np.random.default_rng(0)
    distances = [ks(np.linalg.eigvalsh(goe(400, rng, 1.5)), Semicircle(1.5)) for _ in range(20)]
    null, fresh = max(distances[:10]), distances[10:]
    assert np.median(fresh) < null
    wider = [ks(np.linalg.eigvalsh(goe(400, rng, 1.5)), Semicircle(1.5 * 1.02)) for _ in range(10)]
    assert np.median(wider) > null


@pytest.mark.parametrize("shape", [(300, 300), (200, 400), (400, 200)])
def test_iid_follows_the_singular_value_law_and_not_its_transpose(shape):
    rng = np.random.default_rng(1)
    n, m = shape
    distances = [
        ks(np.linalg.svd(iid_rectangular(n, m, rng), compute_uv=False), SingularValueLaw(n / m)) for _ in range(20)
    ]
    null, fresh = max(distances[:10]), distances[10:]
    assert np.median(fresh) < null
    values = np.linalg.svd(iid_rectangular(n, m, rng), compute_uv=False)
    if n != m:
        assert ks(values, SingularValueLaw(m / n)) > 2 * null
    assert ks(values**2, SingularValueLaw(n / m)) > 2 * null, "the squares follow Marchenko-Pastur, the values do not"


@pytest.mark.parametrize("shape", [(300, 300), (200, 400), (400, 200)])
def test_fit_recovers_sigma_despite_outliers(shape):
    rng = np.random.default_rng(2)
    n, m = shape
    estimates = []
    for _ in range(20):
        values = np.linalg.svd(iid_rectangular(n, m, rng, sigma=0.8), compute_uv=False)
        values[:5] += 10
        estimates.append(SingularValueLaw.fit(values, shape).sigma)
    error = np.std(estimates) / np.sqrt(len(estimates))
    assert abs(np.mean(estimates) - 0.8) < 4 * error + 0.8 * 0.01  # five shifted values move the median by O(1/n)
    assert abs(np.mean(estimates) - 0.8 * 1.05) > 4 * error + 0.8 * 0.01


@pytest.mark.parametrize("bad", [lambda: Semicircle(0), lambda: SingularValueLaw(-1), lambda: SpikeMeasure(1, np.nan)])
def test_bad_scale_is_refused(bad):
    with pytest.raises(ValueError, match="must be positive"):
        bad()


def test_fit_refuses_a_wrong_number_of_values():
    with pytest.raises(ValueError, match=r"expected 3 values for shape \(3, 5\), got \(4,\)"):
        SingularValueLaw.fit(np.ones(4), (3, 5))
