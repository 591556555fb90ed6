"""The main job: the guide's network, from the first preview to its end."""
