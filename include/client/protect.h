/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * protect - what a source is to be protected by. Where the configuration asks for a protection
 * that cannot be had, the source is not asked: without it the answer would be worth less than was
 * wanted, and nobody would see that.
 */
#ifndef CLIENT_PROTECT_H
#define CLIENT_PROTECT_H
#include <stdbool.h>

struct peer;
struct source;

/* What a source lacks of the protection that the configuration asks for. */
enum lack { LACK_NOTHING, LACK_NTS, LACK_AUTOKEY, LACK_KEY, LACK_TRUST };

/* What was last found missing, and of a pool what was said of a member. */
struct protection {
	enum lack lack, member_lack;
};

/* Says whether a source may be asked now; of a change of that, and of its cause, one line. */
bool protect_may_ask(struct peer *p);

/* The same of a line whose name is yet to be resolved: a pool has no members to be asked. */
bool protect_may_resolve(struct source *s);

/* What stands as reference id in place of what the source would say; NULL: nothing is missing. */
const char *protect_refid(enum lack lack);

#endif
