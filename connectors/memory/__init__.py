"""The reference connector: an account that lives in memory, and what happens to it outside."""
