/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * check - what is legal in a configuration but unwise; for --check-config and the start of the log.
 */
#ifndef CONFIG_CHECK_H
#define CONFIG_CHECK_H
#include "config/config.h"

enum config_use {
	USE_READ,    /* the file is read, also at a reload */
	USE_REPLACE, /* the file is replaced: its folder is written to */
	USE_APPEND,  /* the file is created or appended to */
	USE_FOLDER,  /* files are created in the folder */
	USE_LIST     /* the files in the folder are read */
};

/* Asks whether the user the daemon runs as may use a path: 0 or -errno. */
struct config_access {
	void *ctx;
	int (*may)(void *ctx, enum config_use use, const char *path);
	/* Appends to a refusal (EACCES) what the owner of path has to do; may be NULL. */
	void (*explain)(void *ctx, enum config_use use, const char *path, struct text *out);
};

/*
 * Where a word of the line at place stands, its first word when it is not there: with column and
 * source, as far as the text of the file is at hand. The source lives in a; place may be NULL.
 */
struct diag config_where(const struct config *c, const struct config_place *place, const char *word,
    struct arena *a);

/*
 * Where word stands in the last line of a directive that has it, among the files whose text is at
 * hand; line 0 when there is none.
 */
struct diag config_where_said(const struct config *c, const char *directive, const char *word,
    struct arena *a);

/* Adds warnings to d; path names the configuration in those that belong to no line. */
void config_check(const struct config *c, const char *path, const struct config_access *access,
    struct diag_list *d);

#endif
