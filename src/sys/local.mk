# src/sys
