/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * checknts - what a configuration names for NTS: the certificate and key of a server, the
 * certificates that a client trusts, algorithms; read as the daemon reads them, and judged.
 */
#ifndef NTPD_CHECKNTS_H
#define NTPD_CHECKNTS_H
#include <stdint.h>
#include "config/config.h"
#include "port/ke_server.h"
#include "port/store.h"

enum { CHECKNTS_DAYS_LEFT = 30 }; /* fewer are warned of */

/*
 * The certificate and key, and the file of cookies' keys, when nts is enabled. What no client would
 * accept is an error at the line that says it, but that it has expired, or does so soon, is a
 * warning; what it is good for, and how long, is a note.
 * now_s   s since 1970
 */
void checknts_server(struct store *s, const struct config *c, int64_t now_s,
    struct diag_list *diags);

/*
 * The same of the certificate alone, for a daemon: its key is read by nobody but the process that
 * shows the certificate.
 */
void checknts_certificate(struct store *s, const struct config *c, int64_t now_s,
    struct diag_list *diags);

/*
 * What that process found wrong with the key, at the line that names it.
 * fault   not KE_KEY_GOOD
 * why     of KE_KEY_UNREAD
 */
void checknts_key(struct store *s, const struct config *c, enum ke_key_fault fault, const char *why,
    struct diag_list *diags);

/* What sources with nts are to trust, and offer. */
void checknts_client(struct store *s, const struct config *c, struct diag_list *diags);

#endif
