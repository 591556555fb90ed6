"""What `kubectl apply --server-side -f FILE` does, for machines without kubectl: `python -m tests.bench.measured.plain_apply`.

One object after the other over one connection that is kept open, conflicts won.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

import yaml
from kubernetes import config
from kubernetes.dynamic import DynamicClient

from tests.bench.sized_project import STACK


def main() -> None:
    """Apply a file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kubeconfig", required=True)
    parser.add_argument("--dry-run", action="store_true")
    parser.add_argument("file", type=Path)
    options = parser.parse_args()
    more = {"dry_run": "All"} if options.dry_run else {}
    with (
        tempfile.TemporaryDirectory() as scratch,
        config.new_client_from_config(options.kubeconfig) as api,  # type: ignore[no-untyped-call]  # ships no types
        options.file.open(encoding="utf-8") as source,
    ):
        client = DynamicClient(api, cache_file=str(Path(scratch) / "discovery.json"))  # type: ignore[no-untyped-call]  # as above
        for body in yaml.safe_load_all(source):
            resource = client.resources.get(api_version=body["apiVersion"], kind=body["kind"])
            client.server_side_apply(  # type: ignore[no-untyped-call]  # as above
                resource,
                body,
                namespace=body["metadata"].get("namespace"),
                field_manager=STACK,
                force_conflicts=True,
                **more,
            )


if __name__ == "__main__":
    main()
