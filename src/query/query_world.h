/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * query_world - what holds for all servers of a query at this time.
 */
#ifndef QUERY_QUERY_WORLD_H
#define QUERY_QUERY_WORLD_H
#include "query/query.h"

struct assoc_world query_world(const struct query *q);

#endif
