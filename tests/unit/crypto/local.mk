# tests/unit/crypto
