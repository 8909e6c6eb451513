from otter.test_files import test_case

OK_FORMAT = False

name = "q7"
points = 3
all_or_nothing = True

@test_case(points=None, hidden=False)
def test_rank_one(leaving, my_scales):
    import numpy as np
    B, A = (np.zeros((40, 1)), np.zeros((1, 40)))
    B[3], A[0, 5] = (0.5, 4.0)
    assert np.allclose(leaving(B, A, 1.0, 1.0), [2.5]), 'a spike of strength 2 in a square matrix'
    assert len(leaving(B, A, 0.4, 1.0)) == 0, 'a spike of strength 0.8 does not leave'
    assert len(my_scales) == 2 and 0 < my_scales[0] < my_scales[1]

