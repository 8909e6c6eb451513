from otter.test_files import test_case

OK_FORMAT = False

name = "q7"
points = 3
all_or_nothing = True

@test_case(points=None, hidden=False)
def test_rank_one(norm_2, norm_F, power):
    import sympy as sp
    from intruders.course import same
    for name, norm in {'norm_2': norm_2, 'norm_F': norm_F}.items():
        assert isinstance(norm, (sp.Expr, int, float)), f'{name} must be an expression in r'
        norm = sp.sympify(norm)
        assert same(norm, norm, r=(1, 64)), f'{name} has no finite value'
        assert norm.subs(dict.fromkeys(norm.free_symbols, 1)) == 1, f'{name} is 1 for one unit vector times another'
    assert abs(float(power)) < 3, 'power must be a number, of moderate size'

@test_case(points=None, hidden=False)
def test_frames_satisfy_the_constraint(frames):
    import numpy as np
    W0 = np.random.default_rng(0).standard_normal((220, 200)) / 15
    for new in (True, False):
        found = frames(W0, 3, new)
        assert isinstance(found, (tuple, list)) and len(found) == 2, 'return a pair B, A'
        for frame, size in zip(found, W0.shape, strict=True):
            assert np.shape(frame) == (size, 3), f'B is n x r and A is m x r, not {np.shape(frame)}'
            assert np.allclose(frame.T @ frame, np.eye(3)), 'the columns must be orthonormal'

