# src/auth: who a packet is from
noinst_LIBRARIES += libauth.a
libauth_a_SOURCES = \
	include/auth/auth.h src/auth/auth.c \
	src/auth/auth_nts.h src/auth/auth_nts.c \
	src/auth/auth_nts_server.h src/auth/auth_nts_server.c \
	src/auth/auth_timing.c
