/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sim - a scenario: whole daemons and played servers in one world, watched by an oracle that knows
 * the true time.
 */
#ifndef SIM_SIM_H
#define SIM_SIM_H
#include <stdbool.h>
#include <stdint.h>
#include "base/text.h"
#include "ntpd/daemon.h"
#include "sim/oracle.h"
#include "sim/sim_ke.h"
#include "sim/sim_device.h"
#include "sim/sim_log.h"
#include "sim/sim_loop.h"
#include "sim/sim_net.h"
#include "sim/sim_phc.h"
#include "sim/sim_signd.h"
#include "sim/sim_resolver.h"
#include "sim/sim_server.h"
#include "sim/sim_sensor.h"
#include "sim/sim_store.h"

enum { SIM_NODES_MAX = 56, SIM_SERVERS_MAX = 24, SIM_FAILURES_MAX = 12, SIM_PID = 4711 };

struct sim;

/* A host that runs ntpd. Its clock, disk and names outlive the daemon. */
struct sim_node {
	struct sim *sim;
	char name[16];
	struct sim_host *host;
	struct sim_clock clock;
	struct sim_loop loop;
	struct sim_store store;
	struct sim_sensor sensor; /* of sim_node_sensor */
	struct sim_log log;
	struct sim_resolver resolver;
	struct sim_ke ke;
	struct sim_ke_server *ke_served; /* of sim_node_serve_nts, else NULL */
	struct sim_devices devices;
	struct sim_phcs phcs;
	struct sim_signd signd; /* dead unless a scenario says otherwise */
	struct sim_rng rng;
	struct ke_server *ke_server; /* NULL: its daemons establish no keys as servers */
	struct ntpd_options options;
	struct ntpd *daemon;   /* NULL while none runs */
	struct sim_event end;  /* the process ends after it asked the loop to */
	struct sim_event wake; /* of a freeze or halt */
	struct sim_event told; /* the kernel's word that the clock was set, or the machine woke */
	bool told_late;        /* it came while the process was stopped */
	bool suspend;          /* the halt under way is a suspend */
	double rtc_error_s;
	int exit_status;        /* of the last process that ended */
	unsigned lives;         /* processes started */
	unsigned log_start;     /* first log line of this life */
	unsigned ready, synced; /* calls of the supervisor */
	char status_text[640];
	struct oracle_node oracle;
};

/* All honest servers smear a leap second of +1 s, linearly, with the middle at at_s. */
struct sim_smear {
	double at_s, interval_s; /* true seconds since the start; interval_s 0: none */
};

struct sim {
	struct world *w;
	struct sim_net *net;
	struct sim_ke_world ke;
	struct sim_node *node[SIM_NODES_MAX];
	unsigned node_n;
	struct sim_server *server[SIM_SERVERS_MAX];
	unsigned server_n;
	struct sim_event tick;
	struct sim_tap tap;
	const char *config_line; /* put before every configuration, "": none */
	struct sim_smear smear;  /* what is true is what the honest say */
	bool careless;   /* the oracle does not judge (for scenarios about something else) */
	double daemon_s; /* of all its daemons, while they ran */
	unsigned failures;
	char failure[SIM_FAILURES_MAX][200];
};

/* What the worlds of this program came to that have ended, those within a scenario too. */
struct sim_total {
	unsigned worlds;
	double simulated_s, daemon_s;
	uint64_t sent, lost; /* datagrams; of the sent ones */
};

struct sim *sim_new(uint64_t seed);
void sim_free(struct sim *s);
struct sim_total sim_total(void);

/* The same, as a comment of TAP. */
void sim_print_total(void);

/* Runs for so many true seconds. */
void sim_run(struct sim *s, double seconds);

/* Records a failure of the scenario. */
void sim_fail(struct sim *s, const char *fmt, ...) TEXT_PRINTF(2, 3);

/* One demand of a scenario; the text says what was found. */
#define SIM_CHECK(s, cond, ...)                                          \
	do {                                                             \
		if (!(cond)) {                                           \
			sim_fail((s), "line %d, %s: ", __LINE__, #cond); \
			sim_fail((s), __VA_ARGS__);                      \
		}                                                        \
	} while (0)

/* --- hosts --- */

/*
 * A host with that configuration file, 192.0.2.100+i and 2001:db8::100+i; the daemon does not run
 * yet.
 */
struct sim_node *sim_node_new(struct sim *s, const char *name, double offset_s, double freq,
    const char *config);

/* A played server; address "192.0.2.1" or the like. */
struct sim_server *sim_serve(struct sim *s, const char *address);

/* The same with NTS; name: of its certificate, "": any. */
struct sim_server *sim_serve_nts(struct sim *s, const char *address, const char *name);

/* Both directions between a node and a server. */
void sim_link(struct sim *s, struct sim_host *a, struct sim_host *b, struct sim_path p);

/* Its daemons, when they have nts enable, give keys as well; name: of the certificate. */
void sim_node_serve_nts(struct sim_node *n, const char *name);

/* Starts the daemon; false when it ended at once (exit_status says how). */
bool sim_node_boot(struct sim_node *n);

/* SIGTERM; kill -9. The kernel's clock goes on with what it was told. */
void sim_node_stop(struct sim_node *n);
void sim_node_kill(struct sim_node *n);

/* The same host with a new configuration file. */
void sim_node_config(struct sim_node *n, const char *config);

/* A sensor of its oscillator's temperature, at that path, as good as it can be. */
struct sim_sensor *sim_node_sensor(struct sim_node *n, const char *path);

/* The machine sleeps, or its virtual machine is paused; the process does not run (SIGSTOP). */
void sim_node_suspend(struct sim_node *n, double for_s, double rtc_error_s);
void sim_node_pause(struct sim_node *n, double for_s);
void sim_node_freeze(struct sim_node *n, double for_s);

/* --- questions --- */

/*
 * A digest of everything that was seen to happen: each packet, log line and step of a clock with
 * its time, what the disks hold and how far off the clocks are. Two builds that give the same one
 * have behaved the same.
 */
uint64_t sim_digest(struct sim *s);

double sim_error_s(struct sim_node *n);  /* clock less true time, smeared where that is smeared */
double sim_smear_s(const struct sim *s); /* what the smear adds to UTC now: 0..-1 s */
double sim_smear_rate(const struct sim *s);              /* s/s */
struct ntpd_status sim_status(const struct sim_node *n); /* all zero while no daemon runs */

/* Lines of the present life that contain text. */
unsigned sim_logged(const struct sim_node *n, const char *text);

/* The largest |error| over the next seconds, looked at each second. */
double sim_worst_error_s(struct sim *s, struct sim_node *n, double seconds);
double sim_rms_error_s(struct sim *s, struct sim_node *n, double seconds);

/* Runs until |error| stays below limit_s for a minute; the time that took, or max_s. */
double sim_time_to(struct sim *s, struct sim_node *n, double limit_s, double max_s);

#endif
