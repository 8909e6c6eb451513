from otter.test_files import test_case

OK_FORMAT = False

name = "q3"
points = 3
all_or_nothing = True

@test_case(points=None, hidden=False)
def test_form(rho, left, right):
    from intruders.course import same
    for name, one in {'rho': rho, 'left': left, 'right': right}.items():
        message = f'{name} must be an expression in theta and c, with a finite value for c <= 1'
        assert same(one, one, theta=(0.1, 5), c=(0.05, 1)), message

@test_case(points=None, hidden=False)
def test_orthogonal_matrices(rho, left, right):
    import sympy as sp
    from intruders.course import same

    def square(formula):
        formula = sp.sympify(formula)
        return formula.subs({one: 1 for one in formula.free_symbols if one.name == 'c'})
    theta = sp.Symbol('theta')
    place = (theta + sp.sqrt(theta ** 2 + 4)) / 2
    message = 'rho: at c = 1 the bulk is an orthogonal matrix, as in exercise 4 of chapter 5'
    assert same(square(rho), place, theta=(0.1, 5)), message
    for name, overlap in {'left': left, 'right': right}.items():
        message = f'{name}: at c = 1 the bulk is an orthogonal matrix, as in exercise 4 of chapter 5'
        assert same(square(overlap), place ** 2 / (1 + place ** 2), theta=(0.1, 5)), message

