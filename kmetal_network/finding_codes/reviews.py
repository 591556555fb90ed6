"""Finding codes of reviewed plans, and of what is asked on the command line."""

from __future__ import annotations

from typing import Final

from kmetal_network.finding_codes import codes as code
from kmetal_network.finding_codes.codes import FindingCode

REVIEWS: Final = (
    FindingCode(
        id=code.OPENS,
        title="A change opens a path",
        when="`kmetal-network preview` and the comment on a pull request: between tenants, towards the platform, or"
        " inwards to a pod; and wherever a tenant's packets were dropped before. The finding names the object and the"
        " field that decided before, and those that decide now. It stops nothing: `up` would apply it. The verdict is"
        ' never "adds only".',
        why="Isolation is what the network is for, and the change reads like a line less of YAML, or like a tenant"
        " more.",
        ways_out=(
            "Keep what closed the path, or drop it: the tenant's `drop`, or `isolation: {level: platform}`.",
            "Accept the path in the review; `kmetal-network reach STACK --base REV` lists every path.",
        ),
    ),
    FindingCode(
        id=code.FAILED,
        title="A preview did not reach its end",
        when="`kmetal-network preview` and the comment: the engine, the program or the cluster stopped it. The verdict"
        " is"
        " not known.",
        why="A plan that ends half way looks like a small one.",
        ways_out=("Read the sentence of the finding, put its cause right, and run the preview again.",),
    ),
    FindingCode(
        id=code.POLICY,
        title="A policy pack that is not ours refuses the plan",
        when="`kmetal-network preview` and `up`, with a further pack or a policy without one of our findings.",
        why="The engine stops at a mandatory policy, whoever wrote it.",
        ways_out=("See the pack's own documentation.",),
    ),
    FindingCode(
        id=code.REVIEWED,
        title="The plan is another one than the reviewed one, or none was reviewed",
        when="`kmetal-network up --reviewed DIGEST`, before any write, and `kmetal-network reviewed`, which reads the"
        " digest out of"
        " the comment.",
        why="What is applied has to be what somebody agreed to. Settings, the cluster or the pods that a change cuts"
        " off may have changed since.",
        ways_out=(
            "Preview again, and have the new plan reviewed.",
            "Name the digest by hand where there was no pull request: `kmetal-network preview STACK` prints it.",
        ),
    ),
    FindingCode(
        id=code.FORGE,
        title="The forge did not take or give what was asked",
        when="`kmetal-network comment`, `reviewed` and `issue`, which speak with GitHub, GitLab, Gitea or Forgejo.",
        why="The comment is in the step summary and the artifact all the same; only the pull request lacks it.",
        ways_out=("Check the address, the token and its rights, as the finding says; then run the job again.",),
    ),
    FindingCode(
        id=code.USAGE,
        title="An option names nothing that is there",
        when="`kmetal-network reach` and `preview --base`: a source, a destination or a revision that does not exist.",
        why="An empty answer would read like isolation.",
        ways_out=("Write one of the names that the finding lists.",),
    ),
)
