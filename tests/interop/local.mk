# tests/interop: against other people's programs, unpacked by fetch-peers
EXTRA_DIST += tests/interop/fetch-peers
