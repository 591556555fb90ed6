"""What `reach` asks a live cluster's OVN, and its report for machines."""
