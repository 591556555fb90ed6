"""The laws at the API server's door: a ValidatingAdmissionPolicy for each law that one object decides.

`kubectl apply` of a pool on the provider VLAN meets the same wall as a preview. What is refused here is a part of what
the laws refuse: a law that compares objects stays with `underlay verify`, since a policy sees one object only. The
provider network's literals stand in the expressions: a parameter object would be one more thing to lose.

Who is not locked out:

- A policy asks only on create and where `spec` changes, never for status, labels, finalizers or an object that is
  going: what was there before the policy can still be finished and deleted.
- Kube-OVN's own service account is exempt for Kube-OVN's kinds; it writes whole objects back, defaults included.
- `failurePolicy: Fail`: the expressions run inside the API server and wait for nobody, so a failure is a value that
  could not be read, and letting that pass would be the hole this closes.
- A law that the stack relaxes is bound with Warn and Audit instead of Deny.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final, TypeAlias

from underlay.admission_cel import text, texts
from underlay.admission_checks import ATTACHMENTS, CHECKS, DECIDED_ALONE, KUBE_OVN_ACCOUNTS, Check, Literals
from underlay.errors import Severity
from underlay.rules.registry import BY_ID

Manifest: TypeAlias = dict[str, Any]

__all__ = ["DECIDED_ALONE", "KUBE_OVN_ACCOUNTS", "Literals", "Manifest", "admission_policies", "policy_name"]

API_VERSION: Final = "admissionregistration.k8s.io/v1"


def admission_policies(literals: Literals, relaxed: Iterable[str] = ()) -> tuple[Manifest, ...]:
    """Every policy and its binding, policies first.

    Args:
        literals: the provider network, as the settings say it.
        relaxed: ids of the laws that the stack relaxes; those that can't be relaxed stay.
    """
    lenient = {rule for rule in relaxed if rule in BY_ID and BY_ID[rule].relaxable}
    policies = tuple(_policy(check, literals) for check in CHECKS)
    return policies + tuple(_binding(check, warns=check.rule in lenient) for check in CHECKS)


def policy_name(rule: str, plural: str) -> str:
    """`kmetal-net-201-ipaddresspools`."""
    return f"kmetal-{rule.lower()}-{plural}"


def _policy(check: Check, literals: Literals) -> Manifest:
    rule, kind = BY_ID[check.rule], check.kind
    conditions = [
        {"name": "not-going", "expression": "!has(object.metadata.deletionTimestamp)"},
        {"name": "says-something-new", "expression": "request.operation == 'CREATE' || object.spec != oldObject.spec"},
    ]
    if kind.exempt:
        conditions.append(
            {"name": "not-its-controller", "expression": f"!(request.userInfo.username in {texts(kind.exempt)})"}
        )
    variables = [{"name": name, "expression": expression} for name, expression in check.variables.items()]
    return {
        "apiVersion": API_VERSION,
        "kind": "ValidatingAdmissionPolicy",
        "metadata": {"name": policy_name(check.rule, kind.plural)},
        "spec": {
            "failurePolicy": "Fail",
            "matchConstraints": {
                "resourceRules": [
                    {
                        "apiGroups": [kind.group],
                        "apiVersions": list(kind.versions),
                        "operations": ["CREATE", "UPDATE"],
                        "resources": [kind.plural],
                        "scope": "Namespaced" if kind.namespaced else "Cluster",
                    }
                ]
            },
            "matchConditions": conditions,
            "variables": [*variables, {"name": "wrong", "expression": check.wrong(literals)}],
            "validations": [
                {
                    "expression": "size(variables.wrong) == 0",
                    "message": f"{rule.id} {rule.title}. {rule.fix}",
                    "messageExpression": f"{text(f'{rule.id} {rule.title}: ')} + variables.wrong.join(', ')"
                    f" + {text(f'. {rule.fix}')}",
                    "reason": "Invalid",
                }
            ],
        },
    }


def _binding(check: Check, *, warns: bool) -> Manifest:
    deny = BY_ID[check.rule].severity is Severity.ERROR and not warns
    spec: Manifest = {
        "policyName": policy_name(check.rule, check.kind.plural),
        "validationActions": ["Deny"] if deny else ["Warn", "Audit"],
    }
    if check.kind is ATTACHMENTS:
        spec["matchResources"] = {
            "namespaceSelector": {
                "matchExpressions": [
                    {"key": "kubernetes.io/metadata.name", "operator": "NotIn", "values": ["kube-system"]}
                ]
            }
        }
    return {
        "apiVersion": API_VERSION,
        "kind": "ValidatingAdmissionPolicyBinding",
        "metadata": {"name": policy_name(check.rule, check.kind.plural)},
        "spec": spec,
    }
