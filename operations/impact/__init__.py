"""What a plan would cut off or take away."""
