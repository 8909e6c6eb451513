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
    found = np.asarray(leaving(B, A, 1.0, 1.0))
    assert found.shape == (1,), 'an array of one number, if one singular value leaves'
    assert np.allclose(found, [2.5]), 'a spike of strength 2 in square noise of scale 1 stands at 2.5'
    message = 'a spike of strength 0.8 in square noise of scale 1 does not leave: an empty array'
    assert np.shape(leaving(B, A, 0.4, 1.0)) == (0,), message
    B, A = (np.zeros((40, 2)), np.zeros((2, 40)))
    B[[3, 4], [0, 1]], A[[0, 1], [5, 6]] = (1, [2.0, 5.0])
    found = np.asarray(leaving(B, A, 1.0, 1.0))
    assert found.shape == (2,), 'two spikes that leave, two places'
    assert found[0] > found[1], 'the places must be falling, however the columns of B are ordered'
    assert np.shape(my_scales) == (2,), 'my_scales must be two numbers'
    assert np.all(np.isfinite(my_scales)), 'my_scales must be finite'
    assert 0 < my_scales[0] < my_scales[1], 'the first leaves at a smaller scale than the last'

