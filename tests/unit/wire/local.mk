# tests/unit/wire
