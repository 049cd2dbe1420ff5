/* SPDX-License-Identifier: BSD-2-Clause */
/* device_kinds - the kinds of devices, each with calls of its own. */
#ifndef SYS_DEVICE_KINDS_H
#define SYS_DEVICE_KINDS_H
#include "port/device.h"
#include "port/loop.h"

struct device_sys;

struct device_calls {
	int (*read)(struct device_sys *d, struct device_reading *out);
	void (*put)(struct device_sys *d, size_t at, uint32_t value); /* NULL: there is nothing */
	void (*close)(struct device_sys *d);
	int (*bind)(struct device_sys *d, bool on); /* NULL: the kernel does nothing with it */
};

/* The first member of each kind. */
struct device_sys {
	struct device dev;
	const struct device_calls *calls;
	struct loop *loop;
	struct clock *clock; /* of the readings */
	struct phcs *phcs;   /* that DEVICE_COMPARE is opened from */
};

/* As open of struct devices_ops; loop and clock are in *like, as the device will have them. */
int device_shm_open(const struct device_sys *like, const struct device_want *want,
    struct device_sys **out, struct text *why);
int device_line_open(const struct device_sys *like, const struct device_want *want,
    struct device_sys **out, struct text *why);
int device_datagram_open(const struct device_sys *like, const struct device_want *want,
    struct device_sys **out, struct text *why);
int device_pulse_open(const struct device_sys *like, const struct device_want *want,
    struct device_sys **out, struct text *why);
int device_compare_open(const struct device_sys *like, const struct device_want *want,
    struct device_sys **out, struct text *why);
int device_page_open(const struct device_sys *like, const struct device_want *want,
    struct device_sys **out, struct text *why);
int device_stream_open(const struct device_sys *like, const struct device_want *want,
    struct device_sys **out, struct text *why);

#endif
