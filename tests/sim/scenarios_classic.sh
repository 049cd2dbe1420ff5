#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# The scenarios again with the classic loop, which has figures of its own (scenario_figure).

# shellcheck disable=SC2154 # set by the Makefile
exec "$top_builddir/tests/sim/sim_scenarios" --config "tinker loop classic"
