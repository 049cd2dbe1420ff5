/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * json - writes one JSON document on one line; commas and quotes are its business. RFC 8259.
 * A key of NULL means an element of an array, or the document itself.
 */
#ifndef MODE6_JSON_H
#define MODE6_JSON_H
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

enum { JSON_DEPTH_MAX = 16 };

struct json {
	FILE *out;
	unsigned depth;
	bool has_member[JSON_DEPTH_MAX];
	char closer[JSON_DEPTH_MAX];
};

struct json json_over(FILE *out);
void json_object(struct json *j, const char *key); /* opens {} */
void json_array(struct json *j, const char *key);  /* opens [] */
void json_close(struct json *j); /* closes the innermost; the outermost ends the line */
void json_close_all(struct json *j);

void json_string(struct json *j, const char *key, const char *value); /* NULL gives null */
void json_int(struct json *j, const char *key, int64_t value);
void json_double(struct json *j, const char *key, double value); /* not finite gives null */
void json_bool(struct json *j, const char *key, bool value);
void json_null(struct json *j, const char *key);

/* A number when text is one, else a string; NULL gives null. */
void json_text(struct json *j, const char *key, const char *text);

#endif
