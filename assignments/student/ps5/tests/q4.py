from otter.test_files import test_case

OK_FORMAT = False

name = "q4"
points = 3
all_or_nothing = True

@test_case(points=None, hidden=False)
def test_an_exact_power(power_law):
    import numpy as np
    x = np.array([[1.0], [2.0], [3.0], [5.0], [8.0]])
    powers, errors = power_law(x, 3 * x[:, 0] ** 2)
    assert np.shape(powers) == np.shape(errors) == (1,)
    assert abs(powers[0] - 2) < 1e-09 and abs(errors[0]) < 1e-06

@test_case(points=None, hidden=False)
def test_two_numbers_each(my_powers, my_errors):
    import numpy as np
    assert np.shape(my_powers) == np.shape(my_errors) == (2,)
    assert np.all(np.asarray(my_errors, float) > 0)

