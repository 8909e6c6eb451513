from otter.test_files import test_case

OK_FORMAT = False

name = "q4"
points = 3
all_or_nothing = True

@test_case(points=None, hidden=False)
def test_form(worst, example, my_ranks):
    import numpy as np
    import sympy as sp
    from intruders.course import same
    r = sp.Symbol('r')
    last = sp.sympify(worst).subs({s: r + 1 for s in worst.free_symbols if s.name == 'N'})
    last = last.subs({s: r for s in last.free_symbols if s.name == 'r'})
    assert same(last, sp.Integer(1), r=(1, 50)), 'one value that is missed is its own sum: at r = N - 1 it is 1'
    values = np.asarray(example)
    assert values.ndim == 1 and len(values) <= 64 and np.all(values >= 0)
    assert abs(np.sum(values ** 2) - 1) < 1e-09, 'the Frobenius norm is to be one'
    assert len(my_ranks) == 2, 'two numbers: by the right formula, by the printed one'
    assert 0 < my_ranks[0] <= my_ranks[1] <= 384, 'the printed sum is never below the error'

