// SPDX-License-Identifier: GPL-2.0
#include "request.h"

#include "registry.h"
#include "report.h"
#include "transaction.h"
#include "transition.h"

static int request_one(struct patch *patch, bool on)
{
	struct transaction *t = transaction_new(registry_count());

	if (!t)
		return refuse(patch, -ENOMEM, KM512, "out of memory");
	transaction_add(t, patch, on);
	return transition_request(t);
}

int request_apply(struct patch *patch)
{
	return request_one(patch, /* on= */ true);
}

int request_revert(struct patch *patch)
{
	return request_one(patch, /* on= */ false);
}

int request_words(char *text)
{
	struct transaction *t;
	int r;

	report_transaction_begin();
	t = transaction_new(registry_count());
	if (!t) {
		r = refuse_transaction(-ENOMEM, KM512, "out of memory");
	} else {
		r = transaction_parse(t, text);
		if (r)
			transaction_free(t);
		else
			r = transition_request(t);
	}
	report_transaction_end();
	return r;
}
