"""The reader against what operators, attackers and other tools hand it."""
