# src/control: mode 6, what ntpq asks the daemon
noinst_LIBRARIES += libcontrol.a
libcontrol_a_SOURCES = \
	include/control/control.h src/control/control.c \
	src/control/control_auth.c \
	src/control/control_change.c \
	src/control/control_list.c \
	src/control/control_mru.c \
	src/control/control_read.c \
	src/control/control_request.h \
	src/control/control_send.c \
	src/control/vars.h \
	src/control/vars_peer.c \
	src/control/vars_system.c \
	src/control/vars_table.h src/control/vars_table.c
