// The perceptron's products beside plain ones in double.

#include <QTest>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "core/base/random.h"
#include "core/nn/device.h"
#include "core/nn/parallel.h"
#include "core/nn/training/products.h"

using namespace dank;

namespace {

/// `zeros`: the part of them, at random.
std::vector<float> numbers(std::size_t count, std::uint64_t seed, double zeros = 0)
{
    Random random(seed);
    std::vector<float> values(count);
    for (float &value : values)
        value = random.uniform() < zeros ? 0.0f : static_cast<float>(random.normal());
    return values;
}

/// A sum in double, and of the sizes of what it adds.
struct Sum {
    double value = 0, size = 0;

    void add(double term)
    {
        value += term;
        size += std::abs(term);
    }
};

/// The largest error by the bound of a float sum of that many terms in whatever order: terms × epsilon × their sizes.
double worstError(const std::vector<float> &values, const std::vector<Sum> &exact, std::size_t terms)
{
    double worst = 0;
    for (std::size_t i = 0; i < exact.size(); ++i) {
        const double bound = static_cast<double>(terms) * std::numeric_limits<float>::epsilon() * exact[i].size;
        const double off = std::abs(values[i] - exact[i].value) / std::max(bound, 1e-30);
        if (!(off <= worst))
            worst = off;
    }
    return worst;
}

}  // namespace

class ProductsTest : public QObject {
    Q_OBJECT

private:
    static void shapes()
    {
        QTest::addColumn<int>("rows");
        QTest::addColumn<int>("columns");
        QTest::addColumn<int>("outputs");
        QTest::newRow("whole panels, steps and tiles") << 100 << 256 << 100;
        QTest::newRow("one number") << 1 << 1 << 1;
        QTest::newRow("less than a panel") << 3 << 16 << 4;
        QTest::newRow("less than a step") << 5 << 15 << 5;
        QTest::newRow("a step and one") << 6 << 17 << 6;
        QTest::newRow("odd everywhere") << 101 << 131 << 67;
        QTest::newRow("many outputs") << 7 << 65 << 513;
    }
    struct Shape {
        std::size_t rows, columns, outputs;
    };
    static Shape shape()
    {
        QFETCH(int, rows);
        QFETCH(int, columns);
        QFETCH(int, outputs);
        return {static_cast<std::size_t>(rows), static_cast<std::size_t>(columns), static_cast<std::size_t>(outputs)};
    }

private Q_SLOTS:

    void linearEqualsDouble_data() { shapes(); }
    void linearEqualsDouble()
    {
        const auto [n, k, m] = shape();
        const std::vector<float> in = numbers(n * k, 1), weight = numbers(m * k, 2), bias = numbers(m, 3);
        std::vector<Sum> exact(n * m);
        for (std::size_t r = 0; r < n; ++r)
            for (std::size_t o = 0; o < m; ++o) {
                exact[r * m + o].add(bias[o]);
                for (std::size_t c = 0; c < k; ++c)
                    exact[r * m + o].add(static_cast<double>(in[r * k + c]) * weight[o * k + c]);
            }
        PackedRows packed;
        packed.assign(numbers(400, 4).data(), 20, 20);  // that there was another matrix before does not show
        packed.assign(in.data(), n, k);
        std::vector<float> out(n * m + 1, 7.0f);
        packed.linear(weight.data(), bias.data(), m, out.data());
        QVERIFY(worstError(out, exact, k + 1) < 1);
        QCOMPARE(out.back(), 7.0f);
    }

    void keptOutputsAreTheSameToTheBit_data() { shapes(); }
    void keptOutputsAreTheSameToTheBit()
    {
        const auto [n, k, m] = shape();
        const std::vector<float> in = numbers(n * k, 1), weight = numbers(m * k, 2), bias = numbers(m, 3);
        PackedRows packed;
        packed.assign(in.data(), n, k);
        std::vector<float> all(n * m);
        packed.linear(weight.data(), bias.data(), m, all.data());
        for (const double dropout : {0.0, 0.5, 0.8, 0.99}) {
            Random random(5);
            DropoutMask mask;
            mask.draw(n * m, dropout, random);
            std::vector<float> out(n * m + 1, 7.0f);
            linearKept(in.data(), n, k, weight.data(), bias.data(), m, mask, out.data());
            std::size_t kept = 0;
            for (std::size_t i = 0; i < n * m; ++i) {
                QVERIFY(out[i] == (mask.keeps(i) ? all[i] : 0.0f));
                kept += mask.keeps(i);
            }
            QCOMPARE(out.back(), 7.0f);
            if (n * m >= 1000)
                QVERIFY(std::abs(static_cast<double>(kept) / static_cast<double>(n * m) - (1 - dropout)) < 0.05);
        }
    }

    void dropoutFollowsItsMask()
    {
        Random random(5);
        DropoutMask mask;
        mask.draw(1001, 0.5, random);
        std::vector<float> values = numbers(1001, 1);
        values[1000] = 3.0f;
        const std::vector<float> before = values;
        mask.apply(values, 2.0f);
        for (std::size_t i = 0; i < values.size(); ++i)
            QVERIFY(values[i] == (mask.keeps(i) && before[i] > 0 ? 2 * before[i] : 0.0f));
    }

    void sparseEqualsDouble_data() { shapes(); }
    void sparseEqualsDouble()
    {
        const auto [n, k, m] = shape();
        for (const double zeros : {0.0, 0.5, 0.9, 1.0}) {
            for (const bool transposed : {false, true}) {
                const std::vector<float> values = numbers(n * k, 1, zeros), dense = numbers(k * m, 2);
                const std::size_t rowStride = transposed ? 1 : k, columnStride = transposed ? n : 1;
                std::vector<Sum> exact(n * m);
                for (std::size_t i = 0; i < n; ++i)
                    for (std::size_t c = 0; c < k; ++c)
                        for (std::size_t o = 0; o < m; ++o)
                            exact[i * m + o].add(static_cast<double>(values[i * rowStride + c * columnStride])
                                                 * dense[c * m + o]);
                SparseMatrix sparse;
                sparse.assign(numbers(400, 4).data(), 20, 20, 20, 1);
                sparse.assign(values.data(), n, rowStride, k, columnStride);
                std::vector<float> out(n * m + 1, 7.0f);
                sparse.times(dense.data(), m, out.data());
                QVERIFY(worstError(out, exact, k) < 1);
                QCOMPARE(out.back(), 7.0f);
            }
        }
    }

    /// Or a diverged network would go unnoticed.
    void notANumberGoesThrough()
    {
        const float nan = std::numeric_limits<float>::quiet_NaN();
        std::vector<float> in = numbers(20, 1), weight = numbers(20, 2), bias = numbers(2, 3), out(4);
        in[13] = nan;
        PackedRows packed;
        packed.assign(in.data(), 2, 10);
        packed.linear(weight.data(), bias.data(), 2, out.data());
        QVERIFY(std::isfinite(out[0]) && std::isfinite(out[1]) && std::isnan(out[2]) && std::isnan(out[3]));

        SparseMatrix sparse;
        sparse.assign(in.data(), 2, 10, 10, 1);
        sparse.times(weight.data(), 2, out.data());
        QVERIFY(std::isfinite(out[0]) && std::isfinite(out[1]) && std::isnan(out[2]) && std::isnan(out[3]));
    }

    void neitherThreadsNorCompanyMatter()
    {
        constexpr std::size_t n = 103, k = 300, m = 90;
        const std::vector<float> in = numbers(n * k, 1), weight = numbers(m * k, 2), bias = numbers(m, 3);
        const std::vector<float> deltas = numbers(n * m, 4, 0.6);
        std::vector<std::vector<float>> results;
        for (const int threads : {1, 2, 3}) {
            setIntraOpThreads(threads);
            PackedRows packed;
            packed.assign(in.data(), n, k);
            std::vector<float> out(n * m + m * k);
            packed.linear(weight.data(), bias.data(), m, out.data());
            SparseMatrix sparse;
            sparse.assign(deltas.data(), m, 1, n, m);
            sparse.times(in.data(), k, &out[n * m]);
            results.push_back(out);
        }
        setIntraOpThreads(1);
        QVERIFY(results[0] == results[1] && results[0] == results[2]);

        PackedRows alone;
        alone.assign(&in[50 * k], 1, k);
        std::vector<float> row(m);
        alone.linear(weight.data(), bias.data(), m, row.data());
        QVERIFY(std::equal(row.begin(), row.end(), &results[0][50 * m]));
    }

    void everyPartOnce()
    {
        setIntraOpThreads(3);
        for (const std::size_t parts : {0u, 1u, 2u, 3u, 100u}) {
            std::vector<int> done(parts);
            for (const std::size_t operations : {1u, 1'000'000'000u}) {
                std::fill(done.begin(), done.end(), 0);
                forEachPart(parts, operations, [&](std::size_t part) { ++done[part]; });
                QCOMPARE(done, std::vector<int>(parts, 1));
            }
        }
        std::vector<int> done(100'000);
        forEachPiece(done.size(), [&](std::size_t first, std::size_t count) {
            for (std::size_t i = first; i < first + count; ++i)
                ++done[i];
        });
        QCOMPARE(done, std::vector<int>(done.size(), 1));
        QVERIFY_THROWS_EXCEPTION(std::runtime_error, forEachPart(9, 1'000'000'000, [](std::size_t part) {
                                     if (part == 5)
                                         throw std::runtime_error("five");
                                 }));
        setIntraOpThreads(1);
    }
};

QTEST_GUILESS_MAIN(ProductsTest)
#include "products_test.moc"
