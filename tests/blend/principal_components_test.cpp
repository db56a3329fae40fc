#include <QTest>

#include <cmath>
#include <numeric>

#include "core/base/random.h"
#include "core/blend/principal_components.h"

using namespace dank;

namespace {

/// Rows that vary along three planted directions, less along each next, and a little everywhere.
struct Planted {
    explicit Planted(std::size_t rows, std::size_t columns = 150)
    {
        Random draw(11);
        features.columns = columns;
        for (std::size_t row = 0; row < rows; ++row) {
            features.ids.push_back(std::to_string(row));
            all.push_back(row);
            const double first = 9 * draw.normal(), second = 6 * draw.normal(), third = 3 * draw.normal();
            for (std::size_t c = 0; c < columns; ++c)
                features.values.push_back(static_cast<float>(4
                                                             + (c % 3 == 0   ? first
                                                                : c % 3 == 1 ? second
                                                                             : third)
                                                             + 0.1 * draw.normal()));
        }
        mean.assign(columns, 4);
        scale.assign(columns, 2);
    }

    PrincipalComponents components() const { return principalComponents(features, {mean, scale}, all, 3, {}); }

    FeatureMatrix features{"test", {}, 0, {}};
    std::vector<std::size_t> all;
    std::vector<float> mean, scale;
};

}  // namespace

class TestPrincipalComponents : public QObject {
    Q_OBJECT
private slots:
    void findsThePlantedDirectionsInOrder()
    {
        const Planted planted(400);
        const PrincipalComponents found = planted.components();
        QCOMPARE(found.count, std::size_t{40});
        QCOMPARE(found.directions.size(), 40 * planted.features.columns);
        for (std::size_t k = 0; k < 3; ++k) {
            const std::span direction = std::span(found.directions).subspan(k * 150, 150);
            double along = 0;  // the planted direction is 1 / sqrt(50) in every third column; those drawn lean a little
            for (std::size_t c = k; c < 150; c += 3)
                along += direction[c] / std::sqrt(50.0);
            QVERIFY2(std::abs(along) > 0.98, qPrintable(QString::number(along)));
        }
        for (std::size_t a = 0; a < found.count; ++a)
            for (std::size_t b = 0; b <= a; ++b) {
                const double product = std::inner_product(found.directions.begin() + std::ptrdiff_t(a * 150),
                                                          found.directions.begin() + std::ptrdiff_t((a + 1) * 150),
                                                          found.directions.begin() + std::ptrdiff_t(b * 150), 0.0);
                QVERIFY2(std::abs(product - (a == b ? 1 : 0)) < 1e-4, qPrintable(QString::number(product)));
            }
        QCOMPARE(planted.components().directions, found.directions);
    }

    /// A layer on the components and the same one on the features answer alike.
    void aLayerReadsTheFeaturesThemselves()
    {
        const Planted planted(60);
        const PrincipalComponents found = planted.components();
        QCOMPARE(found.count, std::size_t{6});
        const FeatureMatrix places = found.project(planted.features, {planted.mean, planted.scale});
        QCOMPARE(places.columns, found.count);
        QCOMPARE(places.rows(), planted.features.rows());
        Random draw(5);
        DenseLayer layer{6, 4, {}, {0.5, -1, 2, 0}};
        for (int i = 0; i < 24; ++i)
            layer.weight.push_back(static_cast<float>(draw.normal()));
        const std::vector<float> mean{1, 2, 3, 4, 5, 6}, deviation{1, 2, 1, 3, 0.5, 1};
        const DenseLayer same = unprojected(layer, found, mean, deviation);
        QCOMPARE(same.inputs, 150);
        for (const std::size_t row : {std::size_t{0}, std::size_t{17}})
            for (std::size_t o = 0; o < 4; ++o) {
                double through = layer.bias[o], direct = same.bias[o];
                for (std::size_t k = 0; k < 6; ++k)
                    through += layer.weight[o * 6 + k] * (places.row(row)[k] - mean[k]) / deviation[k];
                for (std::size_t c = 0; c < 150; ++c)
                    direct +=
                        same.weight[o * 150 + c] * (planted.features.row(row)[c] - planted.mean[c]) / planted.scale[c];
                QVERIFY2(std::abs(through - direct) < 1e-3 * (1 + std::abs(through)),
                         qPrintable(QString::number(through - direct)));
            }
    }

    void thereAreNoneWhereThereIsTooLittle()
    {
        QCOMPARE(Planted(19).components().count, std::size_t{0});
        QCOMPARE(Planted(400, 60).components().count, std::size_t{0});  // as many columns
        Planted equal(200);
        std::ranges::fill(equal.features.values, 4.0F);
        QCOMPARE(equal.components().count, std::size_t{0});
        Planted shared(200);
        shared.features.vectorOf.assign(200, 0);
        QCOMPARE(shared.components().count, std::size_t{0});
        CancelToken cancel;
        cancel.cancel();
        const Planted planted(400);
        QVERIFY_THROWS_EXCEPTION(Cancelled, principalComponents(planted.features, {planted.mean, planted.scale},
                                                                planted.all, 3, {cancel, {}}));
    }
};

QTEST_GUILESS_MAIN(TestPrincipalComponents)
#include "principal_components_test.moc"
