// SPDX-License-Identifier: GPL-2.0
/* Tokens are reached through OpenSSL's engine for PKCS#11 where there is no provider for it. */
#define OPENSSL_SUPPRESS_DEPRECATED

#include "signing-key.h"

#include <openssl/engine.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/store.h>
#include <openssl/ui.h>
#include <stdbool.h>
#include <string.h>

#include "../../lib/fileio.h"

#define FILE_MAX   (1024 * 1024)
#define URI_SCHEME "pkcs11:"

DEFINE_CLEANUP(BIO *, BIO_free_all)
DEFINE_CLEANUP(EVP_PKEY *, EVP_PKEY_free)
DEFINE_CLEANUP(OSSL_STORE_CTX *, OSSL_STORE_close)
DEFINE_CLEANUP(UI_METHOD *, UI_destroy_method)

/* Was it asked for, and was there one? */
struct pin {
	bool asked;
	const char *value;
};

char *signing_key_name(const char *name)
{
	const char *end = strncmp(name, URI_SCHEME, strlen(URI_SCHEME)) == 0 ? strpbrk(name, "?") :
									       NULL;
	const char *pin = strstr(name, "pin-value=");

	if (pin && (!end || pin < end))
		end = pin;
	return end ? strndup(name, end - name) : strdup(name);
}

static _printf_(5, 6) int fail(struct diag_list *diags, enum diag_code code, const char *name,
			       int r, const char *format, ...)
{
	_cleanup_free_ char *shown = signing_key_name(name), *message = NULL;
	va_list ap;
	int n;

	va_start(ap, format);
	n = vasprintf(&message, format, ap);
	va_end(ap);
	if (n < 0)
		message = NULL;
	/* What OpenSSL has queued up is not needed, and must not be told by somebody later. */
	ERR_clear_error();
	return diag_error(diags, code, r, "%s: %s", shown ?: "key", message ?: "");
}

static int answer(char *buffer, int size, int writing, void *userdata)
{
	struct pin *pin = userdata;
	size_t n = pin->value ? strlen(pin->value) : 0;

	pin->asked = true;
	if (n == 0 || n > (size_t)size)
		return -1;
	memcpy(buffer, pin->value, n);
	return n;
}

static int pin_is_missing(struct diag_list *diags, const char *name)
{
	return fail(diags, KM354, name, -EACCES, "it needs a pass phrase or PIN, and %s is not set",
		    SIGN_PIN_VARIABLE);
}

static int read_file_key(const char *path, struct pin *pin, struct diag_list *diags, EVP_PKEY **ret)
{
	_cleanup_free_ char *text = NULL;
	_cleanup_(BIO_free_allp) BIO *bio = NULL;
	size_t size;
	int r;

	r = file_read(path, FILE_MAX, &text, &size);
	if (r < 0)
		return fail(diags, KM350, path, r, "%s", strerror(-r));
	bio = BIO_new_mem_buf(text, size);
	if (!bio)
		return -ENOMEM;
	*ret = PEM_read_bio_PrivateKey(bio, NULL, answer, pin);
	OPENSSL_cleanse(text, size);
	if (*ret)
		return 0;
	if (pin->asked && !pin->value)
		return pin_is_missing(diags, path);
	if (pin->asked)
		return fail(diags, KM354, path, -EACCES, "the pass phrase in %s is not its own",
			    SIGN_PIN_VARIABLE);
	return fail(diags, KM350, path, -EINVAL, "no private key in PEM form");
}

/* From OpenSSL 3 on, where openssl.cnf names a provider for tokens. */
static EVP_PKEY *load_from_store(const char *uri, UI_METHOD *ui, struct pin *pin)
{
	_cleanup_(OSSL_STORE_closep)
		OSSL_STORE_CTX *store = OSSL_STORE_open(uri, ui, pin, NULL, NULL);
	EVP_PKEY *key = NULL;

	while (store && !key && !OSSL_STORE_eof(store)) {
		OSSL_STORE_INFO *info = OSSL_STORE_load(store);

		if (!info)
			break;
		if (OSSL_STORE_INFO_get_type(info) == OSSL_STORE_INFO_PKEY)
			key = OSSL_STORE_INFO_get1_PKEY(info);
		OSSL_STORE_INFO_free(info);
	}
	return key;
}

static int load_from_engine(const char *uri, UI_METHOD *ui, struct pin *pin,
			    struct diag_list *diags, EVP_PKEY **ret)
{
	ENGINE *engine;

	ENGINE_load_builtin_engines();
	engine = ENGINE_by_id("pkcs11");
	if (!engine)
		return fail(diags, KM350, uri, -ENOENT,
			    "OpenSSL has neither a provider nor an engine for PKCS#11: install "
			    "libengine-pkcs11-openssl");
	if (!ENGINE_init(engine)) {
		ENGINE_free(engine);
		return fail(diags, KM350, uri, -EIO,
			    "the engine for PKCS#11 finds no module of a token: see its "
			    "PKCS11_MODULE_PATH");
	}
	ENGINE_ctrl_cmd_string(engine, "QUIET", NULL, 0);
	if (pin->value)
		ENGINE_ctrl_cmd_string(engine, "PIN", pin->value, 0);
	*ret = ENGINE_load_private_key(engine, uri, ui, pin);
	/* The key holds the engine as long as it lives. */
	ENGINE_finish(engine);
	ENGINE_free(engine);
	return *ret ? 0 : -ENOENT;
}

static bool uri_has_pin(const char *uri)
{
	return strstr(uri, "pin-value=") || strstr(uri, "pin-source=");
}

static int read_token_key(const char *uri, struct pin *pin, struct diag_list *diags, EVP_PKEY **ret)
{
	_cleanup_(UI_destroy_methodp) UI_METHOD *ui = UI_UTIL_wrap_read_pem_callback(answer, 0);
	int r;

	if (!ui)
		return -ENOMEM;
	*ret = load_from_store(uri, ui, pin);
	if (*ret)
		return 0;
	ERR_clear_error();
	r = load_from_engine(uri, ui, pin, diags, ret);
	if (r == 0 || diag_list_has(diags, DIAG_ERROR))
		return r;
	if (pin->asked && !pin->value)
		return pin_is_missing(diags, uri);
	/* A token does not tell which of the two it is. */
	if (pin->value || uri_has_pin(uri))
		return fail(diags, KM354, uri, -EACCES,
			    "the token has no such key, or its PIN is another one");
	return fail(diags, KM350, uri, -ENOENT, "no token has such a key");
}

/* Which kinds of keys the kernel's own code can verify. */
static int check_kind(EVP_PKEY *key, const char *name, struct diag_list *diags)
{
	int kind = EVP_PKEY_get_base_id(key);

	if (kind == EVP_PKEY_RSA || kind == EVP_PKEY_EC)
		return 0;
	return fail(diags, KM350, name, -EINVAL,
		    "neither an RSA nor an EC key: the kernel could not verify its signatures");
}

int signing_key_open(const char *name, struct diag_list *diags, EVP_PKEY **ret)
{
	const char *value = getenv(SIGN_PIN_VARIABLE);
	struct pin pin = {.value = value && *value ? value : NULL};
	_cleanup_(EVP_PKEY_freep) EVP_PKEY *key = NULL;
	int r;

	if (strncmp(name, URI_SCHEME, strlen(URI_SCHEME)) == 0)
		r = read_token_key(name, &pin, diags, &key);
	else
		r = read_file_key(name, &pin, diags, &key);
	r = r ?: check_kind(key, name, diags);
	if (r < 0)
		return r;
	*ret = TAKE_PTR(key);
	return 0;
}

int signing_certificate_open(const char *path, struct diag_list *diags, X509 **ret)
{
	_cleanup_(BIO_free_allp) BIO *bio = NULL;
	_cleanup_free_ char *data = NULL;
	size_t size;
	int r;

	r = file_read(path, FILE_MAX, &data, &size);
	if (r < 0)
		return fail(diags, KM351, path, r, "%s", strerror(-r));
	bio = BIO_new_mem_buf(data, size);
	if (!bio)
		return -ENOMEM;
	*ret = size && data[0] == 0x30 ? d2i_X509_bio(bio, NULL) :
					 PEM_read_bio_X509(bio, NULL, NULL, NULL);
	if (!*ret)
		return fail(diags, KM351, path, -EINVAL, "no X.509 certificate");
	return 0;
}
