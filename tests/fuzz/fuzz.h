/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fuzz - what a fuzz target is: one function that takes any octets and must come back.
 */
#ifndef TESTS_FUZZ_FUZZ_H
#define TESTS_FUZZ_FUZZ_H
#include <stddef.h>
#include <stdint.h>

/* Runs the code under test over len octets, 0 or more. The name is libFuzzer's. Returns 0. */
int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len);
#endif
