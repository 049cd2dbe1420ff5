/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * cook - the variables of mode 6 as people read them: which kind each is, its unit, and its cooked
 * form.
 */
#ifndef MODE6_COOK_H
#define MODE6_COOK_H
#include "base/ntptime.h"
#include "base/text.h"
#include "mode6/vars.h"

enum cook {
	COOK_PLAIN, /* as sent */
	COOK_STAMP, /* timestamp */
	COOK_LEAP,  /* two bits */
	COOK_OCTAL, /* three octal digits */
	COOK_FLASH, /* bits in words */
	COOK_REFID,
	COOK_ADDRESS, /* reference clocks by name */
	COOK_ARRAY,   /* of numbers, in columns */
	COOK_NAME,    /* a text even when it looks like a number */
};

/* What is known of a variable; COOK_PLAIN and unit "" for an unknown name. */
enum cook cook_kind(const char *name);
const char *cook_unit(const char *name); /* "ms", "ppm", "s", "log2s" or "" */

/* The i-th name known here, or NULL: for completion. */
const char *cook_name(size_t i);

/* Appends the cooked value of v, with quotes where the server had them. */
void cook_value(struct text *t, const struct variable *v, struct rtime pivot);

#endif
