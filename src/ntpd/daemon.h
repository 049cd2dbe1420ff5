/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * daemon - a whole ntpd as a value: made from ports and options, started, reloaded, stopped.
 * Nothing here or below touches the system except through the ports, so that a test may own fifty
 * daemons.
 */
#ifndef NTPD_DAEMON_H
#define NTPD_DAEMON_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/addr.h"
#include "base/ntptime.h"
#include "port/clock.h"
#include "port/ke.h"
#include "port/ke_server.h"
#include "port/log.h"
#include "port/loop.h"
#include "port/net.h"
#include "port/phc.h"
#include "port/resolver.h"
#include "port/rng.h"
#include "port/store.h"
#include "port/usage.h"

struct ntpd;

/*
 * Supervises the life of the process (systemd); the simulator counts the calls. Any member
 * may be NULL.
 */
struct ntpd_watch {
	void (*ready)(void *ctx);
	void (*status)(void *ctx, const char *text);
	void (*reloading)(void *ctx, bool done);
	void (*stopping)(void *ctx);
	void (*usage)(void *ctx, struct usage *out); /* for usestats */
	void (*synced)(void *ctx);                   /* first synchronisation, for -w */
	void *ctx;
};

struct ntpd_ports {
	struct loop *loop;
	struct clock *clock;
	struct net *net;
	struct store *store;
	struct rng *rng;
	struct log *log;
	struct resolver *resolver;
	struct ke *ke;               /* NULL: we are no client of NTS */
	struct ke_server *ke_server; /* NULL: no keys are established here */
	struct devices *devices;
	struct phcs *phcs;   /* NULL: no clocks of cards */
	struct signd *signd; /* NULL: nobody signs for Windows domains */
	struct ntpd_watch watch;
};

enum {
	NTPD_LISTEN_OPTIONS_MAX = 128,
	NTPD_KEY_OPTIONS_MAX = 128,
	NTPD_SERVER_OPTIONS_MAX = 128,
	NTPD_SETVAR_OPTIONS_MAX = 128
};

/*
 * The command line, as far as it concerns more than the process; strings are the caller's
 * and stay.
 */
struct ntpd_options {
	const char *config_path;                      /* NULL: no file */
	const char *driftfile, *keysfile, *statsdir;  /* NULL: as configured */
	bool panic_gate, step_first, once, slew_only; /* -g -G -q -x */
	bool user_later;                              /* ntpd_user_changed is called later: -u */
	const char *boot_marker; /* there once the clock was set in this boot; NULL: none is kept */
	int64_t built_s;         /* of this program, s since 1970; 0: not known */
	enum addr_family family; /* -4 -6 */
	bool auth_required, auth_not_required;       /* -a -A */
	bool no_virtual;                             /* -L */
	const char *listen[NTPD_LISTEN_OPTIONS_MAX]; /* -I */
	unsigned listen_n;
	uint32_t trusted_key[NTPD_KEY_OPTIONS_MAX]; /* -t */
	unsigned trusted_key_n;
	const char *server[NTPD_SERVER_OPTIONS_MAX]; /* positional */
	unsigned server_n;
	const char *setvar[NTPD_SETVAR_OPTIONS_MAX]; /* --var, --dvar: NAME=VALUE */
	bool setvar_default[NTPD_SETVAR_OPTIONS_MAX];
	unsigned setvar_n;
	double scan_interval_s;         /* -U: 300; 0: off */
	int pid;                        /* of the process, in names of statistics files */
	const char *version;            /* of mode 6: "ntpd 0.1.0" */
	const char *system, *processor; /* of mode 6: "Linux/6.1.0", "x86_64" */
};

/* What a test or the process wants to know at a glance. */
struct ntpd_status {
	bool synced;     /* leap is not LEAP_UNSYNC */
	bool controlled; /* we may set the clock */
	unsigned leap, stratum;
	uint32_t refid;
	double root_delay_s, root_disp_s; /* now */
	double root_dist_s; /* root_delay/2 + root_disp: the error bound reported to clients */
	double offset_s;    /* last combined offset */
	double freq;        /* rate adjustment in force, s/s */
	double jitter_s;
	int poll_log2s;
	unsigned state;  /* enum clock_phase_state */
	uint16_t sys_id; /* association of the system peer, 0: none */
	unsigned assoc_n;
	unsigned steps;
	uint64_t sent, received; /* datagrams */
};

/* Takes the ports (which must outlive it) and copies the options. NULL when memory is short. */
struct ntpd *ntpd_new(const struct ntpd_ports *ports, const struct ntpd_options *options);

struct config;

/*
 * Reads the configuration and logs what is wrong with it, once; for a process that must know it
 * before the sockets are opened. 0 or an exit status.
 */
int ntpd_configure(struct ntpd *d);

/* The configuration in force; NULL before ntpd_configure. */
const struct config *ntpd_config(const struct ntpd *d);

/*
 * Reads the configuration (if not done), opens the sockets, starts the associations. 0, or an exit
 * status when it cannot run (port 123 taken, contradicting options), already logged.
 */
int ntpd_start(struct ntpd *d);

/*
 * To be called when the process has become another user after ntpd_start: reads the key and
 * leap files that only that user may read, and writes what was kept until the files it makes are
 * that user's. Root without CAP_DAC_OVERRIDE is not almighty.
 */
void ntpd_user_changed(struct ntpd *d);

/*
 * To be called soon after the clock was set or the machine woke, by whatever tells of it: the
 * daemon's timers count no time asleep. Ours or for nothing, it does no harm.
 */
void ntpd_clock_set(struct ntpd *d);

/* Re-reads the configuration; an erroneous file changes nothing. True when it was applied. */
bool ntpd_reload(struct ntpd *d);

/* Writes the drift file, closes everything; the clock keeps its frequency. */
void ntpd_stop(struct ntpd *d);

/*
 * Frees all; without ntpd_stop before it is a crash as far as files and the clock are
 * concerned. NULL is fine.
 */
void ntpd_free(struct ntpd *d);

/* Where its owner may say more. */
struct journal *ntpd_journal(struct ntpd *d);

/* What the daemon would tell about itself now; a copy. */
void ntpd_status(const struct ntpd *d, struct ntpd_status *out);

#endif
