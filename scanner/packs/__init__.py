"""Packs: community lists that are downloaded, never shipped. Format, rules and store: docs/packs.md."""
