/* SPDX-License-Identifier: BSD-2-Clause */
/* line - what a line of the configuration asks of its associations. */
#ifndef CLIENT_LINE_H
#define CLIENT_LINE_H
#include "config/config.h"
#include "core/assoc.h"

/* once: somebody waits for the first answers. */
struct assoc_rules line_rules(const struct config_source *s, bool once);

#endif
