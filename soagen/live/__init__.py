"""What needs the runtime, and runs what was compiled: the one place of the compiler that imports it."""
