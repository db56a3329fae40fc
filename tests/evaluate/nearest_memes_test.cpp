#include <QTest>

#include <cmath>
#include <numeric>

#include <nlohmann/json.hpp>

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/evaluate/neighbours.h"

using namespace dank;

namespace {

std::vector<std::size_t> rowsUpTo(std::size_t from, std::size_t to)
{
    std::vector<std::size_t> rows(to - from);
    std::iota(rows.begin(), rows.end(), from);
    return rows;
}

}  // namespace

class NearestMemesTest : public QObject {
    Q_OBJECT
private slots:
    void nearestEqualsScikitLearn()
    {
        const auto bytes = readFile(DANK_TEST_DATA "/golden/nearest.json", 1 << 20);
        const auto golden =
            nlohmann::json::parse(std::string(reinterpret_cast<const char *>(bytes.data()), bytes.size()));
        FeatureMatrix train{"b", {}, 24, {}};
        for (const auto &row : golden["train"]) {
            train.ids.push_back(std::to_string(train.ids.size()));
            for (const double value : row)
                train.values.push_back(static_cast<float>(value));
        }
        const FeatureMatrix copy = train;
        const NearestMemes nearest(std::move(train));
        QCOMPARE(nearest.rows(), std::size_t{40});
        const NeighbourSearch search(copy, rowsUpTo(0, 40));
        for (std::size_t i = 0; i < golden["queries"].size(); ++i) {
            const auto query = golden["queries"][i].get<std::vector<float>>();
            const auto found = nearest.nearest(query, 3);
            const auto other = search.nearest(query, 3).front();
            QCOMPARE(found.size(), std::size_t{3});
            for (std::size_t k = 0; k < 3; ++k) {
                QCOMPARE(found[k].row, golden["rows"][i][k].get<std::size_t>());
                QVERIFY(std::abs(found[k].similarity - golden["similarity"][i][k].get<double>()) < 1e-6);
                QCOMPARE(found[k].row, other[k].row);
            }
        }
        QVERIFY(std::abs(nearest.nearest(copy.row(11), 1).front().similarity - 1) < 1e-6);
        QVERIFY(NearestMemes().nearest({}, 3).empty());
        QVERIFY_EXCEPTION_THROWN(nearest.nearest(std::vector<float>(23), 3), Error);
    }
};

QTEST_GUILESS_MAIN(NearestMemesTest)
#include "nearest_memes_test.moc"
