"""Finding codes of plans, adoptions and removals: what would be lost, and what has to happen first."""

from __future__ import annotations

from typing import Final

from kmetal_network.finding_codes import codes as code
from kmetal_network.finding_codes.codes import FindingCode

PLANS: Final = (
    FindingCode(
        id=code.CUT_OFF,
        title="The plan would cut pods off, or kill them",
        when="`up`, `destroy` and `offboard`, after the preview and again before the first write; a preview warns. The"
        " plan deletes or replaces a Subnet, a namespace, the provider network or its Vlan while pods use it, or the"
        " external Subnet while tenants have addresses out of it.",
        why="The SNAT rule goes first, then the Subnet's deletion waits for the pods: they have no egress for as long"
        " as they live. A provider network and its Vlan are deleted at once, whoever uses them.",
        ways_out=(
            "Stop the pods that the finding names, then run it again.",
            (
                "Accept the interruption: write `replaceWhileInUse: <reason>` in each cluster that is concerned."
                " This does not cover the external Subnet or a namespace."
            ),
            "Take the tenants away first where the external block itself changes.",
            "Put the old value back.",
        ),
    ),
    FindingCode(
        id=code.LOST_ADDRESS,
        title="The plan takes an address from somebody who uses it",
        when="`up`, after the preview and again before the first write; a preview warns. A pool no longer holds the"
        " address of a Service or a hosted control plane, or `excludeIps` would cover a tenant's egress address.",
        why="MetalLB gives such a Service another address at once and silently. In kMetal these addresses are tenants'"
        " API servers. Kube-OVN does not give an excluded address again after its controller restarts.",
        ways_out=(
            "Keep the addresses that the finding names in a pool.",
            "Move those who use them first.",
            "For an egress address: leave it out of `excludeIps`, or pin it with `egressAddress` at its tenant.",
        ),
    ),
    FindingCode(
        id=code.REROUTED,
        title="A tenant's router is replaced, since its egress address changes",
        when="A preview warns. Plain `pulumi up` is refused. `kmetal-network up` raises it where an unknown object"
        " is"
        " behind the router, or the old address is not released within a minute.",
        why="Kube-OVN does not move a router to another address. In one plain run Pulumi may delete the Vpc before its"
        " Subnets, and then wait for ever.",
        ways_out=(
            (
                "Apply it with `kmetal-network up STACK`, which takes the router down in order first. The tenant has no"
                " egress meanwhile."
            ),
            "Find out whose the unknown object is, and delete it.",
            "See what still uses the address (kubectl get ovn-snat-rules,ovn-fips,ovn-dnat-rules), then run it again.",
        ),
    ),
    FindingCode(
        id=code.ORPHAN,
        title="An object has our label, and neither settings nor state know it",
        when="`up` and `destroy` stop before their first write; a preview warns. As a rule a run was killed after it"
        " had created the object and before the state recorded it.",
        why="No one would ever delete it. The program does not delete it either: a label proves ownership, not that no"
        " other state tracks the object.",
        ways_out=(
            (
                "Put the tenant or object back into the stack file, run `kmetal-network up STACK`, then remove it"
                " properly"
                " (`kmetal-network offboard STACK TENANT` for a tenant)."
            ),
            "Delete the objects in the order that the finding gives, once no other state tracks them.",
            "Before a `destroy`: run `kmetal-network up STACK` first, which takes them into the state.",
        ),
    ),
    FindingCode(
        id=code.HALF_MADE,
        title="A killed run created an object with another value than the settings now have",
        when="`up` stops before its first write; a preview warns. The field is one that Kube-OVN does not follow in"
        " place.",
        why="For Pulumi the object is new, so it would be changed in place instead of replaced. A SNAT rule then keeps"
        " translating the old block and reports ready.",
        ways_out=("Write the old value back and run `kmetal-network up STACK`; then change it, and it is replaced.",),
    ),
    FindingCode(
        id=code.LEAVING,
        title="An object that the run needs is still being deleted",
        when="Every run and preview: an object of the stack has a deletion timestamp, or the address of a Vpc that was"
        " deleted has not been released.",
        why="What is written to a terminating object is lost, and a terminating namespace takes nothing new. A Vpc made"
        " before its old address is released loses its external port for good.",
        ways_out=(
            "Wait until it is gone, then run `kmetal-network up STACK --refresh`.",
            "If it stays, `kmetal-network drift STACK` names the finalizer; remove what holds it (SNAT rules, pods).",
        ),
    ),
    FindingCode(
        id=code.HELD,
        title="Fields of our objects are held under an older field manager",
        when="A preview warns: `kmetal-network up` moves the fields to this stack's field manager before its own"
        " preview. As"
        " an error: an object changed on every try.",
        why="A preview may report conflicts with `pulumi-kubernetes-...`, which are our own earlier runs.",
        ways_out=("Run `kmetal-network up STACK`; it writes nothing but `managedFields` for this.",),
    ),
)

TAKEOVERS: Final = (
    FindingCode(
        id=code.ADOPT,
        title="The network cannot be adopted in its current state",
        when="`kmetal-network adopt`, before anything is written: a live value would be lost, the cluster lacks"
        " something"
        " that settings need, an object belongs to another stack, or an object changed since it was read.",
        why="An adoption must change nothing that the settings do not show.",
        ways_out=(
            "Write the live value into the settings, or bring the object to the settings by hand.",
            "An object changed meanwhile: run `kmetal-network adopt` again.",
            "Another stack owns it: take it out of one of the two stacks.",
        ),
    ),
    FindingCode(
        id=code.IN_USE,
        title="A tenant that should go is still in use",
        when="`kmetal-network offboard`, before anything is changed and again after the answer: pods, LoadBalancer"
        " Services,"
        " addresses of its clusters' load balancers, hosted control planes or Clusters.",
        why="Its namespace takes everything in it along, and its Subnets would wait for the pods.",
        ways_out=("Delete what the finding names, with whatever recreates it; then run it again.",),
    ),
    FindingCode(
        id=code.CELLS,
        title="The state of a stack holds tenants of another stack",
        when="Every command that runs the engine, and the program itself, before anything is written: `cells` of the"
        " environment has changed, and the states have not followed.",
        why="The stack that holds a tenant would delete it, and the stack that it belongs to would take it over.",
        ways_out=(
            "Run `kmetal-network cells ENVIRONMENT`: it moves the tenants between the states and touches no object.",
            "Write the number of cells back.",
        ),
    ),
    FindingCode(
        id=code.OTHERS_TOO,
        title="The plan to remove a tenant would change other objects, too",
        when="`kmetal-network offboard`, after its preview. The stack file is put back as it was.",
        why="Offboarding proves that no one else was touched; other changes do not belong in that run.",
        ways_out=("Run `kmetal-network up STACK` first, then `kmetal-network offboard STACK TENANT`.",),
    ),
    FindingCode(
        id=code.LEFT,
        title="Something of a removed tenant is still in the cluster",
        when="`kmetal-network offboard`, in its final check; the objects are listed in the order in which they have to"
        " go.",
        why="A finalizer holds the object, or no state knows it. A SNAT rule or OvnEip whose Vpc went first waits for"
        " ever.",
        ways_out=(
            "Do what the finding says for each object, from the top; then run it again.",
            (
                "The router is gone before its rule: create an empty Vpc of that name, wait until the rule is gone, and"
                " delete the Vpc."
            ),
        ),
    ),
    FindingCode(
        id=code.TOUCHED,
        title="An object of somebody else changed while a tenant was removed",
        when="`kmetal-network offboard`, in its final check: the object is gone, has another uid, or other content.",
        why="The plan held nothing but the tenant, so somebody else did it at the same time.",
        ways_out=("`kmetal-network drift STACK` shows who changed what; decide with them.",),
    ),
)
