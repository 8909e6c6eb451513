from otter.test_files import test_case

OK_FORMAT = False

name = "q1"
points = 2
all_or_nothing = True

@test_case(points=None, hidden=False)
def test_form(v2_along, lambda3):
    import sympy as sp
    from intruders.course import same
    names = {'delta': (1, 3), 'kappa': (0.5, 2), 'a': (-1, 1), 'b': (-1, 1)}
    for name, answer in {'v2_along': v2_along, 'lambda3': lambda3}.items():
        assert isinstance(answer, sp.Expr), f'{name} must be a SymPy expression'
        assert same(answer, answer, **names), f'{name} has no finite value'

@test_case(points=None, hidden=False)
def test_equal_shifts_move_both_levels_alike(lambda3):
    import sympy as sp
    from intruders.course import same
    value = lambda3.subs({s: 1 for s in lambda3.free_symbols if s.name in 'ab'})
    message = 'a = b adds a multiple of the identity: lambda3 as at a = b = 0'
    assert same(value, sp.Integer(0), delta=(1, 3), kappa=(0.5, 2)), message

