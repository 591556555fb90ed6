"""The sections of a stack file, one typed model each, named as in kMetal's networking guide and chart values."""
