from otter.test_files import test_case

OK_FORMAT = False

name = "q1"
points = 2
all_or_nothing = True

@test_case(points=None, hidden=False)
def test_form(v2_along, v2_across, lambda3):
    from intruders.course import same
    names = {'delta': (1, 3), 'kappa': (0.5, 2), 'a': (-1, 1), 'b': (-1, 1)}
    given = {'v2_along': v2_along, 'v2_across': v2_across, 'lambda3': lambda3}
    for name, answer in given.items():
        assert same(answer, answer, **names), f'{name} is no such expression'

@test_case(points=None, hidden=False)
def test_equal_shifts_change_no_vector(v2_across, lambda3):
    import sympy as sp
    from intruders.course import same
    for name, answer in {'v2_across': v2_across, 'lambda3': lambda3}.items():
        value = answer.subs({s: 1 for s in answer.free_symbols if s.name in 'ab'})
        message = f'a = b adds a multiple of the identity: {name} as at a = b = 0'
        assert same(value, sp.Integer(0), delta=(1, 3), kappa=(0.5, 2)), message

