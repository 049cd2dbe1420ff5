# src/steering: from the samples of the sources to the clock
noinst_LIBRARIES += libsteering.a
libsteering_a_CPPFLAGS = $(AM_CPPFLAGS) $(CRYPTO_CFLAGS)
libsteering_a_SOURCES = \
	include/steering/adjust.h src/steering/adjust.c \
	include/steering/await.h src/steering/await.c \
	include/steering/boot_marker.h src/steering/boot_marker.c \
	include/steering/cards.h src/steering/cards.c \
	include/steering/clock_look.h src/steering/clock_look.c \
	src/steering/clock_rules.h src/steering/clock_rules.c \
	include/steering/clock_update.h src/steering/clock_update.c \
	include/steering/compensate.h src/steering/compensate.c \
	include/steering/datecheck.h src/steering/datecheck.c \
	include/steering/drift.h src/steering/drift.c \
	include/steering/leapsec.h src/steering/leapsec.c \
	include/steering/leapwatch.h src/steering/leapwatch.c \
	src/steering/precision.h src/steering/precision.c \
	include/steering/selection.h src/steering/selection.c \
	include/steering/steer.h src/steering/steer.c \
	include/steering/steering.h src/steering/steering.c \
	include/steering/system.h src/steering/system.c \
	include/steering/system_event.h src/steering/system_event.c \
	src/steering/system_peer.h src/steering/system_peer.c
