from otter.test_files import test_case

OK_FORMAT = False

name = "q5"
points = 3
all_or_nothing = True

@test_case(points=None, hidden=False)
def test_without_noise(read_off):
    import numpy as np
    values = np.array([3.0, 2.0, 0, 0, 0, 0, 0, 0])
    found = np.asarray(read_off(values, 2, 8, 8))
    assert found.shape == (2, 4), 'an array with a row for each outlier and four columns'
    assert np.all(np.isfinite(found)), 'every entry must be finite'
    message = 'where the bulk is zero a spike stands at its strength, and keeps its vectors'
    assert np.allclose(found, [[3, 1, 1, 3], [2, 1, 1, 2]]), message

@test_case(points=None, hidden=False)
def test_form_for_other_shapes(read_off):
    import numpy as np
    values = np.array([3.0, 1.2, 0.8, 0.5])
    for n, m in ((4, 9), (9, 4)):
        found = np.asarray(read_off(values, 1, n, m))
        assert found.shape == (1, 4), f'one row and four columns also for {n} x {m} and one outlier'
        assert np.all(np.isfinite(found)) and np.all(found > 0), f'finite and positive, also for {n} x {m}'

