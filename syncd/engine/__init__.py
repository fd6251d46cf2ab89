"""The heart-beat: what a daemon does between two moments, and the threads that wait for them."""
