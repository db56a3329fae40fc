// HEIF files made by hand, right and hostile, as lookAtHeif() sees them: no decoder is needed for that.

#include <functional>
#include <string>
#include <vector>

#include <QTest>

#include "core/dataset/byte_source.h"
#include "core/dataset/heif/coded_size.h"
#include "core/dataset/heif/heif_boxes.h"
#include "core/dataset/heif/media_kind.h"
#include "core/dataset/probe_refusal.h"

using namespace dank;

namespace {

QByteArray number(quint64 value, int bytes)
{
    QByteArray out;
    for (int i = bytes - 1; i >= 0; --i)
        out += static_cast<char>(value >> (8 * i));
    return out;
}

QByteArray box(const char *kind, const QByteArray &body)
{
    return number(static_cast<quint64>(body.size()) + 8, 4) + kind + body;
}

QByteArray full(const char *kind, const QByteArray &body, quint32 version = 0)
{
    return box(kind, number(version << 24, 4) + body);
}

QByteArray sized(quint32 width, quint32 height)
{
    return full("ispe", number(width, 4) + number(height, 4));
}

QByteArray fraction(qint32 above, quint32 below = 1)
{
    return number(static_cast<quint32>(above), 4) + number(below, 4);
}

/// Bits from the high one down.
struct Bits {
    QByteArray bytes;
    int used = 0;
    Bits &put(quint64 value, int count)
    {
        for (int i = count - 1; i >= 0; --i, ++used) {
            if (used % 8 == 0)
                bytes += '\0';
            bytes.back() = static_cast<char>(bytes.back() | (value >> i & 1) << (7 - used % 8));
        }
        return *this;
    }
    /// HEVC's ue(v).
    Bits &putCounted(quint64 value)
    {
        int length = 0;
        while ((value + 1) >> (length + 1))
            ++length;
        return put(0, length).put(value + 1, length + 1);
    }
};

/// A still picture's sequence header, as a unit with its length.
QByteArray av1Sequence(quint32 width, quint32 height)
{
    Bits bits;
    bits.put(0, 3).put(3, 2).put(0, 5).put(15, 4).put(15, 4).put(width - 1, 16).put(height - 1, 16).put(0, 30);
    return QByteArray("\x0a", 1) + static_cast<char>(bits.bytes.size()) + bits.bytes;
}

QByteArray av1Frames(int count)
{
    return QByteArray("\x32\x01\0", 3).repeated(count);
}

QByteArray hevcSequence(quint32 width, quint32 height)
{
    Bits bits;
    bits.put(0, 4).put(0, 3).put(1, 1);
    for (int i = 0; i < 12; ++i)  // a profile without zeros, of which an encoder would have to escape some
        bits.put(0x55, 8);
    bits.putCounted(0).putCounted(1).putCounted(width).putCounted(height).put(0xff, 8);
    return QByteArray("\x42\x01", 2) + bits.bytes;
}

QByteArray withLength(const QByteArray &unit)
{
    return number(static_cast<quint64>(unit.size()), 4) + unit;
}

QByteArray hevcConfiguration(const QByteArray &parameters)
{
    return box("hvcC", QByteArray(21, '\0') + "\x03\x01\x21" + number(1, 2) + number(quint64(parameters.size()), 2)
                           + parameters);
}

struct Item {
    const char *kind;
    QByteArray data;
    std::vector<QByteArray> properties;
};

/// An AVIF file; `more` goes into "meta", `behind` to the end. Items are counted from 1.
QByteArray avif(const std::vector<Item> &items, const QByteArray &references = {}, const QByteArray &more = {},
                const QByteArray &behind = {}, const QByteArray &iloc = {})
{
    const auto meta = [&](quint64 at) {
        QByteArray places, entries, properties, links;
        int count = 0;
        for (std::size_t i = 0; i < items.size(); ++i) {
            const quint64 id = i + 1;
            places +=
                number(id, 2) + number(0, 2) + number(1, 2) + number(at, 4) + number(quint64(items[i].data.size()), 4);
            at += quint64(items[i].data.size());
            entries += full("infe", number(id, 2) + number(0, 2) + items[i].kind + number(0, 1), 2);
            links += number(id, 2) + number(items[i].properties.size(), 1);
            for (const QByteArray &property : items[i].properties) {
                properties += property;
                links += number(quint64(++count), 1);
            }
        }
        return full("meta",
                    full("pitm", number(1, 2)) + full("iinf", number(items.size(), 2) + entries)
                        + full("iloc",
                               iloc.isEmpty() ? number(0x4400, 2) + number(items.size(), 2) + places : iloc.mid(1),
                               quint32(iloc.left(1).toInt()))
                        + box("iprp", box("ipco", properties) + full("ipma", number(items.size(), 4) + links))
                        + (references.isEmpty() ? QByteArray() : full("iref", references)) + more);
    };
    const QByteArray head = box("ftyp", QByteArray("avif\0\0\0\0mif1avif", 16));
    QByteArray data;
    for (const Item &item : items)
        data += item.data;
    return head + meta(quint64(head.size() + meta(0).size() + 8)) + box("mdat", data) + behind;
}

QByteArray refers(const char *kind, int from, const std::vector<int> &to)
{
    QByteArray body = number(quint64(from), 2) + number(to.size(), 2);
    for (const int id : to)
        body += number(quint64(id), 2);
    return box(kind, body);
}

Item picture(quint32 width = 30, quint32 height = 20, const std::vector<QByteArray> &changes = {})
{
    Item item{"av01", av1Sequence(width, height) + av1Frames(1), {sized(width, height)}};
    item.properties.insert(item.properties.end(), changes.begin(), changes.end());
    return item;
}

Item transparency()
{
    return picture(30, 20, {full("auxC", "urn:mpeg:mpegB:cicp:systems:auxiliary:alpha")});
}

Item grid(int rows, int columns, quint32 width, quint32 height)
{
    return {"grid",
            QByteArray("\0\1", 2) + number(quint64(rows - 1), 1) + number(quint64(columns - 1), 1) + number(width, 4)
                + number(height, 4),
            {sized(width, height)}};
}

/// "fine", or the reason, and the clause.
std::pair<QString, std::string> look(const QByteArray &file, HeifPicture *picture = nullptr)
try {
    ByteSource source(std::as_bytes(std::span(file.constData(), static_cast<std::size_t>(file.size()))));
    const HeifPicture found = lookAtHeif(source, ImageFormat::Avif);
    if (picture)
        *picture = found;
    return {"fine", {}};
} catch (const Refusal &refusal) {
    return {skipReasonName(refusal.reason), refusal.detail};
}

}  // namespace

class TestHeifBoxes : public QObject {
    Q_OBJECT

private slots:
    void readsSizesOfStreams()
    {
        const auto bytes = [](const QByteArray &array) {
            return std::as_bytes(std::span(array.constData(), static_cast<std::size_t>(array.size())));
        };
        const QByteArray hevc = hevcSequence(4096, 3072), av1 = av1Sequence(65'536, 17).mid(2);
        QCOMPARE(hevcCodedSize(bytes(hevc))->width, 4096);
        QCOMPARE(hevcCodedSize(bytes(hevc))->height, 3072);
        QCOMPARE(av1CodedSize(bytes(av1))->width, 65'536);
        QCOMPARE(av1CodedSize(bytes(av1))->height, 17);
        QVERIFY(!hevcCodedSize(bytes(hevc.left(15))));
        QVERIFY(!hevcCodedSize({}));
        QVERIFY(!av1CodedSize(bytes(av1.left(4))));
        QVERIFY(!av1CodedSize({}));
    }

    void tellsSizeAndChanges()
    {
        HeifPicture found;
        const QByteArray crop = box("clap", fraction(41, 2) + fraction(12) + fraction(-1, 2) + fraction(2));
        QCOMPARE(look(avif({picture(30, 20, {crop, box("irot", "\1"), box("imir", "\1")})}), &found).second,
                 std::string());
        QVERIFY(found.format == ImageFormat::Avif);
        QCOMPARE(found.width, 12);
        QCOMPARE(found.height, 21);
        QCOMPARE(found.changes.size(), 3u);
        QCOMPARE(found.changes[0].left, 4);
        QCOMPARE(found.changes[0].top, 6);
        QCOMPARE(found.changes[1].orientation, 8);
        QCOMPARE(found.changes[2].orientation, 2);
        QCOMPARE(found.unneeded.size(), 3u);
        const QByteArray unit = hevcSequence(64, 64), slice = QByteArray("\x26\x01\x80zzz", 6);
        QCOMPARE(look(avif({{"hvc1", withLength(slice), {sized(30, 20), hevcConfiguration(unit)}}}), &found).second,
                 std::string());
        QVERIFY(found.format == ImageFormat::Heic);
        QCOMPARE(look(avif({{"hvc1", withLength(unit) + withLength(slice), {sized(30, 20)}}})).first, QString("fine"));
        QCOMPARE(look(avif({picture(), {"Exif", "junk", {}}}), &found).first, QString("fine"));
        QCOMPARE(found.unneeded.size(), 1u);
    }

    void needsEveryByteOfThePicture()
    {
        const Item exif{"Exif", "junk behind the picture", {}};
        const QByteArray whole = avif({picture(), transparency(), exif}, refers("auxl", 2, {1}));
        QCOMPARE(look(whole).first, QString("fine"));
        for (qsizetype size = 0; size < whole.size(); ++size) {
            const auto [reason, says] = look(whole.left(size));
            QCOMPARE(reason, size < whole.size() - exif.data.size() ? QString("image_truncated") : QString("fine"));
        }
    }

    void throwsNothingElse()
    {
        const QByteArray files[] = {
            avif({picture(30, 20, {box("irot", "\1")}), transparency()}, refers("auxl", 2, {1})),
            avif({grid(1, 2, 60, 20), picture(), picture()}, refers("dimg", 1, {2, 3})),
            avif({{"hvc1",
                   withLength(QByteArray("\x26\x01\x80zzz", 6)),
                   {sized(9, 9), hevcConfiguration(hevcSequence(64, 64))}}})};
        for (const QByteArray &file : files)
            for (qsizetype at = 0; at < file.size(); ++at)
                for (const int bit : {0, 3, 7}) {
                    QByteArray flipped = file;
                    flipped[at] = static_cast<char>(flipped[at] ^ 1 << bit);
                    const auto [reason, says] = look(flipped);
                    QCOMPARE(reason == "fine", says.empty());
                }
    }

    void refusesWhatIsHostile_data()
    {
        QTest::addColumn<QByteArray>("file");
        QTest::addColumn<QString>("reason");
        QTest::addColumn<QString>("clause");
        const auto row = [](const char *name, const QByteArray &file, const char *reason, const char *clause = "") {
            QTest::newRow(name) << file << QString(reason) << QString(clause);
        };
        const Item fine = picture();
        row("a header of 100,000 × 100,000", avif({{"av01", fine.data, {sized(100'000, 100'000)}}}), "image_too_large",
            "100000 x 100000");
        row("an AV1 stream larger than it says", avif({{"av01", av1Sequence(60'000, 60'000), {sized(9, 9)}}}),
            "image_too_large", "59936 x 59936");
        row("a HEVC stream larger than it says",
            avif({{"hvc1", withLength("abcd"), {sized(9, 9), hevcConfiguration(hevcSequence(60'000, 60'000))}}}),
            "image_too_large", "59936 x 59936");
        row("the same inside of the picture",
            avif({{"hvc1",
                   withLength(hevcSequence(60'000, 60'000)),
                   {sized(9, 9), hevcConfiguration(hevcSequence(64, 64))}}}),
            "image_too_large", "59936 x 59936");
        row("many frames", avif({{"av01", av1Sequence(8'000, 8'000) + av1Frames(5), {sized(8'000, 8'000)}}}),
            "image_too_large", "put together");
        row("many tiles that are one",
            avif({grid(200, 200, 9'000, 9'000), picture(1'000, 1'000)}, refers("dimg", 1, std::vector<int>(40'000, 2))),
            "image_too_large", "put together");
        row("a canvas larger than it says",
            avif({{"grid", grid(1, 1, 60'000, 60'000).data, {sized(9, 9)}}, fine}, refers("dimg", 1, {2})),
            "image_too_large", "60000 x 60000");
        row("too few tiles", avif({grid(2, 2, 60, 40), fine}, refers("dimg", 1, {2, 2, 2})), "image_corrupt",
            "another number of tiles");
        row("a grid of itself", avif({grid(1, 1, 30, 20)}, refers("dimg", 1, {1})), "not_an_image");
        row("a tile that is not there", avif({grid(1, 1, 30, 20)}, refers("dimg", 1, {7})), "image_corrupt",
            "is not there");
        Item circle = transparency();
        row("transparency of itself", avif({circle}, refers("auxl", 1, {1})), "image_corrupt", "leads to itself");
        row("transparency in a circle", avif({circle, circle}, refers("auxl", 1, {2}) + refers("auxl", 2, {1})),
            "image_corrupt", "leads to itself");
        row("transparency of transparency",
            avif({fine, circle, circle}, refers("auxl", 2, {1}) + refers("auxl", 3, {2})), "image_corrupt",
            "has a transparency");
        row("two sizes", avif({picture(30, 20, {sized(30, 20)})}), "image_corrupt", "two sizes");
        row("no size", avif({{"av01", fine.data, {}}}), "image_corrupt", "how large");
        row("no width", avif({picture(0, 20)}), "image_corrupt", "0 x 20");
        row("nothing left of it",
            avif({picture(30, 20, {box("clap", fraction(0) + fraction(1) + fraction(0) + fraction(0))})}),
            "image_corrupt", "0 x 1");
        row("turned for ever", avif({picture(30, 20, std::vector<QByteArray>(100, box("irot", "\1")))}),
            "image_corrupt", "too often");
        row("two lists of pictures", avif({fine}, {}, {}, full("meta", {})), "image_corrupt", "two lists of pictures");
        row("two lists of places", avif({fine}, {}, full("iloc", number(0, 4))), "image_corrupt", "in it twice");
        const QByteArray endless = number(0, 2) + number(0, 2) + number(0, 2) + number(65'535, 2);  // no bytes for any
        row("pieces without end",
            avif({fine, fine}, {}, {}, {},
                 "1" + number(0, 2) + number(2, 2) + number(1, 2) + endless.mid(2) + number(2, 2) + endless.mid(2)),
            "image_corrupt", "too many pieces");
        row("a place behind all numbers",
            avif({fine}, {}, {}, {},
                 "0" + number(0x8480, 2) + number(1, 2) + number(1, 2) + number(0, 2) + number(~0ull, 8) + number(1, 2)
                     + number(100, 8) + number(10, 4)),
            "image_truncated");
        row("no data", avif({{"av01", {}, {sized(30, 20)}}}), "image_corrupt", "holds no picture");
        row("no parameters", avif({{"av01", av1Frames(1), {sized(30, 20)}}}), "image_corrupt",
            "parameters cannot be read");
        row("another kind of picture", avif({{"jpeg", "data", {sized(30, 20)}}}), "not_an_image",
            "coded in another way");
        const QByteArray brand = box("ftyp", QByteArray("avis\0\0\0\0avifavis", 16));
        row("a film without a picture", brand + box("moov", "x") + box("mdat", "x"), "not_an_image", "a film without");
        row("a list too long", brand + number((2 << 20) + 8, 4) + "meta" + QByteArray(2 << 20, '\0'), "image_corrupt",
            "too long");
        row("boxes without end", brand + box("free", {}).repeated(2'000), "image_corrupt", "too many boxes");
        row("a box of 64 bits", brand + number(1, 4) + "free" + number(~0ull, 8), "image_truncated");
    }
    void refusesWhatIsHostile()
    {
        QFETCH(QByteArray, file);
        const auto [reason, says] = look(file);
        QTEST(reason, "reason");
        QFETCH(QString, clause);
        QVERIFY2(!says.empty() && QString::fromStdString(says).contains(clause), says.c_str());
    }

    void tellsKindsByBrands()
    {
        const auto kind = [](const QByteArray &brands) {
            const QByteArray head = box("ftyp", brands);
            return mediaKind(std::as_bytes(std::span(head.constData(), static_cast<std::size_t>(head.size()))));
        };
        QVERIFY(kind(QByteArray("heic\0\0\0\0mif1", 12)) == MediaKind::Heic);
        QVERIFY(kind(QByteArray("mif1\0\0\0\0avif", 12)) == MediaKind::Avif);
        QVERIFY(kind(QByteArray("isom\0\0\2\0avc1", 12)) == MediaKind::Film);
        QVERIFY(mediaKind({}) == MediaKind::None);
    }
};

QTEST_GUILESS_MAIN(TestHeifBoxes)
#include "heif_boxes_test.moc"
