# src/ntpd
