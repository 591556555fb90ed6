"""`python -m sandbox.controllers --kubeconfig FILE`: the simulated controllers as a process."""

from __future__ import annotations

import argparse
import logging
import signal
import sys
from pathlib import Path

from kubernetes.client.exceptions import ApiException
from kubernetes.config import ConfigException
from urllib3.exceptions import HTTPError

from sandbox.controllers.faults import Faults
from sandbox.controllers.kube_ovn import KubeOvnSimulator
from sandbox.processes import READY

USAGE_ERROR = 2


def parse(arguments: list[str]) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m sandbox.controllers", description=__doc__)
    parser.add_argument("--kubeconfig", type=Path, required=True)
    parser.add_argument("--speed", type=float, default=1.0, help="how many times faster than recorded (default 1)")
    parser.add_argument(
        "--fault",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="slow=SECONDS, conflicts=SHARE, restarts=SECONDS, seed=NUMBER, broken=NODE:MESSAGE; may be repeated",
    )
    parser.add_argument("--verbose", action="store_true", help="print to stderr what is retried, and why")
    return parser.parse_args(arguments)


def faults_of(wishes: list[str]) -> Faults:
    """`--fault` as a value."""
    numbers: dict[str, float] = {}
    broken: dict[str, str] = {}
    for wish in wishes:
        name, _, value = wish.partition("=")
        if name == "broken" and value:
            node, _, message = value.partition(":")
            broken[node] = message or "unknown error"
        elif name in {"slow", "conflicts", "restarts", "stale", "seed"} and value.replace(".", "", 1).isdigit():
            numbers[name] = float(value)
        else:
            known = "slow=1.5, conflicts=0.3, restarts=20, stale=0.1, seed=7 or broken=w1:message"
            raise SystemExit(f"--fault {wish}: not a known fault with its value; write {known}")
    seed = int(numbers.pop("seed", 1))
    return Faults(**numbers, broken_nodes=broken, seed=seed)


def main(arguments: list[str]) -> int:
    """Run until SIGTERM or SIGINT."""
    options = parse(arguments)
    logging.basicConfig(level=logging.INFO if options.verbose else logging.WARNING, format="%(message)s")
    simulator = KubeOvnSimulator(options.kubeconfig, faults=faults_of(options.fault), speed=options.speed)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: simulator.ask_to_stop())
    try:
        simulator.start()
        sys.stdout.write(f"{READY}\n")
        sys.stdout.flush()
        simulator.live()
    except (ApiException, HTTPError, ConfigException, OSError) as error:
        reason = str(error).splitlines()[0]
        sys.stderr.write(f"{options.kubeconfig}: no cluster answers ({reason}); name the kubeconfig of a running one\n")
        return USAGE_ERROR
    simulator.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
