"""Which tests may run in parallel: those of different groups.

Each worker of pytest-xdist is a session with a control plane of its own. Tests of a file run on one worker in their order,
for they share fixtures, or are one story; those of the simulated controllers share a cluster; each life cycle is its own
group. The groups of pytest-xdist 3.8 would say the same, but pytest 9.2 does not know the names that it gives to tests.
"""

from __future__ import annotations

from xdist.scheduler import LoadScopeScheduling

LONG = (
    *("test_story", "test_gitlab", "test_preview_alone", "test_comments"),
    *(
        "test_killed",
        "test_table",
        "test_rerouting",
        "test_left_behind",
        "test_strays",
        "test_killed_commands",
        "test_cells",
    ),
)
"""Files of pipelines and of the life cycle whose tests take half a minute and more."""


class XdistGroups(LoadScopeScheduling):
    """Distributes group by group."""

    def _split_scope(self, nodeid: str) -> str:
        file, *_ = nodeid.partition("::")
        if file.startswith("tests/life_cycle/"):
            return nodeid
        return "tests/sandbox/controllers" if file.startswith("tests/sandbox/controllers/") else file
