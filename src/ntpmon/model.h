/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * model - what is chosen, sorted, filtered and open in ntpmon, and how keys change it. Pure: of
 * keys and of what was heard. The keys of NTPsec's ntpmon mean here what they mean there.
 */
#ifndef NTPMON_MODEL_H
#define NTPMON_MODEL_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "ntpmon/heard.h"

enum { MODEL_TREND = 120, MODEL_FILTER_MAX = 40 };

/* Keys beside those of characters. */
enum model_key {
	KEY_OF_UP = 256,
	KEY_OF_DOWN,
	KEY_OF_PAGE_UP,
	KEY_OF_PAGE_DOWN,
	KEY_OF_HOME,
	KEY_OF_END,
	KEY_OF_ENTER,
	KEY_OF_ESCAPE,
	KEY_OF_RUBOUT,
	KEY_OF_NOTHING,
};

/* What the second column of sources has. */
enum peers_form { FORM_REFID, FORM_ID, FORM_LOCAL };

/* What is below the sources. */
enum pane { PANE_CLIENTS, PANE_SOURCE, PANE_EXPLAIN, PANE_SYSTEM, PANE_HELP };

enum order {
	ORDER_GIVEN,
	ORDER_NAME,
	ORDER_STRATUM,
	ORDER_WHEN,
	ORDER_POLL,
	ORDER_REACH,
	ORDER_DELAY,
	ORDER_OFFSET, /* by its size */
	ORDER_JITTER,
	ORDERS,
};

/* The offsets of a source, as they came. */
struct trend {
	uint16_t id;
	char address[SNAPSHOT_WORD]; /* whose they are: another daemon gives the id to another */
	float at_s[MODEL_TREND];
	unsigned n;      /* 0..MODEL_TREND; the newest is the last */
	double received; /* of the source, with the newest */
};

struct model {
	enum peers_form form;
	enum pane pane;
	enum order order;
	bool reversed, addresses, units, wide, reachable_only, clients_only;
	char filter[MODEL_FILTER_MAX];
	bool typing; /* the filter */
	bool has_chosen;
	uint16_t chosen;                   /* id of a source */
	unsigned scroll, scroll_max, page; /* first line of the pane; what the view found */
	int debug, debug_max;              /* debug_max 0: there is nowhere to write to */
	bool quit;
	uint16_t row[SNAPSHOT_SOURCES_MAX]; /* places in the snapshot, as they are shown */
	size_t row_n;
	struct trend trend[SNAPSHOT_SOURCES_MAX];
	size_t trend_n;
};

/* What a key asks of the caller. */
enum model_want {
	WANT_NOTHING,
	WANT_DRAW,
	WANT_MORE, /* what a pane shows: heard_ask_more */
	WANT_ALL,  /* heard_ask, at once */
};

/* Zeroes are a good begin. Takes what was heard: new offsets, sources come and gone. */
void model_take(struct model *m, const struct heard *h);

/* Does what a key means: a character or one of enum model_key. */
enum model_want model_key(struct model *m, const struct heard *h, int key);

/* Sets what the view found of the pane: lines above which it may begin, and lines of a page. */
void model_note_pane(struct model *m, unsigned scroll_max, unsigned page);

/* The chosen source, or NULL. */
const struct snapshot_source *model_chosen(const struct model *m, const struct heard *h);

/* What is to be asked for what is shown on a screen of so many rows. */
struct wanted model_wants(const struct model *m, const struct heard *h, unsigned rows);

/*
 * Seconds until the daemon is asked again: half of the shortest poll, so that no change is missed,
 * 1 at least and 60 at most; 2 while it is silent.
 */
double model_interval_s(const struct heard *h);

/* The offsets of a source, or NULL. */
const struct trend *model_trend(const struct model *m, uint16_t id);

/* True when the filter, if any, is found in one of the two, without regard to case. */
bool model_passes(const struct model *m, const char *name, const char *address);

/* "offset", ... */
const char *model_order_word(enum order order);

/* The name of a source as it is shown: with addresses, the address where it has one. */
const char *model_name(const struct model *m, const struct snapshot_source *s);

#endif
