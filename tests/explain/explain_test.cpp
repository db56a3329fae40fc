#include <QTest>

#include <cmath>
#include <numeric>
#include <set>

#include "core/evaluate/metrics.h"
#include "core/explain/heat_map.h"
#include "core/explain/map_checks.h"
#include "core/explain/map_svg.h"
#include "core/explain/occlusion_grid.h"
#include "core/explain/percentile_scale.h"
#include "core/explain/words.h"

using namespace dank;

namespace {

Explanation twoByTwo(std::vector<double> grid)
{
    Explanation map;
    map.rows = map.columns = 2;
    map.grid = std::move(grid);
    for (int i = 0; i < 4; ++i)
        map.cells.push_back({i % 2 / 2.0, i / 2 / 2.0, 0.5, 0.5, map.grid[std::size_t(i)], {}, {}, false});
    map.picture = {4, 4, std::vector<std::uint8_t>(48, 100)};
    return map;
}

Model judged(VerdictKind kind)
{
    Model model;
    model.judgement.emplace();
    model.judgement->kind = kind;
    model.judgement->headline = "The headline.";
    return model;
}

bool warns(const Explanation &map, const Model &model, const char *of)
{
    const auto warnings = mapWarnings(map, model);
    return std::ranges::any_of(warnings, [&](const std::string &text) { return text.find(of) != std::string::npos; });
}

}  // namespace

class TestExplain : public QObject {
    Q_OBJECT

private slots:
    void scaleIsThePercentileAtEveryMeme()
    {
        const std::vector<float> reference{0.1f, 0.2f, 0.2f, 0.35f, 0.9f};
        const PercentileScale scale(reference);
        QVERIFY(scale.isMeasured());
        for (const float value : reference)
            QCOMPARE(scale.at(value), percentileOf(value, reference));
        QVERIFY(scale.at(0.3) > scale.at(0.25));  // between two memes a percentile would stand still
    }

    void scaleGoesOnBeyondItsEnds()
    {
        std::vector<float> reference(101);
        for (std::size_t i = 0; i < reference.size(); ++i)
            reference[i] = 0.4f + 0.002f * static_cast<float>(i);
        const PercentileScale scale(reference);
        QVERIFY(std::abs(scale.at(0.7) - scale.at(0.6) - 0.1 * scale.slope(0.5)) < 1);
        QVERIFY(scale.at(0.3) < 0 && scale.at(0.7) > 100);
    }

    void scaleWithoutAnOrder()
    {
        for (const std::vector<float> &reference : {std::vector<float>{}, {0.4f}, {0.4f, 0.4f}}) {
            const PercentileScale scale(reference);
            QVERIFY(!scale.isMeasured());
            QVERIFY(std::abs(scale.at(0.6) - scale.at(0.5) - 10) < 1e-9);
        }
    }

    void gridFillsThePicture_data()
    {
        QTest::addColumn<int>("width");
        QTest::addColumn<int>("height");
        for (const auto &[width, height] : {std::pair(1, 1), {1, 100}, {5, 7}, {6, 6}, {499, 731}})
            QTest::addRow("%d x %d", width, height) << width << height;
    }
    void gridFillsThePicture()
    {
        QFETCH(int, width);
        QFETCH(int, height);
        const OcclusionGrid grid(width, height);
        std::vector<int> times(std::size_t(width * height));
        for (std::size_t i = 0; i < grid.size(); ++i) {
            const PixelRect cell = grid.cell(i);
            QVERIFY(cell.width > 0 && cell.height > 0);
            std::vector<PixelRect> parts = quarters(cell);
            if (parts.empty())
                parts = {cell};
            for (const PixelRect &part : parts) {
                QVERIFY(part.width > 0 && part.height > 0);
                for (int y = part.y; y < part.y + part.height; ++y)
                    for (int x = part.x; x < part.x + part.width; ++x)
                        ++times.at(std::size_t(y * width + x));
            }
        }
        QVERIFY(std::ranges::all_of(times, [](int count) { return count == 1; }));
    }

    void coversThatPartAlone()
    {
        Image picture{8, 8, std::vector<std::uint8_t>(8 * 8 * 3)};
        std::iota(picture.rgb.begin(), picture.rgb.end(), std::uint8_t{0});
        const Image mean = meanColour(picture);
        QCOMPARE(mean.rgb[0], mean.rgb[3]);
        const PixelRect part{2, 3, 4, 2};
        const Image with = covered(picture, mean, {&part, 1});
        for (int y = 0; y < 8; ++y)
            for (int x = 0; x < 8; ++x) {
                const bool in = x >= 2 && x < 6 && y >= 3 && y < 5;
                const std::size_t at = picture.offset(x, y);
                QCOMPARE(with.rgb[at + 1], (in ? mean : picture).rgb[at + 1]);
            }
    }

    void wordsAreLeftOutOnce()
    {
        const auto words = eachWordLeftOut("when  the\tcat 😀 ");
        QCOMPARE(words.size(), std::size_t(4));
        QCOMPARE(words[2].word, std::string("cat"));
        QVERIFY(words[2].rest.find("cat") == std::string::npos && words[2].rest.find("the") != std::string::npos);
        QCOMPARE(words[3].word, std::string("😀"));
        QVERIFY(eachWordLeftOut(" \n ").empty());
    }

    void longCaptionsAreBounded()
    {
        QCOMPARE(explainedCaption("ü").size(), std::size_t(2));
        std::string letters;
        while (letters.size() < 1'000'000)
            letters += "ü";
        const std::string seen = explainedCaption("a" + letters);
        QVERIFY(seen.size() <= kMaxExplainedBytes && seen.size() % 2 == 1);  // no half letter
        QCOMPARE(eachWordLeftOut(seen).size(), std::size_t(1));
        std::string many;
        for (int i = 0; i < 5000; ++i)
            many += "a ";
        QCOMPARE(eachWordLeftOut(explainedCaption(many)).size(), kMaxExplainedWords);
        QVERIFY(eachWordLeftOut("\x1b[31mred").front().word.find('\x1b') == std::string::npos);
    }

    void flatMapsHaveNoCorrelation()
    {
        const std::vector<double> flat(9), map{1, 2, 3, 4, 5, 6, 7, 8, 9}, turned{9, 8, 7, 6, 5, 4, 3, 2, 1};
        QVERIFY(!rankCorrelation(flat, map) && !rankCorrelation(map, flat));
        QCOMPARE(*rankCorrelation(map, turned), -1.0);
        QCOMPARE(direction(std::vector{1.0, -3.0, 2.0}), -1.0);
    }

    void coveringMayDisagree()
    {
        QVERIFY(disputes(5, -5, 10));
        QVERIFY(disputes(9, 2, 10));
        QVERIFY(!disputes(9, 7, 10));
        QVERIFY(!disputes(0.5, -0.5, 10));  // nothing beside the strongest
    }

    void warningsSayWhatTheyRestOn()
    {
        const Model good = judged(VerdictKind::LearnedSomething);
        Explanation map = twoByTwo({8, 1, 0, -1});
        map.checks = {0.3, 5.0, 8.0, 1.0, 0.5, true};
        QVERIFY(mapWarnings(map, good).empty());
        Explanation same = map;
        same.checks.shuffledCorrelation = -0.99;
        QVERIFY(warns(same, good, "draws nearly the same"));
        Explanation weak = map;
        weak.checks.strengthRatio = 0.4;
        QVERIFY(warns(weak, good, "what chance does"));
        Explanation nothing = map;
        nothing.checks.deletionTop = 1.2;
        QVERIFY(warns(nothing, good, "strongest fifth"));
        QVERIFY(warns(twoByTwo({0, 0, 0, 0}), good, "no part of the picture"));
        QVERIFY(warns(map, Model(), "not judged"));
        // The verdict comes first.
        same.cells.front().disputed = true;
        const auto all = mapWarnings(same, judged(VerdictKind::NoEvidence));
        QCOMPARE(all.size(), std::size_t(3));
        QVERIFY(all.front().find("The headline.") != std::string::npos);
        QVERIFY(all.back().find("disagree at 1 of 4") != std::string::npos);
    }

    void coloursDivergeAlike()
    {
        const auto low = heatColour(-1), high = heatColour(1), none = heatColour(0);
        QVERIFY(low[2] > low[0] && high[0] > high[2]);  // blue and orange
        QVERIFY(none[0] == none[1] && none[1] == none[2]);
        QVERIFY(heatColour(-7) == low && heatColour(7) == high);
        std::set<int> lightness;  // falls evenly on both sides
        for (double share = 0; share <= 1; share += 0.25) {
            const auto luma = [](auto c) { return 0.299 * c[0] + 0.587 * c[1] + 0.114 * c[2]; };
            QVERIFY(std::abs(luma(heatColour(share)) - luma(heatColour(-share))) < 35);
        }
        QCOMPARE(scaleEnd(twoByTwo({3, 0, 0, -4.2})), 5.0);
        QCOMPARE(scaleEnd(twoByTwo({0, 0, 0, 0})), 1.0);
        QCOMPARE(pointsText(-0.04), std::string("0.0"));
        QCOMPARE(pointsText(-3.25).substr(0, 3), std::string("\u2212"));
    }

    void overlayLiesWhereTheGridDoes()
    {
        const Explanation map = twoByTwo({5, 0, 0, -5});
        const Image drawn = overlaid(map, 1);
        QVERIFY(drawn.rgb[drawn.offset(0, 0)] > drawn.rgb[drawn.offset(0, 0) + 2] + 100);  // orange
        QVERIFY(drawn.rgb[drawn.offset(3, 3) + 2] > drawn.rgb[drawn.offset(3, 3)] + 100);  // blue
        QVERIFY(overlaid(map, 0).rgb == map.picture.rgb);
    }

    void svgIsWellFormedWhateverIsSaid()
    {
        Explanation map = twoByTwo({5, 0, 0, -5});
        map.warnings = {"a <b> & \"c\" ü"};
        const std::byte png[] = {std::byte{1}, std::byte{2}, std::byte{3}, std::byte{4}};
        const std::string svg = mapSvg(map, png);
        QVERIFY(svg.find("base64,AQIDBA==") != std::string::npos);
        QVERIFY(svg.find("a &lt;b&gt; &amp; &quot;c&quot; ?") != std::string::npos);
        QVERIFY(svg.find("\u22125.0 points") != std::string::npos);
    }
};

QTEST_APPLESS_MAIN(TestExplain)
#include "explain_test.moc"
