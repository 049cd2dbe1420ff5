#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# digests.sh BUILD [SEEDS] - what every scenario, with both loops, and twice so many days of mishaps
# (15; 100 before a release of such changes) of a build came to, a line each: "NAME DIGEST". Before
# and after a change that must not alter what the daemon does, diff finds the two the same.

set -u -o pipefail
build=${1:?usage: digests.sh BUILD [SEEDS]}
seeds=${2:-15}

# digests PREFIX COMMAND...: of a test's output.
digests() {
	local prefix=$1
	shift
	"$@" | sed -nE 's/^(not )?ok [0-9]+ - //; t name; s/^# .*digest ([0-9a-f]{16})$/\1/; t digest; d
		:name
		h; d
		:digest
		x; G; s/\n/ /; p' | sed "s/^/$prefix/"
}

digests 'adaptive ' "$build/tests/sim/sim_scenarios"
digests 'classic ' "$build/tests/sim/sim_scenarios" --config 'tinker loop classic'
digests '' "$build/tests/sim/sim_soak" 1 "$seeds"
digests '' "$build/tests/sim/sim_soak" -p 1 "$seeds"
