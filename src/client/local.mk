# src/client: where the time comes from
noinst_LIBRARIES += libclient.a
libclient_a_SOURCES = \
	include/client/asked.h src/client/asked.c \
	src/client/bclient.h src/client/bclient.c \
	include/client/cast.h src/client/cast.c \
	include/client/client.h src/client/client.c \
	include/client/ephemeral.h src/client/ephemeral.c \
	include/client/fallback.h src/client/fallback.c \
	include/client/association.h \
	include/client/peer_event.h src/client/peer_event.c \
	include/client/peer_name.h src/client/peer_name.c \
	include/client/peers.h src/client/peers.c \
	include/client/protect.h src/client/protect.c \
	include/client/refclock.h src/client/refclock.c \
	include/client/sources.h src/client/sources.c \
	include/client/votes.h src/client/votes.c \
	include/client/shared.h src/client/shared.c \
	src/client/passive.h src/client/passive.c \
	src/client/association_io.h src/client/association_io.c \
	include/client/ke_ask.h src/client/ke_ask.c \
	include/client/nts_source.h src/client/nts_source.c \
	include/client/nts_standing.h src/client/nts_standing.c \
	include/client/nts_state.h src/client/nts_state.c \
	src/client/sources_nts.h src/client/sources_nts.c \
	src/client/sources_pool.h src/client/sources_pool.c \
	src/client/line.h src/client/line.c \
	src/client/refclock_gpsd.h src/client/refclock_gpsd.c \
	src/client/refclock_local.h src/client/refclock_local.c \
	src/client/refclock_nmea.h src/client/refclock_nmea.c \
	src/client/refclock_phc.h src/client/refclock_phc.c \
	src/client/refclock_pps.h src/client/refclock_pps.c \
	src/client/refclock_reading.h src/client/refclock_reading.c \
	src/client/refclock_say.h src/client/refclock_say.c \
	src/client/refclock_shm.h src/client/refclock_shm.c \
	src/client/refclock_sock.h src/client/refclock_sock.c \
	src/client/refclock_state.c
