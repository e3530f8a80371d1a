// SPDX-License-Identifier: GPL-2.0
/* Signatures at the end of modules, against keys made here. */
#include <criterion/criterion.h>
#include <openssl/cms.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <string.h>
#include <sys/stat.h>

#include "lib/diag.h"
#include "lib/fileio.h"
#include "lib/keyring.h"
#include "lib/signature.h"
#include "lib/strv.h"
#include "tree.h"

#define MODULE "the bytes of a module, as far as a signature is concerned"
#define DAY    (24L * 3600)

DEFINE_CLEANUP(char *, tree_remove)

struct signer {
	EVP_PKEY *key;
	X509 *certificate;
};

static struct signer make_signer(const char *name, long serial, long from, long until)
{
	struct signer s = {.key = EVP_RSA_gen(2048), .certificate = X509_new()};
	X509_NAME *subject = X509_get_subject_name(s.certificate);

	ASN1_INTEGER_set(X509_get_serialNumber(s.certificate), serial);
	X509_gmtime_adj(X509_getm_notBefore(s.certificate), from);
	X509_gmtime_adj(X509_getm_notAfter(s.certificate), until);
	X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC, (const unsigned char *)name, -1, -1,
				   0);
	X509_set_issuer_name(s.certificate, subject);
	X509_set_pubkey(s.certificate, s.key);
	cr_assert(X509_sign(s.certificate, s.key, EVP_sha256()) > 0);
	return s;
}

static void signer_done(struct signer *s)
{
	EVP_PKEY_free(s->key);
	X509_free(s->certificate);
}

/* As scripts/sign-file of the kernel does it. */
static char *sign(const struct signer *s, const char *module, size_t *ret_size)
{
	const int flags = CMS_NOCERTS | CMS_PARTIAL | CMS_BINARY | CMS_DETACHED | CMS_STREAM;
	BIO *data = BIO_new_mem_buf(module, strlen(module));
	CMS_ContentInfo *cms = CMS_sign(NULL, NULL, NULL, NULL, flags);
	unsigned char *message = NULL;
	char *signed_module;
	int n;

	cr_assert(CMS_add1_signer(cms, s->certificate, s->key, EVP_sha256(),
				  CMS_NOCERTS | CMS_BINARY | CMS_NOSMIMECAP | CMS_NOATTR));
	cr_assert(CMS_final(cms, data, NULL, CMS_NOCERTS | CMS_BINARY));
	n = i2d_CMS_ContentInfo(cms, &message);
	cr_assert(signature_append(module, strlen(module), message, n, &signed_module, ret_size) ==
		  0);
	OPENSSL_free(message);
	CMS_ContentInfo_free(cms);
	BIO_free(data);
	return signed_module;
}

static void store(const char *t, const char *name, const struct signer *s)
{
	BIO *bio = BIO_new(BIO_s_mem());
	char *data;
	long n;

	cr_assert(PEM_write_bio_X509(bio, s->certificate));
	n = BIO_get_mem_data(bio, &data);
	data = strndup(data, n);
	tree_write(t, name, data);
	free(data);
	BIO_free(bio);
}

static struct keyring *read_keys(const char *t, struct diag_list *diags)
{
	_cleanup_free_ char *etc = path_join(t, "etc"), *usr = path_join(t, "usr");
	char *folders[] = {etc, usr, NULL};
	struct keyring *keyring = NULL;

	cr_assert(keyring_read(folders, diags, &keyring) == 0);
	return keyring;
}

/* Verify what this signer makes of MODULE; the code of the objection, or _DIAG_CODE_INVALID. */
static enum diag_code verdict(const struct keyring *keyring, const struct signer *s, int wanted)
{
	_cleanup_(diag_list_done) struct diag_list diags = {};
	size_t size;
	_cleanup_free_ char *module = sign(s, MODULE, &size);

	cr_expect_eq(keyring_verify(keyring, module, size, "m.ko", &diags), wanted);
	return diags.n ? diags.items[0].code : _DIAG_CODE_INVALID;
}

Test(keyring, a_known_key_is_accepted_and_another_is_not)
{
	_cleanup_(tree_removep) char *t = tree_new();
	_cleanup_(signer_done) struct signer ours = make_signer("ours", 1, -DAY, DAY);
	_cleanup_(signer_done) struct signer other = make_signer("other", 2, -DAY, DAY);
	_cleanup_(diag_list_done) struct diag_list diags = {};
	_cleanup_keyring_ struct keyring *keyring = NULL;

	store(t, "usr/ours.pem", &ours);
	tree_write(t, "usr/README", "not a certificate, and not called like one");
	keyring = read_keys(t, &diags);
	cr_assert_eq(keyring_size(keyring), 1);
	cr_expect_eq(diags.n, 0);
	cr_expect_eq(verdict(keyring, &ours, 0), _DIAG_CODE_INVALID);
	cr_expect_eq(verdict(keyring, &other, -ENOKEY), KM632);
}

Test(keyring, a_signature_by_the_name_of_a_key_is_not_one_by_the_key)
{
	_cleanup_(tree_removep) char *t = tree_new();
	_cleanup_(signer_done) struct signer ours = make_signer("ours", 1, -DAY, DAY);
	_cleanup_(signer_done) struct signer forger = make_signer("ours", 1, -DAY, DAY);
	_cleanup_keyring_ struct keyring *keyring = NULL;

	store(t, "usr/ours.pem", &ours);
	keyring = read_keys(t, NULL);
	cr_expect_eq(verdict(keyring, &forger, -EKEYREJECTED), KM634);
	keyring_free(keyring);
	store(t, "usr/also.pem", &forger);
	keyring = read_keys(t, NULL);
	cr_expect_eq(verdict(keyring, &forger, 0), _DIAG_CODE_INVALID, "either may be right");
	cr_expect_eq(verdict(keyring, &ours, 0), _DIAG_CODE_INVALID, "either may be right");
}

Test(keyring, dates_count)
{
	_cleanup_(tree_removep) char *t = tree_new();
	_cleanup_(signer_done) struct signer old = make_signer("old", 1, -2 * DAY, -DAY);
	_cleanup_(signer_done) struct signer young = make_signer("young", 2, DAY, 2 * DAY);
	_cleanup_keyring_ struct keyring *keyring = NULL;

	store(t, "etc/old.pem", &old);
	store(t, "usr/young.pem", &young);
	keyring = read_keys(t, NULL);
	cr_expect_eq(verdict(keyring, &old, -EKEYEXPIRED), KM633);
	cr_expect_eq(verdict(keyring, &young, -EKEYEXPIRED), KM633);
}

Test(keyring, every_changed_byte_of_the_module_is_noticed)
{
	_cleanup_(tree_removep) char *t = tree_new();
	_cleanup_(signer_done) struct signer ours = make_signer("ours", 1, -DAY, DAY);
	_cleanup_keyring_ struct keyring *keyring = NULL;
	_cleanup_free_ char *module = NULL;
	size_t size;

	store(t, "usr/ours.pem", &ours);
	keyring = read_keys(t, NULL);
	module = sign(&ours, MODULE, &size);
	for (size_t i = 0; i < size; i++) {
		int r;

		module[i] ^= 0x20;
		r = keyring_verify(keyring, module, size, "m.ko", NULL);
		/* Versions and lists of algorithms in the message are signed by nobody. */
		cr_expect(r < 0 || i >= strlen(MODULE), "byte %zu", i);
		module[i] ^= 0x20;
	}
	for (size_t n = 0; n < size; n++)
		cr_expect(keyring_verify(keyring, module, n, "m.ko", NULL) < 0, "%zu bytes", n);
	cr_expect_eq(keyring_verify(keyring, module, size, "m.ko", NULL), 0);
}

Test(keyring, an_unsigned_module_is_refused)
{
	_cleanup_(tree_removep) char *t = tree_new();
	_cleanup_(diag_list_done) struct diag_list diags = {};
	_cleanup_keyring_ struct keyring *keyring = read_keys(t, NULL);

	cr_expect_eq(keyring_verify(keyring, MODULE, strlen(MODULE), "m.ko", &diags), -ENODATA);
	cr_assert_eq(diags.n, 1);
	cr_expect_eq(diags.items[0].code, KM631);
}

Test(keyring, earlier_folders_hide_files_of_later_ones)
{
	_cleanup_(tree_removep) char *t = tree_new();
	_cleanup_(signer_done) struct signer ours = make_signer("ours", 1, -DAY, DAY);
	_cleanup_keyring_ struct keyring *keyring = NULL;
	_cleanup_free_ char *mask = path_join(t, "etc/ours.pem");

	store(t, "usr/ours.pem", &ours);
	tree_write(t, "etc/other.txt", "");
	cr_assert(symlink("/dev/null", mask) == 0);
	keyring = read_keys(t, NULL);
	cr_expect_eq(keyring_size(keyring), 0);
}

Test(keyring, what_is_no_certificate_is_left_out_and_told)
{
	_cleanup_(tree_removep) char *t = tree_new();
	_cleanup_(diag_list_done) struct diag_list diags = {};
	_cleanup_(signer_done) struct signer ours = make_signer("ours", 1, -DAY, DAY);
	_cleanup_keyring_ struct keyring *keyring = NULL;
	_cleanup_free_ char *open_file = path_join(t, "usr/open.pem");

	tree_write(t, "usr/garbage.pem", "-----BEGIN CERTIFICATE-----\nAAAA\n");
	store(t, "usr/open.pem", &ours);
	cr_assert(chmod(open_file, 0666) == 0);
	keyring = read_keys(t, &diags);
	cr_expect_eq(keyring_size(keyring), 0);
	cr_assert_eq(diags.n, 2);
	cr_expect_eq(diags.items[0].code, KM635);
	cr_expect_eq(diags.items[1].code, KM635);
}
