# tests/unit/ntpq
