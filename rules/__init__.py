"""The rule language: facts, schema, loading, evaluation, templates and the packs."""
