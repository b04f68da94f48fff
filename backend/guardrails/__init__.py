"""The rules of the given structure, executable: reads source, imports and runs nothing of what it checks."""
