# src/ntpdc
sbin_PROGRAMS += ntpdc
ntpdc_SOURCES = src/ntpdc/main.c
