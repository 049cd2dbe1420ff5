/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * config - a whole configuration as one value: what ntp.conf said, defaults filled in.
 * Plain data in one arena; nothing here is resolved, opened or applied. ntp.conf(5) has the meaning
 * of every word; config/schema.h the ranges and the time at which each takes effect.
 */
#ifndef CONFIG_CONFIG_H
#define CONFIG_CONFIG_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/addr.h"
#include "base/restrict_bits.h"
#include "config/diag.h"

/* Where hooks of DHCP clients put servers; read, when it is there, without a sourcedir line. */
#define CONFIG_SOURCEDIR "/run/ntpd-dhcp"

/* Where a line came from, for messages of the daemon. */
struct config_place {
	const char *file;
	unsigned line;
};

/* A file that was read; text is NULL in a copy of the configuration. */
struct config_file {
	const char *path, *text;
	size_t len;
};

/* A directive, and where it stood last. */
struct config_said {
	const char *word; /* of the schema: "driftfile" */
	struct config_place place;
};

/* A host as written. */
struct config_host {
	const char *text;      /* name or numeric text, without brackets and port */
	struct addr addr;      /* family ADDR_NONE when text is a name */
	enum addr_family want; /* -4 or -6 was given; ADDR_NONE: either */
};

/* ---- associations ---- */

enum config_source_kind {
	SOURCE_SERVER,
	SOURCE_POOL,
	SOURCE_PEER,
	SOURCE_BROADCAST,
	SOURCE_MANYCAST,
	SOURCE_REFCLOCK /* server 127.127.t.u, or refclock NAME */
};

enum config_source_flag {
	OPTION_IBURST = 0x0001,
	OPTION_BURST = 0x0002,
	OPTION_PREFER = 0x0004,
	OPTION_NOSELECT = 0x0008,
	OPTION_TRUE = 0x0010,
	OPTION_PREEMPT = 0x0020,
	OPTION_XLEAVE = 0x0040,
	OPTION_AUTOKEY = 0x0080,
	OPTION_NTS = 0x0100,
	OPTION_NOVAL = 0x0200,    /* nts: the certificate is not checked */
	OPTION_XMTNONCE = 0x0400, /* always done; kept to be printed back */
	OPTION_TAI = 0x8000       /* refclock: its clock counts TAI */
};

/* t of 127.127.t.u, of those that have a driver. */
enum config_clock {
	CLOCK_LOCAL = 1,
	CLOCK_NMEA = 20,
	CLOCK_PPS = 22,
	CLOCK_SHM = 28,
	CLOCK_GPSD = 46,
	CLOCK_SOCK = 47, /* our own numbers: chrony has none */
	CLOCK_PHC = 48,
};

/* time2 of CLOCK_SHM, seconds; CLOCK_GPSD: units from 128 on are pulses alone, modes are 0 to 2. */
enum {
	CONFIG_SHM_LIMIT_LEAST_S = 1,
	CONFIG_SHM_LIMIT_MOST_S = 86400,
	CONFIG_GPSD_UNIT_MASK = 127,
	CONFIG_GPSD_MODE_N = 3
};

/* fudge 127.127.t.u ... */
enum config_fudge_given {
	FUDGE_TIME1 = 0x001,
	FUDGE_TIME2 = 0x002,
	FUDGE_STRATUM = 0x004,
	FUDGE_REFID = 0x008,
	FUDGE_FLAG1 = 0x010,
	FUDGE_FLAG2 = 0x020,
	FUDGE_FLAG3 = 0x040,
	FUDGE_FLAG4 = 0x080,
	FUDGE_MINJITTER = 0x100
};

struct config_fudge {
	uint32_t given; /* FUDGE_*; what is not given is the driver's default */
	double time1_s, time2_s;
	int32_t stratum;                    /* 0..16 */
	const char *refid;                  /* 1..4 characters */
	int32_t flag1, flag2, flag3, flag4; /* 0 or 1 */
	double minjitter_s;
};

struct config_source {
	enum config_source_kind kind;
	struct config_host host;  /* for a refclock the 127.127.t.u address */
	int32_t port;             /* HOST:PORT, or 123; with nts TCP, for the keys, and 0: 4460 */
	uint32_t flags;           /* SOURCE_* */
	int32_t minpoll, maxpoll; /* log2 s; for a refclock 6 and 6 unless given */
	int32_t version;          /* 1..4 */
	uint32_t key;             /* 0: none */
	uint32_t mode;            /* refclock driver option word */
	int32_t ttl;              /* broadcast and manycast */
	double bias_s;            /* added to the measured offset */
	const char *ident;        /* autokey group, or NULL */
	/* with nts only */
	const char *ca;      /* file or folder of trusted certificates; NULL: nts ca */
	int32_t aead;        /* number of IANA's registry; 0: those of nts aead */
	const char *cert;    /* without effect */
	const char *ask;     /* the NTP server to ask the KE server for, or NULL */
	const char *require; /* no other NTP server is taken, or NULL */
	int32_t expire_s;    /* keys are used so long at most; 0: as long as is usual */
	/* without nts only */
	int32_t fallback_s; /* used when no NTS source was reachable for so long; 0: always */
	/* refclock only */
	int32_t clock_type, clock_unit; /* t and u of 127.127.t.u */
	bool by_name; /* "refclock NAME", as NTPsec has it: some words mean other things there */
	const char *subtype, *path, *ppspath; /* NULL unless given */
	const char *vmclock;                  /* page of a virtual machine, or NULL */
	int32_t baud;                         /* 0: driver's default */
	struct config_fudge fudge;
	/* origin */
	bool from_sourcedir; /* read from a *.sources file */
	struct config_place place;
};

/* ---- access control ---- */

enum config_restrict_scope {
	RESTRICT_SCOPE_DEFAULT, /* [-4|-6] default: family in host.want, NONE: both */
	RESTRICT_SCOPE_SOURCE,  /* template for servers without an entry of their own */
	RESTRICT_SCOPE_ADDR,    /* numeric: addr and mask */
	RESTRICT_SCOPE_NAME     /* host name: every address of host.text, as host entries */
};

enum config_restrict_act {
	RESTRICT_ADD,   /* ORs flags into the entry of the same key */
	RESTRICT_CLEAR, /* unrestrict: takes flags away; flags 0: all */
	RESTRICT_DELETE /* delrestrict: removes the entry */
};

struct config_restrict {
	enum config_restrict_act act;
	enum config_restrict_scope scope;
	struct config_host host; /* SCOPE_NAME; want also for SCOPE_DEFAULT */
	struct addr addr, mask;  /* SCOPE_ADDR: addr already masked; mask may have holes */
	uint32_t flags;          /* RESTRICT_*; 0: unrestricted */
	uint32_t match;          /* RESTRICT_MATCH_* */
	int32_t ippeerlimit;     /* -1: unlimited or not given */
	struct config_place place;
};

/* discard and limit. */
enum config_rate_model { RATE_LIMIT, RATE_DISCARD }; /* which of both was given last */
struct config_rate {
	enum config_rate_model model;
	int32_t average_log2s; /* discard average */
	int32_t minimum_s;     /* discard minimum */
	int32_t monitor;       /* discard monitor */
	double limit_average_pps, limit_burst, limit_kod_pps;
	int32_t limit_leak; /* one refusal in so many is answered; of both models */
};

/* True of a word by which a source asks for a protection of its packets, beside key. */
bool config_is_protection(const char *word);

/* The UDP port to ask; of a source with nts until its KE server names another: 123. */
uint16_t config_source_ntp_port(const struct config_source *s);

/* The first word by which a source asks for one that this version has not; NULL: none. */
const char *config_source_lacks(const struct config_source *s);

/* True when only answers that are proved to be its own are heard of the source: key, nts. */
bool config_source_authenticated(const struct config_source *s);

/* What sources without authentication are good for, with these lines. */
enum config_plain_use {
	CONFIG_PLAIN_ALIKE,  /* as good as any */
	CONFIG_PLAIN_BESIDE, /* as far as they agree with those that have one */
	CONFIG_PLAIN_UNUSED
};
struct config;
enum config_plain_use config_plain_use(const struct config *c);

/* True of the words of discard and limit that say nothing of how rates are counted. */
bool config_of_both_rates(const char *word);

/* mru; maxdepth 0 means: by maxmem, and the other way round (the one given last counts). */
struct config_mru {
	int32_t maxdepth, maxmem_kb;
	int32_t initalloc, initmem_kb;
	int32_t incalloc, incmem_kb;
	int32_t mindepth;
	int32_t maxage_s; /* -1: entries do not age */
	int32_t minage_s;
};

/* ---- interfaces ---- */

enum config_listen_act { LISTEN_LISTEN, LISTEN_IGNORE, LISTEN_DROP };
enum config_listen_what {
	LISTEN_ALL, /* every address but loopback and wildcard */
	LISTEN_IPV4,
	LISTEN_IPV6,
	LISTEN_WILDCARD,
	LISTEN_NAME, /* glob over interface names, letter case ignored */
	LISTEN_ADDR  /* addr in the first prefix_len bits */
};

/* One interface/nic line; the last matching line of the file decides. */
struct config_listen {
	enum config_listen_act act;
	enum config_listen_what what;
	const char *name; /* LISTEN_NAME; LISTEN_ADDR: its interface, NULL: any */
	struct addr addr; /* LISTEN_ADDR */
	unsigned prefix_len;
	struct config_place place;
};

/* ---- network cards that stamp ---- */

/* Which packets that come a card is to stamp. */
enum config_rxfilter { RXFILTER_NTP, RXFILTER_NONE, RXFILTER_PTP, RXFILTER_ALL };

enum { CONFIG_CARD_MAXPOLL_NEXT = 127, CONFIG_CARD_SAMPLES_MAX = 64 };

/* hwtimestamp */
struct config_card {
	const char *ifname;        /* "*": of all interfaces that have no line */
	int32_t minpoll, maxpoll;  /* log2 s, between comparisons; CONFIG_CARD_MAXPOLL_NEXT: next */
	double precision_s;        /* of reading the card's clock */
	double txcomp_s, rxcomp_s; /* delays before and behind the stamps */
	bool nocrossts;            /* the hardware's own comparison is not used */
	enum config_rxfilter rxfilter;
	int32_t minsamples, maxsamples; /* comparisons that make a map */
	struct config_place place;
};

/* ---- logging and statistics ---- */

/* logconfig: four classes of four kinds; bit = kind << (4 * class). */
enum config_log_class { LOG_CLASS_SYS, LOG_CLASS_PEER, LOG_CLASS_CLOCK, LOG_CLASS_SYNC };
enum { CONFIG_LOG_DEFAULT = 0xf << 4 * LOG_CLASS_SYNC }; /* =syncall */
enum config_log_kind {
	LOG_KIND_INFO = 1,
	LOG_KIND_EVENTS = 2,
	LOG_KIND_STATISTICS = 4,
	LOG_KIND_STATUS = 8
};

enum config_stats {
	STATS_CLOCK,
	STATS_CRYPTO,
	STATS_LOOP,
	STATS_PEER,
	STATS_RAW,
	STATS_SYS,
	STATS_PROTO,
	STATS_TIMING,
	STATS_USE,
	STATS_NTS,
	STATS_NTSKE,
	STATS_NTSKELOG,
	STATS_N
};

enum config_filegen_type {
	FILEGEN_NONE,
	FILEGEN_PID,
	FILEGEN_DAY,
	FILEGEN_WEEK,
	FILEGEN_MONTH,
	FILEGEN_YEAR,
	FILEGEN_AGE
};

/* Names of files are made of both, and a suffix. */
enum { STATSDIR_MAX = 255, STATS_FILE_MAX = 200 };

struct config_filegen {
	bool enabled;     /* by statistics or filegen */
	const char *file; /* base name below statsdir; the set's name unless given */
	enum config_filegen_type type;
	bool link;
};

/* ---- polls ---- */

enum { CONFIG_POLL_MIN = 3, CONFIG_POLL_MAX = 17 }; /* log2 s */

/* pollskewlist: how much earlier and later than the interval a poll may come. */
struct config_skew {
	bool given;
	int32_t early_s, late_s; /* each up to half the interval */
};

/* ---- discipline, selection ---- */

enum config_loop { CONFIG_LOOP_ADAPTIVE, CONFIG_LOOP_CLASSIC };

struct config_tinker {
	enum config_loop loop;
	double panic_s;               /* 0: no limit */
	double stepback_s, stepfwd_s; /* 0: never step; tinker step sets both */
	double stepout_s;
	bool freq_given;
	double freq_ppm;
	double allan_log2s, dispersion_ppm;
	bool dispersion_given; /* else our error is told to grow by what is known of our rate */
	double huffpuff_s;     /* 0: off */
	double tick_s;         /* the clock moves in steps of this; 0: measured */
};

/* What sources without authentication are worth beside those with one; chrony's words. */
enum config_authselect {
	AUTHSELECT_NOT_GIVEN, /* as mix where a source is asked with nts, else as ignore */
	AUTHSELECT_IGNORE,    /* as much */
	AUTHSELECT_MIX,       /* as much, as far as they agree with the authenticated */
	AUTHSELECT_PREFER,    /* nothing, while there are others */
	AUTHSELECT_REQUIRE,   /* nothing */
};

struct config_tos {
	int32_t minclock, maxclock, minsane;
	bool minsane_given; /* else a majority of the configured sources */
	double mindist_s, maxdist_s, maxdisp_s;
	int32_t floor, ceiling; /* accepted strata: floor <= stratum < ceiling */
	int32_t orphan;         /* 16 and more: off */
	double orphanwait_s;
	int32_t cohort, beacon_s, bcpollbstep;
	int32_t basedate_days; /* since 1900-01-01: no time before this is believed */
	enum config_authselect authselect;
};

/* enable / disable */
enum config_switch {
	SWITCH_AUTH = 0x0001,
	SWITCH_BCLIENT = 0x0002,
	SWITCH_CALIBRATE = 0x0004,
	SWITCH_KERNEL = 0x0008,
	SWITCH_MODE7 = 0x0010,
	SWITCH_MONITOR = 0x0020,
	SWITCH_NTP = 0x0040,
	SWITCH_STATS = 0x0080,
	SWITCH_PEER_CLEAR_DIGEST_EARLY = 0x0100,
	SWITCH_UNPEER_CRYPTO_EARLY = 0x0200,
	SWITCH_UNPEER_CRYPTO_NAK_EARLY = 0x0400,
	SWITCH_UNPEER_DIGEST_EARLY = 0x0800,
	SWITCH_CONTROLNONCE = 0x1000,
	SWITCH_PASSIVE = 0x2000
};

struct config_rlimit {
	int32_t memlock_mb; /* -1: no locking, 0: lock all */
	int32_t stacksize_pages;
	int32_t filenum; /* 0: the system's */
};

/* ---- the rest ---- */

enum config_smear_form { SMEAR_COSINE, SMEAR_LINEAR };
struct config_smear {
	struct addr addr; /* served here only; ADDR_NONE: everywhere */
	double interval_s;
	enum config_smear_form form;
};

struct config_key_range {
	uint32_t lo, hi; /* not 0, both included */
};

struct config_setvar {
	const char *name, *value;
	bool is_default; /* listed in the default answer of rv */
};

/* Network Time Security, RFC 8915. */
enum {
	CONFIG_NTS_KE_PORT = 4460, /* TCP */
	CONFIG_NTS_AEADS_MAX = 4
};
struct config_nts {
	/* as a server */
	bool enable;
	const char *cert, *key; /* PEM, the leaf first */
	const char *cookie;     /* file of the keys of cookies */
	int32_t rotate_s;       /* how long one of them is used for new cookies; 0: for ever */
	bool ratchet;           /* the next is derived from it, equally on every host */
	int32_t port;           /* a second UDP port, that clients are told; 0: none */
	int32_t keport;         /* TCP */
	int32_t connections;    /* at once */
	/* as a client */
	const char *ca;        /* file or folder of trusted certificates; NULL: the system's */
	const char *state;     /* file that keeps cookies over a restart; NULL: none */
	int32_t certtime_auto; /* 0: the dates of certificates are checked though time is unknown */
	/* both */
	int32_t aead[CONFIG_NTS_AEADS_MAX]; /* numbers of IANA's registry, the best first */
	uint32_t aead_n;
	const char *mintls, *maxtls; /* 1.3 or NULL */
	const char *ciphersuites, *ecdhcurves;
	bool server_preference;
};

/* "AES_SIV_CMAC_256" for 15; NULL for a number that ntp.conf has no name for. */
const char *config_aead_name(int32_t aead);

/* A recognised line without a field of its own (crypto, trap, phone), kept to be printed back. */
struct config_kept {
	const char *keyword;
	const char *arguments; /* words as written, quoted where needed; "" for none */
};

struct config {
	struct arena *arena; /* owns everything below */

	struct config_source *sources;
	unsigned sources_n;
	struct config_host *unpeers; /* unpeer, mostly from :config; text may be an id */
	unsigned unpeers_n;
	const char **sourcedirs; /* "none" is no folder; without any: CONFIG_SOURCEDIR */
	unsigned sourcedirs_n;

	struct config_restrict *restricts; /* in file order */
	unsigned restricts_n;
	struct config_rate rate;
	struct config_mru mru;
	int32_t interleaved; /* 1: clients are answered in interleaved mode as well */

	struct config_listen *listens; /* in file order; none: listen on every address */
	unsigned listens_n;
	int32_t dscp;              /* 0..63 */
	int32_t sourceport;        /* 0: a random port per association, RFC 9109 */
	int32_t extra_port;        /* second server port; 0: none */
	struct config_card *cards; /* hwtimestamp, one for an interface */
	unsigned cards_n;

	const char *driftfile;      /* NULL: none; so are all paths */
	double drift_threshold_ppm; /* second word of driftfile; 0: none */
	double nonvolatile;         /* frequency change worth writing, s/s */
	const char *tempcomp;       /* a sensor of temperature */
	int32_t tempcomp_interval_s;
	const char *leapfile; /* "none" or the line; see config_leapfile */
	bool leapfile_checkhash;
	const char *logfile, *pidfile, *statsdir, *saveconfigdir;
	const char *keys, *keysdir, *ntpsigndsocket;

	struct config_key_range *trustedkeys; /* sorted, disjoint */
	unsigned trustedkeys_n;
	uint32_t controlkey, requestkey; /* 0: none */

	uint32_t switches; /* SWITCH_* that are enabled */
	struct config_tinker tinker;
	struct config_tos tos;
	struct config_rlimit rlimit;

	uint32_t log_mask; /* logconfig */
	struct config_filegen filegens[STATS_N];

	struct config_smear *smears;
	unsigned smears_n;
	struct config_setvar *setvars;
	unsigned setvars_n;
	const char **resets; /* reset: counter groups; from :config */
	unsigned resets_n;
	struct config_nts nts;
	struct config_skew skew[CONFIG_POLL_MAX + 1]; /* by poll exponent */
	struct config_skew skew_default;              /* of the exponents without one */
	double broadcastdelay_s;
	int32_t mdnstries, automax_log2s, revoke_log2s;
	struct config_kept *kept;
	unsigned kept_n;

	/* for messages about lines without a place of their own, and about the files themselves */
	struct config_said *said;
	unsigned said_n;
	struct config_file *files; /* that were read, in this order */
	unsigned files_n;
};

/* Fills *c with the defaults of ntp.conf(5); a becomes its arena, NULL for defaults only. */
void config_defaults(struct config *c, struct arena *a);

/* True when the file replaced the built-in default restriction (RESTRICT_BUILTIN) of a family. */
bool config_default_given(const struct config *c, enum addr_family family);

/* Where the directive stood last, NULL when nowhere. */
const struct config_place *config_place_of(const struct config *c, const char *directive);

/* True when a trustedkey line names the key. */
bool config_key_trusted(const struct config *c, uint32_t id);

/* Name of a statistics set ("loopstats"). */
const char *config_stats_name(enum config_stats set);

/*
 * How files are reached; config itself opens nothing. Both give 0 or -errno; results live in a.
 * list gives the bare names in a folder in any order, -ENOTDIR for a plain file.
 */
struct config_reader {
	void *ctx;
	int (*read)(void *ctx, const char *path, struct arena *a, const char **text, size_t *len);
	int (*list)(void *ctx, const char *dir, struct arena *a, const char ***names, unsigned *n);
	/* Appends to a refusal (EACCES) what the owner of path has to do; may be NULL. */
	void (*explain)(void *ctx, const char *path, struct text *out);
};

/*
 * Reads a configuration with everything it includes. Bad lines are reported in d and skipped; the
 * rest applies. A file that cannot be read is an error with line 0.
 * Returns the configuration, or NULL when a is exhausted (reported too).
 */
struct config *config_load(const struct config_reader *r, const char *path, struct arena *a,
    struct diag_list *d);

/*
 * Reads configuration text that came from elsewhere; name stands for the file in messages.
 * base    what the text adds to (copied), or NULL for the defaults
 * remote  only the words that an authenticated ntpq may send are accepted, no paths (:config)
 */
struct config *config_load_text(const struct config_reader *r, const char *name, const char *text,
    size_t len, const struct config *base, bool remote, struct arena *a, struct diag_list *d);

/* A deep copy in a, or NULL when a is exhausted. */
struct config *config_copy(const struct config *c, struct arena *a);

/* The path of the leapfile line; NULL without one, and for "none". */
const char *config_leapfile(const struct config *c);

#endif
