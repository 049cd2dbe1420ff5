# src/ntpq
