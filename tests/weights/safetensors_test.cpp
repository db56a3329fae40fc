#include <QTemporaryDir>
#include <QTest>

#include <bit>
#include <cmath>
#include <cstring>
#include <fstream>

#include "core/base/error.h"
#include "tests/base/error_kind_name.h"
#include "tests/weights/encode_safetensors.h"

using namespace dank;

namespace {

/// A file as Python's struct would lay it out: struct.pack('<Q', len(header)) + header + data.
std::vector<std::byte> layout(const std::string &header, std::size_t dataSize, int fill = 0)
{
    std::vector<std::byte> file;
    for (int i = 0; i < 8; ++i)
        file.push_back(std::byte(header.size() >> (8 * i) & 0xff));
    for (const char c : header)
        file.push_back(std::byte(c));
    file.resize(file.size() + dataSize, std::byte(fill));
    return file;
}

std::vector<std::byte> small()
{
    const std::vector<float> weight{1.5F, -2, 3, 0.25F, 5, 6};
    const std::vector<std::int64_t> numbers{-7, 9};
    const std::vector<TensorToWrite> tensors{
        {"weight", DType::F32, {2, 3}, std::as_bytes(std::span(weight))},
        {"numbers", DType::I64, {2}, std::as_bytes(std::span(numbers))},
        {"none", DType::F32, {0, 4}, {}},
    };
    return encodeSafetensors(tensors, {{"who", "ünïcode \"quoted\""}});
}

/// Touches every byte that was handed out, so that a view beyond the file would be caught.
unsigned readAll(const TensorFile &file)
{
    unsigned sum = 0;
    for (const auto &[name, view] : file.tensors())
        for (const std::byte byte : view.bytes)
            sum += unsigned(byte);
    return sum;
}

template <typename Stored>
std::vector<std::byte> rawBytes(std::vector<Stored> values)
{
    const auto bytes = std::as_bytes(std::span(values));
    return {bytes.begin(), bytes.end()};
}

}  // namespace

class TestSafetensors : public QObject {
    Q_OBJECT
private slots:
    void roundTrip()
    {
        QTemporaryDir folder;
        const std::filesystem::path path = folder.filePath("a.safetensors").toStdString();
        const std::vector<float> values{1, 2, 3};
        const std::vector<std::uint8_t> flags{1, 0, 1};
        const std::vector<TensorToWrite> tensors{{"z", DType::Bool, {3}, std::as_bytes(std::span(flags))},
                                                 {"a", DType::F32, {3, 1}, std::as_bytes(std::span(values))},
                                                 {"scalar", DType::F32, {}, std::as_bytes(std::span(values).first(1))}};
        writeSafetensors(path, tensors, {{"k", "v"}});
        const TensorFile file = openSafetensors(path);
        QCOMPARE(file.path(), path);
        QCOMPARE(file.tensors().size(), std::size_t(3));
        QCOMPARE(file.metadata().at("k"), std::string("v"));
        // "a" begins after three single bytes: not aligned to a float.
        QVERIFY(file.find("a")->toFloat() == values);
        QVERIFY((file.find("a")->shape == std::vector<std::int64_t>{3, 1}));
        QCOMPARE(file.find("a")->elements(), std::int64_t(3));
        QCOMPARE(file.find("scalar")->elements(), std::int64_t(1));
        QCOMPARE(file.find("missing"), nullptr);
        QVERIFY_THROWS_EXCEPTION(Error, file.find("z")->toFloat());
    }

    void deterministicAndAligned()
    {
        const auto first = small();
        QVERIFY(first == small());
        std::uint64_t header = 0;
        std::memcpy(&header, first.data(), 8);
        QCOMPARE(header % 8, std::uint64_t(0));
        QCOMPARE(first[8], std::byte('{'));
        QCOMPARE(first.size(), std::size_t(8 + header + 24 + 16));
    }

    /// Bytes as Python's reference writer lays them out, here with spaces and another key order.
    void readsForeignLayout()
    {
        auto bytes =
            layout(R"({ "b" : {"shape":[2],"data_offsets":[4,8],"dtype":"F16"}, "__metadata__": {"format":"pt"},)"
                   R"( "a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}   )",
                   8);
        const float one = 1;
        std::memcpy(bytes.data() + bytes.size() - 8, &one, 4);
        const std::uint16_t halves[] = {0x3c00, 0xc000};
        std::memcpy(bytes.data() + bytes.size() - 4, halves, 4);
        const TensorFile file = parseSafetensors(bytes);
        QVERIFY(file.find("a")->toFloat() == std::vector<float>{1});
        QVERIFY((file.find("b")->toFloat() == std::vector<float>{1, -2}));
        QCOMPARE(file.metadata().at("format"), std::string("pt"));
    }

    void truncatedAtEveryByte()
    {
        const auto whole = small();
        for (std::size_t size = 0; size < whole.size(); ++size)
            QVERIFY_THROWS_EXCEPTION(Error, parseSafetensors(std::span(whole).first(size)));
        parseSafetensors(whole);
        auto longer = whole;
        longer.push_back(std::byte{0});
        QVERIFY_THROWS_EXCEPTION(Error, parseSafetensors(longer));
    }

    void everyBitFlipped()
    {
        const auto whole = small();
        int refused = 0, taken = 0;
        for (std::size_t bit = 0; bit < whole.size() * 8; ++bit) {
            auto broken = whole;
            broken[bit / 8] ^= std::byte(1 << bit % 8);
            try {
                readAll(parseSafetensors(broken));
                ++taken;
            } catch (const Error &error) {
                QVERIFY(error.kind() == ErrorKind::Format);
                ++refused;
            }
        }
        QVERIFY2(taken >= 40 * 8, "flips in the tensors' bytes are no matter of the format");
        QVERIFY2(refused > 500, qPrintable(QString::number(refused)));
    }

    void refuses_data()
    {
        QTest::addColumn<QByteArray>("header");
        QTest::addColumn<int>("dataSize");
        QTest::addColumn<QString>("reason");
        const auto row = [](const char *name, const QByteArray &header, int size, const char *reason) {
            QTest::newRow(name) << header << size << reason;
        };
        row("empty header", "", 0, "not a JSON object");
        row("list", "[]", 0, "not a JSON object");
        row("text after", "{} {}", 0, "not valid JSON");
        row("spaces before", " {}", 0, "not a JSON object");
        row("nul after", QByteArray("{}\0x", 4), 0, "NUL");
        row("not utf-8", QByteArray("{\"\xff\":1}"), 0, "not valid JSON");
        row("unfinished", "{\"a\":{\"dtype\":\"F32\"", 0, "not valid JSON");
        row("number entry", R"({"a":1})", 0, "wrong kind");
        row("null entry", R"({"a":null})", 0, "wrong kind");
        row("unknown type", R"({"a":{"dtype":"F8_E4M3","shape":[1],"data_offsets":[0,1]}})", 1, "unknown type");
        row("no dtype", R"({"a":{"shape":[1],"data_offsets":[0,4]}})", 4, "lacks");
        row("no shape", R"({"a":{"dtype":"F32","data_offsets":[0,4]}})", 4, "lacks");
        row("no offsets", R"({"a":{"dtype":"F32","shape":[1]}})", 4, "lacks");
        row("dtype twice", R"({"a":{"dtype":"F32","dtype":"I32","shape":[1],"data_offsets":[0,4]}})", 4, "twice");
        row("unknown entry", R"({"a":{"dtype":"F32","extra":"x","shape":[1],"data_offsets":[0,4]}})", 4,
            "unknown entry");
        row("negative side", R"({"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}})", 4, "negative");
        row("fraction", R"({"a":{"dtype":"F32","shape":[1.5],"data_offsets":[0,4]}})", 4, "fraction");
        row("nested shape", R"({"a":{"dtype":"F32","shape":[[1]],"data_offsets":[0,4]}})", 4, "wrong kind");
        row("shape text", R"({"a":{"dtype":"F32","shape":"1","data_offsets":[0,4]}})", 4, "wrong kind");
        row("shape too large", R"({"a":{"dtype":"F32","shape":[281474976710657],"data_offsets":[0,4]}})", 4,
            "impossible dimension");
        row("product overflows", R"({"a":{"dtype":"F32","shape":[281474976710656,65536],"data_offsets":[0,0]}})", 0,
            "impossible shape");
        row("product wraps to 4", R"({"a":{"dtype":"U8","shape":[4294967296,4294967296,4],"data_offsets":[0,4]}})", 4,
            "impossible shape");
        row("17 dimensions", R"({"a":{"dtype":"U8","shape":[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1],"data_offsets":[0,1]}})",
            1, "16 dimensions");
        row("size differs", R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}})", 4, "another number of bytes");
        row("backwards", R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}})", 4, "outside");
        row("beyond", R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}})", 4, "outside");
        row("offset of 2^64-1", R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[18446744073709551615,3]}})", 4,
            "outside");
        row("one offset", R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0]}})", 4, "fewer than two");
        row("three offsets", R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4,4]}})", 4, "more than two");
        row("overlap",
            R"({"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"b":{"dtype":"U8","shape":[4],)"
            R"("data_offsets":[2,6]}})",
            6, "overlaps");
        row("same place",
            R"({"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"b":{"dtype":"U8","shape":[4],)"
            R"("data_offsets":[0,4]}})",
            4, "overlaps");
        row("hole",
            R"({"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"b":{"dtype":"U8","shape":[1],)"
            R"("data_offsets":[2,3]}})",
            3, "hole");
        row("hole at the start", R"({"a":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}})", 2, "hole");
        row("trailing bytes", R"({"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}})", 2, "goes on");
        row("no tensor, some data", "{}", 1, "goes on");
        row("name twice",
            R"({"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"a":{"dtype":"U8","shape":[1],)"
            R"("data_offsets":[1,2]}})",
            2, "twice");
        row("metadata number", R"({"__metadata__":{"a":1}})", 0, "wrong kind");
        row("metadata nested", R"({"__metadata__":{"a":{"b":"c"}}})", 0, "wrong kind");
        row("metadata list", R"({"__metadata__":[]})", 0, "wrong kind");
        row("metadata key twice", R"({"__metadata__":{"a":"b","a":"c"}})", 0, "twice");
        row("metadata twice", R"({"__metadata__":{},"__metadata__":{}})", 0, "two __metadata__");
        row("deep", QByteArray("{\"a\":") + QByteArray(200000, '['), 0, "wrong kind");
    }
    void refuses()
    {
        QFETCH(QByteArray, header);
        QFETCH(int, dataSize);
        QFETCH(QString, reason);
        QString said;
        try {
            parseSafetensors(layout(header.toStdString(), std::size_t(dataSize)), "x.safetensors");
        } catch (const Error &error) {
            QVERIFY(error.kind() == ErrorKind::Format);
            said = QString::fromUtf8(error.what());
        }
        QVERIFY2(said.contains(reason), qPrintable("said: " + said));
        QVERIFY(said.contains("x.safetensors"));
    }

    void refusesHugeHeaderLength_data()
    {
        QTest::addColumn<quint64>("length");
        QTest::newRow("all ones") << ~quint64(0);
        QTest::newRow("wraps with 8") << ~quint64(0) - 7;
        QTest::newRow("over 100 MB") << quint64(100000001);
        QTest::newRow("one too many") << quint64(3);
    }
    void refusesHugeHeaderLength()
    {
        QFETCH(quint64, length);
        auto bytes = layout("{}", 0);
        std::memcpy(bytes.data(), &length, 8);
        QVERIFY_THROWS_EXCEPTION(Error, parseSafetensors(bytes));
    }

    void refusesTooMany()
    {
        std::string many = "{";
        for (int i = 0; i <= 100000; ++i)
            many.append(1, '"')
                .append(std::to_string(i))
                .append("\":{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0,0]},");
        many.back() = '}';
        QVERIFY_THROWS_EXCEPTION(Error, parseSafetensors(layout(many, 0)));
        std::string metadata = "{\"__metadata__\":{";
        for (int i = 0; i <= 10000; ++i)
            metadata.append(1, '"').append(std::to_string(i)).append("\":\"\",");
        metadata.back() = '}';
        QVERIFY_THROWS_EXCEPTION(Error, parseSafetensors(layout(metadata + "}", 0)));
    }

    /// Every one of the 65,536 halves against the hardware's own arithmetic on its parts.
    void halvesAreExact()
    {
        std::vector<std::uint16_t> all(65536);
        for (std::size_t i = 0; i < all.size(); ++i)
            all[i] = std::uint16_t(i);
        const auto bytes = rawBytes(all);
        const TensorView half{DType::F16, {65536}, bytes};
        const TensorView brain{DType::BF16, {65536}, bytes};
        const std::vector<float> halves = half.toFloat(), brains = brain.toFloat();
        for (std::size_t i = 0; i < all.size(); ++i) {
            const int exponent = int(i >> 10 & 31), mantissa = int(i & 1023);
            double expected = exponent == 0 ? std::ldexp(mantissa, -24) : std::ldexp(1024 + mantissa, exponent - 25);
            if (exponent == 31)
                expected = mantissa ? NAN : INFINITY;
            if (std::isnan(expected)) {
                QVERIFY(std::isnan(halves[i]));
            } else {
                QCOMPARE(std::fabs(double(halves[i])), expected);
            }
            QCOMPARE(std::signbit(halves[i]), i >= 32768);
            QCOMPARE(std::bit_cast<std::uint32_t>(brains[i]), std::uint32_t(i) << 16);
        }
        const auto doubles = rawBytes(std::vector<double>{0.1, -1e300});
        const TensorView wide{DType::F64, {2}, doubles};
        QCOMPARE(wide.toFloat()[0], 0.1F);
        QCOMPARE(wide.toFloat()[1], -INFINITY);
    }

    void writerRefusesNonsense()
    {
        const std::vector<float> values{1, 2};
        const auto bytes = std::as_bytes(std::span(values));
        const auto encode = [&](std::vector<TensorToWrite> tensors) { return encodeSafetensors(tensors, {}); };
        QVERIFY_THROWS_EXCEPTION(Error, encode({{"a", DType::F32, {3}, bytes}}));
        QVERIFY_THROWS_EXCEPTION(Error, encode({{"a", DType::F32, {2}, bytes}, {"a", DType::F32, {2}, bytes}}));
        QVERIFY_THROWS_EXCEPTION(Error, encode({{"__metadata__", DType::F32, {2}, bytes}}));
        QVERIFY_THROWS_EXCEPTION(Error, encode({{"\xff", DType::F32, {2}, bytes}}));
        parseSafetensors(encode({}));
    }

    void fileProblems()
    {
        QTemporaryDir folder;
        const std::filesystem::path path = folder.path().toStdString();
        const auto kindOf = [](const std::filesystem::path &file) {
            try {
                openSafetensors(file);
            } catch (const Error &error) {
                return QString(errorKindName(error.kind()));
            }
            return QString("none");
        };
        QCOMPARE(kindOf(path / "missing"), QString("file"));
        QCOMPARE(kindOf(path), QString("file"));
        std::ofstream(path / "empty").flush();
        QCOMPARE(kindOf(path / "empty"), QString("format"));
        QCOMPARE(kindOf("/dev/zero"), QString("file"));
    }
};

QTEST_GUILESS_MAIN(TestSafetensors)
#include "safetensors_test.moc"
