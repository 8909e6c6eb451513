from otter.test_files import test_case

OK_FORMAT = False

name = "q6"
points = 3
all_or_nothing = True

@test_case(points=None, hidden=False)
def test_a_single_rate(best_of, bias_two):
    import numpy as np
    from intruders.course import same
    found = best_of(1, 5, 1.0, 1.0, 500, np.random.default_rng(0))
    assert np.shape(found) == (4,) and np.all(np.isfinite(found)), 'best_of must return four finite floats'
    message = 'the second and the fourth are standard errors, which are positive'
    assert found[1] > 0 and found[3] > 0, message
    message = 'with one rate there is no choice: both means must be zero within their errors'
    assert abs(found[0]) < 5 * found[1] and abs(found[2]) < 5 * found[3], message
    message = 'bias_two must be an expression in sigma, tau and n'
    assert same(bias_two, bias_two, sigma=(0.5, 2), tau=(0.5, 2), n=(2, 9)), message

