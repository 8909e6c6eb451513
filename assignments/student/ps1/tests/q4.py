from otter.test_files import test_case

OK_FORMAT = False

name = "q4"
points = 3
all_or_nothing = True

@test_case(points=None, hidden=False)
def test_right_of_the_law(g_mp):
    import numpy as np
    values = g_mp(np.array([5 + 1e-09j, 1j, -3 + 0.5j]), 1.0, 1.0)
    assert np.shape(values) == (3,), 'an array of three z must give an array of three numbers'
    assert np.all(np.isfinite(values)), 'every value must be finite'
    assert abs(values[0] - 0.27639) < 0.0001, 'at z = 5 and c = sigma = 1 it is 0.27639'

