/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * newfile - a file that was not there before, or nothing.
 */
#ifndef NTP_KEYGEN_NEWFILE_H
#define NTP_KEYGEN_NEWFILE_H
#include <stdbool.h>
#include <stddef.h>

/* Writes it all, or errno says why not. */
bool newfile_write_to(int fd, const char *bytes, size_t len);

/*
 * Makes a file of that mode whatever the umask is, at no moment readable by more. 0 or an errno:
 * EEXIST when there is something of the name; a file that could not be written whole is gone.
 */
int newfile_make(const char *path, unsigned mode, const char *bytes, size_t len);

#endif
