/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * file_access - why a file is out of reach, in words that tell its owner what to do.
 */
#ifndef SYS_FILE_ACCESS_H
#define SYS_FILE_ACCESS_H
#include "base/text.h"
#include "port/store.h"

/*
 * Appends what stands in the way of this process at path after -EACCES: "; /etc/ntp/keys has mode
 * 0600, owner root, group root: 'chgrp ntp /etc/ntp/keys && chmod g+r /etc/ntp/keys' lets this
 * group read it". A folder above is named when that is it, or when it is what is written to. Names
 * are those of /etc/passwd and /etc/group, else numbers. Nothing when modes are not the reason.
 */
void file_access_explain(const char *path, enum store_use use, struct text *out);

/* The same of a device that is to be read; "; ntpd runs as ntp" follows. */
void file_access_explain_device(const char *path, struct text *out);

/* Appends the name of a user as /etc/passwd has it, else the number. */
void file_access_put_user(unsigned uid, struct text *out);

#endif
