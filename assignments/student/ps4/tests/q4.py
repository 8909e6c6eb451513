from otter.test_files import test_case

OK_FORMAT = False

name = "q4"
points = 2
all_or_nothing = True

@test_case(points=None, hidden=False)
def test_form(worst, my_ranks):
    import sympy as sp
    from intruders.course import same
    assert isinstance(worst, sp.Expr), 'worst must be a SymPy expression'
    assert same(worst, worst, N=(50, 400), r=(1, 49)), 'worst has no finite value'
    r = sp.Symbol('r')
    last = worst.subs({s: r + 1 for s in worst.free_symbols if s.name == 'N'})
    last = last.subs({s: r for s in last.free_symbols if s.name == 'r'})
    assert same(last, sp.Integer(1), r=(1, 50)), 'one value that is missed is its own sum: at r = N - 1 it is 1'
    assert len(my_ranks) == 2, 'two numbers: by the right formula, by the printed one'
    assert all((int(rank) == rank for rank in my_ranks)), 'ranks are whole numbers'
    assert 0 < my_ranks[0] <= my_ranks[1] <= 384, 'the printed sum is never below the error'

