// preprocess() against Pillow and torchvision (tests/reference/preprocess.py).

#include <algorithm>
#include <cstdint>
#include <cstdlib>

#include <QDir>
#include <QFile>
#include <QTest>

#include "core/pipeline/features/preprocess.h"

using namespace dank;

namespace {

/// formula.picture(1, …) of tests/reference/formula.py, cut to width × height.
Image picture(int width, int height)
{
    Image image{width, height, {}};
    for (int y = 0; y < height; ++y) {
        for (int x = 0; x < width; ++x) {
            for (int c = 0; c < 3; ++c)
                image.rgb.push_back(
                    static_cast<std::uint8_t>((3 * x + 10 * y + 40 * c + ((x / 23) ^ (y / 17)) * 31) % 256));
        }
    }
    return image;
}

}  // namespace

class TestPreprocess : public QObject {
    Q_OBJECT

private slots:
    void matchesPillow_data()
    {
        QTest::addColumn<QString>("file");
        for (const QString &name : QDir(DANK_TEST_DATA "/golden").entryList({"*.rgb"}, QDir::Files))
            QTest::addRow("%s", qPrintable(name.chopped(4))) << name;
    }

    void matchesPillow()
    {
        QFETCH(QString, file);
        const QStringList words = file.chopped(4).split('-');  // 97x61-crop-32-37
        QCOMPARE(words.size(), 4);
        const QStringList size = words[0].split('x');
        const int side = words[2].toInt();
        QFile golden(DANK_TEST_DATA "/golden/" + file);
        QVERIFY(golden.open(QFile::ReadOnly));
        const QByteArray expected = golden.readAll();
        QCOMPARE(expected.size(), side * side * 3);

        const Image made = preprocess(picture(size[0].toInt(), size[1].toInt()),
                                      resizeRuleFromName(words[1].toStdString()), side, words[3].toInt());
        QCOMPARE(made.width, side);
        QCOMPARE(made.height, side);
        QCOMPARE(made.rgb.size(), static_cast<std::size_t>(expected.size()));
        int most = 0;
        for (std::size_t i = 0; i < made.rgb.size(); ++i) {
            const auto byte = static_cast<std::uint8_t>(expected[static_cast<qsizetype>(i)]);
            most = std::max(most, std::abs(made.rgb[i] - byte));
        }
        QVERIFY2(most <= 1, qPrintable(QString("up to %1 grey levels off").arg(most)));
    }

    void theGoldenPicturesAreThere()
    {
        QCOMPARE(QDir(DANK_TEST_DATA "/golden").entryList({"*.rgb"}, QDir::Files).size(), 30);
    }
};

QTEST_GUILESS_MAIN(TestPreprocess)
#include "preprocess_test.moc"
