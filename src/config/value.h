/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * value - one argument of the schema: words into a field, a field into words, two fields compared.
 */
#ifndef SRC_CONFIG_VALUE_H
#define SRC_CONFIG_VALUE_H
#include <stdbool.h>
#include "base/arena.h"
#include "base/text.h"
#include "config/schema.h"

enum value_result {
	VALUE_OK,
	VALUE_CHANGED, /* out of range: the nearest was taken */
	VALUE_IGNORED, /* out of range: nothing was written */
	VALUE_BAD,     /* not what the row expects: nothing was written */
	VALUE_NO_MEMORY
};

/* True when the row's word is followed by one value. */
bool value_wanted(const struct schema_row *row);

/*
 * Reads word (ignored unless value_wanted) into the field of the struct at base; a SCHEMA_NOWHERE
 * row is only checked. Texts are copied to a.
 */
enum value_result value_read(const struct schema_row *row, const char *word, void *base,
    struct arena *a);

/* The choice of a row that has choices, or NULL. */
const struct schema_choice *value_choice(const struct schema_row *row, const char *word);

/* Empties the list of an ARG_CHOICES row; value_read puts one behind those that are there. */
void value_empty(const struct schema_row *row, void *base);

/* Says what the row expects: "an integer from 1 to 65535". */
void value_expect(const struct schema_row *row, struct text *out);

/* Appends the field as value_read takes it; false when the row has no value to print (a flag). */
bool value_put(const struct schema_row *row, const void *base, struct text *out);

/* True when the fields of two structs agree; flags compare only their bit. */
bool value_same(const struct schema_row *row, const void *a, const void *b);

/* Copies the field of one struct to another of its type; texts are shared. */
void value_copy(const struct schema_row *row, void *to, const void *from);

/* Sets every field of a group to its default. */
void value_defaults(enum schema_group group, void *base);

/* Appends the shortest decimal that reads back as v. */
void value_put_real(double v, struct text *out);

/* Appends a word as the tokenizer reads it back, quoted when that is needed. */
void value_put_word(const char *word, struct text *out);

/* True when both are the same number; the compiler may not compare them by ==. */
bool value_same_real(double a, double b);

#endif
