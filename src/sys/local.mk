# src/sys
noinst_LIBRARIES += libsys.a
libsys_a_CPPFLAGS = $(AM_CPPFLAGS) $(EVENT_CFLAGS) $(CAP_CFLAGS) $(SYSTEMD_CFLAGS) $(SECCOMP_CFLAGS)
libsys_a_SOURCES = \
	src/sys/clock_linux.c \
	src/sys/loop_event.c \
	src/sys/rng_system.c \
	src/sys/store_posix.c
