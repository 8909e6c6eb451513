from otter.test_files import test_case

OK_FORMAT = False

name = "q7"
points = 3
all_or_nothing = True

@test_case(points=None, hidden=False)
def test_rank_one(norm_2, norm_F):
    import sympy as sp
    for name, norm in {'norm_2': norm_2, 'norm_F': norm_F}.items():
        norm = sp.sympify(norm)
        assert norm.subs(dict.fromkeys(norm.free_symbols, 1)) == 1, f'{name} of one unit vector times another'

@test_case(points=None, hidden=False)
def test_frames_satisfy_the_constraint(frames):
    import numpy as np
    W0 = np.random.default_rng(0).standard_normal((220, 200)) / 15
    for new in (True, False):
        for frame, size in zip(frames(W0, 3, new), (220, 200), strict=True):
            assert frame.shape == (size, 3) and np.allclose(frame.T @ frame, np.eye(3))

