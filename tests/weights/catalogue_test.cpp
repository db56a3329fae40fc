#include <QTemporaryDir>
#include <QTest>

#include <fstream>
#include <nlohmann/json.hpp>
#include <set>

#include "core/base/error.h"
#include "core/weights/fetch/catalogue.h"

using namespace dank;
using Json = nlohmann::json;

namespace {

const std::string kHash(64, 'a');

Json entry(const std::string &id = "resnet50")
{
    return {{"id", id},     {"backbone", "resnet50"}, {"file", id + ".pth"}, {"url", "https://mirror.example/x.pth"},
            {"bytes", 123}, {"sha256", kHash},        {"licence", "MIT"},    {"installed", false}};
}

std::string catalogueOf(const Json &entries)
{
    return Json{{"weights", entries}}.dump();
}

std::string refusal(const std::string &json)
{
    try {
        parseWeightsCatalogue(json, "/x/catalogue.json");
    } catch (const Error &error) {
        if (error.kind() != ErrorKind::Format || error.path() != "/x/catalogue.json")
            return "another error: " + std::string(error.what());
        return error.what();
    }
    return {};
}

bool isHex(const std::string &text)
{
    return text.find_first_not_of("0123456789abcdef") == std::string::npos;
}

}  // namespace

class TestCatalogue : public QObject {
    Q_OBJECT

private slots:
    void cleanup();
    void builtIn();
    void defaultsForEachBackbone();
    void limits();
    void readsWhatListPrints();
    void refuses_data();
    void refuses();
    void base_data();
    void base();
    void environment();
    void badEnvironment_data();
    void badEnvironment();
    void fileFromEnvironment();
};

void TestCatalogue::cleanup()
{
    qunsetenv("DANK_WEIGHTS_BASE");
    qunsetenv("DANK_WEIGHTS_CATALOGUE");
}

void TestCatalogue::builtIn()
{
    std::set<std::string> ids, files;
    for (const WeightsEntry &entry : weightsCatalogue()) {
        const QByteArray id = QByteArray::fromStdString(entry.id);
        QVERIFY2(ids.insert(entry.id).second, id);
        QVERIFY2(files.insert(entry.file).second, id);
        QVERIFY2(entry.url.starts_with("https://"), id);
        const bool keras = entry.file.ends_with(".h5");  // of which no SHA-256 is published
        QVERIFY2(keras ? entry.sha256.empty() && entry.note.starts_with("MD5 ") && entry.id == entry.backbone + "-keras"
                       : entry.sha256.size() >= 8 && entry.sha256.size() <= 64 && isHex(entry.sha256),
                 id);
        QVERIFY2(!entry.title.empty() && !entry.licence.empty() && !entry.source.empty(), id);
        const bool ofReader = entry.backbone == "ppocr";
        QVERIFY2(ofReader ? entry.isWholeHash() && entry.bytes > 20'000 && entry.bytes < 20'000'000
                          : entry.shownBytes() > 80'000'000 && entry.shownBytes() < 600'000'000,
                 id);
        QVERIFY2(entry.limit() >= entry.shownBytes(), id);
        // torchvision's and timm's rule: name-<first digits of the hash>.pth
        if (entry.file.ends_with(".pth")) {
            const std::size_t dash = entry.file.rfind('-');
            QVERIFY2(entry.sha256.starts_with(entry.file.substr(dash + 1, entry.file.size() - dash - 5)), id);
            QVERIFY2(entry.url.ends_with("/" + entry.file), id);
        }
    }
    // What it prints can be read back: the built-in catalogue keeps its own rules.
    Json list = Json::array();
    for (const WeightsEntry &entry : weightsCatalogue())
        list.push_back({{"id", entry.id},
                        {"backbone", entry.backbone},
                        {"file", entry.file},
                        {"url", entry.url},
                        {"sha256", entry.sha256},
                        {"bytes", entry.bytes}});
    QCOMPARE(parseWeightsCatalogue(catalogueOf(list), "x").size(), weightsCatalogue().size());
}

void TestCatalogue::defaultsForEachBackbone()
{
    const std::vector<WeightsEntry> catalogue = weightsCatalogue();
    for (const char *backbone : {"inception_v3", "vgg16", "vgg19", "resnet50", "resnet101", "resnet152", "xception"}) {
        const WeightsEntry *const found = findWeights(catalogue, backbone);
        QVERIFY2(found, backbone);
        QCOMPARE(found->backbone, std::string(backbone));
    }
    QVERIFY(!findWeights(catalogue, "resnet18"));
    QVERIFY(!findWeights(catalogue, "xception")->isWholeHash());
    QVERIFY(findWeights(catalogue, "resnet50")->isWholeHash());
}

void TestCatalogue::limits()
{
    WeightsEntry entry;
    QCOMPARE(entry.limit(), kMaxWeightsBytes);
    entry.approximateBytes = 100'000'000;
    QVERIFY(entry.limit() > 105'000'000 && entry.limit() < 120'000'000);
    QCOMPARE(entry.shownBytes(), std::uint64_t(100'000'000));
    entry.bytes = 99'000'000;
    QCOMPARE(entry.limit(), std::uint64_t(99'000'000));
    QCOMPARE(entry.shownBytes(), std::uint64_t(99'000'000));
}

void TestCatalogue::readsWhatListPrints()
{
    Json second = entry("resnet50-lab");
    second["sha256"] = "ABCDEF0123";
    second.erase("bytes");
    second["title"] = "Line\nend";
    second["approximate_bytes"] = 77;
    const auto entries = parseWeightsCatalogue(catalogueOf({entry(), second}), "x");
    QCOMPARE(entries.size(), std::size_t(2));
    QCOMPARE(entries[0].id, std::string("resnet50"));
    QCOMPARE(entries[0].bytes, std::uint64_t(123));
    QCOMPARE(entries[0].title, std::string("resnet50"));
    QCOMPARE(entries[0].licence, std::string("MIT"));
    QVERIFY(entries[0].isWholeHash());
    QCOMPARE(entries[1].sha256, std::string("abcdef0123"));
    QCOMPARE(entries[1].bytes, std::uint64_t(0));
    QCOMPARE(entries[1].shownBytes(), std::uint64_t(77));
    QCOMPARE(entries[1].title, std::string("Line\xef\xbf\xbd"
                                           "end"));
}

void TestCatalogue::refuses_data()
{
    QTest::addColumn<QByteArray>("json");
    QTest::addColumn<QByteArray>("reason");
    const auto row = [](const char *name, const std::string &json, const char *reason) {
        QTest::newRow(name) << QByteArray::fromStdString(json) << QByteArray(reason);
    };
    const auto with = [&](const char *name, const char *key, const Json &value, const char *reason) {
        Json changed = entry();
        changed[key] = value;
        row(name, catalogueOf(Json::array({changed})), reason);
    };
    const auto without = [&](const char *key) {
        Json changed = entry();
        changed.erase(key);
        row((std::string("no ") + key).c_str(), catalogueOf(Json::array({changed})),
            ("'" + std::string(key) + "' is missing").c_str());
    };
    row("empty", "", "not valid JSON");
    row("binary", std::string("\x80\x02\x8a\n\0\xff", 6), "not valid JSON");
    row("cut", catalogueOf(Json::array({entry()})).substr(0, 60), "not valid JSON");
    row("list", "[]", "it is no object");
    row("no list", R"({"weights": {}})", "'weights' is not a list");
    row("none", R"({"weights": []})", "lists no weights");
    row("number", R"({"weights": [1]})", "entry 1: 'weights' is no object");
    row("too many", catalogueOf(Json(std::vector<int>(1001, 0))), "at most 1000");
    row("deep", R"({"weights": )" + std::string(5000, '[') + std::string(5000, ']') + "}", "nested too deeply");
    row("key twice", R"({"weights": [{"id": "a", "id": "b"}]})", "'id' twice");
    row("same id", catalogueOf({entry(), entry()}), "has the id of another");
    Json sameFile = entry("other");
    sameFile["file"] = "resnet50.pth";
    row("same file", catalogueOf({entry(), sameFile}), "has the file name of another");
    for (const char *key : {"id", "backbone", "file", "url", "sha256"})
        without(key);
    with("id number", "id", 1, "'id' is no text");
    with("id slash", "id", "../x", "'id' is not letters");
    with("id long", "id", std::string(65, 'a'), "'id' is not letters");
    with("backbone", "backbone", "a b", "'backbone' is not letters");
    for (const char *name : {"", "..", ".", ".hidden", "a/b", "/etc/passwd", "..\\x", "a b", "a\nb", "-o", "\xc3\xa4"})
        with((std::string("file '") + name + "'").c_str(), "file", name, "'file' is not letters");
    with("file nul", "file", std::string("a\0b", 3), "'file' is not letters");
    with("file long", "file", std::string(201, 'a'), "'file' is not letters");
    for (const char *url : {"", "file:///etc/passwd", "ftp://x/y", "//x/y", "https://", "https:///x", "HTTPS://x/y",
                            "https://user:secret@x/y", "https://x/y?z", "https://x/y#z", "https://x/\ry",
                            "https://x/ y", "javascript:alert(1)", "https://x/\xc3\xa4"})
        with((std::string("url '") + url + "'").c_str(), "url", url, "no plain http or https address");
    with("text long", "note", std::string(1001, 'a'), "longer than 1000");
    with("hash short", "sha256", "abcdef0", "not 8 to 64 hex");
    with("hash long", "sha256", std::string(65, 'a'), "not 8 to 64 hex");
    with("hash letters", "sha256", "abcdefgh", "not 8 to 64 hex");
    with("hash list", "sha256", Json::array(), "'sha256' is no text");
    with("bytes negative", "bytes", -1, "'bytes' is not a whole number of 0 to 17179869184");
    with("bytes fraction", "bytes", 1.5, "'bytes' is not a whole number of 0 to 17179869184");
    with("bytes text", "bytes", "12", "'bytes' is not a whole number of 0 to 17179869184");
    with("bytes huge", "bytes", (std::uint64_t(16) << 30) + 1, "'bytes' is not a whole number of 0 to 17179869184");
    with("about huge", "approximate_bytes", ~std::uint64_t(0),
         "'approximate_bytes' is not a whole number of 0 to 17179869184");
}

void TestCatalogue::refuses()
{
    QFETCH(QByteArray, json);
    QFETCH(QByteArray, reason);
    const std::string message = refusal(json.toStdString());
    QVERIFY2(message.find(reason.toStdString()) != std::string::npos, message.c_str());
    QVERIFY2(message.find("/x/catalogue.json") != std::string::npos, message.c_str());
}

void TestCatalogue::base_data()
{
    QTest::addColumn<QByteArray>("base");
    QTest::addColumn<QByteArray>("url");
    QTest::newRow("https") << QByteArray("https://lab.example/w")
                           << QByteArray("https://lab.example/w/vgg16-397923af.pth");
    QTest::newRow("slashes") << QByteArray("https://lab.example/w//")
                             << QByteArray("https://lab.example/w/vgg16-397923af.pth");
    QTest::newRow("port") << QByteArray("http://127.0.0.1:8080")
                          << QByteArray("http://127.0.0.1:8080/vgg16-397923af.pth");
    QTest::newRow("v6") << QByteArray("http://[::1]:8080") << QByteArray("http://[::1]:8080/vgg16-397923af.pth");
}

void TestCatalogue::base()
{
    QFETCH(QByteArray, base);
    QFETCH(QByteArray, url);
    qputenv("DANK_WEIGHTS_BASE", base);
    const WeightsSources sources = WeightsSources::fromEnvironment();
    QVERIFY(sources.allowHttp());
    const auto catalogue = weightsCatalogue(sources);
    QCOMPARE(QByteArray::fromStdString(findWeights(catalogue, "vgg16")->url), url);
    QVERIFY(findWeights(catalogue, "inception_v3-timm")->url.ends_with("/inception_v3.tv_in1k.safetensors"));
}

void TestCatalogue::environment()
{
    WeightsSources sources = WeightsSources::fromEnvironment();
    QVERIFY(sources.base.empty() && sources.catalogue.empty() && !sources.allowHttp());
    QCOMPARE(weightsCatalogue(sources).size(), weightsCatalogue().size());
    qputenv("DANK_WEIGHTS_BASE", "");
    qputenv("DANK_WEIGHTS_CATALOGUE", "");
    sources = WeightsSources::fromEnvironment();
    QVERIFY(!sources.allowHttp());
}

void TestCatalogue::badEnvironment_data()
{
    QTest::addColumn<QByteArray>("base");
    for (const char *base : {"lab.example", "file:///srv/weights", "ftp://x", "https://", "https://a:b@x",
                             "https://x/?y", "https://x y", "/srv/weights"})
        QTest::newRow(base) << QByteArray(base);
}

void TestCatalogue::badEnvironment()
{
    QFETCH(QByteArray, base);
    qputenv("DANK_WEIGHTS_BASE", base);
    try {
        WeightsSources::fromEnvironment();
        QFAIL("It was taken.");
    } catch (const Error &error) {
        QCOMPARE(error.kind(), ErrorKind::Weights);
        QVERIFY(QByteArray(error.what()).contains("DANK_WEIGHTS_BASE"));
        QVERIFY(!QByteArray(error.what()).contains("a:b@"));
    }
}

void TestCatalogue::fileFromEnvironment()
{
    const QTemporaryDir folder;
    const std::filesystem::path path = folder.filePath("catalogue.json").toStdString();
    qputenv("DANK_WEIGHTS_CATALOGUE", QByteArray::fromStdString(path.string()));
    const WeightsSources sources = WeightsSources::fromEnvironment();
    QVERIFY(sources.allowHttp());
    QVERIFY_EXCEPTION_THROWN(weightsCatalogue(sources), Error);  // not there
    std::ofstream(path) << catalogueOf(Json::array({entry()}));
    QCOMPARE(weightsCatalogue(sources).size(), std::size_t(1));
    QCOMPARE(weightsCatalogue(sources)[0].url, std::string("https://mirror.example/x.pth"));
    qputenv("DANK_WEIGHTS_BASE", "http://127.0.0.1:1");
    QCOMPARE(weightsCatalogue(WeightsSources::fromEnvironment())[0].url,
             std::string("http://127.0.0.1:1/resnet50.pth"));
    std::ofstream(path) << catalogueOf(Json::array({entry()})) << std::string(std::size_t(1) << 20, ' ');
    QVERIFY_EXCEPTION_THROWN(weightsCatalogue(sources), Error);  // more than a catalogue needs
}

QTEST_GUILESS_MAIN(TestCatalogue)
#include "catalogue_test.moc"
