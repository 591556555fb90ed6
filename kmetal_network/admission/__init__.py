"""Laws as ValidatingAdmissionPolicies, in CEL."""
