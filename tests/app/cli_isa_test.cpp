#include <QJsonArray>
#include <QJsonObject>
#include <QTemporaryDir>
#include <QTest>

#include <algorithm>
#include <cmath>
#include <cstring>

#include "core/backbone/feature_tolerance.h"
#include "tests/app/dank_process.h"

using namespace Qt::StringLiterals;

/// DANK_ISA: the path of a lesser processor, taken by all that chooses by the processor.
class TestCliIsa : public QObject {
    Q_OBJECT

private slots:
    void initTestCase();
    void cleanup() { qunsetenv("DANK_ISA"); }
    void doctorTellsThePath();
    void unknownIsaIsAnError();
    void featuresAgreeWithinTheTolerance_data();
    void featuresAgreeWithinTheTolerance();

private:
    QTemporaryDir m_folder;
    QString m_db;
    QString path(const QString &name) const { return m_folder.filePath(name); }
};

namespace {

QJsonObject doctor(const QString &library)
{
    return runDank({"--library", library, "doctor", "--json"}).object();
}

/// The matrix of an NPY file, as written by `--out`.
std::vector<float> matrixOf(const QString &file, const QJsonArray &shape)
{
    const QByteArray bytes = readAll(file);
    std::vector<float> values(static_cast<std::size_t>(shape[0].toInt()) * static_cast<std::size_t>(shape[1].toInt()));
    const qsizetype size = qsizetype(values.size() * sizeof(float));
    if (bytes.size() > size)
        std::memcpy(values.data(), bytes.constData() + bytes.size() - size, static_cast<std::size_t>(size));
    return values;
}

}  // namespace

void TestCliIsa::initTestCase()
{
    qunsetenv("DANK_ISA");
    m_db = makeSample(path("sample"), 16);
    QVERIFY(!m_db.isEmpty());
}

void TestCliIsa::doctorTellsThePath()
{
    const QJsonObject own = doctor(path("none"));
    QCOMPARE(own["processor"]["forced"_L1].toBool(true), false);
    QCOMPARE(own["processor"]["uses"_L1], own["processor"]["has"_L1]);
    if (own["processor"]["has"_L1].toString() == "baseline")
        QSKIP("this processor has no AVX2");
    qputenv("DANK_ISA", "avx2");
    const QJsonObject forced = doctor(path("none"));
    QCOMPARE(forced["processor"]["forced"_L1].toBool(), true);
    QCOMPARE(forced["processor"]["uses"_L1].toString(), QString("avx2"));
    QCOMPARE(forced["processor"]["has"_L1], own["processor"]["has"_L1]);
    const QJsonObject engine = forced["engine"].toObject();
    QCOMPARE(engine["native_bfloat16"].toBool(true), false);
    // As the libraries themselves say.
    const QString vectors = engine["versions"]["Vectors"_L1].toString();
    QVERIFY2(vectors.contains("dank avx2") && vectors.contains("LibTorch AVX2"), qPrintable(vectors));
    QVERIFY2(!vectors.contains("AVX-512") && !vectors.contains("AVX512"), qPrintable(vectors));
    const Outcome text = runDank({"--library", path("none"), "doctor"});
    QVERIFY2(text.out.contains("forced by DANK_ISA"), text.out);
}

void TestCliIsa::unknownIsaIsAnError()
{
    qputenv("DANK_ISA", "avx1024");
    const Outcome outcome = runDank({"--library", path("none"), "extract", m_db});
    QCOMPARE(outcome.code, 1);
    QVERIFY2(outcome.err.contains("DANK_ISA is \"avx1024\"") && outcome.err.contains("avx2"), outcome.err);
    QCOMPARE(runDank({"extract", "--help"}).code, 0);
}

void TestCliIsa::featuresAgreeWithinTheTolerance_data()
{
    QTest::addColumn<QStringList>("options");
    QTest::addColumn<bool>("forced");  // else the other way is another batch
    const QStringList inception{"--backbone", "inception_v3", "--weights", "none"};
    const QStringList vgg{"--backbone", "vgg16", "--weights", "none"};
    QTest::newRow("classic") << QStringList{"--backbone", "classic"} << true;
    QTest::newRow("Inception V3") << inception << true;
    QTest::newRow("VGG16") << vgg << true;
    QTest::newRow("Inception V3 one by one") << inception << false;
    QTest::newRow("VGG16 one by one") << vgg << false;
}

void TestCliIsa::featuresAgreeWithinTheTolerance()
{
    QFETCH(QStringList, options);
    QFETCH(bool, forced);
    std::vector<float> values[2];
    QString backbone;
    qsizetype columns = 0;
    for (int way = 0; way < 2; ++way) {
        if (way == 1 && forced)
            qputenv("DANK_ISA", "avx2");
        const QString name = QString(QTest::currentDataTag()) + QString::number(way);
        const Outcome outcome =
            runDank(QStringList{"--library", path(name), "extract", m_db, "--precision", "fp32", "--json", "--out",
                                path(name + ".npy"), "--batch", way == 1 && !forced ? "1" : "8"}
                    + options);
        if (way == 1 && outcome.err.contains("does not have"))
            QSKIP("this processor has no AVX2");
        QVERIFY2(outcome.code == 0, outcome.err);
        const QJsonObject found = outcome.object();
        values[way] = matrixOf(path(name + ".npy"), found["shape"].toArray());
        columns = found["shape"][1].toInt();
        QVERIFY(way == 0 || found["backbone"].toString() == backbone);
        backbone = found["backbone"].toString();
    }
    QCOMPARE(values[0].size(), values[1].size());
    double worst = 0;
    for (std::size_t at = 0; at < values[0].size(); at += static_cast<std::size_t>(columns))
        worst = std::max(worst,
                         dank::featureDifference(std::span(values[1]).subspan(at, static_cast<std::size_t>(columns)),
                                                 std::span(values[0]).subspan(at, static_cast<std::size_t>(columns))));
    qInfo() << backbone << "differs by" << worst << "of the largest number";
    QVERIFY2(worst <= dank::featureTolerance(backbone.toStdString()), qPrintable(QString::number(worst)));
}

QTEST_GUILESS_MAIN(TestCliIsa)
#include "cli_isa_test.moc"
