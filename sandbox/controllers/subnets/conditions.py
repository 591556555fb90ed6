"""A Subnet's conditions, in the order and with the traps that were recorded (`docs/evidence/kube-ovn.md`)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from sandbox.controllers.api import Object, key_of, status_of
from sandbox.controllers.runtime.lane import NotYetError

if TYPE_CHECKING:
    from sandbox.controllers.runtime.process import Process

BLANK_STATUS: Final[Object] = {
    **dict.fromkeys(("activateGateway", "dhcpV4OptionsUUID", "dhcpV6OptionsUUID", "mcastQuerierIP"), ""),
    **dict.fromkeys(("mcastQuerierMAC", "u2oInterconnectionIP", "u2oInterconnectionMAC", "u2oInterconnectionVPC"), ""),
    **dict.fromkeys(("v4availableIPrange", "v4usingIPrange", "v6availableIPrange", "v6usingIPrange"), ""),
    **dict.fromkeys(("v4availableIPs", "v4usingIPs", "v6availableIPs", "v6usingIPs"), 0),
}

READY_REASONS: Final = frozenset({"ResetLogicalSwitchAclSuccess", "SetPrivateLogicalSwitchSuccess"})
NON_OVN: Final = "SetNonOvnSubnetSuccess"


def now() -> str:
    """The present time in the API server's format."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def fail(process: Process, subnet: Object, reason: str, message: str) -> None:
    """Error first, then Validated and Ready: the order in which they join the list."""
    conditions = list(status_of(subnet).get("conditions") or [])
    _set(conditions, "Error", "True", reason, message)
    if reason == "ValidateLogicalSwitchFailed":
        _set(conditions, "Validated", "False", reason, message)
    else:
        _set(conditions, "Validated", "True", reason)
    _set(conditions, "Ready", "False", reason, message)
    _write(process, subnet, conditions)
    raise NotYetError(message)


def say(process: Process, subnet: Object, reason: str) -> Object:
    """Set Validated for this reason and, for the last reason of a pass, Ready; only a failure resets Ready."""
    conditions = list(status_of(subnet).get("conditions") or [])
    if reason in READY_REASONS:
        for kind in ("Ready", "Error"):  # an Error that is there stays, True for ever
            if all(one["type"] != kind for one in conditions):
                _set(conditions, kind, "Unknown", "Init", "Not Observed")
    _set(conditions, "Validated", "True", reason)
    if reason in READY_REASONS or reason == NON_OVN:
        _set(conditions, "Ready", "True", reason)
    more: Object = {"natOutgoingPolicyRules": []} if reason in READY_REASONS else {}
    return _write(process, subnet, conditions, more)


def _set(conditions: list[Any], kind: str, status: str, reason: str, message: str = "") -> None:
    wanted = {"type": kind, "status": status, "reason": reason, **({"message": message} if message else {})}
    for place, one in enumerate(conditions):
        if one["type"] != kind:
            continue
        if {key: one[key] for key in ("type", "status", "reason", "message") if one.get(key)} != wanted:
            moved = now() if one["status"] != status else one["lastTransitionTime"]
            conditions[place] = {**wanted, "lastTransitionTime": moved, "lastUpdateTime": now()}
        return
    conditions.append({**wanted, "lastTransitionTime": now(), "lastUpdateTime": now()})


def _write(process: Process, subnet: Object, conditions: list[Any], more: Object | None = None) -> Object:
    seen = status_of(subnet)
    status = {**{key: seen.get(key, value) for key, value in BLANK_STATUS.items()}, **(more or {})}
    return process.client.patch_status("Subnet", key_of(subnet), {**status, "conditions": conditions})
