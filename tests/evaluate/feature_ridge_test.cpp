#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTest>

#include <cmath>
#include <numeric>

#include "core/evaluate/feature_ridge.h"
#include "tests/evaluate/json_numbers.h"

using namespace dank;
using namespace dank::test;

class TestFeatureRidge : public QObject {
    Q_OBJECT
private slots:
    /// In its primal and its dual form, and with rows that share a vector.
    void equalsScikitLearns()
    {
        QFile file(DANK_TEST_DATA "/golden/ridge_heads.json");
        QVERIFY(file.open(QIODevice::ReadOnly));
        const QJsonObject reference = QJsonDocument::fromJson(file.readAll()).object();
        const auto penalties = numbers<double>(reference["penalties"]);
        const QJsonArray cases = reference["cases"].toArray();
        QCOMPARE(cases.size(), 4);
        for (const QJsonValue &value : cases) {
            const QJsonObject one = value.toObject();
            FeatureMatrix features{"test",
                                   {},
                                   std::size_t(one["columns"].toInt()),
                                   numbers<float>(one["values"]),
                                   numbers<std::uint32_t>(one["vector_of"])};
            const auto targets = numbers<float>(one["targets"]);
            const auto mean = numbers<float>(one["mean"]), scale = numbers<float>(one["scale"]);
            std::vector<std::size_t> rows(targets.size());
            std::iota(rows.begin(), rows.end(), std::size_t{0});
            features.ids.resize(rows.size());
            const auto heads = ridgeHeads(features, {mean, scale}, targets, rows, penalties, {});
            QCOMPARE(heads.size(), penalties.size());
            for (std::size_t p = 0; p < heads.size(); ++p) {
                const QJsonObject expected = one["heads"][int(p)].toObject();
                const auto weight = numbers<double>(expected["weight"]);
                for (std::size_t c = 0; c < features.columns; ++c)
                    QVERIFY2(std::abs(heads[p].weight[c] - weight[c]) < 1e-6,
                             qPrintable(QStringLiteral("%1 and %2").arg(heads[p].weight[c]).arg(weight[c])));
                QVERIFY(std::abs(heads[p].bias - expected["bias"].toDouble()) < 1e-6);
            }
        }
    }

    void aTargetWithoutFeaturesIsItsMean()
    {
        FeatureMatrix features{"test", {"a", "b", "c"}, 2, {1, 1, 1, 1, 1, 1}};
        const std::vector<float> targets{0.1f, 0.2f, 0.6f}, mean{1, 1}, scale{1, 1};
        const std::vector<std::size_t> rows{0, 1, 2};
        const auto heads = ridgeHeads(features, {mean, scale}, targets, rows, std::vector{1.0}, {});
        QVERIFY(std::abs(heads[0](std::vector<float>{0, 0}) - 0.3) < 1e-7);
    }
};

QTEST_GUILESS_MAIN(TestFeatureRidge)
#include "feature_ridge_test.moc"
