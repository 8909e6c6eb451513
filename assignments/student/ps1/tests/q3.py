from otter.test_files import test_case

OK_FORMAT = False

name = "q3"
points = 3
all_or_nothing = True

@test_case(points=None, hidden=False)
def test_is_a_density_at_c_one_half(mp_density, atom):
    import numpy as np
    x = np.linspace(0, 4, 40001)
    assert np.all(mp_density(x, 0.5, 1.0) >= 0) and mp_density(np.array([3.5]), 0.5, 1.0)[0] == 0
    assert abs(np.trapezoid(mp_density(x, 0.5, 1.0), x) - 1) < 0.001 and atom(0.5) == 0

