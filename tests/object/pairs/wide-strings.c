// SPDX-License-Identifier: GPL-2.0
// Characters of two bytes, as the names of EFI variables have: most of their bytes are 0.
// flags: -fshort-wchar
// expect verdict: accepted
// expect changed: renamed
// expect sections: .rodata.renamed.str2.2
#include "kernel.h"

noinline int renamed(int x)
{
	use(L"same");
	use(OLD_NEW(L"db", L"dbx"));
	return x;
}

noinline int untouched(int x)
{
	use(L"same");
	use(L"db");
	return x;
}
