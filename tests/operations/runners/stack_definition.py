"""The kind `Stack` as Pulumi Kubernetes Operator 2.9.0 publishes it: fields, types, bounds and what is required.

Source: deploy/crds/pulumi.com_stacks.yaml at tag v2.9.0 of https://github.com/pulumi/pulumi-kubernetes-operator.
No package registry serves it. All fields of `spec` and of a workspace's `spec` are here. Of the pod's hundreds of fields
only those of containers and volumes are that we write; so a field of the operator's may be unknown here, and none is
known here that the operator has not.
"""

from __future__ import annotations

from typing import Any, Final

Schema = dict[str, Any]

TEXT: Final[Schema] = {"type": "string"}
FLAG: Final[Schema] = {"type": "boolean"}
WHOLE: Final[Schema] = {"type": "integer", "format": "int64"}
SMALL: Final[Schema] = {"type": "integer", "format": "int32"}
ANY: Final[Schema] = {"x-kubernetes-preserve-unknown-fields": True}
OPEN: Final[Schema] = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
"""An object whose fields we do not write; the operator has a closed schema for it."""


def fields(*required: str, **properties: Schema) -> Schema:
    """An object with these fields and no other."""
    found: Schema = {"type": "object", "properties": properties}
    return {**found, "required": list(required)} if required else found


def names(text: str, schema: Schema = TEXT) -> dict[str, Schema]:
    return dict.fromkeys(text.split(), schema)


def listed(items: Schema) -> Schema:
    return {"type": "array", "items": items}


def mapped(values: Schema) -> Schema:
    return {"type": "object", "additionalProperties": values}


REFERENCE: Final = fields(
    "type",
    type=TEXT,
    env=fields("name", name=TEXT),
    filesystem=fields("path", path=TEXT),
    literal=fields("value", value=TEXT),
    secret=fields("key", "name", key=TEXT, name=TEXT, namespace=TEXT),
)
"""Where a value comes from."""

ENVIRONMENT_SOURCE: Final = fields(
    prefix=TEXT, configMapRef=fields(name=TEXT, optional=FLAG), secretRef=fields(name=TEXT, optional=FLAG)
)

MOUNT: Final = fields(
    "mountPath",
    "name",
    **names("mountPath mountPropagation name recursiveReadOnly subPath subPathExpr"),
    readOnly=FLAG,
)
SECRET_VOLUME: Final = fields(
    defaultMode=SMALL,
    items=listed(fields("key", "path", key=TEXT, mode=SMALL, path=TEXT)),
    optional=FLAG,
    secretName=TEXT,
)
QUANTITIES: Final = mapped(
    {
        "anyOf": [{"type": "integer"}, {"type": "string"}],
        "pattern": r"^(\+|-)?(([0-9]+(\.[0-9]*)?)|(\.[0-9]+))(([KMGTPE]i)|[numkMGTPE]|([eE](\+|-)?(([0-9]+(\.[0-9]*)?)|(\.[0-9]+))))?$",
        "x-kubernetes-int-or-string": True,
    }
)

POD: Final = fields(
    "containers",
    containers=listed(fields("name", name=TEXT, image=TEXT, volumeMounts=listed(MOUNT))),
    volumes=listed(fields("name", name=TEXT, secret=SECRET_VOLUME)),
)

WORKSPACE: Final = fields(
    **names("image imagePullPolicy securityProfile serviceAccountName"),
    env=listed(OPEN),
    envFrom=listed(ENVIRONMENT_SOURCE),
    flux=OPEN,
    git=OPEN,
    local=OPEN,
    podTemplate=fields(metadata=OPEN, spec=POD),
    projectInfo=OPEN,
    pulumiLogLevel=SMALL,
    resources=fields(claims=listed(OPEN), limits=QUANTITIES, requests=QUANTITIES),
    serviceTemplate=OPEN,
    stacks=listed(OPEN),
)

SPEC: Final = fields(
    "stack",
    **names("accessTokenSecret backend branch commit gitAuthSecret projectRepo repoDir secretsProvider stack"),
    **names("serviceAccountName"),
    **names("continueResyncOnCommitMatch destroyOnFinalize expectNoRefreshChanges preview refresh", FLAG),
    **names("retryOnUpdateConflict runProgram shallow targetDependents useLocalStackOnly", FLAG),
    **names("resyncFrequencySeconds retryMaxBackoffDurationSeconds", WHOLE),
    **names("envSecrets environment envs targets", listed(TEXT)),
    config=ANY,
    configRef=mapped(fields("key", "name", json=FLAG, key=TEXT, name=TEXT)),
    envRefs=mapped(REFERENCE),
    fluxSource=OPEN,
    gitAuth=fields(
        accessToken=REFERENCE,
        basicAuth=fields("password", "userName", password=REFERENCE, userName=REFERENCE),
        sshAuth=fields("sshPrivateKey", password=REFERENCE, sshPrivateKey=REFERENCE),
        githubApp=OPEN,
    ),
    prerequisites=listed(fields("name", name=TEXT, requirement=fields(succeededWithinDuration=TEXT))),
    programRef=fields("name", name=TEXT),
    secrets=mapped(TEXT),
    secretsRef=mapped(REFERENCE),
    updateTemplate=OPEN,
    workspaceReclaimPolicy={"type": "string", "enum": ["Retain", "Delete"]},
    workspaceTemplate=fields(apiVersion=TEXT, kind=TEXT, metadata=OPEN, spec=WORKSPACE, status=OPEN),
)

DEFINITION: Final[dict[str, Any]] = {
    "apiVersion": "apiextensions.k8s.io/v1",
    "kind": "CustomResourceDefinition",
    "metadata": {"name": "stacks.pulumi.com"},
    "spec": {
        "group": "pulumi.com",
        "names": {"kind": "Stack", "listKind": "StackList", "plural": "stacks", "singular": "stack"},
        "scope": "Namespaced",
        "versions": [
            {
                "name": "v1",
                "served": True,
                "storage": True,
                "schema": {
                    "openAPIV3Schema": fields(apiVersion=TEXT, kind=TEXT, metadata={"type": "object"}, spec=SPEC)
                },
            }
        ],
    },
}
