from otter.test_files import test_case

OK_FORMAT = False

name = "q7"
points = 4
all_or_nothing = True

@test_case(points=None, hidden=False)
def test_form_of_the_answers(needed, world, partial, my_raw, my_given):
    import numpy as np
    from intruders.course import same
    assert same(needed, needed, s=(0.1, 0.9)), 'needed is an expression in s'
    drawn = world(0.5, 100, np.random.default_rng(0))
    assert len(drawn) == 3 and all((np.shape(one) == (100,) for one in drawn))
    x = np.array([1.0, 2, 3, 4, 5, 6])
    z = np.array([3.0, 5, 1, 6, 2, 4])
    assert abs(partial(x, x ** 3, z) - 1) < 1e-09
    assert abs(my_raw) <= 1 and abs(my_given) <= 1

