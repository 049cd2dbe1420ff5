/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * backoff - how long to wait before what failed is tried again: ever twice as long, up to a bound.
 */
#ifndef BASE_BACKOFF_H
#define BASE_BACKOFF_H

/*
 * The next wait, in seconds.
 * last_s   the wait before this one; less than first_s (0) when there was none
 * first_s  > 0
 * most_s   >= first_s; the last wait may have had another bound
 */
double backoff_s(double last_s, double first_s, double most_s);

#endif
