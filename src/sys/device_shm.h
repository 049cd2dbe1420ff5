/* SPDX-License-Identifier: BSD-2-Clause */
/* device_shm - a segment of System V shared memory, as DEVICE_SNAPSHOT. */
#ifndef SYS_DEVICE_SHM_H
#define SYS_DEVICE_SHM_H
#include "port/device.h"

/* As in struct devices_ops. */
int device_shm_open(const struct device_want *want, struct device **out, struct text *why);
int device_shm_read(struct device *dev, struct device_reading *out);
void device_shm_put(struct device *dev, size_t at, uint32_t value);
void device_shm_close(struct device *dev);

#endif
