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
    assert len(found) == 4 and found[1] > 0 and (found[3] > 0)
    assert abs(found[0]) < 5 * found[1], 'with one rate there is no choice'
    assert same(bias_two, bias_two, sigma=(0.5, 2), tau=(0.5, 2), n=(2, 9))

