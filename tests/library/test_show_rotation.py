"""The explorable of chapter 11, beside the adapter itself."""

import numpy as np
import pytest
import torch
from explorable_checks import feels_continuous, page_is_light

from intruders.show.rotation import rotation
from intruders.spectra.detect import detect
from intruders.tuning.spectral import Rotational

pytestmark = pytest.mark.usefixtures("style")


def test_slider_feels_continuous_and_page_is_light():
    feels_continuous(rotation)
    page_is_light(rotation)


def counts(amount: float) -> dict[int, float]:
    said = rotation.frame(amount).says.partition("average ")[2]
    return {int(r): float(mean) for mean, r in (one.split(" at r = ") for one in said.split(", "))}


@pytest.mark.parametrize(("amount", "r"), [(0.2, 32), (0.4, 32), (1.0, 16), (1.0, 8)])
def test_the_counts_are_those_of_the_adapter(amount, r):
    rng, generator = np.random.default_rng(0), torch.Generator().manual_seed(0)
    W0 = torch.from_numpy(rng.standard_normal((60, 50)))
    found = []
    for _ in range(30):
        adapter = Rotational(W0, r)
        with torch.no_grad():
            for p in adapter.parameters():
                p.copy_(amount * torch.randn(p.shape, generator=generator, dtype=p.dtype))
            change = (adapter(W0) - W0).numpy()
        found.append(detect(W0.numpy(), change, route="dense").intruders().sum())
    error = np.std(found, ddof=1) * np.sqrt(1 / 30 + 1 / 40)
    assert abs(np.mean(found) - counts(amount)[r]) < 4 * error + 0.06
    assert abs(np.mean(found) - 2 * counts(amount)[r]) > 4 * error + 0.06 or r == 8


def test_nothing_moves_at_zero_and_four_directions_have_none():
    still = rotation.frame(0.0)
    assert all(y[1] == 1 for name, (_, y) in still.curves.items() if name.startswith("vector"))
    assert set(counts(0.0).values()) == {0.0}
    assert counts(1.0)[4] == 0.0 < counts(1.0)[8] < counts(1.0)[16] < counts(1.0)[32]
