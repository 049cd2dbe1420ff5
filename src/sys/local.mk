# src/sys
# What a program that links libsys.a needs beside it.
SYS_LIBS = $(EVENT_LIBS) $(CAP_LIBS) $(SECCOMP_LIBS)
noinst_LIBRARIES += libsys.a
libsys_a_CPPFLAGS = $(AM_CPPFLAGS) $(EVENT_CFLAGS) $(CAP_CFLAGS) $(SECCOMP_CFLAGS)
libsys_a_SOURCES = \
	src/sys/channel_seq.c \
	src/sys/clock_linux.c \
	src/sys/clock_raw.c \
	src/sys/clockwatch.c \
	src/sys/device_kinds.h src/sys/device_compare.c src/sys/device_datagram.c \
	src/sys/device_line.c src/sys/device_page.c src/sys/device_pulse.c src/sys/device_shm.c \
	src/sys/device_stream.c \
	src/sys/devices.c \
	src/sys/fence.c \
	src/sys/file_access.c \
	src/sys/file_open.c \
	src/sys/http.c \
	src/sys/hwstamp.c \
	src/sys/ifwatch.c \
	src/sys/journal_socket.c src/sys/journal_socket.h \
	src/sys/loop_base.h \
	src/sys/log_system.c \
	src/sys/loop_event.c \
	src/sys/net_receive.c \
	src/sys/net_send.c \
	src/sys/net_stamps.c \
	src/sys/net_udp.c \
	src/sys/netlink.c \
	src/sys/notify.c \
	src/sys/phc_linux_calls.h src/sys/phc_linux.c \
	src/sys/proc.c \
	src/sys/proc_user.c \
	src/sys/resolver_child.c \
	src/sys/resolver_message.c \
	src/sys/resolver_proc.c \
	src/sys/role.c \
	src/sys/rng_system.c \
	src/sys/sandbox.c \
	src/sys/signd_unix.c \
	src/sys/sockaddr.c \
	src/sys/stamps.c \
	src/sys/starter.c \
	src/sys/starter_request.c \
	src/sys/store_fenced.c \
	src/sys/store_posix.c
