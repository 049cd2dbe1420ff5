#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# shell.sh - shellcheck over every script.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-$(dirname "$0")/../..}/tests/lib.sh"
cd "$top_srcdir" || exit 1
need shellcheck

for script in quickstart $(grep -rlE '^#!/bin/(ba)?sh|^# shellcheck shell=' tests conf systemd packaging .ci \
	2>/dev/null | sort); do
	is "$(shellcheck -x -S warning "$script" 2>&1)" '' "$script has no warning"
done
