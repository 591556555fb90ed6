"""The sections of a stack file, one typed model each, in the words of the seed and of kMetal's values."""
