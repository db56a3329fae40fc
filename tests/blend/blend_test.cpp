#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTest>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/base/random.h"
#include "core/blend/fit_blend.h"
#include "core/blend/stacking.h"
#include "core/blend/word_ridge.h"
#include "tests/evaluate/json_numbers.h"

using namespace dank;
using namespace dank::test;

namespace {

/// Memes whose upvotes a picture's first feature and one word decide, as much as is asked for.
struct Planted {
    Planted(std::size_t rows, double picture, double words, std::uint64_t seed = 3)
    {
        Random draw(seed);
        features.columns = 12;
        for (std::size_t row = 0; row < rows; ++row) {
            features.ids.push_back(std::to_string(row));
            for (std::size_t c = 0; c < features.columns; ++c)
                features.values.push_back(static_cast<float>(draw.normal()));
            const bool cat = draw.below(2) == 0;
            titles.push_back((cat ? "a cat again " : "some dog now ") + std::to_string(draw.below(50)));
            targets.push_back(static_cast<float>(0.5 + picture * features.row(row)[0] + words * (cat ? 1 : -1)
                                                 + 0.1 * draw.normal()));
            clusters.push_back(row / 2);
            (row % 5 == 4 ? split.test : row % 5 == 3 ? split.validation : split.train).push_back(row);
        }
        for (const std::size_t row : split.validation)
            nothing.push_back(0.5 + 0.01 * draw.normal() + 0 * targets[row]);
    }

    Blend fitted(std::span<const double> network, bool withTitles = true, int threads = 2) const
    {
        std::vector<Caption> captions;
        for (const std::string &title : titles)
            if (withTitles)
                captions.push_back(asText ? Caption{"", title} : Caption{title, ""});
        return fitBlend({features, {mean, scale}, targets, captions, clusters, split, network, 5}, threads, {});
    }

    FeatureMatrix features{"test", {}, 0, {}};
    std::vector<std::string> titles;
    bool asText = false;  ///< they stand in the picture
    std::vector<float> targets, mean = std::vector<float>(12, 0.0f), scale = std::vector<float>(12, 1.0f);
    std::vector<std::size_t> clusters;
    Split split;
    std::vector<double> nothing;  ///< a perceptron's answers that tell nothing
};

}  // namespace

class TestBlend : public QObject {
    Q_OBJECT
private slots:
    void stackingEqualsSciPys()
    {
        QFile file(DANK_TEST_DATA "/golden/stacking.json");
        QVERIFY(file.open(QIODevice::ReadOnly));
        const QJsonArray cases = QJsonDocument::fromJson(file.readAll()).array();
        QCOMPARE(cases.size(), 4);
        for (const QJsonValue &one : cases) {
            std::vector<std::vector<double>> parts;
            for (const QJsonValue &part : one["parts"].toArray())
                parts.push_back(numbers<double>(part));
            const Stack found = stack(parts, numbers<double>(one["targets"]), std::size_t(one["repeats"].toInt()));
            const auto expected = numbers<double>(one["weights"]);
            for (std::size_t p = 0; p < expected.size(); ++p)
                QVERIFY2(std::abs(found.weights[p] - expected[p]) < 1e-7,
                         qPrintable(QStringLiteral("%1 and %2").arg(found.weights[p]).arg(expected[p])));
            QVERIFY(std::abs(found.intercept - one["intercept"].toDouble()) < 1e-7);
        }
    }

    void whatTellsNothingKeepsALittle()
    {
        const std::vector<std::vector<double>> parts{{1, 2, 3, 4}, {4, 3, 2, 2}};
        const Stack found = stack(parts, std::vector<double>{4, 3, 2, 1});
        QVERIFY(found.weights[0] == 0 && found.weights[1] > 0);
        const Stack backwards = stack(std::span(parts).first(1), std::vector<double>{4, 3, 2, 1});
        QCOMPARE(backwards.weights[0], 0.02);
        QVERIFY(stack({}, {}).weights.empty());
    }

    /// Conjugate gradients against the closed form, which equals scikit-learn's.
    void wordsRidgeEqualsTheClosedForm()
    {
        const Planted planted(60, 0, 0.2);
        std::vector<std::size_t> rows(planted.titles.size());
        std::iota(rows.begin(), rows.end(), std::size_t{0});
        const WordRidge words(planted.titles, rows);
        const TitleFeatures titles(words.rarity());
        FeatureMatrix dense{"words", {}, kTitleColumns, std::vector<float>(rows.size() * kTitleColumns)};
        for (const std::size_t row : rows) {
            dense.ids.push_back(std::to_string(row));
            for (const auto &[column, value] : titles.of(planted.titles[row]))
                dense.values[row * kTitleColumns + column] = value;
        }
        std::vector<float> mean(kTitleColumns), scale(kTitleColumns, 1);
        double length = 0;  // of a centred row, which the closed form takes penalties in
        std::vector<double> sums(kTitleColumns);
        for (const std::size_t row : rows)
            for (std::size_t c = 0; c < kTitleColumns; ++c)
                sums[c] += dense.row(row)[c] / double(rows.size());
        for (const std::size_t row : rows)
            for (std::size_t c = 0; c < kTitleColumns; ++c)
                length += (dense.row(row)[c] - sums[c]) * (dense.row(row)[c] - sums[c]) / double(rows.size());
        for (const double penalty : {10.0, 0.5}) {
            const auto exact =
                ridgeHeads(dense, {mean, scale}, planted.targets, rows, std::vector{penalty / length}, {});
            const auto found = words.heads(planted.targets, rows, std::vector{penalty}, {});
            for (const std::size_t row : rows)
                QVERIFY2(std::abs(words.answer(found[0], row) - exact[0](dense.row(row))) < 1e-4,
                         qPrintable(QStringLiteral("%1: %2").arg(penalty).arg(words.answer(found[0], row)
                                                                              - exact[0](dense.row(row)))));
        }
    }

    void eachPartCountsAsItHasEarned()
    {
        const Planted both(200, 0.2, 0.2), picture(200, 0.2, 0), words(200, 0, 0.2);
        const Blend all = both.fitted(both.nothing);
        QVERIFY(all.withBoth.line > 0.7 && all.withBoth.title > 0.7 && all.withBoth.network == 0);
        QVERIFY(all.image.line > 0.7 && all.image.title == 0);
        const Blend seen = picture.fitted(picture.nothing);
        QVERIFY(seen.withBoth.line > 0.8 && seen.withBoth.title < 0.2);
        const Blend read = words.fitted(words.nothing);
        QVERIFY(read.withBoth.title > 0.7 && read.withBoth.line < 0.2);
        QVERIFY(all.loss < 0.03 && seen.loss < 0.03);

        const Blend unread = both.fitted(both.nothing, false);
        QVERIFY(unread.title.empty() && unread.text.empty() && unread.withBoth == unread.image);
    }

    /// The same words in the picture are a part of their own, and two parts that say the same share.
    void textIsAPartOfItsOwn()
    {
        Planted words(200, 0, 0.2);
        words.asText = true;
        const Blend read = words.fitted(words.nothing);
        QVERIFY(read.withBoth.text > 0.7 && read.withBoth.title == 0 && read.title.empty() && !read.text.empty());
        QVERIFY(read.withText == read.withBoth && read.withTitle == read.image);
    }

    /// It comes in where it is surely better on memes that it did not learn from, and not by luck.
    void thePerceptronHasToProveItself()
    {
        const Planted planted(300, 0.02, 0);
        std::vector<double> knows;
        for (const std::size_t row : planted.split.validation)
            knows.push_back(planted.targets[row]);
        const Blend known = planted.fitted(knows);
        QVERIFY(known.withBoth.network > 0.8 && known.image.network > 0.8);

        int believed = 0;
        for (std::uint64_t seed = 1; seed <= 40; ++seed) {
            const Planted other(100, 0.1, 0, seed);
            Random draw(seed * 77);
            std::vector<double> luck;
            for (std::size_t i = 0; i < other.split.validation.size(); ++i)
                luck.push_back(0.5 + 0.1 * draw.normal());
            believed += other.fitted(luck).withBoth.network > 0;
        }
        QVERIFY2(believed <= 4, qPrintable(QString::number(believed)));
    }

    void threadsAndCallsChangeNothing()
    {
        const Planted planted(90, 0.1, 0.1);
        const Blend one = planted.fitted(planted.nothing, true, 1), two = planted.fitted(planted.nothing, true, 2);
        QVERIFY(one.line == two.line && one.title == two.title && one.withBoth == two.withBoth
                && one.image == two.image);
        QCOMPARE(one.lineBias, two.lineBias);
        QCOMPARE(one.loss, two.loss);
    }

    void hardCases_data()
    {
        QTest::addColumn<QString>("which");
        for (const char *which :
             {"two rows", "one author", "equal titles", "no titles", "equal targets", "one picture"})
            QTest::addRow("%s", which) << which;
    }
    void hardCases()
    {
        QFETCH(QString, which);
        Planted planted(which == "two rows" ? 4 : 40, 0.1, 0.1);
        if (which == "one author")
            std::ranges::fill(planted.clusters, 7u);
        if (which == "equal titles")
            std::ranges::fill(planted.titles, "the same");
        if (which == "no titles")
            std::ranges::fill(planted.titles, "");
        if (which == "equal targets")
            std::ranges::fill(planted.targets, 0.25f);
        if (which == "one picture")
            planted.features.vectorOf.assign(40, 0);
        const Blend blend = planted.fitted(planted.nothing);
        for (const BlendWeights &weights : {blend.image, blend.withTitle, blend.withText, blend.withBoth})
            QVERIFY(std::isfinite(weights.intercept) && weights.line >= 0 && weights.title >= 0 && weights.text >= 0
                    && weights.network >= 0);
        QVERIFY(std::ranges::all_of(blend.line, [](float weight) { return std::isfinite(weight); }));
        QVERIFY(std::ranges::all_of(blend.title.weight, [](float weight) { return std::isfinite(weight); }));
        QVERIFY(std::isfinite(blend.loss) && std::isfinite(blend.lineBias) && std::isfinite(blend.title.bias));
        if (which == "equal targets")
            QVERIFY(std::abs(blend.image.intercept + blend.image.line * blend.lineBias - 0.25) < 1e-3);
    }

    void canBeCancelled()
    {
        const Planted planted(40, 0.1, 0.1);
        CancelToken cancel;
        cancel.cancel();
        QVERIFY_THROWS_EXCEPTION(Cancelled, fitBlend({planted.features,
                                                      {planted.mean, planted.scale},
                                                      planted.targets,
                                                      {},
                                                      planted.clusters,
                                                      planted.split,
                                                      planted.nothing,
                                                      5},
                                                     2, {cancel, {}}));
    }
};

QTEST_GUILESS_MAIN(TestBlend)
#include "blend_test.moc"
