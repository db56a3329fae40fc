#include <QTest>

#include <set>

#include "core/base/error.h"
#include "core/weights/weights_file.h"
#include "tests/weights/allocations.h"
#include "tests/weights/weight_fixtures.h"

using namespace dank;

namespace {

struct Hostile {
    const char *file, *reason;
};
/// What tests/reference/torch_files.py writes in both containers.
constexpr Hostile kBoth[] = {
    {"system", "asks for os.system, which no weights need; such a file may be an attack"},
    {"posix_system", "asks for posix.system, which no weights need"},
    {"eval", "asks for builtins.eval, which no weights need"},
    {"whole_network", "holds a whole network as Python objects (torch.nn.modules.linear.Linear)"},
    {"two_sizes", "gives storage '0' two types or sizes"},
    {"long_binput", "remembers a value under the number 400000000, far out of turn"},
    {"setitem", "stores an entry in something that is no dict"},
    {"setitem_on_tensor", "stores an entry in something that is no dict"},
    {"append_to_dict", "appends to something that is no list"},
    {"build_on_tensor", "sets attributes of something that has none"},
    {"outside", "tensor 'w' lies outside its storage"},
    {"outside_by_stride", "tensor 'w' lies outside its storage"},
    {"overflow", "tensor 'w' has an impossible shape"},
    {"huge_stride", "tensor 'w' has an impossible stride"},
    {"negative_stride", "tensor 'w' has an impossible stride"},
    {"negative_offset", "rebuilds a tensor from the wrong arguments"},
    {"expanded", "tensor 'w' repeats its storage's values"},
    {"twice", "tensor 'w' is there twice"},
    {"metadata_name", "the name '__metadata__'"},
    {"deep", "nested deeper than 32 levels"},
    {"marks", "nested deeper than 32 levels"},
    {"many_values", "does not end with one value"},
    {"number_name", "a tensor whose name is not a text"},
    {"list", "is not a dict of named tensors"},
    {"nothing", "holds no named tensors"},
    {"stack_empty", "takes values that are not there"},
    {"conjugate", "lazily conjugated or negated"},
    {"repeats", "repeats its lists more often"},
    {"in_itself", "nested deeper than 32 levels"},
    {"call_without", "calls something that is no function"},
    {"wrong_id", "refers to something outside its pickle"},
    {"view_of_storage", "uses views of storages"},
};
constexpr Hostile kOne[] = {
    {"zip_numel", "storage '0' has 8 bytes, but should have 50000000 numbers of 4 bytes"},
    {"legacy_numel", "ends inside storage '0'"},
    {"zip_storage_size", "storage '0' has 8 bytes, but should have 3 numbers of 4 bytes"},
    {"legacy_storage_size", "storage '0' has 2 numbers, but should have 3"},
    {"zip_deflated", "is compressed, which PyTorch never does"},
    {"zip_big_endian", "big-endian"},
    {"zip_checksum", "a checksum in its zip archive does not match"},
    {"zip_unused", "storage '1' is used by no tensor"},
    {"zip_missing", "storage '0' is not there"},
    {"zip_duplicate", "two records of the same name"},
    {"zip_two_tops", "two top folders"},
    {"zip_climbing", "two top folders"},
    {"zip_names_differ", "zip archive is damaged or cut short"},
    {"zip_more_announced", "announces more records than it has room for"},
    {"zip_comment", "does not end where it should"},
    {"zip_encrypted", "is encrypted"},
    {"zip_other", "a zip archive without PyTorch's data.pkl"},
    {"legacy_big_endian", "big-endian"},
    {"legacy_sizes", "other sizes of numbers"},
    {"legacy_protocol", "unknown protocol"},
    {"legacy_listed_twice", "storage '0' is used by no tensor or listed twice"},
    {"legacy_unused", "storage '1' is used by no tensor or listed twice"},
    {"legacy_missing", "storage '0' is not there"},
    {"legacy_tail", "goes on after its last storage"},
};

std::vector<std::pair<std::string, std::string>> all()
{
    std::vector<std::pair<std::string, std::string>> list;
    for (const Hostile &hostile : kBoth)
        for (const char *const container : {"zip_", "legacy_"})
            list.emplace_back(std::string(container) + hostile.file, hostile.reason);
    for (const Hostile &hostile : kOne)
        list.emplace_back(hostile.file, hostile.reason);
    return list;
}

/// A file in the older container whose object is `body`, without storages.
std::vector<std::byte> legacyWith(const std::string &body)
{
    const auto sample = bytesOf(golden("hostile/legacy_nothing.pth"));
    const std::string text(reinterpret_cast<const char *>(sample.data()), sample.size());
    const std::string file = text.substr(0, text.find(std::string("\x80\x02}.", 4))) + "\x80\x02" + body + ".";
    const auto *const begin = reinterpret_cast<const std::byte *>(file.data());
    return {begin, begin + file.size()};
}

std::string times(std::size_t count, const std::string &what)
{
    std::string text;
    text.reserve(count * what.size());
    for (std::size_t i = 0; i < count; ++i)
        text += what;
    return text;
}

/// Why the bytes are refused; nothing when they are not. What was allocated meanwhile goes into `taken`.
std::string refusal(std::span<const std::byte> bytes, Allocations &taken)
{
    beginCounting();
    std::string reason;
    try {
        parseWeightsFile(bytes, "hostile.pth");
    } catch (const Error &error) {
        taken = endCounting();
        return error.kind() == ErrorKind::Format ? error.what() : std::string("the wrong kind");
    }
    taken = endCounting();
    return {};
}

constexpr std::size_t kAlways = 256 * 1024;  // libzip's and the reader's own tables

}  // namespace

class TestTorchHostile : public QObject {
    Q_OBJECT
private slots:
    void refused_data()
    {
        QTest::addColumn<QString>("file");
        QTest::addColumn<QString>("reason");
        for (const auto &[file, reason] : all())
            QTest::newRow(file.c_str()) << QString::fromStdString(file) << QString::fromStdString(reason);
    }
    void refused()
    {
        QFETCH(QString, file);
        QFETCH(QString, reason);
        const auto bytes = bytesOf(golden("hostile/" + file.toStdString() + ".pth"));
        Allocations taken;
        const std::string why = refusal(bytes, taken);
        QVERIFY2(QString::fromStdString(why).contains(reason), why.c_str());
        QVERIFY(why.starts_with("'hostile.pth' is not a usable PyTorch file: "));
        QVERIFY2(taken.peak < kAlways && taken.largest < kAlways,
                 qPrintable(QString("peak %1, largest %2").arg(taken.peak).arg(taken.largest)));
    }

    /// No hostile file lies in the folder without a verdict.
    void everyFileIsListed()
    {
        std::set<std::string> listed, there;
        for (const auto &[file, reason] : all())
            listed.insert(file + ".pth");
        for (const auto &entry : std::filesystem::directory_iterator(golden("hostile")))
            there.insert(entry.path().filename().string());
        QVERIFY(listed == there);
    }

    /// Large files made of what costs most memory for each of their bytes.
    void memoryStaysBounded_data()
    {
        QTest::addColumn<QByteArray>("body");
        const auto row = [](const char *name, const std::string &body) {
            QTest::newRow(name) << QByteArray::fromStdString(body);
        };
        constexpr std::size_t kMany = 1'000'000;
        row("nothing but None", times(kMany, "N"));
        row("lists", times(kMany, "]"));
        row("lists in a list", "]" + times(kMany, "]a"));
        row("dicts in tuples", times(kMany, "}\x85"));
        row("texts", "]" + times(kMany, std::string("U\0a", 3)));
        std::string puts = "]";
        for (std::size_t i = 0; i < 256; ++i)
            puts += std::string("q") + char(i);
        for (std::uint32_t i = 256; i < kMany; ++i)
            puts += std::string("r") + std::string(reinterpret_cast<const char *>(&i), 4);
        row("remembering", puts);
        row("more remembering than allowed", puts + std::string("r\x40\x42\x0f\0r\x41\x42\x0f\0", 10));
        row("remembering far out of turn", std::string("]r\x3f\x42\x0f\0", 6));
        row("a huge text", std::string("X\xff\xff\xff\xff", 5));
        row("one pair, again and again", std::string("ccollections\nOrderedDict\nq\0]q\1(", 31)
                                             + times(30'000, "U\1aN\x86") + "e\x85q\2"
                                             + times(100'000, std::string("h\0h\2R", 5)));
    }
    void memoryStaysBounded()
    {
        QFETCH(QByteArray, body);
        const auto bytes = legacyWith(body.toStdString());
        Allocations taken;
        const std::string why = refusal(bytes, taken);
        QVERIFY(!why.empty());
        qInfo("%s: %.1f times the file (largest %.1f): %s", QTest::currentDataTag(),
              double(taken.peak) / double(bytes.size()), double(taken.largest) / double(bytes.size()), why.c_str());
        QVERIFY(taken.peak < kAlways + 32 * bytes.size());
    }

    /// However large the file, there is a bound that no multiple of its size lifts.
    void aPickleIsNeverHuge_data()
    {
        QTest::addColumn<int>("megabytes");
        QTest::addColumn<QByteArray>("unit");
        QTest::newRow("items in lists") << 70 << QByteArray("](") + QByteArray(900, 'N') + "ea";
        QTest::newRow("items below the limit of bytes") << 20 << QByteArray("](") + QByteArray(900, 'N') + "ea";
        QTest::newRow("containers") << 70 << QByteArray("}}}}}}}}}a");
    }
    void aPickleIsNeverHuge()
    {
        QFETCH(int, megabytes);
        QFETCH(QByteArray, unit);
        const auto bytes =
            legacyWith("]" + times(std::size_t(megabytes) * 1'000'000 / std::size_t(unit.size()), unit.toStdString()));
        Allocations taken;
        const std::string why = refusal(bytes, taken);
        QVERIFY(!why.empty());
        qInfo("%d MB: %.0f MB: %s", megabytes, double(taken.peak) / 1e6, why.c_str());
        QVERIFY(taken.peak < 350'000'000);
    }

    /// A sound file with as many tensors as can be, each told in as few bytes as can be.
    void manyTensors()
    {
        // {'': the first, which says everything, and remembers it; then name after name, each "call 0 with 2"}
        std::string body = std::string("}(U\0", 4) + "ctorch._utils\n_rebuild_tensor\n" + std::string("q\0", 2)
                           + "((U\7storagectorch\nCharStorage\n" + "U\1kU\3cpu" + std::string("K\0tQK\0(", 7)
                           + times(16, std::string("K\0", 2)) + "tq\1h\1tq\2R";
        for (int i = 0; i < 99'999; ++i) {
            body += "U\5" + QString("%1").arg(i, 5, 36, QChar('0')).toStdString() + std::string("h\0h\2R", 5);
            body += i % 1000 == 0 ? "u(" : "";  // as Python does, in portions
        }
        std::vector<std::byte> bytes = legacyWith(body + "u");
        for (const char byte : std::string("\x80\2]U\1ka.\0\0\0\0\0\0\0\0", 16))
            bytes.push_back(std::byte(byte));
        beginCounting();
        const TensorFile read = parseWeightsFile(bytes);
        const Allocations taken = endCounting();
        QCOMPARE(read.tensors().size(), std::size_t(100'000));
        qInfo("%.1f times the file", double(taken.peak) / double(bytes.size()));
        QVERIFY(taken.peak < kAlways + 48 * bytes.size());
    }

    void honestFilesStayCloseToTheirSize_data()
    {
        QTest::addColumn<QString>("file");
        for (const char *const file : {"state.zip.pth", "state.legacy.pth"})
            QTest::newRow(file) << file;
    }
    void honestFilesStayCloseToTheirSize()
    {
        QFETCH(QString, file);
        const auto bytes = bytesOf(golden(file.toStdString()));
        beginCounting();
        const TensorFile read = parseWeightsFile(bytes);
        const Allocations taken = endCounting();
        QVERIFY2(taken.peak < kAlways, qPrintable(QString::number(taken.peak)));
        QVERIFY(!read.tensors().empty());
    }
};

QTEST_GUILESS_MAIN(TestTorchHostile)
#include "torch_hostile_test.moc"
