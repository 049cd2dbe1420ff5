/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sources_nts - pool HOST nts: keys are asked for once for each member, a little apart, until there
 * are enough; which server they are for, the KE server says.
 */
#ifndef CLIENT_SOURCES_NTS_H
#define CLIENT_SOURCES_NTS_H
#include <stdbool.h>

struct nts_told;
struct source;

/* Makes the line able to ask. False when memory is short. */
bool sources_nts_open(struct source *s);
void sources_nts_close(struct source *s); /* one that is not open is fine */

/* Asks for the keys of one more member; the timer of the line is armed for the next. */
void sources_nts_ask(struct source *s);

/* The way to the KE server may be another: asks at once. */
void sources_nts_network_changed(struct source *s);

/* Why the last question of the line came to nothing; NULL: it is no pool with nts. */
const struct nts_told *sources_nts_told(const struct source *s);

#endif
