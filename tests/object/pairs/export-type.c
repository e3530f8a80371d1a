// SPDX-License-Identifier: GPL-2.0
// What modules call keeps its arguments; names of types and of arguments do not count.
// expect verdict: refused
// expect codes: KM214
// expect symbols: argument result number pointer callback result_of loses
// expect no-symbols: renamed inner enumerated gains
#include "kernel.h"
#include "export.h"

struct first {
	int x;
};
struct second {
	int x;
};
typedef struct first first_t;

noinline int argument(OLD_NEW(int, long) x)
{
	return x + OLD_NEW(1, 2);
}
EXPORT(argument, "", "");

noinline OLD_NEW(int, long) result(int x)
{
	return x + OLD_NEW(1, 2);
}
EXPORT(result, "", "");

#ifdef PATCHED
noinline int number(int x, int y)
{
	return x + y;
}
#else
noinline int number(int x)
{
	return x;
}
#endif
EXPORT(number, "", "");

noinline int pointer(struct OLD_NEW(first, second) * p)
{
	return p->x + OLD_NEW(1, 2);
}
EXPORT(pointer, "", "");

noinline int callback(int (*f)(int, OLD_NEW(char, short)))
{
	return f(OLD_NEW(1, 2), 3);
}
EXPORT(callback, "", "");

noinline int renamed(const OLD_NEW(first_t, struct first) * OLD_NEW(p, q), ...)
{
	return OLD_NEW(p, q)->x + OLD_NEW(1, 2);
}
EXPORT(renamed, "", "");

noinline int inner(OLD_NEW(int, long) x)
{
	return x + OLD_NEW(1, 2);
}

enum level { LOW, HIGH };

noinline int enumerated(OLD_NEW(int, enum level) x)
{
	return x + OLD_NEW(1, 2);
}
EXPORT(enumerated, "", "");

#ifdef PATCHED
noinline int gains(int *p)
{
	*p = 1;
	return 2;
}
noinline void loses(int *p)
{
	*p = 1;
}
#else
noinline void gains(int *p)
{
	*p = 3;
}
noinline int loses(int *p)
{
	*p = 3;
	return 4;
}
#endif
EXPORT(gains, "", "");
EXPORT(loses, "", "");

noinline int result_of(OLD_NEW(void, int) (*f)(int))
{
	f(OLD_NEW(1, 2));
	return 0;
}
EXPORT(result_of, "", "");
