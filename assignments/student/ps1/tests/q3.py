from otter.test_files import test_case

OK_FORMAT = False

name = "q3"
points = 3
all_or_nothing = True

@test_case(points=None, hidden=False)
def test_is_a_density_at_c_one_half(mp_density, atom):
    import numpy as np
    x = np.linspace(0, 4, 40001)
    f = mp_density(x, 0.5, 1.0)
    assert np.shape(f) == x.shape, 'mp_density must return an array of the shape of x'
    assert np.isrealobj(f) and np.all(np.isfinite(f)), 'every value must be finite and real, also at x = 0'
    assert np.all(np.asarray(f) >= 0), 'a density is nowhere negative'
    assert mp_density(np.array([3.5]), 0.5, 1.0)[0] == 0, 'at c = 1/2, sigma = 1 it must be zero at x = 3.5'
    assert abs(np.trapezoid(f, x) - 1) < 0.001, 'at c = 1/2, sigma = 1 its integral must be one'
    assert np.ndim(atom(0.5)) == 0 and atom(0.5) == 0, 'atom must return a number, and there is none at c = 1/2'
    assert 0 <= atom(3.0) < 1, 'atom must return a mass, also for c > 1'

