"""Numbers and lists in sentences."""

from __future__ import annotations

from collections.abc import Iterator

from kmetal_network.counting import counted, first_few


def test_a_number_counts_its_noun() -> None:
    assert [counted(number, "pod") for number in (0, 1, 2, 1000)] == ["0 pods", "1 pod", "2 pods", "1,000 pods"]


def test_few_texts_are_all_named() -> None:
    assert first_few([]) == ""
    assert first_few(["a", "b"], most=2) == "a, b"


def test_of_many_texts_the_first_are_named_and_no_more_than_one_further_is_asked_for() -> None:
    asked = []

    def texts() -> Iterator[str]:
        for number in range(1000):
            asked.append(number)
            yield str(number)

    assert first_few(texts(), most=3) == "0, 1, 2 and further ones"
    assert asked == [0, 1, 2, 3]
