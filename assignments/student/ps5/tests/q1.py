from otter.test_files import test_case

OK_FORMAT = False

name = "q1"
points = 2
all_or_nothing = True

@test_case(points=None, hidden=False)
def test_untouched_nothing_changes(saved, best, neighbour):
    import sympy as sp
    from intruders.course import same
    ranges = {'S': (2, 3), 'A': (0.1, 2), 'E': (4, 9)}
    for name, one in {'saved': saved, 'neighbour': neighbour}.items():
        at_one = {s: 1 for s in sp.sympify(one).free_symbols if s.name == 'lam'}
        message = f'{name} must be an expression in lam, S, A and E'
        assert same(one, one, lam=(-0.5, 1.5), **ranges), message
        message = f'{name} must be zero for the factor one'
        assert same(sp.sympify(one).subs(at_one), sp.Integer(0), **ranges), message
    assert same(sp.sympify(best), best, **ranges), 'best must be an expression in S, A and E, without lam'

