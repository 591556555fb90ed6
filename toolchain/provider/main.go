// The Kubernetes provider of Pulumi, with the schema of its own module.
//
// The module's own main package lacks two generated files; these are the same files under the names that they have there.
package main

import (
	_ "embed"

	"github.com/pulumi/pulumi-kubernetes/provider/v4/pkg/provider"
)

//go:embed schema.json
var schema []byte

//go:embed terraform-mapping.json
var mapping []byte

// version is set by the linker.
var version string

func main() {
	provider.Serve("kubernetes", version, schema, mapping)
}
