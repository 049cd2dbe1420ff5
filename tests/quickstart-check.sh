# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash disable=SC2154 # top, jobs, build_packages are quickstart's
#
# quickstart-check.sh - "./quickstart check": every test, in stages; included by quickstart.
#
# Each stage builds and runs a group of tests; their results are counted from the .trs
# files of the test harness. The last line is "N passed, N failed".

check_packages=(libcmocka-dev clang clang-tidy llvm cppcheck mandoc shellcheck tshark procps
	iproute2 util-linux libcap2-bin python3 netbase file
	libgnutls30 libnettle8 libbsd0 libedit2 libseccomp2 libcap2)
passed=0
failed=0
stage_i=0
stage_n=5

# count FOLDER: the results below a build folder go to stage_passed, stage_failed and, one
# line for each that did not pass, to stage_failures.
count() {
	local results
	results=$(find "$1" -name '*.trs' -exec grep -H '^:test-result: ' {} +)
	stage_passed=$(grep -c '\.trs::test-result: PASS' <<<"$results")
	stage_failures=$(grep -v '\.trs::test-result: PASS' <<<"$results" | grep . |
		sed "s|^$1/||; s|\.trs::test-result:|:|; s|^|      |")
	stage_failed=$(grep -c . <<<"$stage_failures")
}

# stage NAME FOLDER TARGET: runs the tests of TARGET in a build folder and counts them.
stage() {
	local name=$1 dir=$2 target=$3 begin=$SECONDS status=0
	local stage_passed=0 stage_failed=0 stage_failures=
	stage_i=$((stage_i + 1))
	printf '[%d/%d] %-28s ' "$stage_i" "$stage_n" "$name"
	if ! stage_build "$dir"; then
		stage_failures="      it did not build, see $log"
	else
		find "$dir" -name '*.trs' -delete
		make -k -C "$dir" -j"$jobs" "$target" >>"$log" 2>&1 || status=$?
		count "$dir"
		if [ "$status" -ne 0 ] && [ "$stage_failed" -eq 0 ]; then
			stage_failures="      make $target ended with status $status, see $log"
		elif [ "$((stage_passed + stage_failed))" -eq 0 ]; then
			stage_failures="      make $target ran nothing"
		fi
	fi
	if [ "$stage_failed" -eq 0 ] && [ -n "$stage_failures" ]; then
		stage_failed=1
	fi
	passed=$((passed + stage_passed))
	failed=$((failed + stage_failed))
	echo "$stage_passed passed, $stage_failed failed ($((SECONDS - begin)) s)"
	[ -z "$stage_failures" ] || echo "$stage_failures"
}

# stage_build FOLDER: configures and builds in a folder; in a subshell, for it may die.
stage_build() {
	(
		case $1 in
		build-gcc) configured "$1" CC=gcc CFLAGS="-O2 -g" --enable-werror ;;
		build-clang) configured "$1" CC=clang CFLAGS="-O1 -g" --enable-werror \
			--enable-sanitizers ;;
		esac && make -k -C "$1" -j"$jobs" >>"$log" 2>&1
	) 2>>"$log"
}

check() {
	local begin=$SECONDS
	start_log
	[ "$(id -u)" -eq 0 ] || die "run as root: the tests make network namespaces"
	install "${build_packages[@]}" "${check_packages[@]}"
	say "logging to $log"
	tests/interop/fetch-peers >>"$log" 2>&1 ||
		say "the other NTP programs could not be fetched, so interop tests will fail"
	stage "gcc -O2: unit, simulation" build-gcc check
	stage "clang ASan+UBSan: the same" build-clang check
	stage "lint" build-gcc lint
	stage "system (namespaces)" build-gcc check-system
	stage "interop (other programs)" build-gcc check-interop
	say "all stages took $((SECONDS - begin)) s"
	echo "$passed passed, $failed failed"
	[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
}
