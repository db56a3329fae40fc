#include <QTest>

#include <algorithm>
#include <cmath>

#include "core/base/error.h"
#include "core/image/meme_painter.h"
#include "core/image/template_signature.h"
#include "core/templates/find_templates.h"
#include "tests/image/made_memes.h"

using namespace dank;

namespace {

constexpr std::size_t kTemplates = 60, kEach = 10;

/// Of templateSignature(), ten memes a template, of the templates that made_templates (tests/bench) takes for a seed.
std::vector<PictureSignature> madeSignatures(std::uint64_t seed)
{
    std::vector<PictureSignature> signatures;
    for (std::size_t i = 0; i < kTemplates; ++i) {
        const std::uint64_t which = seed == 0 ? i : mixSeed(seed, i);
        const Image base = madeTemplate(which);
        for (std::size_t k = 0; k < kEach; ++k)
            signatures.push_back(templateSignature(madeMeme(base, mixSeed(which, k))));
    }
    return signatures;
}

int distance(const Image &a, const Image &b)
{
    return signatureDistance(templateSignature(a), templateSignature(b));
}

}  // namespace

class TestTemplateSignature : public QObject {
    Q_OBJECT

private slots:
    void madeTemplatesAreFound_data()
    {
        QTest::addColumn<std::uint64_t>("seed");
        QTest::newRow("chosen by") << std::uint64_t{0};
        QTest::newRow("never chosen by") << std::uint64_t{9};  // the worst of twelve
    }
    /// 60 templates with 10 memes each: nearly all pairs together, and no two templates.
    void madeTemplatesAreFound()
    {
        QFETCH(std::uint64_t, seed);
        const std::vector<PictureSignature> signatures = madeSignatures(seed);
        const TemplateClusters clusters = findTemplates(signatures, 2);
        std::size_t right = 0, wrong = 0, pairs = 0;
        for (std::size_t i = 0; i < signatures.size(); ++i)
            for (std::size_t j = 0; j < i; ++j) {
                const bool together = clusters.of[i] == clusters.of[j], same = i / kEach == j / kEach;
                pairs += same ? 1 : 0;
                right += same && together ? 1 : 0;
                wrong += !same && together ? 1 : 0;
            }
        const QByteArray told = QString("%1 of %2 pairs together, %3 wrong, threshold %4")
                                    .arg(right)
                                    .arg(pairs)
                                    .arg(wrong)
                                    .arg(clusters.threshold.distance)
                                    .toUtf8();
        QVERIFY2(wrong == 0, told);
        QVERIFY2(right * 100 >= pairs * 98, told);
        QVERIFY2(clusters.threshold.fromData, told);
        qInfo("%s", told.constData());
        // Whatever the threads.
        QCOMPARE(findTemplates(signatures, 1).of, clusters.of);
    }

    void oneChangeAtATime_data()
    {
        QTest::addColumn<int>("change");
        QTest::addColumn<int>("most");
        constexpr int kUsual = 13;  // what is one template where the data say nothing
        QTest::newRow("JPEG") << 0 << 2;
        QTest::newRow("words at the top and the bottom") << 1 << kUsual;
        QTest::newRow("a white bar with words") << 2 << kUsual;
        QTest::newRow("a black frame") << 3 << kUsual;
        QTest::newRow("a crop") << 4 << kUsual;
        QTest::newRow("half the size") << 5 << 2;
        QTest::newRow("brighter and flatter") << 6 << 6;
    }
    void oneChangeAtATime()
    {
        QFETCH(int, change);
        QFETCH(int, most);
        for (std::uint64_t seed = 100; seed < 110; ++seed) {
            const Image base = madeTemplate(seed);
            Image other = base;
            switch (change) {
            case 0: other = decodeImage(encodeJpeg(base, 25)).image; break;
            case 1: {
                Canvas canvas(other);
                canvas.caption("ONE DOES NOT SIMPLY", base.height * 0.1, false);
                canvas.caption("RECOGNISE A PICTURE", base.height * 0.1, true);
                break;
            }
            case 2: {
                other = framed(base, 0, 0, 90, 0, {255, 255, 255});
                Canvas canvas(other);
                canvas.label("WHEN A BAR", {10, 40}, 26, {});
                canvas.label("SAYS IT ALL", {10, 80}, 26, {});
                break;
            }
            case 3: other = framed(base, 25, 25, 25, 25, {}); break;
            case 4: other = cropped(base, 0, base.width / 14, base.height / 12, 0); break;
            case 5: other = resizeTriangle(base, base.width / 2, base.height / 2); break;
            default:
                for (std::uint8_t &value : other.rgb)
                    value = static_cast<std::uint8_t>(60 + value * 6 / 10);
            }
            const int found = distance(base, other);
            QVERIFY2(found <= most, qPrintable(QString("seed %1: %2").arg(seed).arg(found)));
        }
    }

    void othersAreFar()
    {
        for (std::uint64_t seed = 0; seed < 30; ++seed)
            for (std::uint64_t other = 0; other < seed; ++other) {
                const int found = distance(madeTemplate(seed), madeTemplate(other));
                QVERIFY2(found > TemplateThreshold::kMost,
                         qPrintable(QString("%1 and %2: %3").arg(seed).arg(other).arg(found)));
            }
    }

    /// Whatever has nothing to go by is like nothing, itself included.
    void plainPicturesMatchNothing()
    {
        const Image white = blankImage(300, 200, {255, 255, 255}), black = blankImage(40, 500, {});
        QCOMPARE(distance(white, white), kFarthest);
        QCOMPARE(distance(white, black), kFarthest);
        Image dot = white;
        Canvas(dot).circle({150, 100}, 20, {});
        QCOMPARE(distance(dot, white), kFarthest);
    }

    /// Lights and skies have edges everywhere, which all say the same, so that any two are alike.
    void smoothPicturesMatchNothing()
    {
        const auto light = [](int width, int height, double x, double y, double wide, int fall) {
            Image image = blankImage(width, height, {});
            for (int row = 0; row < height; ++row)
                for (int column = 0; column < width; ++column) {
                    const double far = std::hypot(column - x * width, row - y * height) / (wide * width);
                    const auto level = static_cast<std::uint8_t>(250 / (1 + std::pow(far, fall)));
                    std::fill_n(image.rgb.begin() + static_cast<std::ptrdiff_t>(image.offset(column, row)), 3, level);
                }
            return image;
        };
        const Image galaxy = light(400, 400, 0.5, 0.5, 0.3, 2), sun = light(640, 400, 0.5, 0.52, 0.4, 1),
                    glow = light(500, 480, 0.48, 0.5, 0.5, 2);
        QCOMPARE(distance(galaxy, sun), kFarthest);
        QCOMPARE(distance(galaxy, glow), kFarthest);
        QCOMPARE(distance(sun, glow), kFarthest);
        QCOMPARE(distance(galaxy, galaxy), kFarthest);  // nothing to tell it from others by
    }

    void sizesAndShapes()
    {
        for (const auto &[width, height] : {std::pair(1, 1), {1, 900}, {900, 1}, {3, 2}, {17, 17}}) {
            const PictureSignature signature = templateSignature(blankImage(width, height, {90, 10, 200}));
            QVERIFY(signature.views() >= 1 && signature.views() <= PictureSignature::kMostViews);
        }
        QVERIFY_THROWS_EXCEPTION(Error, templateSignature({}));
        QVERIFY_THROWS_EXCEPTION(Error, templateSignature({2, 2, {1, 2, 3}}));
    }
};

QTEST_GUILESS_MAIN(TestTemplateSignature)
#include "template_signature_test.moc"
