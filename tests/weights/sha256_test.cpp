#include <QCryptographicHash>
#include <QTemporaryDir>
#include <QTest>

#include <fstream>

#include "core/base/error.h"
#include "core/weights/fetch/sha256.h"

using namespace dank;

class TestSha256 : public QObject {
    Q_OBJECT

private slots:
    // FIPS 180-4's examples, as NIST publishes them.
    void examples_data();
    void examples();
    void fileInPieces();
    void cancel();
    void notAFile();
};

void TestSha256::examples_data()
{
    QTest::addColumn<QByteArray>("input");
    QTest::addColumn<QByteArray>("hash");
    QTest::newRow("empty") << QByteArray()
                           << QByteArray("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    QTest::newRow("abc") << QByteArray("abc")
                         << QByteArray("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    QTest::newRow("two blocks") << QByteArray("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq")
                                << QByteArray("248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
    QTest::newRow("a million a") << QByteArray(1'000'000, 'a')
                                 << QByteArray("cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

void TestSha256::examples()
{
    QFETCH(QByteArray, input);
    QFETCH(QByteArray, hash);
    const QTemporaryDir folder;
    const auto path = std::filesystem::path(folder.path().toStdString()) / "file";
    std::ofstream(path, std::ios::binary) << input.toStdString();
    QCOMPARE(QByteArray::fromStdString(sha256File(path, {})), hash);
}

void TestSha256::fileInPieces()
{
    const QTemporaryDir folder;
    const auto path = std::filesystem::path(folder.path().toStdString()) / "file";
    std::ofstream(path, std::ios::binary) << std::string(3'500'000, 'x');
    JobContext context;
    std::vector<std::size_t> reports;
    context.progress = [&](const Progress &progress) {
        QCOMPARE(progress.total, std::size_t(3'500'000));
        reports.push_back(progress.done);
    };
    QCOMPARE(QByteArray::fromStdString(sha256File(path, context)),
             QCryptographicHash::hash(QByteArray(3'500'000, 'x'), QCryptographicHash::Sha256).toHex());
    QVERIFY(reports.size() > 1);
    QCOMPARE(reports.back(), std::size_t(3'500'000));
}

void TestSha256::cancel()
{
    const QTemporaryDir folder;
    const auto path = std::filesystem::path(folder.path().toStdString()) / "file";
    std::ofstream(path, std::ios::binary) << std::string(3'500'000, 'x');
    JobContext context;
    context.progress = [&](const Progress &) { context.cancel.cancel(); };
    QVERIFY_EXCEPTION_THROWN(sha256File(path, context), Cancelled);
}

void TestSha256::notAFile()
{
    const QTemporaryDir folder;
    const std::filesystem::path path = folder.path().toStdString();
    QVERIFY_EXCEPTION_THROWN(sha256File(path, {}), Error);
    QVERIFY_EXCEPTION_THROWN(sha256File(path / "none", {}), Error);
}

QTEST_GUILESS_MAIN(TestSha256)
#include "sha256_test.moc"
