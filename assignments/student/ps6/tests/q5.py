from otter.test_files import test_case

OK_FORMAT = False

name = "q5"
points = 4
all_or_nothing = True

@test_case(points=None, hidden=False)
def test_a_bulk_of_zeros_and_the_form(visibility, loads):
    import numpy as np
    values = np.array([5.0] * 12 + [0.0] * 8)
    assert abs(visibility(values, (20, 20), 12) - 5) < 1e-09, 'where there is no noise, a spike stands where it is'
    found = loads(values, (20, 20), 12, np.eye(20, 3), np.eye(3, 20), 10.0)
    assert np.shape(found) == (3,), 'loads returns an array of r numbers'
    assert np.allclose(found, [2, 2, 2]), 'spikes of 10 at a visibility of 5 have the load 2'

@test_case(points=None, hidden=False)
def test_order_and_a_real_number(visibility, loads, my_alpha):
    import numpy as np
    values, rng = (np.linspace(4, 0.1, 30), np.random.default_rng(1))
    seen = visibility(values, (30, 40), 12)
    assert np.ndim(seen) == 0 and 0 < seen < np.inf, 'visibility is one positive number'
    found = loads(values, (30, 40), 12, rng.normal(size=(30, 4)), rng.normal(size=(4, 40)), 1.0)
    assert np.all(np.isfinite(found)) and np.all(np.diff(found) <= 0), 'the loads must fall'
    assert 0 < float(my_alpha) < np.inf, 'my_alpha must be a positive number'
    assert float(my_alpha) % 1 != 0, 'my_alpha is a real number: do not round it'

