from otter.test_files import test_case

OK_FORMAT = False

name = "q1"
points = 2
all_or_nothing = True

@test_case(points=None, hidden=False)
def test_at_the_start(reach, my_reach):
    import sympy as sp
    from intruders.course import same
    assert isinstance(reach, sp.Expr), 'reach must be a SymPy expression'
    sizes = {'n': (20, 90), 'm': (20, 90), 'p': (1, 9), 'q': (1, 9)}
    assert same(reach, reach, **sizes), 'reach has no finite value'
    n, q = sp.symbols('n q')
    start = reach.subs({s: 0 for s in reach.free_symbols if s.name == 'p'})
    assert same(start, n * q, n=(20, 90), m=(20, 90), q=(1, 9)), 'at B = 0 it is q n'
    assert int(my_reach) == my_reach > 0, 'my_reach must be a whole number above zero'

