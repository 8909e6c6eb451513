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
    assert np.allclose(found, [2, 2, 2])

