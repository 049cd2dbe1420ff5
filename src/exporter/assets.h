/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * assets - the files of the page beside the page itself, as the build puts them into the program:
 * nothing is read or fetched when it runs.
 */
#ifndef EXPORTER_ASSETS_H
#define EXPORTER_ASSETS_H
#include <stddef.h>

struct asset {
	const unsigned char *bytes;
	size_t len;
};

extern const struct asset ASSET_APP_JS, ASSET_STYLE_CSS;

#endif
