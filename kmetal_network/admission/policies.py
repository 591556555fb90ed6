"""ValidatingAdmissionPolicies that reject any object which breaks a law by itself, including via kubectl.

The API server refuses a pool on the provider VLAN just as a preview does. The policies cover a part of the laws: a
policy sees one object only. `kmetal-network verify` judges laws that compare objects, and what CEL cannot parse.

Policies for laws that must not fail open are stricter than the laws:

- NET-201 refuses a pool's entry, and NET-414 a match, in forms that only the Python parser knows (zeros before a
  length, the mapped form in hexadecimal; blanks that are not ASCII).
- NET-202 refuses an L2Advertisement without `interfaces` or on a provider NIC. Which nodes announce it, and what the
  speakers exclude, is in other objects.

The expressions contain the settings' literals, so no parameter object can get lost. Each kind has one policy with a
validation for each law. Laws that the stack relaxes are in a second policy, which warns.

What the policies let through:

- They match only creation and changes of `spec`, never of status, labels or finalizers: an object that existed before
  the policy can still be finalized and deleted. They also judge a change of a terminating object's spec: MetalLB and
  Kube-OVN act on it until it is gone.
- Kube-OVN's own service account is exempt for Kube-OVN's kinds; it writes whole objects back, defaults included.
- `failurePolicy: Fail`: the expressions run inside the API server and call nothing else. A failure means a value that
  CEL could not read, and such a value must not pass.
- A law that the stack relaxes is bound with Warn and Audit instead of Deny.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final, TypeAlias

from kmetal_network.admission.cel import text, texts
from kmetal_network.admission.checks import CHECKS, HELD
from kmetal_network.admission.model import ATTACHMENTS, KUBE_OVN_ACCOUNTS, AdmissionCheck, Kind, Literals
from kmetal_network.errors import Severity
from kmetal_network.laws.registry import BY_ID

Body: TypeAlias = dict[str, Any]

__all__ = ["HELD", "KUBE_OVN_ACCOUNTS", "Body", "Literals", "admission_policies", "policy_name"]

API_VERSION: Final = "admissionregistration.k8s.io/v1"

DEFAULTED: Final[Body] = {"matchPolicy": "Equivalent", "namespaceSelector": {}, "objectSelector": {}}
"""Defaults that the API server adds to a match. Server-side apply treats the match as one value, so without them a
second field manager conflicts over it: seen when a run took over the objects of a killed one."""

SAYS_SOMETHING_NEW: Final = (
    "request.operation == 'CREATE' || has(object.spec) != has(oldObject.spec)"
    " || (has(object.spec) && object.spec != oldObject.spec)"
)
"""Not for a change of labels alone. Of most kinds the spec may be absent, before and after."""

NEW_ANNOTATIONS: Final = (
    "(has(object.metadata.annotations) ? object.metadata.annotations : {})"
    " != (has(oldObject.metadata.annotations) ? oldObject.metadata.annotations : {})"
)
"""For kinds whose annotations request something."""


def admission_policies(literals: Literals, relaxed: Iterable[str] = ()) -> tuple[Body, ...]:
    """Every policy and its binding, policies first.

    Args:
        literals: the network, as the settings describe it.
        relaxed: ids of the laws that the stack relaxes; those that can't be relaxed stay.
    """
    lenient = {rule for rule in relaxed if rule in BY_ID and BY_ID[rule].relaxable}
    lenient |= {check.rule for check in CHECKS if BY_ID[check.rule].severity is not Severity.ERROR}
    groups = {
        (kind, warns): [check for check in CHECKS if check.kind is kind and (check.rule in lenient) is warns]
        for kind in dict.fromkeys(check.kind for check in CHECKS)
        for warns in (False, True)
    }
    asked = {key: checks for key, checks in groups.items() if checks}
    policies = tuple(_policy(kind, checks, literals, warns=warns) for (kind, warns), checks in asked.items())
    return policies + tuple(_binding(kind, warns=warns) for kind, warns in asked)


def policy_name(plural: str, *, warns: bool = False) -> str:
    """`kmetal-ipaddresspools`, and `kmetal-ipaddresspools-warn` for the laws that are relaxed."""
    return f"kmetal-{plural}{'-warn' if warns else ''}"


def _policy(kind: Kind, checks: Sequence[AdmissionCheck], literals: Literals, *, warns: bool) -> Body:
    something_new = f"{SAYS_SOMETHING_NEW} || {NEW_ANNOTATIONS}" if kind.annotated else SAYS_SOMETHING_NEW
    conditions = [{"name": "says-something-new", "expression": something_new}]
    if kind.exempt:
        conditions.append(
            {"name": "not-its-controller", "expression": f"!(request.userInfo.username in {texts(kind.exempt)})"}
        )
    shared = {name: expression for check in checks for name, expression in check.variables.items()}
    found = {_variable(check.rule): check.wrong(literals) for check in checks}
    return {
        "apiVersion": API_VERSION,
        "kind": "ValidatingAdmissionPolicy",
        "metadata": {"name": policy_name(kind.plural, warns=warns)},
        "spec": {
            "failurePolicy": "Fail",
            "matchConstraints": {
                **DEFAULTED,
                "resourceRules": [
                    {
                        "apiGroups": [kind.group],
                        "apiVersions": list(kind.versions),
                        "operations": ["CREATE", "UPDATE"],
                        "resources": [kind.plural],
                        "scope": "Namespaced" if kind.namespaced else "Cluster",
                    }
                ],
            },
            "matchConditions": conditions,
            "variables": [{"name": name, "expression": value} for name, value in {**shared, **found}.items()],
            "validations": [_validation(check) for check in checks],
        },
    }


def _variable(rule: str) -> str:
    """`net_201`: what is wrong with the object by that law."""
    return rule.lower().replace("-", "_")


def _validation(check: AdmissionCheck) -> Body:
    rule, wrong = BY_ID[check.rule], f"variables.{_variable(check.rule)}"
    return {
        "expression": f"size({wrong}) == 0",
        "message": f"{rule.id} {rule.title}. {rule.fix}",
        "messageExpression": f"{text(f'{rule.id} {rule.title}: ')} + {wrong}.join(', ') + {text(f'. {rule.fix}')}",
        "reason": "Invalid",
    }


def _binding(kind: Kind, *, warns: bool) -> Body:
    name = policy_name(kind.plural, warns=warns)
    spec: Body = {"policyName": name, "validationActions": ["Warn", "Audit"] if warns else ["Deny"]}
    if kind is ATTACHMENTS:
        spec["matchResources"] = {
            **DEFAULTED,
            "namespaceSelector": {
                "matchExpressions": [
                    {"key": "kubernetes.io/metadata.name", "operator": "NotIn", "values": ["kube-system"]}
                ]
            },
        }
    return {
        "apiVersion": API_VERSION,
        "kind": "ValidatingAdmissionPolicyBinding",
        "metadata": {"name": name},
        "spec": spec,
    }
