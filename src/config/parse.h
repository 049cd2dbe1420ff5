/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * parse - the inside of the reader of ntp.conf: the state of one run and what the directives share.
 * A directive reads its words, reports what is wrong through parse_error and then changes nothing:
 * the caller puts the configuration back as it was before the line.
 */
#ifndef SRC_CONFIG_PARSE_H
#define SRC_CONFIG_PARSE_H
#include <stdbool.h>
#include "base/hostspec.h"
#include "config/config.h"
#include "config/schema.h"
#include "config/token.h"

enum {
	INCLUDES_MAX = 5, /* nested */
	FILES_MAX = 1000, /* read in all: a file that includes itself twice must end */
	FRAMES_MAX = 2 * (INCLUDES_MAX + 1),
	SOURCES_MAX = 1024,
	SETVARS_MAX = 256,
	SMEARS_MAX = 64,
	CARDS_MAX = 64
};

/* A file being read, or a folder whose files are taken one by one. */
struct parse_frame {
	struct token_text text;
	const char *name;
	bool is_folder;
	const char **members; /* a folder's files */
	unsigned members_n, next;
};

/* A fudge or device line; applied when every server line is known. */
struct parse_fudge {
	int32_t type, unit;
	struct config_fudge fudge;
	const char *path, *ppspath;
	struct diag where;
};

struct parser {
	struct config *c;
	const struct config_reader *reader;
	struct arena *arena; /* of the result */
	struct diag_list *d;
	struct parse_frame frames[FRAMES_MAX];
	unsigned frames_n, files_n;
	const char *file; /* the one being read */
	struct parse_fudge *fudges;
	unsigned fudges_n;
	bool remote; /* text of an ntpq */
	bool in_sourcedir;
	bool quiet;  /* the first word has a note of its own: none for options */
	bool failed; /* the current line */
	const struct schema_clock *clock; /* that the current line is of, or NULL */
	bool ignored;                     /* the last value was out of range and left out */
	bool ended;                       /* end was read */
	bool in_simulate;                 /* between the braces of simulate */
	int braces;
	bool exhausted;                 /* no memory: give up */
	bool answered[SCHEMA_ROWS_MAX]; /* of a word without effect it was said, once is enough */
	struct token_line line;
};

/* The text of word i, or NULL after the last. */
const char *parse_word(const struct parser *p, unsigned i);

/* Reports at word i (after the last: behind it). parse_error also fails the line. */
void parse_error(struct parser *p, unsigned i, const char *fmt, ...) TEXT_PRINTF(3, 4);
void parse_warn(struct parser *p, unsigned i, const char *fmt, ...) TEXT_PRINTF(3, 4);

/* Reports that word i is not in the group, with the words that are and the one probably meant. */
void parse_unknown(struct parser *p, unsigned i, enum schema_group group);

/* Notes that a word does not act, unless the line already had its note. */
void parse_state(struct parser *p, const struct schema_row *row, unsigned i);

/* Appends the words of a group, "listen, ignore, drop"; gives their number. */
unsigned parse_put_group(enum schema_group group, struct text *out);

/* Finds word i in a group and checks that it may be said here; reports and gives NULL otherwise. */
const struct schema_row *parse_find(struct parser *p, enum schema_group group, unsigned i);

/* Reads the value of the row's word, which is word i, into base; gives the index after it. */
unsigned parse_value(struct parser *p, const struct schema_row *row, unsigned i, void *base);

/* Reads options of a group from word i to the end of the line into base. */
void parse_options(struct parser *p, enum schema_group group, unsigned i, void *base);

/*
 * Of a line that is a list a bad entry costs itself only: forgets that it failed. Returns false
 * when the line fails all the same: a change that an ntpq sends is done whole or not at all.
 */
bool parse_without_entry(struct parser *p);

/* Fails the line when word i exists. */
void parse_done(struct parser *p, unsigned i);

/* A copy that lives as long as the configuration; "" and a failed line when memory is short. */
const char *parse_keep(struct parser *p, const char *s);

/* Room for one more element of an array of n: the array, perhaps moved; NULL fails the line. */
void *parse_grow(struct parser *p, void *array, unsigned n, size_t size);

/* Where word i stands, for later messages. */
struct diag parse_where(struct parser *p, unsigned i);

/* What the owner of a refused file (EACCES) has to do, in buf; "" when err is another. */
const char *parse_advice(const struct parser *p, const char *path, int err, char *buf, size_t cap);

/* Puts a file on top of those being read; reports and gives false when it cannot be. */
bool parse_push_file(struct parser *p, const char *path);

/* Puts the files of a folder whose names end so on top, sorted; 0, or -errno of the reader. */
int parse_push_folder(struct parser *p, const char *dir, const char *suffix);

/* The directives; word 0 is the row's. */
void parse_source(struct parser *p, const struct schema_row *row);
void parse_refclock(struct parser *p);
void parse_unpeer(struct parser *p);
void parse_fudge(struct parser *p, bool device);
void parse_finish_fudges(struct parser *p);
void parse_restrict(struct parser *p);
void parse_listen(struct parser *p);
void parse_card(struct parser *p);
void parse_switches(struct parser *p);
void parse_key_list(struct parser *p);
void parse_logconfig(struct parser *p);
void parse_statistics(struct parser *p);
void parse_filegen(struct parser *p);
void parse_setvar(struct parser *p);
void parse_reset(struct parser *p);
void parse_pollskew(struct parser *p);
void parse_driftfile(struct parser *p);
void parse_tempcomp(struct parser *p);
void parse_leapfile(struct parser *p);
void parse_smear(struct parser *p);
void parse_smear_interval(struct parser *p);
void parse_includefile(struct parser *p);
void parse_sourcedir(struct parser *p);
void parse_kept(struct parser *p, const struct schema_row *row);

/* What the words of a source that was read mean with or without nts, and its port. */
void parse_settle_source_nts(struct parser *p, struct config_source *s);

/* A line of nts was read: its words agree. */
void parse_settle_nts(struct parser *p);

/* When all is read: no source waits for a need that tos authselect require never has. */
void parse_finish_fallbacks(struct parser *p);

/* Reads a host; false, and the line has failed at word i, when text is none. */
bool parse_hostspec(struct parser *p, unsigned i, const char *text, struct hostspec *out);

/* False, and the line has failed at word i, when the host read there has a port behind it. */
bool parse_portless(struct parser *p, unsigned i, const struct hostspec *spec);

#endif
