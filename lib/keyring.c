// SPDX-License-Identifier: GPL-2.0
#include "keyring.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <string.h>
#include <sys/stat.h>

#include "diag.h"
#include "fileio.h"
#include "layers.h"
#include "signature.h"
#include "text.h"

struct keyring {
	X509 **items;
	size_t n;
};

DEFINE_CLEANUP(BIO *, BIO_free_all)

void keyring_free(struct keyring *keyring)
{
	if (!keyring)
		return;
	for (size_t i = 0; i < keyring->n; i++)
		X509_free(keyring->items[i]);
	free(keyring->items);
	free(keyring);
}

size_t keyring_size(const struct keyring *keyring)
{
	return keyring->n;
}

static bool is_certificate_name(const char *name)
{
	static const char *const endings[] = {".pem", ".crt", ".x509", ".der"};
	const char *dot = strrchr(name, '.');

	for (size_t i = 0; dot && i < ARRAY_SIZE(endings); i++)
		if (strcmp(dot, endings[i]) == 0)
			return true;
	return false;
}

/* Names are shown in messages. */
static int leave_out(struct diag_list *diags, const char *path, const char *why)
{
	_cleanup_free_ char *shown = strdup(path);

	if (!shown)
		return -ENOMEM;
	text_make_printable(shown);
	diag_add(diags, KM635, DIAG_WARNING, 0, &(struct diag_where){.file = shown}, "%s", why);
	return 0;
}

/* Nobody but root may say whose code the kernel is to run. */
static bool is_trusted(const struct stat *st)
{
	return (st->st_uid == 0 || st->st_uid == geteuid()) && !(st->st_mode & S_IWOTH) &&
	       (!(st->st_mode & S_IWGRP) || st->st_gid == 0);
}

static X509 *parse_certificate(const void *data, size_t size)
{
	_cleanup_(BIO_free_allp) BIO *bio = BIO_new_mem_buf(data, size);
	const unsigned char *p = data;
	X509 *certificate;

	certificate = bio ? PEM_read_bio_X509(bio, NULL, NULL, NULL) : NULL;
	if (!certificate)
		certificate = d2i_X509(NULL, &p, size);
	ERR_clear_error();
	return certificate;
}

static int add(struct keyring *keyring, X509 *certificate)
{
	X509 **grown = reallocarray(keyring->items, keyring->n + 1, sizeof(X509 *));

	if (!grown)
		return -ENOMEM;
	keyring->items = grown;
	grown[keyring->n++] = certificate;
	return 0;
}

static int read_certificate(struct keyring *keyring, const char *path, struct diag_list *diags)
{
	_cleanup_free_ char *data = NULL;
	X509 *certificate;
	struct stat st;
	size_t size;
	int r;

	if (stat(path, &st) < 0)
		return leave_out(diags, path, strerror(errno));
	if (!is_trusted(&st))
		return leave_out(diags, path, "others than root may write to it");
	r = file_read(path, KEYRING_FILE_MAX, &data, &size);
	if (r == -ENOMEM)
		return r;
	if (r < 0)
		return leave_out(diags, path, strerror(-r));
	certificate = parse_certificate(data, size);
	if (!certificate)
		return leave_out(diags, path, "it holds no certificate");
	r = add(keyring, certificate);
	if (r < 0)
		X509_free(certificate);
	return r;
}

int keyring_read(char *const *folders, struct diag_list *diags, struct keyring **ret)
{
	_cleanup_keyring_ struct keyring *keyring = calloc(1, sizeof(*keyring));
	_cleanup_layers_ struct layers files = {};
	const char *folder = "";
	int r;

	if (!keyring)
		return -ENOMEM;
	r = layers_read(folders, KEYRING_FILES_MAX, &files, &folder);
	if (r < 0 && r != -ENOMEM)
		r = leave_out(diags, folder, strerror(-r));
	for (size_t i = 0; i < files.n && r >= 0; i++)
		if (!files.items[i].masked && is_certificate_name(files.items[i].name))
			r = read_certificate(keyring, files.items[i].path, diags);
	if (r < 0)
		return r;
	*ret = TAKE_PTR(keyring);
	return 0;
}

/* The kernel does not look at the dates; a key that was given up must not sign what is new. */
static int check_dates(X509 *certificate, const struct signature *signature, const char *path,
		       struct diag_list *diags)
{
	const struct diag_where where = {.file = path};

	if (X509_cmp_current_time(X509_get0_notBefore(certificate)) > 0)
		return diag_add(diags, KM633, DIAG_REFUSAL, -EKEYEXPIRED, &where,
				"the certificate of %s, serial %s, is not valid yet",
				signature->issuer, signature->serial);
	if (X509_cmp_current_time(X509_get0_notAfter(certificate)) < 0)
		return diag_add(diags, KM633, DIAG_REFUSAL, -EKEYEXPIRED, &where,
				"the certificate of %s, serial %s, has expired", signature->issuer,
				signature->serial);
	return 0;
}

static int verify_with(X509 *certificate, const struct signature *signature, const void *data,
		       const char *path, struct diag_list *diags)
{
	int r;

	r = check_dates(certificate, signature, path, diags);
	if (r < 0)
		return r;
	r = signature_verify(signature, data, certificate, path, NULL);
	ERR_clear_error();
	if (r == -EBADMSG)
		return diag_add(diags, KM634, DIAG_REFUSAL, -EKEYREJECTED,
				&(struct diag_where){.file = path},
				"the signature is not one that the key of %s, serial %s, has made "
				"of this module",
				signature->issuer, signature->serial);
	return r;
}

/* Certificates can share issuer and serial number: one of them has to be right. */
static int verify_by_any(const struct keyring *keyring, const struct signature *signature,
			 const void *data, const char *path, struct diag_list *diags)
{
	_cleanup_(diag_list_done) struct diag_list objections = {};
	const struct diag *d;
	int r = -ENOKEY;

	for (size_t i = 0; i < keyring->n && r < 0; i++)
		if (signature_names(signature, keyring->items[i]))
			r = verify_with(keyring->items[i], signature, data, path, &objections);
	if (r == -ENOKEY)
		return diag_add(diags, KM632, DIAG_REFUSAL, r, &(struct diag_where){.file = path},
				"it is signed by %s, serial %s, which is not among the %zu keys",
				signature->issuer, signature->serial, keyring->n);
	if (r < 0 && objections.n) {
		d = &objections.items[objections.n - 1];
		return diag_add(diags, d->code, d->severity, r, &(struct diag_where){.file = path},
				"%s", d->message);
	}
	return r;
}

int keyring_verify(const struct keyring *keyring, const void *data, size_t size, const char *path,
		   struct diag_list *diags)
{
	_cleanup_(signature_done) struct signature signature = {0};
	int r;

	r = signature_read(data, size, path, diags, &signature);
	ERR_clear_error();
	if (r < 0)
		return r;
	if (!signature.is_signed)
		return diag_add(diags, KM631, DIAG_REFUSAL, -ENODATA,
				&(struct diag_where){.file = path}, "the module is not signed");
	return verify_by_any(keyring, &signature, data, path, diags);
}
