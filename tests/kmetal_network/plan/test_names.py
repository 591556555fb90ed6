"""However many a refusal names, it names each: the length at which other sentences lose their middle does not count."""

from __future__ import annotations

from kmetal_network.errors import Finding


def test_a_finding_that_names_pods_keeps_every_name_and_another_one_is_bounded() -> None:
    names = tuple(f"tenant-alpha/worker-{number:04}" for number in range(500))
    reported = f"would be cut off: {', '.join(names)}"
    whole = Finding(place="p", problem=reported, remedy="stop them", rule="CUT-OFF", names=names)
    assert all(name in str(whole) for name in names)
    assert "characters left out" in str(Finding(place="p", problem=reported, remedy="r"))
