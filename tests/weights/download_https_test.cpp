#include <QTest>

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "download_fixture.h"

using namespace dank;

namespace {

const QByteArray kBody = bodyOf(300'000);
const QByteArray kEtag = "\"one\"";

struct Identity {
    QByteArray certificate, key;
};

QByteArray taken(BIO *memory)
{
    char *bytes = nullptr;
    const long size = BIO_get_mem_data(memory, &bytes);
    const QByteArray result(bytes, size);
    BIO_free(memory);
    return result;
}

/// A fresh self-signed certificate that names `address`; valid from `begin` to `end` seconds from now.
Identity selfSigned(const char *address, long begin = -3600, long end = 3600)
{
    EVP_PKEY *const key = EVP_EC_gen("P-256");
    X509 *const certificate = X509_new();
    X509_set_version(certificate, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
    X509_gmtime_adj(X509_getm_notBefore(certificate), begin);
    X509_gmtime_adj(X509_getm_notAfter(certificate), end);
    X509_set_pubkey(certificate, key);
    X509_NAME *const name = X509_get_subject_name(certificate);
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char *>("test"), -1, -1, 0);
    X509_set_issuer_name(certificate, name);
    const QByteArray subject = QByteArray("IP:") + address;
    X509V3_CTX context;
    X509V3_set_ctx(&context, certificate, certificate, nullptr, nullptr, 0);
    X509_EXTENSION *const extension = X509V3_EXT_conf_nid(nullptr, &context, NID_subject_alt_name, subject.constData());
    X509_add_ext(certificate, extension, -1);
    X509_sign(certificate, key, EVP_sha256());
    BIO *const certificateText = BIO_new(BIO_s_mem());
    BIO *const keyText = BIO_new(BIO_s_mem());
    PEM_write_bio_X509(certificateText, certificate);
    PEM_write_bio_PrivateKey_traditional(keyText, key, nullptr, nullptr, 0, nullptr, nullptr);
    X509_EXTENSION_free(extension);
    X509_free(certificate);
    EVP_PKEY_free(key);
    return {taken(certificateText), taken(keyText)};
}

}  // namespace

class TestDownloadHttps : public QObject {
    Q_OBJECT

private slots:
    void initTestCase();
    void trusted();
    void refused_data();
    void refused();
    void neverBackToHttp();
};

void TestDownloadHttps::initTestCase()
{
    qputenv("no_proxy", "127.0.0.1");
    qputenv("NO_PROXY", "127.0.0.1");
}

void TestDownloadHttps::trusted()
{
    const Identity identity = selfSigned("127.0.0.1");
    HttpServer server;
    server.useTls(identity.certificate, identity.key);
    server.on("/", [](Exchange &exchange) { exchange.file(kBody, kEtag); });
    server.on("/moved", [](Exchange &exchange) { exchange.answer("302 Found", "Location: /\r\n", ""); });
    server.start();
    TargetFolder folder;
    const auto trust = folder.path() / "trust.pem";
    std::ofstream(trust) << identity.certificate.toStdString();
    DownloadRequest request = folder.request(server.url("/moved"), kBody);
    request.allowHttp = false;
    request.authorities = trust;
    download(request, {}, {});
    QCOMPARE(contents(folder.target()), kBody);
}

void TestDownloadHttps::refused_data()
{
    QTest::addColumn<bool>("isTrusted");
    QTest::addColumn<QByteArray>("address");
    QTest::addColumn<int>("end");
    QTest::newRow("unknown authority") << false << QByteArray("127.0.0.1") << 3600;
    QTest::newRow("another name") << true << QByteArray("127.0.0.2") << 3600;
    QTest::newRow("expired") << true << QByteArray("127.0.0.1") << -60;
}

void TestDownloadHttps::refused()
{
    QFETCH(bool, isTrusted);
    QFETCH(QByteArray, address);
    QFETCH(int, end);
    const Identity identity = selfSigned(address.constData(), -3600, end);
    HttpServer server;
    server.useTls(identity.certificate, identity.key);
    server.on("/", [](Exchange &exchange) { exchange.file(kBody, kEtag); });
    server.start();
    TargetFolder folder;
    const auto trust = folder.path() / "trust.pem";
    std::ofstream(trust) << identity.certificate.toStdString();
    DownloadRequest request = folder.request(server.url("/"), kBody);
    if (isTrusted)
        request.authorities = trust;
    VERIFY_FAILURE(failure(request), ErrorKind::Network, "certificate");
    QVERIFY(!folder.hasTarget());
}

void TestDownloadHttps::neverBackToHttp()
{
    const Identity identity = selfSigned("127.0.0.1");
    HttpServer plain, secure, start;
    plain.on("/", [](Exchange &exchange) { exchange.file(kBody, kEtag); });
    plain.start();
    secure.useTls(identity.certificate, identity.key);
    secure.on("/", [&](Exchange &exchange) {
        exchange.answer("302 Found", "Location: " + QByteArray::fromStdString(plain.url("/")) + "\r\n", "");
    });
    secure.start();
    start.on("/", [&](Exchange &exchange) {
        exchange.answer("302 Found", "Location: " + QByteArray::fromStdString(secure.url("/")) + "\r\n", "");
    });
    start.start();
    TargetFolder folder;
    const auto trust = folder.path() / "trust.pem";
    std::ofstream(trust) << identity.certificate.toStdString();
    // Straight, and in a chain that began with plain http: neither may leave https again.
    for (const std::string &url : {secure.url("/"), start.url("/")}) {
        DownloadRequest request = folder.request(url, kBody);
        request.authorities = trust;
        VERIFY_FAILURE(failure(request), ErrorKind::Network, "only https is");
    }
    QCOMPARE(secure.requestCount(), 2);
    QCOMPARE(plain.requestCount(), 0);
    QVERIFY(!folder.hasTarget());
}

QTEST_GUILESS_MAIN(TestDownloadHttps)
#include "download_https_test.moc"
