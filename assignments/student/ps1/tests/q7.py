from otter.test_files import test_case

OK_FORMAT = False

name = "q7"
points = 4
all_or_nothing = True

@test_case(points=None, hidden=False)
def test_no_levels_is_the_semicircle(g_levels):
    g = g_levels(0.5 + 1j, [0.0], 1.0)
    assert isinstance(g, complex), 'g_levels must return one complex number'
    assert abs(g * (0.5 + 1j - g) - 1) < 1e-08, 'with one level at zero it must solve the equation of the semicircle'
    assert g.imag < 0, 'the imaginary part must be negative'

@test_case(points=None, hidden=False)
def test_density_is_a_number(my_density):
    import numpy as np
    assert np.ndim(my_density) == 0 and np.isrealobj(my_density), 'my_density must be one real number'
    assert np.isfinite(float(my_density)), 'my_density must be finite'
    assert my_density > 0, 'at x = 0 there are eigenvalues: my_density must be positive'

