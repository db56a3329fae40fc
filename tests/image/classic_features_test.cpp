// The classic descriptors: against scikit-image and SciPy (tests/reference/classic.py), and what each is there to tell.

#include <algorithm>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <map>
#include <set>
#include <thread>

#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTest>

#include <opencv2/core/utility.hpp>

#include "core/base/error.h"
#include "core/base/random.h"
#include "core/image/classic_features.h"
#include "core/image/decode.h"
#include "core/image/draw.h"
#include "core/image/encode.h"
#include "core/image/meme_painter.h"
#include "core/image/resize.h"
#include "tests/image/classic_table.h"

using namespace dank;
namespace fs = std::filesystem;

namespace {

std::vector<float> describe(const Image &image)
{
    std::vector<float> row(kClassicColumns, NAN);
    classicFeatures(image, row);
    return row;
}

std::size_t column(const std::string &name)
{
    static const auto places = [] {
        std::map<std::string, std::size_t> result;
        for (const std::string &n : classicFeatureNames())
            result.emplace(n, result.size());
        return result;
    }();
    const auto place = places.find(name);
    if (place == places.end())
        qFatal("There is no column %s", name.c_str());
    return place->second;
}

float value(const Image &image, const std::string &name)
{
    return describe(image)[column(name)];
}

Image noisePicture(int width, int height, std::uint64_t seed, int from = 0, int to = 256)
{
    Image image = blankImage(width, height, {});
    Random random(seed);
    for (std::uint8_t &v : image.rgb)
        v = static_cast<std::uint8_t>(from + static_cast<int>(random.below(static_cast<std::uint64_t>(to - from))));
    return image;
}

Image mirrored(const Image &image)
{
    Image result = image;
    for (int y = 0; y < image.height; ++y)
        for (int x = 0; x < image.width; ++x)
            std::copy_n(&image.rgb[static_cast<std::size_t>((y * image.width + x) * 3)], 3,
                        &result.rgb[static_cast<std::size_t>((y * image.width + image.width - 1 - x) * 3)]);
    return result;
}

Image inverted(Image image)
{
    for (std::uint8_t &v : image.rgb)
        v = static_cast<std::uint8_t>(255 - v);
    return image;
}

Image meme(double warmth, double brightness, double caption, std::uint64_t seed)
{
    return paintMeme({480, 480, warmth, brightness, caption, "when the build is green", "on the first try", seed});
}

/// A plain dark picture with a caption above or below.
Image captioned(bool atBottom, double letterHeight = 30)
{
    Image image = blankImage(480, 400, {40, 60, 90});
    Canvas(image).caption("ONE DOES NOT SIMPLY", letterHeight, atBottom);
    return image;
}

int threadCount()
{
    int count = 0;
    for ([[maybe_unused]] const fs::directory_entry &entry : fs::directory_iterator("/proc/self/task"))
        ++count;
    return count;
}

QJsonObject golden()
{
    QFile file(DANK_TEST_DATA "/golden/classic.json");
    return file.open(QIODevice::ReadOnly) ? QJsonDocument::fromJson(file.readAll()).object() : QJsonObject();
}

}  // namespace

class TestClassic : public QObject {
    Q_OBJECT

private slots:
    /// First of all, since the threads that OpenCV starts stay.
    void startsNoThread()
    {
        cv::setNumThreads(2);
        const Image picture = noisePicture(1'500, 900, 2), drawn = meme(0, 0, 0, 1);
        const int running = threadCount();
        for (int i = 0; i < 5; ++i) {
            describe(picture);
            describe(drawn);
        }
        QCOMPARE(threadCount(), running);
    }

    void namesEveryColumnOnce()
    {
        const std::vector<std::string> names = classicFeatureNames();
        QCOMPARE(names.size(), std::size_t{kClassicColumns});
        QCOMPARE(std::set<std::string>(names.begin(), names.end()).size(), names.size());
        int next = 0;
        for (const ClassicGroup &group : classicGroups()) {
            QCOMPARE(group.first, next);
            next += group.count;
            const std::string &first = names[static_cast<std::size_t>(group.first)];
            QVERIFY2(first.starts_with(group.name), first.c_str());
            QVERIFY(std::strlen(group.what) > 0);
        }
        QCOMPARE(next, kClassicColumns);
    }

    void agreesWithTheReference_data()
    {
        QTest::addColumn<QString>("picture");
        QTest::addColumn<QString>("group");
        const QJsonObject all = golden();
        QCOMPARE(all.size(), 3);
        for (const QString &picture : all.keys())
            for (const QString &group : all[picture].toObject().keys())
                QTest::addRow("%s %s", qPrintable(picture), qPrintable(group)) << picture << group;
    }

    void agreesWithTheReference()
    {
        QFETCH(QString, picture);
        QFETCH(QString, group);
        // Whole numbers go in and the same formulas come out: single precision. Where a colour passes through OpenCV's
        // bytes, up to half a step of hue (1.4°), saturation or Lab is lost for each pixel; a cube root of a moment
        // near zero and the border of a palette's bin make more of it.
        // At radius 2 a point between pixels can equal the centre exactly, and rounding decides: one pixel here and
        // there.
        const std::map<QString, double> tolerances{{"hsv", 0.01},  {"lab", 0.01},     {"grid_lab", 0.005},
                                                   {"hue", 0.005}, {"palette", 0.02}, {"warmth", 0.005},
                                                   {"lbp2", 2e-4}};
        const double tolerance = tolerances.contains(group) ? tolerances.at(group) : 2e-5;

        const Image image =
            decodeImageFile(fs::path(DANK_TEST_DATA) / "golden" / ("classic-" + picture.toStdString() + ".png")).image;
        QVERIFY(!image.empty());
        const std::vector<float> row = describe(image);
        const QJsonArray reference = golden()[picture].toObject()[group].toArray();
        const std::vector<std::string> names = classicFeatureNames();
        const auto groups = classicGroups();
        const auto place = std::find_if(groups.begin(), groups.end(),
                                        [&](const ClassicGroup &g) { return g.name == group.toStdString(); });
        QVERIFY(place != groups.end());
        QCOMPARE(static_cast<int>(reference.size()), place->count);
        for (int i = 0; i < place->count; ++i) {
            const auto at = static_cast<std::size_t>(place->first + i);
            const double expected = reference[i].toDouble();
            QVERIFY2(std::abs(row[at] - expected) <= tolerance,
                     qPrintable(QString("%1: %2 instead of %3").arg(names[at].c_str()).arg(row[at]).arg(expected)));
        }
    }

    void rises_data()
    {
        QTest::addColumn<Image>("less");
        QTest::addColumn<Image>("more");
        QTest::addColumn<QStringList>("columns");
        QTest::newRow("warmth") << meme(-0.8, 0, 0, 3) << meme(0.8, 0, 0, 3)
                                << QStringList{"warmth.mean",      "warmth.warm",    "rgb.mean.R", "lab.mean.b",
                                               "opponent.mean.yb", "grid_lab.0.0.b", "hsv.hue_cos"};
        QTest::newRow("cold") << meme(0.8, 0, 0, 3) << meme(-0.8, 0, 0, 3) << QStringList{"warmth.cold", "rgb.mean.B"};
        QTest::newRow("brightness") << meme(0.1, -0.9, 0, 5) << meme(0.1, 0.9, 0, 5)
                                    << QStringList{"luma.p50", "lab.mean.L", "hsv.mean.V", "grid_lab.3.3.L"};
        QTest::newRow("letters") << meme(0, 0, -1, 8) << meme(0, 0, 0, 8)
                                 << QStringList{"text.letter_height", "text.letter_height_short",
                                                "text.largest_letters"};
        QTest::newRow("larger letters") << meme(0, 0, 0, 8) << meme(0, 0, 1, 8)
                                        << QStringList{"text.letter_height", "text.letter_height_short",
                                                       "text.largest_letters"};
        QTest::newRow("colour") << blankImage(90, 90, {120, 120, 120}) << blankImage(90, 90, {200, 60, 40})
                                << QStringList{"hsv.mean.S", "opponent.colourfulness", "warmth.vivid", "palette.8",
                                               "hue.0"};
        const Image sharp = noisePicture(200, 200, 4, 80, 170);
        const Image soft = resizeTriangle(resizeTriangle(sharp, 60, 60), 200, 200);
        QTest::newRow("sharpness") << soft << sharp << QStringList{"texture.sharpness", "texture.sharpness_full",
                                                                   "texture.noise",     "glcm.contrast",
                                                                   "spectrum.7",        "layout.edges"};
        const std::vector<std::byte> coarse = encodeJpeg(meme(0.3, 0, 0, 2), 8);
        QTest::newRow("JPEG's blocks") << meme(0.3, 0, 0, 2) << decodeImage(coarse).image
                                       << QStringList{"texture.block_columns", "texture.block_rows"};
        QTest::newRow("size") << blankImage(100, 100, {}) << blankImage(400, 200, {})
                              << QStringList{"size.log_width", "size.log_height", "size.log_aspect", "size.megapixels"};
        QTest::newRow("how many colours") << blankImage(64, 64, {9, 9, 9}) << noisePicture(64, 64, 1)
                                          << QStringList{"variety.distinct", "variety.entropy"};

        Image barred = meme(0, -0.5, 0, 12);
        Canvas(barred).rectangle({0, 0}, {480, 96}, {255, 255, 255});
        QTest::newRow("a white bar above")
            << meme(0, -0.5, 0, 12) << barred << QStringList{"frame.top", "frame.white_top", "frame.luma.top"};
        Image boxed = meme(0, 0.5, 0, 12);
        Canvas(boxed).rectangle({0, 0}, {60, 480}, {0, 0, 0});
        Canvas(boxed).rectangle({420, 0}, {60, 480}, {0, 0, 0});
        QTest::newRow("black bars beside") << meme(0, 0.5, 0, 12) << boxed << QStringList{"frame.left", "frame.right"};
        Image comic = blankImage(400, 400, {210, 180, 160});
        const Image one = comic;
        Canvas(comic).rectangle({0, 197}, {400, 6}, {0, 0, 0});
        QTest::newRow("two panels, one above the other")
            << one << comic << QStringList{"panels.row", "panels.rows", "panels.row_1_2"};
        comic = one;
        Canvas(comic).rectangle({197, 0}, {6, 400}, {0, 0, 0});
        QTest::newRow("two panels side by side")
            << one << comic << QStringList{"panels.column", "panels.columns", "panels.column_1_2"};
    }

    void rises()
    {
        QFETCH(Image, less);
        QFETCH(Image, more);
        QFETCH(QStringList, columns);
        const std::vector<float> before = describe(less), after = describe(more);
        for (const QString &name : columns) {
            const std::size_t at = column(name.toStdString());
            QVERIFY2(after[at] > before[at] + 0.02f,
                     qPrintable(QString("%1: %2, then %3").arg(name).arg(before[at]).arg(after[at])));
        }
    }

    void findsWhereTheCaptionIs_data()
    {
        QTest::addColumn<bool>("atBottom");
        QTest::addColumn<bool>("dark");
        QTest::newRow("white above") << false << false;
        QTest::newRow("white below") << true << false;
        QTest::newRow("black above") << false << true;
        QTest::newRow("black below") << true << true;
    }

    /// A caption's outline is thin and of the other kind, and no text of its own.
    void findsWhereTheCaptionIs()
    {
        QFETCH(bool, atBottom);
        QFETCH(bool, dark);
        const Image drawn = captioned(atBottom);
        const std::vector<float> row = describe(dark ? inverted(drawn) : drawn);
        const auto at = [&](const std::string &name) { return row[column(name)]; };
        QVERIFY(at(atBottom ? "text_band.bottom" : "text_band.top") > 0.2f);
        QCOMPARE(at(atBottom ? "text_band.top" : "text_band.bottom"), 0.0f);
        QCOMPARE(at("text_band.middle"), 0.0f);
        QVERIFY(at(atBottom ? "text_grid.2.1" : "text_grid.0.1") > 0.2f);
        QCOMPARE(at(atBottom ? "text_grid.0.1" : "text_grid.2.1"), 0.0f);
        QVERIFY(at(dark ? "text.dark_cover" : "text.bright_cover") > 0.05f);
        QCOMPARE(at(dark ? "text.bright_cover" : "text.dark_cover"), 0.0f);
        QVERIFY(at(atBottom ? "text.bottom_letters" : "text.top_letters") > 0.5f);
        QCOMPARE(at(atBottom ? "text.top_letters" : "text.bottom_letters"), 0.0f);
        QVERIFY(atBottom ? at("text.highest") > 0.7f : at("text.lowest") < 0.3f);
        // Letters 30 pixels high on 400.
        QVERIFY2(std::abs(at("text.letter_height") - 0.75f) < 0.12f,
                 qPrintable(QString::number(at("text.letter_height"))));
        QVERIFY(at("text.off_centre") < 0.05f);
    }

    void seesNoTextWhereThereIsNone()
    {
        Image image = blankImage(480, 400, {40, 60, 90});
        Canvas canvas(image);
        canvas.circle({240, 200}, 90, {255, 255, 255});
        canvas.line({20, 380}, {460, 20}, 5, {255, 255, 255});
        for (const char *name :
             {"text.bright_lines", "text.dark_lines", "text.letters", "text_band.all", "text.letter_height"})
            QCOMPARE(value(image, name), 0.0f);
        QCOMPARE(value(image, "text.highest"), 0.5f);
    }

    /// Grids, bands and frames of a mirrored picture are the mirrored ones; what has no place stays.
    void mirrorsWithThePicture()
    {
        Image image = blankImage(240, 192, {});  // cells, bands and blocks come out even
        Canvas canvas(image);
        canvas.gradient({200, 120, 60}, {60, 90, 160});
        canvas.rectangle({0, 0}, {20, 192}, {255, 255, 255});
        canvas.triangle({60, 40}, {150, 70}, {90, 150}, {230, 40, 50});
        canvas.circle({190, 130}, 30, {20, 160, 60});
        canvas.line({150, 20}, {150, 190}, 3, {0, 0, 0});
        canvas.caption("LEFT RIGHT", 14, false);
        const std::vector<float> row = describe(image), other = describe(mirrored(image));
        const std::vector<std::string> names = classicFeatureNames();
        const std::map<std::string, std::string> swapped{{"frame.left", "frame.right"},
                                                         {"frame.luma.left", "frame.luma.right"},
                                                         {"panels.column_1_4", "panels.column_3_4"},
                                                         {"panels.column_1_3", "panels.column_2_3"}};
        const auto counterpart = [&](const std::string &name) -> std::string {
            for (const auto &[a, b] : swapped)
                if (name == a || name == b)
                    return name == a ? b : a;
            QStringList parts = QString::fromStdString(name).split('.');
            const bool grid = parts.size() >= 3 && (parts[0].startsWith("grid_") || parts[0] == "hog");
            const bool thirds = parts[0] == "text_grid" || parts[0] == "bright_strokes" || parts[0] == "dark_strokes";
            if (grid || thirds)
                parts[2] = QString::number((grid ? 3 : 2) - parts[2].toInt());
            if (parts[0] == "hog")
                parts[3] = QString::number((8 - parts[3].toInt()) % 8);
            if (parts[0] == "edge_columns")
                parts[1] = QString::number(7 - parts[1].toInt());
            return parts.join('.').toStdString();
        };
        int moved = 0;
        for (std::size_t i = 0; i < names.size(); ++i) {
            const std::string &name = names[i];
            double expected = row[column(counterpart(name))];
            if (name == "layout.centre_x")
                expected = -expected;
            if (name == "panels.column_at")
                expected = 1 - expected;
            if (name == "variety.distinct" || name.starts_with("texture.block"))
                continue;  // blocks are counted from the left
            moved += std::abs(row[i] - expected) > 0.01;
            // The square is resampled, whose rounding has a direction.
            const double tolerance = name.starts_with("hog") || name.starts_with("spectrum") ? 0.02 : 1e-4;
            QVERIFY2(std::abs(other[i] - expected) <= tolerance,
                     qPrintable(QString("%1: %2 instead of %3").arg(name.c_str()).arg(other[i]).arg(expected)));
        }
        QVERIFY2(moved > 60, "the picture is too much like its mirror image to prove anything");
    }

    void isFinite_data()
    {
        QTest::addColumn<Image>("image");
        for (const auto &[width, height] : {std::pair(1, 1),
                                            {1, 2},
                                            {2, 1},
                                            {2, 2},
                                            {3, 3},
                                            {5, 4},
                                            {7, 9},
                                            {16, 1},
                                            {1, 16},
                                            {1, 400'000},
                                            {400'000, 1},
                                            {3, 90'000},
                                            {90'000, 3},
                                            {480, 33},
                                            {5'000, 4'000}})
            QTest::addRow("%d x %d", width, height) << noisePicture(width, height, 5);
        QTest::newRow("black") << blankImage(300, 200, {});
        QTest::newRow("white") << blankImage(300, 200, {255, 255, 255});
        QTest::newRow("one colour") << blankImage(640, 640, {200, 30, 90});
        QTest::newRow("one pixel, black") << blankImage(1, 1, {});
        Image dots = blankImage(480, 480, {});  // as many components as can be
        for (int y = 0; y < 480; y += 2)
            for (int x = 0; x < 480; x += 2)
                std::fill_n(&dots.rgb[static_cast<std::size_t>((y * 480 + x) * 3)], 3, std::uint8_t{255});
        QTest::newRow("dots") << dots;
        Image bars = blankImage(480, 480, {});
        for (int y = 0; y + 6 < 480; y += 7)
            for (int x = 0; x < 480; x += 3)
                Canvas(bars).rectangle({static_cast<double>(x), static_cast<double>(y)}, {2, 6}, {255, 255, 255});
        QTest::newRow("more letters than are looked at") << bars;
    }

    void isFinite()
    {
        QFETCH(Image, image);
        const std::vector<float> row = describe(image);
        const std::vector<std::string> names = classicFeatureNames();
        for (std::size_t i = 0; i < row.size(); ++i)
            QVERIFY2(std::isfinite(row[i]) && std::abs(row[i]) <= 20,
                     qPrintable(QString("%1: %2").arg(names[i].c_str()).arg(row[i])));
    }

    /// The same bits again, on four threads at once, whatever OpenCV's number of threads.
    void isTheSameOnEveryThread()
    {
        const std::vector<Image> images{meme(0.4, 0.2, 0.5, 1), noisePicture(1500, 900, 2), meme(-1, 0, -1, 9),
                                        paintMeme({2400, 1800, 0, 0, 0, "BIG", "PICTURE", 4}),
                                        blankImage(600, 600, {1, 2, 3})};
        const auto all = [&] {
            std::vector<std::vector<float>> rows;
            std::transform(images.begin(), images.end(), std::back_inserter(rows), describe);
            return rows;
        };
        const int before = cv::getNumThreads();
        cv::setNumThreads(2);
        const auto expected = all();
        QVERIFY(all() == expected);
        std::vector<std::vector<std::vector<float>>> results(4);
        {
            std::vector<std::jthread> threads;
            for (auto &result : results)
                threads.emplace_back([&] { result = all(); });
        }
        for (const auto &result : results)
            QVERIFY(result == expected);
        cv::setNumThreads(1);
        QVERIFY(all() == expected);
        cv::setNumThreads(before);
    }

    void refusesWhatIsNoPicture()
    {
        std::vector<float> row(kClassicColumns);
        QVERIFY_EXCEPTION_THROWN(classicFeatures({}, row), Error);
        Image lying = blankImage(4, 4, {});
        lying.width = 400;
        QVERIFY_EXCEPTION_THROWN(classicFeatures(lying, row), Error);
        row.pop_back();
        QVERIFY_EXCEPTION_THROWN(classicFeatures(blankImage(4, 4, {}), row), Error);
    }
};

QTEST_GUILESS_MAIN(TestClassic)
#include "classic_features_test.moc"
