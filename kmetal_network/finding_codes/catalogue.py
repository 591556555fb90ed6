"""The catalogue of finding codes: when each appears, why, and the ways out. Here: files, the cluster, a failed run."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from kmetal_network.finding_codes import codes as code
from kmetal_network.finding_codes.codes import FindingCode
from kmetal_network.finding_codes.plans import PLANS, TAKEOVERS
from kmetal_network.finding_codes.reviews import REVIEWS

_FILES: Final = (
    FindingCode(
        id=code.SHAPE,
        title="A file does not have the form that it should have",
        when="Every command that reads a stack file or YAML, before any law is judged: an unknown key, a key written"
        " twice, a wrong type, or a value that its type does not admit.",
        why="The laws can judge only what could be read. A misspelt key would otherwise be ignored in silence.",
        ways_out=(
            "Write what the finding proposes; it names the file, the line and the key.",
            "Look the key up in docs/configuration.md, or let an editor complete it from schema/stack.schema.json.",
        ),
    ),
    FindingCode(
        id=code.LOCK,
        title="The settings and the lock file of `allocate` do not agree",
        when="`kmetal-network allocate`, which then writes nothing, `allocate --check` and `offboard`: a tenant has a"
        " block or address of a supply that `tenants/<stack>/allocations.lock` does not give to it, the lock file gives"
        " something to a tenant that is gone, or its text is not what `allocate` writes. As a warning: two tenants"
        " share addresses, or a tenant lets Kube-OVN pick its egress address.",
        why="`allocate` would give a second time what the lock file does not list.",
        ways_out=(
            "`kmetal-network allocate STACK` notes what the settings have, and follows a changed supply.",
            "A tenant that is gone: `kmetal-network offboard STACK TENANT` proves it and releases what it had.",
            (
                "After a merge conflict: take the main branch's lock file, delete what your branch added to the"
                " tenant's file, and run `kmetal-network allocate` again."
            ),
        ),
    ),
    FindingCode(
        id=code.SUPPLY,
        title="A supply has nothing left to give",
        when="`kmetal-network allocate`, before anything is written.",
        why="`allocate` gives out of declared supplies alone; what is released comes back after its quarantine.",
        ways_out=(
            "Enlarge the supply in the section `supplies`, or reserve less.",
            "Wait until the quarantine of what was released ends; the finding names the day.",
        ),
    ),
)

_CLUSTER: Final = (
    FindingCode(
        id=code.CLUSTER,
        title="The cluster cannot be reached, or it is another one",
        when="Every command that reads the cluster. It stops the run: there is no answer, the credentials are refused,"
        " `cluster.uid` names another cluster, or the state was written for another cluster.",
        why="Pulumi checks neither. Its preview succeeds against a cluster that it cannot reach, and it would change or"
        " delete objects on the cluster of the state, whichever that is.",
        ways_out=(
            "No answer or no permission: renew the credentials, or check that this machine reaches the API server.",
            "The wrong context: name the right one in `cluster.context`.",
            (
                "The cluster was rebuilt: correct `cluster.uid`, then run `kmetal-network up STACK --refresh`, which"
                " reads"
                " every object from the new cluster first."
            ),
        ),
    ),
    FindingCode(
        id=code.CRD,
        title="The API server does not serve a kind that the stack writes",
        when="Before the first write of `up`, and in a preview. An error where the chart is installed or others install"
        " it; a warning before the chart's first installation. Also where this API server refuses every BGPPeer"
        " because of MetalLB's definition of it.",
        why="Pulumi's preview succeeds without the kind. Its `up` retries for about a minute and fails half way.",
        ways_out=(
            "Install what serves the kind: the chart, Flux, or Kubernetes 1.31 for admission policies.",
            "Let the stack install the chart (`chart.install: release`).",
            "Do without admission policies: `admission.leftOut: <reason>`.",
        ),
    ),
    FindingCode(
        id=code.KUBE_OVN,
        title="Kube-OVN's version or arguments are not known",
        when="A preview or an `up`, as a warning: Deployment kube-system/kube-ovn-controller is absent, may not be"
        " read, or its image names no version.",
        why="This network needs Kube-OVN 1.15 or later as the secondary CNI with `--enable-eip-snat`. What cannot be"
        " read cannot be checked.",
        ways_out=(
            "Give the identity the right to read that Deployment (docs/rbac-preview.yaml has it).",
            "Check version and arguments yourself; the warning then says nothing more.",
        ),
    ),
    FindingCode(
        id=code.GATEWAY_NODE,
        title="A gateway node has left, or its label is off",
        when="A preview or an `up`. A warning for one node that is gone or whose label is not `true`; an error where no"
        " gateway node is left, and for plain `pulumi up` while the settings name a node that is gone.",
        why="A tenant's VPC leaves through a labelled node; without one it has no egress. Plain Pulumi would create an"
        " empty Node object for a node that has left.",
        ways_out=(
            "The label is off: `kmetal-network up STACK` sets it again; with plain Pulumi, add `--refresh`.",
            "The node has left: take it out of `provider.gatewayNodes`, then run `kmetal-network up STACK`.",
            "The last one has left: name other nodes that have the provider NIC.",
        ),
    ),
    FindingCode(
        id=code.NODE,
        title="A node in the provider network's lists does not match the cluster",
        when="A preview or an `up`. A warning where a named node is not in the cluster; an error where Kube-OVN has"
        " added a node because of its annotation and the settings do not name it.",
        why="Kube-OVN edits these lists itself, and an `up` writes ours over them: a node that is no longer excluded"
        " loses its NIC to the bridge.",
        ways_out=(
            "A node that is gone: take it out of the list, correct its name, or leave it in if it will come back.",
            "A node that Kube-OVN added: write it into the settings, too.",
            "Or remove the annotation from the Node and the node from the ProviderNetwork.",
        ),
    ),
    FindingCode(
        id=code.OWNER,
        title="An object or a Helm release with our name belongs to somebody else",
        when="Before the first write: the object carries no label of this stack, or Helm has a release that the state"
        " does not know.",
        why="Writing would take over an object that another person or stack manages, without asking anybody.",
        ways_out=(
            "Give ours another name.",
            (
                "Take the object over: `kmetal-network adopt STACK --context CTX` first shows each field that would"
                " change."
            ),
            "Others install the chart: write `chart.install: external`.",
            "A run of this stack died and left Helm's record: delete the record, as the finding says.",
        ),
    ),
)

_RUN: Final = (
    FindingCode(
        id=code.STOPPED,
        title="Somebody ended the run",
        when="After Ctrl-C, or a signal of a CI runner: no further step begins, the rest ends, the state is written.",
        why="A run that is killed instead leaves its lock, and objects that the state does not know.",
        ways_out=(
            "Run the same command again: it goes on where the run ended.",
            "Press Ctrl-C a second time only where a step hangs: what is in flight then may be missing in the state.",
        ),
    ),
    FindingCode(
        id=code.NOT_READY,
        title="A step waited in vain, or its object became ready too late",
        when="After an `up` that failed: the object of the failed step is read once more.",
        why="Pulumi says only that it timed out. The status of the object says which node and which reason.",
        ways_out=(
            "Do what the finding says about the node or the reason, then run `kmetal-network up STACK` again.",
            "It is ready by now: run `kmetal-network up STACK` again.",
        ),
    ),
    FindingCode(
        id=code.CONFLICT,
        title="Another field manager holds a field that the run writes",
        when="After an `up` that failed because the API server refused a server-side apply.",
        why="Somebody else writes the same field. To force it would start a contest with a controller or a person.",
        ways_out=(
            "`kmetal-network drift STACK` shows who wrote what and when; agree on one writer.",
            (
                "The manager is ours: a killed run created the object with another value; write that value back, run"
                " `kmetal-network up STACK`, then change it."
            ),
        ),
    ),
)

CODES: Final = tuple(sorted((*_FILES, *_CLUSTER, *PLANS, *_RUN, *TAKEOVERS, *REVIEWS), key=lambda entry: entry.id))
"""All of them, by id."""

BY_CODE: Final[Mapping[str, FindingCode]] = MappingProxyType({entry.id: entry for entry in CODES})
