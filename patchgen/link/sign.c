// SPDX-License-Identifier: GPL-2.0
#include "sign.h"

#include <openssl/cms.h>
#include <openssl/err.h>
#include <string.h>

#include "../../lib/signature.h"
#include "signing-key.h"

struct signer {
	EVP_PKEY *key;
	X509 *certificate;
	const EVP_MD *hash;
};

DEFINE_CLEANUP(BIO *, BIO_free_all)
DEFINE_CLEANUP(CMS_ContentInfo *, CMS_ContentInfo_free)

/* Those that the kernel can be configured for (MODULE_SIG_HASH). */
static int find_hash(const char *name, struct diag_list *diags, const EVP_MD **ret)
{
	static const char *const names[] = {"sha224",   "sha256",   "sha384",  "sha512",
					    "sha3-256", "sha3-384", "sha3-512"};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (strcmp(names[i], name) == 0)
			*ret = EVP_get_digestbyname(name);
	if (*ret)
		return 0;
	return diag_error(diags, KM355, -EINVAL, "'%s'", name);
}

static int check_dates(const struct sign_options *options, X509 *certificate,
		       struct diag_list *diags)
{
	const char *path = options->certificate ?: options->key;

	if (X509_cmp_current_time(X509_get0_notBefore(certificate)) >= 0)
		return diag_error(diags, KM353, -EINVAL, "%s: it is not valid yet", path);
	if (X509_cmp_current_time(X509_get0_notAfter(certificate)) <= 0)
		return diag_error(diags, KM353, -EINVAL, "%s: it has expired", path);
	return 0;
}

/* From Linux 6.4 on the kernel looks at this; without the extension all is allowed. */
static int check_usage(const struct sign_options *options, X509 *certificate,
		       struct diag_list *diags)
{
	if (X509_get_key_usage(certificate) & KU_DIGITAL_SIGNATURE)
		return 0;
	return diag_error(diags, KM351, -EINVAL, "%s: its key usage has no digitalSignature",
			  options->certificate ?: options->key);
}

static int make_message(struct signer *signer, const void *data, size_t size, BIO *out)
{
	_cleanup_(CMS_ContentInfo_freep) CMS_ContentInfo *message = NULL;
	_cleanup_(BIO_free_allp) BIO *in = BIO_new_mem_buf(data, size);

	if (!in)
		return -ENOMEM;
	message = CMS_sign(NULL, NULL, NULL, NULL,
			   CMS_NOCERTS | CMS_PARTIAL | CMS_BINARY | CMS_DETACHED | CMS_STREAM);
	if (!message)
		return -EIO;
	/* No attributes: the time of signing would be one, and no two signatures the same. */
	if (!CMS_add1_signer(message, signer->certificate, signer->key, signer->hash,
			     CMS_NOCERTS | CMS_BINARY | CMS_NOSMIMECAP | CMS_NOATTR) ||
	    CMS_final(message, in, NULL, CMS_NOCERTS | CMS_BINARY) != 1 ||
	    !i2d_CMS_bio_stream(out, message, NULL, 0))
		return -EIO;
	return 0;
}

static int cannot_sign(struct diag_list *diags, const char *what)
{
	const char *reason = ERR_reason_error_string(ERR_peek_last_error());

	diag_error(diags, KM356, -EIO, "%s: %s", what, reason ?: "no reason given");
	ERR_clear_error();
	return -EIO;
}

static int try_once(struct signer *signer, struct diag_list *diags)
{
	_cleanup_(BIO_free_allp) BIO *out = BIO_new(BIO_s_mem());

	if (!out)
		return -ENOMEM;
	return make_message(signer, "", 0, out) < 0 ? cannot_sign(diags, "a first try") : 0;
}

int signer_open(const struct sign_options *options, struct diag_list *diags, struct signer **ret)
{
	_cleanup_signer_ struct signer *signer = calloc(1, sizeof(*signer));
	int r;

	if (!signer)
		return -ENOMEM;
	r = find_hash(options->hash ?: "sha256", diags, &signer->hash);
	r = r     ?:
		    signing_certificate_open(options->certificate ?: options->key, diags,
					     &signer->certificate);
	r = r ?: check_dates(options, signer->certificate, diags);
	r = r ?: check_usage(options, signer->certificate, diags);
	r = r ?: signing_key_open(options->key, diags, &signer->key);
	if (r < 0)
		return r;
	if (X509_check_private_key(signer->certificate, signer->key) != 1) {
		ERR_clear_error();
		return diag_error(diags, KM352, -EINVAL, "the certificate %s is for another key",
				  options->certificate ?: options->key);
	}
	r = try_once(signer, diags);
	if (r < 0)
		return r;
	*ret = TAKE_PTR(signer);
	return 0;
}

void signer_close(struct signer *signer)
{
	EVP_PKEY_free(signer->key);
	X509_free(signer->certificate);
	free(signer);
}

static int verify(struct signer *signer, const char *path, const void *data, size_t size,
		  struct diag_list *diags)
{
	_cleanup_(signature_done) struct signature signature = {0};
	int r;

	r = signature_read(data, size, path, diags, &signature);
	return r ?: signature_verify(&signature, data, signer->certificate, path, diags);
}

int signer_sign(struct signer *signer, const char *path, const void *data, size_t size,
		bool replace, struct diag_list *diags, char **ret, size_t *ret_size)
{
	_cleanup_(signature_done) struct signature old = {0};
	_cleanup_(BIO_free_allp) BIO *out = BIO_new(BIO_s_mem());
	const struct diag_where where = {.file = path};
	_cleanup_free_ char *result = NULL;
	size_t result_size;
	char *message;
	long n;
	int r;

	if (!out)
		return -ENOMEM;
	r = signature_read(data, size, path, diags, &old);
	if (r < 0)
		return r;
	if (old.is_signed && !replace)
		return diag_add(diags, KM357, DIAG_ERROR, -EEXIST, &where, "by %s", old.issuer);
	if (make_message(signer, data, old.module_size, out) < 0)
		return cannot_sign(diags, path);
	n = BIO_get_mem_data(out, &message);
	r = signature_append(data, old.module_size, message, n, &result, &result_size);
	r = r ?: verify(signer, path, result, result_size, diags);
	if (r < 0)
		return r;
	*ret = TAKE_PTR(result);
	*ret_size = result_size;
	return 0;
}
