# src/ntpstat
