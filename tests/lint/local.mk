# tests/lint: rules that scripts can check
LINT_TESTS += \
	tests/lint/harness.sh \
	tests/lint/latches.sh \
	tests/lint/layers.sh \
	tests/lint/owners.sh \
	tests/lint/circles.sh \
	tests/lint/symbols.sh \
	tests/lint/hardening.sh \
	tests/lint/headers.sh \
	tests/lint/style.sh \
	tests/lint/format.sh \
	tests/lint/man.sh \
	tests/lint/messages.sh \
	tests/lint/comments.sh \
	tests/lint/options.sh \
	tests/lint/shell.sh \
	tests/lint/cppcheck.sh \
	tests/lint/tidy.sh
EXTRA_DIST += .clang-tidy tests/lint/messages.py tests/lint/owners.py \
	tests/lint/circles.py .clang-format \
	tests/lint/comments.py
