# src/refclock: what the devices of reference clocks say: octets to samples, pure.
noinst_LIBRARIES += librefclock.a
librefclock_a_CPPFLAGS = $(AM_CPPFLAGS) $(JANSSON_CFLAGS)
librefclock_a_SOURCES = \
	include/refclock/calendar.h src/refclock/calendar.c \
	include/refclock/gpsd.h src/refclock/gpsd.c \
	include/refclock/nmea.h src/refclock/nmea.c \
	include/refclock/phc.h src/refclock/phc.c \
	include/refclock/shm.h src/refclock/shm.c \
	include/refclock/sock.h src/refclock/sock.c \
	include/refclock/vmclock.h src/refclock/vmclock.c
