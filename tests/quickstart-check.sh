# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash disable=SC2154 # top, jobs, build_packages are quickstart's
#
# quickstart-check.sh - "./quickstart check" runs every test, "./quickstart check-extra" those that
# want a browser and the like, "./quickstart check-deep" also what takes longer, in stages; included
# by quickstart.
#
# Each stage builds and runs a group of tests; their results are counted from the .trs
# files of the test harness. The last line is "N passed, N failed".

check_packages=(libcmocka-dev clang libclang-rt-dev clang-tidy clang-format llvm cppcheck mandoc
	shellcheck strace tshark nmap gnuplot-nox procps iproute2 util-linux libcap2-bin python3 netbase file
	libgnutls30 libnettle8 libbsd0 libedit2 libseccomp2 libcap2
	systemd systemd-container debootstrap debhelper dpkg-dev bsdutils
	binutils bsdextrautils libxml2-utils logrotate augeas-tools
	zsh fish curl wget python3-pyte)
deep_packages=(valgrind gcovr clang-tools rpm createrepo-c dnf)
# A browser and other people's monitors: for what people see of it.
extra_packages=(chromium fonts-dejavu-core curl python3 procps iproute2 util-linux snmp snmpd
	snmptrapd)
# Shell tests wait most of their time: more of them at once than there are processors.
waiting_jobs=$((2 * jobs + 1))
passed=0
failed=0
box=
stage_i=0
stage_n=0

# count FOLDER: the results below a build folder go to stage_passed, stage_failed and, one
# line for each that did not pass, to stage_failures.
count() {
	local results trs
	results=$(find "$1" -name '*.trs' -exec cat {} + | grep '^:test-result: ')
	stage_passed=$(grep -c '^:test-result: PASS' <<<"$results")
	stage_failed=$(grep . <<<"$results" | grep -vc '^:test-result: PASS')
	stage_failures=$(find "$1" -name '*.trs' -exec grep -l '^:test-result: [^P]' {} + |
		while read -r trs; do
			grep -aE '^(FAIL|ERROR|SKIP|XPASS|XFAIL): ' "${trs%.trs}.log" |
				sed 's|^|      |'
		done)
}

# unit_tests LAYER...: the unit tests of some layers, as make's TESTS wants them.
unit_tests() {
	local layer
	for layer; do
		# shellcheck disable=SC2086 # '*' is every layer
		sed -n 's/^TESTS += //p' tests/unit/$layer/local.mk
	done | tr '\n' ' '
}

# stage NAME FOLDER TARGET [VARIABLE=...]: runs the tests of TARGET in a build folder, stage_jobs of
# them at once, and counts them.
stage() {
	local name=$1 dir=$2 target=$3 begin=$SECONDS status=0
	shift 3
	local stage_passed=0 stage_failed=0 stage_failures=
	stage_i=$((stage_i + 1))
	printf '[%d/%d] %-28s ' "$stage_i" "$stage_n" "$name"
	if ! stage_build "$dir"; then
		stage_failures="      it did not build, see $log"
	else
		find "$dir" -name '*.trs' -delete
		make -k -C "$dir" -j"${stage_jobs:-$jobs}" "$target" "$@" >>"$log" 2>&1 || status=$?
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
		build-gcc) set -- "$1" CC=gcc CFLAGS="-O2 -g1" ;;
		build-clang) set -- "$1" CC=clang CFLAGS="-O1 -g1" --enable-sanitizers ;;
		build-clang-plain) set -- "$1" CC=clang CFLAGS="-O2 -g" ;;
		build-gcc-sanitizers) set -- "$1" CC=gcc CFLAGS="-O1 -g" --enable-sanitizers ;;
		build-minimal) set -- "$1" CC=gcc --without-systemd --without-seccomp \
			--without-libedit --without-ncurses --without-snmp --without-jansson ;;
		build-coverage) set -- "$1" CC=gcc CFLAGS="-O0 -g" CPPFLAGS=-DNDEBUG \
			--enable-coverage ;;
		build-fuzz) set -- "$1" CC=clang CFLAGS="-O1 -g" --enable-fuzzers \
			--enable-sanitizers ;;
		esac
		configured "$@" --enable-werror
		make -k -C "$1" -j"$jobs" >>"$log" 2>&1
	) 2>>"$log"
}

check_prepare() {
	start_log
	[ "$(id -u)" -eq 0 ] || die "run as root: the tests make network namespaces"
	install "${build_packages[@]}" "${check_packages[@]}" "$@"
	say "logging to $log"
	tests/interop/fetch-peers >>"$log" 2>&1 ||
		say "the other NTP programs could not be fetched, so interop tests will fail"
	tests/system/fetch-box >build/box.log 2>&1 &
	box=$!
}

# check_stages [VARIABLE=...]: the stages of check; the variables are the sanitizers' stage's.
check_stages() {
	stage "gcc -O2: unit, simulation" build-gcc check
	stage "clang ASan+UBSan: the same" build-clang check "$@"
	TIDY_CHECKS=${tidy_checks-} stage "lint" build-gcc lint
	wait "$box" || say "the container's files could not be made, see build/box.log"
	stage_jobs=$waiting_jobs stage "system (namespaces)" build-gcc check-system
	stage_jobs=$waiting_jobs stage "interop (other programs)" build-gcc check-interop
}

check_end() {
	say "all stages took $SECONDS s"
	echo "$passed passed, $failed failed"
	[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
}

check() {
	stage_n=5
	check_prepare
	# Under 20 minutes for a newcomer; check-deep leaves out neither.
	tidy_checks='-clang-analyzer-*' check_stages SIM_LONG=
	check_end
}

# What wants programs that a newcomer need not have: a browser, Prometheus.
check_extra() {
	stage_n=1
	start_log
	[ "$(id -u)" -eq 0 ] || die "run as root: the tests make network namespaces"
	# Node from elsewhere brings its npm, and conflicts with Debian's.
	command -v npm >/dev/null || extra_packages+=(nodejs npm)
	install "${build_packages[@]}" "${extra_packages[@]}"
	say "logging to $log"
	tests/extra/fetch-node build-gcc/node >>"$log" 2>&1 ||
		say "axe-core could not be fetched, so the page's test will fail"
	tests/extra/fetch-prometheus build-gcc/prometheus >>"$log" 2>&1 ||
		say "promtool could not be fetched, so its tests will fail"
	stage "seen by people" build-gcc check-extra
	check_end
}

# one NAME STATUS: counts a step that is no group of tests.
one() {
	stage_i=$((stage_i + 1))
	if [ "$2" -eq 0 ]; then
		passed=$((passed + 1))
		printf '[%d/%d] %-28s passed\n' "$stage_i" "$stage_n" "$1"
	else
		failed=$((failed + 1))
		printf '[%d/%d] %-28s failed, see %s\n' "$stage_i" "$stage_n" "$1" "$log"
	fi
}

# analysed FOLDER CONFIGURE-ARGUMENT...: a build that an analyser watches, from nothing.
analysed() {
	local dir=$1
	shift
	rm -rf "$dir"
	(configured "$dir" --enable-werror "$@") && make -k -C "$dir" -j"$jobs" >>"$log" 2>&1
}

scanned() {
	rm -rf build-scan
	(
		mkdir -p build-scan && cd build-scan &&
			scan-build --use-cc=clang "$top/configure" CFLAGS="-O1 -g" &&
			scan-build --use-cc=clang --status-bugs make -k -j"$jobs"
	) >>"$log" 2>&1
}

# covered LAYER...: reports what the unit tests execute of the layers, from build-coverage; false
# when they leave out a line of one, or more than 5 % of its branches.
covered() {
	local layer good=0 report
	for layer; do
		report=$(gcovr -r . --object-directory build-coverage --filter "src/$layer/" \
			--exclude-lines-by-pattern '.*\bassert\(.*' --exclude-unreachable-branches \
			--fail-under-line 100 --fail-under-branch 95 --print-summary \
			--html-details "build-coverage/coverage-$layer.html" 2>>"$log") || good=1
		echo "$report" >>"$log"
		sed -n "s/^\(lines\|branches\): /      $layer \1 /p" <<<"$report"
	done
	return "$good"
}

check_deep() {
	local pure
	stage_n=18
	check_prepare "${deep_packages[@]}"
	check_stages
	stage "clang -O2" build-clang-plain check
	stage "gcc ASan+UBSan" build-gcc-sanitizers check
	stage "gcc, no optional library" build-minimal check
	TEST_WRAPPER="valgrind -q --error-exitcode=99 --leak-check=full" TEST_TIMEOUT=3000 \
		stage "valgrind: unit tests" build-gcc check TESTS="$(unit_tests '*')"
	find build-coverage -name '*.gcda' -delete 2>/dev/null
	# Without assertions the fuzz targets have nothing to do: only what runs is built.
	pure=$(unit_tests core wire)
	stage "coverage: core and wire" build-coverage check check_LIBRARIES= \
		check_PROGRAMS="$pure" TESTS="$pure"
	covered core wire
	one "all lines, 95 % of branches" $?
	APT_STEPS=9 stage "packages in every order" build-gcc check TESTS=tests/system/orders.sh
	stage "RPM package" build-gcc check-rpm
	make -C build-gcc -j"$jobs" distcheck >>"$log" 2>&1
	one "a release (distcheck)" $?
	# gcc 12 takes every object that is handed back through a parameter for a leak; address
	# sanitizer and valgrind see the real ones.
	analysed build-analyzer CC=gcc CFLAGS="-O1 -g -fanalyzer -Wno-analyzer-malloc-leak \
-Wno-analyzer-file-leak"
	one "gcc -fanalyzer" $?
	scanned
	one "clang scan-build" $?
	make -C build-gcc bench-accuracy-short >>"$log" 2>&1
	one "accuracy bench, short" $?
	FUZZ_SECONDS=${FUZZ_SECONDS:-60} stage "fuzzing" build-fuzz check-fuzz
	check_end
}
