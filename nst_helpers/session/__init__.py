"""What touches the whole process, each effect in a module of its own."""
