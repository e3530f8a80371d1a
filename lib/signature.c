// SPDX-License-Identifier: GPL-2.0
#include "signature.h"

#include <arpa/inet.h>
#include <json-c/json.h>
#include <openssl/cms.h>
#include <stdint.h>
#include <string.h>

#include "diag.h"

#define END         "~Module signature appended~\n"
#define END_SIZE    (sizeof(END) - 1)
#define TYPE_PKCS7  2
#define MESSAGE_MAX (1024 * 1024)

/* struct module_signature; all but these two members have to be 0 for PKCS#7. */
struct record {
	uint8_t algorithm, hash, type, signer_size, key_size, pad[3];
	uint32_t message_size; /* big-endian */
};

DEFINE_CLEANUP(CMS_ContentInfo *, CMS_ContentInfo_free)
DEFINE_CLEANUP(BIO *, BIO_free_all)
DEFINE_CLEANUP(BIGNUM *, BN_free)

void signature_done(struct signature *signature)
{
	free(signature->issuer);
	free(signature->serial);
	free(signature->hash);
	free(signature->algorithm);
	*signature = (struct signature){0};
}

static int malformed(struct diag_list *diags, const char *path, const char *what)
{
	const struct diag_where where = {.file = path};

	return diag_add(diags, KM358, DIAG_ERROR, -EBADMSG, &where, "%s", what);
}

/* Where the message is. */
static int find_message(const unsigned char *data, size_t size, struct signature *signature)
{
	static const struct record empty;
	struct record record;
	size_t message_size;

	signature->module_size = size;
	if (size < END_SIZE || memcmp(data + size - END_SIZE, END, END_SIZE) != 0)
		return 0;
	size -= END_SIZE;
	if (size < sizeof(record))
		return -EBADMSG;
	size -= sizeof(record);
	memcpy(&record, data + size, sizeof(record));
	message_size = ntohl(record.message_size);
	if (record.type != TYPE_PKCS7 || message_size > size || message_size > MESSAGE_MAX)
		return -EBADMSG;
	record.type = 0;
	record.message_size = 0;
	if (memcmp(&record, &empty, sizeof(record)) != 0)
		return -EBADMSG;
	signature->is_signed = true;
	signature->module_size = size - message_size;
	signature->message = data + signature->module_size;
	signature->message_size = message_size;
	return 0;
}

static CMS_ContentInfo *parse_message(const struct signature *signature)
{
	const unsigned char *p = signature->message;

	return d2i_CMS_ContentInfo(NULL, &p, signature->message_size);
}

static char *name_text(const X509_NAME *name)
{
	_cleanup_(BIO_free_allp) BIO *bio = BIO_new(BIO_s_mem());
	char *text;
	long n;

	if (!bio || X509_NAME_print_ex(bio, name, 0, XN_FLAG_RFC2253 & ~ASN1_STRFLGS_ESC_MSB) < 0)
		return NULL;
	n = BIO_get_mem_data(bio, &text);
	return strndup(text, n);
}

static char *serial_text(const ASN1_INTEGER *serial)
{
	_cleanup_(BN_freep) BIGNUM *number = ASN1_INTEGER_to_BN(serial, NULL);
	char *hex = number ? BN_bn2hex(number) : NULL, *text = hex ? strdup(hex) : NULL;

	OPENSSL_free(hex);
	return text;
}

static char *algorithm_text(const X509_ALGOR *algorithm)
{
	const ASN1_OBJECT *object = NULL;
	const char *name;

	X509_ALGOR_get0(&object, NULL, NULL, algorithm);
	name = object ? OBJ_nid2sn(OBJ_obj2nid(object)) : NULL;
	return strdup(name ?: "?");
}

static int describe(CMS_ContentInfo *message, struct signature *signature)
{
	STACK_OF(CMS_SignerInfo) *signers = CMS_get0_SignerInfos(message);
	X509_ALGOR *hash = NULL, *algorithm = NULL;
	ASN1_INTEGER *serial = NULL;
	X509_NAME *issuer = NULL;
	CMS_SignerInfo *signer;

	/* The kernel would try each; sign-file and we make one. */
	if (sk_CMS_SignerInfo_num(signers) != 1)
		return -EBADMSG;
	signer = sk_CMS_SignerInfo_value(signers, 0);
	if (!CMS_SignerInfo_get0_signer_id(signer, NULL, &issuer, &serial) || !issuer || !serial)
		return -EBADMSG;
	CMS_SignerInfo_get0_algs(signer, NULL, NULL, &hash, &algorithm);
	signature->issuer = name_text(issuer);
	signature->serial = serial_text(serial);
	signature->hash = algorithm_text(hash);
	signature->algorithm = algorithm_text(algorithm);
	if (!signature->issuer || !signature->serial || !signature->hash || !signature->algorithm)
		return -ENOMEM;
	for (char *p = signature->hash; *p; p++)
		*p |= *p >= 'A' && *p <= 'Z' ? 0x20 : 0;
	return 0;
}

int signature_read(const void *data, size_t size, const char *path, struct diag_list *diags,
		   struct signature *ret)
{
	_cleanup_(signature_done) struct signature signature = {0};
	_cleanup_(CMS_ContentInfo_freep) CMS_ContentInfo *message = NULL;
	int r;

	r = find_message(data, size, &signature);
	if (r < 0)
		return malformed(diags, path, "the record of the signature is malformed");
	if (signature.is_signed) {
		message = parse_message(&signature);
		r = message ? describe(message, &signature) : -EBADMSG;
	}
	if (r == -EBADMSG)
		return malformed(diags, path, "the signature is no PKCS#7 message with one signer");
	if (r < 0)
		return r;
	*ret = signature;
	signature = (struct signature){0};
	return 0;
}

struct json_object *signature_to_json(const struct signature *signature)
{
	struct json_object *o;

	if (!signature->is_signed)
		return NULL;
	o = json_object_new_object();
	json_object_object_add(o, "issuer", json_object_new_string(signature->issuer));
	json_object_object_add(o, "serial", json_object_new_string(signature->serial));
	json_object_object_add(o, "hash", json_object_new_string(signature->hash));
	json_object_object_add(o, "algorithm", json_object_new_string(signature->algorithm));
	return o;
}

bool signature_names(const struct signature *signature, X509 *certificate)
{
	_cleanup_(CMS_ContentInfo_freep) CMS_ContentInfo *message = parse_message(signature);
	STACK_OF(CMS_SignerInfo) *signers = message ? CMS_get0_SignerInfos(message) : NULL;

	return sk_CMS_SignerInfo_num(signers) == 1 &&
	       CMS_SignerInfo_cert_cmp(sk_CMS_SignerInfo_value(signers, 0), certificate) == 0;
}

int signature_verify(const struct signature *signature, const void *data, X509 *certificate,
		     const char *path, struct diag_list *diags)
{
	_cleanup_(CMS_ContentInfo_freep) CMS_ContentInfo *message = NULL;
	_cleanup_(BIO_free_allp) BIO *module = NULL;
	STACK_OF(X509) * certificates;
	int ok;

	if (!signature->is_signed)
		return malformed(diags, path, "it is not signed");
	message = parse_message(signature);
	module = BIO_new_mem_buf(data, signature->module_size);
	certificates = sk_X509_new_null();
	if (!message || !module || !certificates || !sk_X509_push(certificates, certificate)) {
		sk_X509_free(certificates);
		return -ENOMEM;
	}
	ok = CMS_verify(message, certificates, NULL, module, NULL,
			CMS_NO_SIGNER_CERT_VERIFY | CMS_NOINTERN | CMS_BINARY);
	sk_X509_free(certificates);
	if (ok != 1)
		return malformed(diags, path,
				 "the signature is not one that the certificate's key has made "
				 "of this module");
	return 0;
}

int signature_append(const void *module, size_t size, const void *message, size_t message_size,
		     char **ret, size_t *ret_size)
{
	const struct record record = {.type = TYPE_PKCS7, .message_size = htonl(message_size)};
	char *data, *p;

	data = malloc(size + message_size + sizeof(record) + END_SIZE);
	if (!data)
		return -ENOMEM;
	p = mempcpy(data, module, size);
	p = mempcpy(p, message, message_size);
	p = mempcpy(p, &record, sizeof(record));
	p = mempcpy(p, END, END_SIZE);
	*ret = data;
	*ret_size = p - data;
	return 0;
}
