#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# The days of mishaps that failed once, tests/sim/seeds.txt.

# shellcheck disable=SC2154 # set by the Makefile
exec "$top_builddir/tests/sim/sim_soak" -k
