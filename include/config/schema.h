/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * schema - one const table with every word of ntp.conf: arguments, range, default, whose it is, the
 * time it takes effect, and whether it does at all in this version. Reading, printing, comparing,
 * the defaults and the check of the manual page all follow this table.
 */
#ifndef CONFIG_SCHEMA_H
#define CONFIG_SCHEMA_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "config/config.h"

/* Whose options a row is. */
enum schema_group {
	SCHEMA_TOP,      /* first word of a line */
	SCHEMA_SOURCE,   /* server, pool, peer, broadcast, manycastclient, refclock */
	SCHEMA_REFCLOCK, /* refclock NAME only */
	SCHEMA_FUDGE,
	SCHEMA_DEVICE,
	SCHEMA_RESTRICT,
	SCHEMA_RESTRICT_SCOPE,
	SCHEMA_DISCARD,
	SCHEMA_LIMIT,
	SCHEMA_MRU,
	SCHEMA_LISTEN_ACT,
	SCHEMA_LISTEN_WHAT,
	SCHEMA_SWITCH,
	SCHEMA_TINKER,
	SCHEMA_TOS,
	SCHEMA_RLIMIT,
	SCHEMA_STATISTICS,
	SCHEMA_FILEGEN,
	SCHEMA_LEAPFILE,
	SCHEMA_SMEAR,
	SCHEMA_NTS,
	SCHEMA_RESET,
	SCHEMA_CRYPTO,
	SCHEMA_TRAP,
	SCHEMA_EXTRA,
	SCHEMA_CARD, /* hwtimestamp */
	SCHEMA_TEMPCOMP,
	SCHEMA_GROUPS
};

/* How the words after it are read. */
enum schema_arg {
	/* one value with a place in a struct, or none */
	ARG_NONE, /* the word alone; for kept lines and match words */
	ARG_FLAG, /* the word alone sets bits of a uint32_t */
	ARG_BOOL_ON,
	ARG_BOOL_OFF,   /* the word alone sets a bool */
	ARG_BOOL_MAYBE, /* the same, with an optional 0, 1, true or false behind it */
	ARG_SWITCH,     /* 0, 1, true, false into an int32_t */
	ARG_INT,        /* int32_t; aside: a sibling that becomes 0 */
	ARG_INT_GIVEN,  /* int32_t; aside: a bool that becomes true */
	ARG_INT_ALONE,  /* int32_t; aside: a bool that becomes false */
	ARG_UINT,       /* uint32_t */
	ARG_REAL,       /* double; aside: a second double that gets it too */
	ARG_REAL_GIVEN, /* double; aside: a bool that becomes true */
	ARG_TEXT,
	ARG_PATH,    /* const char *; a path is never taken from ntpq */
	ARG_TLS,     /* a version of TLS, const char * */
	ARG_CHOICE,  /* a word of choices, into an enum */
	ARG_CHOICES, /* one or more of them, into int32_t[hi]; aside: uint32_t, how many */
	ARG_DATE,    /* YYYY-MM-DD or days, into an int32_t of days since 1900-01-01 */
	/* directives with a grammar of their own */
	ARG_OPTIONS, /* options of the group opens, any number of them */
	ARG_SOURCE,
	ARG_REFCLOCK_NAME,
	ARG_UNPEER,
	ARG_FUDGE,
	ARG_DEVICE,
	ARG_RESTRICT,
	ARG_LISTEN,
	ARG_CARD,
	ARG_SWITCHES,
	ARG_KEY_LIST,
	ARG_LOGCONFIG,
	ARG_STATISTICS,
	ARG_FILEGEN,
	ARG_SETVAR,
	ARG_RESET,
	ARG_POLLSKEW,
	ARG_DRIFTFILE,
	ARG_TEMPCOMP,
	ARG_LEAPFILE,
	ARG_SMEAR,
	ARG_SMEAR_INTERVAL,
	ARG_SOURCEDIR,
	ARG_INCLUDE,
	ARG_END,
	ARG_SIMULATE,
	ARG_KEPT,        /* lo..hi words, kept as written; bit: enum schema_kept */
	ARG_KEPT_OPTIONS /* lo words, then options of the group opens, kept as written */
};

/* What the words of ARG_KEPT are. */
enum schema_kept { KEPT_WORDS, KEPT_NOVOLLEY, KEPT_TTLS, KEPT_GROUPS };

/* What happens to a number out of range. */
enum schema_outside { OUTSIDE_REFUSED, OUTSIDE_CLAMPED, OUTSIDE_IGNORED };

enum schema_when {
	WHEN_START,  /* read once */
	WHEN_RELOAD, /* at start and at every reload */
	WHEN_REMOTE  /* the same, and ntpq :config may send it */
};

/*
 * Which part of the daemon a word belongs to. Reloading compares and names the words of a part
 * together and gives them to who uses them. In the order in which changes are told: what the others
 * may use, what packets meet, the sources.
 */
enum schema_part {
	PART_NONE, /* says nothing itself: end, includefile, simulate */
	PART_LOG,
	PART_KEYS,
	PART_NTS,
	PART_FILES,
	PART_TEMPCOMP,
	PART_STATS,
	PART_LEAP,
	PART_VARS,
	PART_TINKER,
	PART_TOS,
	PART_POLLS,
	PART_SWITCHES,
	PART_RESTRICT,
	PART_RATE,
	PART_SERVE,
	PART_LISTEN,
	PART_CARDS,
	PART_SOURCEPORT,
	PART_UNPEER, /* of ids and members of pools; done once */
	PART_SOURCES,
	PART_RESET, /* done once */
	PART_CAST,  /* broadcasts and groups, but for the lines that send */
	PART_OTHER, /* nobody's: kept to be printed back */
	PART_START, /* read once, as WHEN_START says too: a reload only tells it */
	PART_N
};

/* The field to change when a word begins to act. */
enum schema_state {
	STATE_ACTS,
	STATE_NOT_YET, /* recognised, not in effect in this version */
	STATE_NEVER    /* recognised and refused for the reason given */
};

struct schema_choice {
	const char *word;
	int value;
};

struct schema_row {
	enum schema_group group;
	const char *word;
	enum schema_arg arg;
	double lo, hi;
	enum schema_outside outside;
	size_t at;    /* of the value in the struct of the group, or SCHEMA_NOWHERE */
	size_t aside; /* of a second value that changes too, or SCHEMA_NOWHERE */
	uint32_t bit; /* ARG_FLAG; ARG_SOURCE: the kind; fudge: the FUDGE_ bit */
	const struct schema_choice *choices;
	enum schema_group opens;
	const char *initial; /* default as text; NULL: zero, off or none */
	enum schema_part part;
	enum schema_when when;
	enum schema_state state;
	const char *reason; /* STATE_NEVER: why */
};

#define SCHEMA_NOWHERE ((size_t)-1)

enum { SCHEMA_PATH_MAX = 1023 }; /* of a path that has no bound of its own */

enum { SCHEMA_ROWS_MAX = 512 }; /* at least schema_rows_n */

extern const struct schema_row schema_rows[];
extern const unsigned schema_rows_n;

/* The row of a word in a group, or NULL. */
const struct schema_row *schema_find(enum schema_group group, const char *word);

/* The directive with the options of a group (ARG_OPTIONS), or NULL. */
const struct schema_row *schema_of_group(enum schema_group group);

/* The most similar word of a group when it is close enough to be a slip, or NULL. */
const char *schema_suggest(enum schema_group group, const char *word);

/*
 * The directive that, before its host, names a source of a kind: "server" for a reference clock as
 * well, whatever form its line had, for its host is 127.127.t.u.
 */
const char *config_source_word(enum config_source_kind kind);

/* False when a kind of source, or the driver of a refclock, does not act in this version. */
bool config_source_in_effect(const struct config_source *s);

/* A clock by flag3 whose pulses the kernel is to measure too. */
bool config_wants_kernel_pps(const struct config_source *s);

/* A legacy reference clock type. */
struct schema_clock {
	int32_t type;
	const char *name; /* NTPsec's word after refclock; NULL: it has none */
	const char *about;
	enum schema_state state;
	const char *words; /* STATE_ACTS: those that not each clock has, between blanks */
	uint32_t mode;     /* and the bits of mode */
};

/* False for a word of a line, refclock, fudge or device that does nothing on a clock which acts. */
bool schema_clock_takes(const struct schema_clock *clock, const struct schema_row *row);

/* NULL for a type that never existed. */
const struct schema_clock *schema_clock_of_type(int32_t type);
const struct schema_clock *schema_clock_of_name(const char *name);

#endif
