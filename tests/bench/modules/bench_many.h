/* SPDX-License-Identifier: GPL-2.0 */
/* BENCH_MANY(m) is m(NNNN) for each of the numbers 0000 to 1999. */
#ifndef BENCH_MANY_H
#define BENCH_MANY_H

#define BENCH_NR_MANY 2000

/* clang-format off */
#define BENCH_TEN(m, n) \
	m(n##0) m(n##1) m(n##2) m(n##3) m(n##4) m(n##5) m(n##6) m(n##7) m(n##8) m(n##9)
#define BENCH_HUNDRED(m, n) \
	BENCH_TEN(m, n##0) BENCH_TEN(m, n##1) BENCH_TEN(m, n##2) BENCH_TEN(m, n##3) \
	BENCH_TEN(m, n##4) BENCH_TEN(m, n##5) BENCH_TEN(m, n##6) BENCH_TEN(m, n##7) \
	BENCH_TEN(m, n##8) BENCH_TEN(m, n##9)
#define BENCH_THOUSAND(m, n) \
	BENCH_HUNDRED(m, n##0) BENCH_HUNDRED(m, n##1) BENCH_HUNDRED(m, n##2) \
	BENCH_HUNDRED(m, n##3) BENCH_HUNDRED(m, n##4) BENCH_HUNDRED(m, n##5) \
	BENCH_HUNDRED(m, n##6) BENCH_HUNDRED(m, n##7) BENCH_HUNDRED(m, n##8) \
	BENCH_HUNDRED(m, n##9)
/* clang-format on */
#define BENCH_MANY(m) BENCH_THOUSAND(m, 0) BENCH_THOUSAND(m, 1)

/* The old functions' addresses, in the order of their numbers. */
extern void *const bench_many[];

#endif
