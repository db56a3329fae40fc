// What stands around a GIF's first frame does not matter.

#include <QTest>

#include "core/dataset/image_probe.h"
#include "tests/image/bytes.h"

using namespace dank;

namespace {

/// Where each block of a GIF begins, and the end of the last.
std::vector<qsizetype> blocksOf(const QByteArray &gif)
{
    const auto at = [&](qsizetype i) { return static_cast<unsigned char>(gif.at(i)); };
    const auto table = [](int flags) { return flags & 0x80 ? 3 << ((flags & 7) + 1) : 0; };
    std::vector<qsizetype> blocks;
    qsizetype next = 13 + table(at(10));
    while (at(next) != 0x3b) {
        blocks.push_back(next);
        next += at(next) == 0x21 ? 2 : 11 + table(at(next + 9));
        while (at(next) != 0)
            next += at(next) + 1;
        ++next;
    }
    blocks.push_back(next);
    return blocks;
}

const QByteArray kGif = pictureFile("frames.gif");

qsizetype firstFrameEnd()
{
    const auto blocks = blocksOf(kGif);
    for (std::size_t i = 0; i < blocks.size(); ++i)
        if (kGif.at(blocks[i]) == 0x2c)
            return blocks.at(i + 1);
    return 0;
}

}  // namespace

class TestDecodeGif : public QObject {
    Q_OBJECT

private slots:
    void passesOverNothingBetweenBlocks()
    {
        const Image expected = decodeImage(bytesOf(kGif)).image;
        for (const qsizetype block : blocksOf(kGif))
            for (const int count : {1, 2, 700}) {
                const QByteArray gif = QByteArray(kGif).insert(block, QByteArray(count, '\0'));
                QVERIFY(!probeImage(bytesOf(gif)).problem);
                const Decoded decoded = decodeImage(bytesOf(gif));
                QVERIFY2(!decoded.problem, decoded.detail.c_str());
                QVERIFY(decoded.image.rgb == expected.rgb);
            }
    }

    void needsNothingBehindTheFirstFrame()
    {
        const Image expected = decodeImage(bytesOf(kGif)).image;
        const qsizetype end = firstFrameEnd();
        QVERIFY(end > 0 && end + 20 < kGif.size());
        for (qsizetype size = end; size < kGif.size(); ++size)
            for (const QByteArray &more :
                 {QByteArray(), QByteArray(40, '\xff'), QByteArray("\x2c\xff\xff"), QByteArray("\x21")}) {
                const QByteArray gif = kGif.left(size) + more;
                QVERIFY(!probeImage(bytesOf(gif)).problem);
                const Decoded decoded = decodeImage(bytesOf(gif));
                QVERIFY2(!decoded.problem, decoded.detail.c_str());
                QVERIFY(decoded.image.rgb == expected.rgb);
            }
        for (qsizetype size = 0; size < end; ++size)
            QVERIFY(decodeImage(bytesOf(kGif.left(size))).problem);
    }

    void seesDamageBeforeTheFirstFrame()
    {
        for (const qsizetype block : blocksOf(kGif)) {
            const bool matters = block < firstFrameEnd();
            const QByteArray gif = QByteArray(kGif).insert(block, "\x77");
            const Decoded decoded = decodeImage(bytesOf(gif));
            QCOMPARE(decoded.problem.has_value(), matters);
            QCOMPARE(probeImage(bytesOf(gif)).problem, decoded.problem);
        }
    }
};

QTEST_GUILESS_MAIN(TestDecodeGif)
#include "decode_gif_test.moc"
