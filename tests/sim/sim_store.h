/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sim_store - the store port: a disk in memory that outlives the daemon and fails on demand.
 */
#ifndef SIM_STORE_H
#define SIM_STORE_H
#include <stdbool.h>
#include "port/store.h"
#include "sim/sim_clock.h"

/* What a file holds; it may have several names. */
struct sim_inode {
	char *bytes; /* with a NUL behind */
	size_t len, cap;
	int64_t mtime_ns;
	uint64_t number;
	unsigned names;
};

struct sim_file {
	char *path;
	struct sim_inode *node;
	struct sim_file *next;
};

struct sim_store {
	struct store port;
	struct sim_clock *clock; /* of file times */
	struct sim_file *files;
	uint64_t last_inode;
	int read_error, write_error; /* -errno of every call from now on, 0: none */
	const char *denied;          /* the one path that gives -EACCES when read; NULL: none */
	const char *open_to_all;     /* the one path that every user may read; NULL: none */
	void (*on_read)(void *ctx, const char *path); /* before a file is read; NULL: nobody */
	void *on_read_ctx;
	unsigned writes; /* whole files written by the daemon */
};

void sim_store_start(struct sim_store *s, struct sim_clock *clock);
void sim_store_end(struct sim_store *s);

/* What a scenario does to the disk; never fails. */
void sim_store_put(struct sim_store *s, const char *path, const char *text);
void sim_store_remove(struct sim_store *s, const char *path);
const char *sim_store_text(const struct sim_store *s, const char *path); /* NULL: no such file */

#endif
