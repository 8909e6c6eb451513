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
    message = 'one column of X must give one power and one error, both in an array'
    assert np.shape(powers) == np.shape(errors) == (1,), message
    assert abs(powers[0] - 2) < 1e-09, 'y = 3 x^2 has the power 2'
    assert abs(errors[0]) < 1e-06, 'where all points lie on the law the standard error is zero'
    x = np.column_stack([x[:, 0], [1.0, 4.0, 2.0, 7.0, 3.0]])
    powers, errors = power_law(x, np.array([2.0, 3.0, 9.0, 4.0, 8.0]))
    message = 'two columns of X must give two powers and two errors'
    assert np.shape(powers) == np.shape(errors) == (2,), message
    message = 'off the law powers and errors must be finite, and the errors positive'
    assert np.all(np.isfinite([powers, errors])) and np.all(np.asarray(errors) > 0), message

@test_case(points=None, hidden=False)
def test_two_numbers_each(my_powers, my_errors):
    import numpy as np
    message = 'my_powers and my_errors must be two numbers each, without that of the constant'
    assert np.shape(my_powers) == np.shape(my_errors) == (2,), message
    powers, errors = (np.asarray(my_powers, float), np.asarray(my_errors, float))
    assert np.all(np.isfinite([powers, errors])), 'every number must be finite'
    assert np.all(errors > 0), 'standard errors are positive'
    message = 'the order is the power of gamma sqrt(r), in the book the smaller one, and that of eta'
    assert powers[0] < powers[1], message

