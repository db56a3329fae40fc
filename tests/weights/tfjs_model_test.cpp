// TensorFlow.js' model.json and its shards: what is read, and what is refused before a byte is decoded.

#include <QTemporaryDir>
#include <QTest>

#include <cmath>
#include <cstring>
#include <filesystem>
#include <map>
#include <numeric>

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/weights/readers.h"
#include "core/weights/tensorflow/tfjs_model.h"
#include "core/weights/weights_file.h"

using namespace dank;

namespace {

using Shards = std::map<std::string, std::string>;

KerasContents read(const std::string &json, const Shards &shards)
{
    return readTfjsModel(json, [&](const std::string &name) {
        if (!shards.contains(name))
            refuse("asked for " + name);
        return std::as_bytes(std::span(shards.at(name)));
    });
}

/// Why it is refused, or "accepted".
std::string refusal(const std::string &json, const Shards &shards)
{
    try {
        read(json, shards);
    } catch (const BadFile &bad) {
        return bad.why;
    }
    return "accepted";
}

std::vector<float> values(const KerasContents &contents, const char *layer, const char *part)
{
    const TensorView *const view = contents.layers.find(layer, part);
    return view ? view->toFloat() : std::vector<float>{};
}

template <typename Number>
std::string packed(std::vector<Number> numbers)
{
    return {reinterpret_cast<const char *>(numbers.data()), numbers.size() * sizeof(Number)};
}

std::string manifest(const std::string &weights, const std::string &paths)
{
    return R"({"format": "layers-model", "modelTopology": {}, "weightsManifest": [{"paths": [)" + paths
           + R"(], "weights": [)" + weights + "]}]}";
}

const std::string kFloats = R"({"name": "conv2d_1/kernel", "shape": [1, 1, 2, 1], "dtype": "float32"})";

}  // namespace

class TfjsModelTest : public QObject {
    Q_OBJECT

private slots:
    void readsEveryType()
    {
        const std::string json = manifest(kFloats + R"(, {"name": "a/count", "shape": [2], "dtype": "int32"},
                    {"name": "a/eight", "shape": [3], "dtype": "float32",
                     "quantization": {"dtype": "uint8", "scale": 0.5, "min": -3, "original_dtype": "float32"}},
                    {"name": "a/sixteen", "shape": [2], "dtype": "float32",
                     "quantization": {"dtype": "uint16", "scale": 0.001, "min": 2}},
                    {"name": "model_1/b/half:0", "shape": [2], "dtype": "float32",
                     "quantization": {"dtype": "float16"}})",
                                          R"("one", "more/two")");
        const std::string all = packed<float>({1.5f, -2.25f}) + packed<std::int32_t>({7, 8})
                                + packed<std::uint8_t>({0, 1, 255}) + packed<std::uint16_t>({0, 65535})
                                + packed<std::uint16_t>({0x3c00, 0xc000});
        // Wherever the shards are cut, inside a number too.
        for (std::size_t cut = 0; cut <= all.size(); ++cut) {
            const KerasContents contents = read(json, {{"one", all.substr(0, cut)}, {"more/two", all.substr(cut)}});
            QCOMPARE(values(contents, "conv2d_1", "kernel"), (std::vector<float>{1.5f, -2.25f}));
            QCOMPARE(contents.layers.find("conv2d_1", "kernel")->shape, (std::vector<std::int64_t>{1, 1, 2, 1}));
            QCOMPARE(values(contents, "a", "eight"), (std::vector<float>{-3, -2.5f, 124.5f}));
            QCOMPARE(values(contents, "a", "sixteen"), (std::vector<float>{2, static_cast<float>(65535 * 0.001 + 2)}));
            QCOMPARE(values(contents, "b", "half"), (std::vector<float>{1, -2}));
            QVERIFY(!contents.layers.find("a", "count"));
        }
    }

    void refusesBeforeItReads_data()
    {
        QTest::addColumn<std::string>("json");
        QTest::addColumn<std::string>("why");
        const auto row = [](const char *name, const std::string &json, const std::string &why) {
            QTest::newRow(name) << json << why;
        };
        const auto path = [&](const char *name, const std::string &paths) {
            row(name, manifest(kFloats, '"' + paths + '"'), "does not lie in its folder");
        };
        path("up", "../one");
        path("up inside", "a/../../one");
        path("absolute", "/etc/passwd");
        path("backslash", "a\\\\one");
        path("drive", "c:one");
        path("address", "https://host/one");
        path("empty", "");
        path("dot", "./one");
        path("two slashes", "a//one");
        path("line end", "one\\n");
        row("twice", manifest(kFloats, R"("one", "one")"), "names the file 'one' twice");
        row("too short", manifest(kFloats, R"("short")"), "take 8 bytes, and 'short' holds 7");
        row("too long", manifest(kFloats, R"("one", "short")"), "take 8 bytes, and its 2 files hold 15");
        row("no shard", manifest(kFloats, ""), "its 0 files hold 0");
        const auto weight = [&](const char *name, const std::string &entry, const std::string &why) {
            row(name, manifest(entry, R"("one")"), why);
        };
        weight("huge", R"({"name": "a/b", "shape": [281474976710656, 281474976710656], "dtype": "float32"})",
               "too large");
        weight("large", R"({"name": "a/b", "shape": [100000000000], "dtype": "float32"})", "too large");
        weight("negative", R"({"name": "a/b", "shape": [-1], "dtype": "float32"})", "shape");
        weight("type", R"({"name": "a/b", "shape": [1], "dtype": "string"})", "the weight type 'string' is none of");
        weight("quantised type",
               R"({"name": "a/b", "shape": [1], "dtype": "float32", "quantization": {"dtype": "int8"}})", "'int8'");
        weight("no scale",
               R"({"name": "a/b", "shape": [8], "dtype": "float32", "quantization": {"dtype": "uint8", "min": 0}})",
               "scale");
        weight("no name", R"({"shape": [1], "dtype": "float32"})", "name");
        weight("no layer", R"({"name": "kernel", "shape": [2], "dtype": "float32"})", "belongs to no layer");
        weight("empty weight", kFloats + R"(, {"name": "a/b", "shape": [0], "dtype": "float32"})", "is empty");
        weight("same weight", R"({"name": "a/b", "shape": [1], "dtype": "float32"},
                                 {"name": "x/a/b:0", "shape": [1], "dtype": "float32"})",
               "two weights 'a/b'");
        row("graph", R"({"format": "graph-model", "weightsManifest": []})", "a layers model is needed");
        row("no list", R"({"weightsManifest": {}})", "weightsManifest");
        row("no json", R"({"weightsManifest": [)", "");
    }
    void refusesBeforeItReads()
    {
        QFETCH(std::string, json);
        QFETCH(std::string, why);
        const std::string refused =
            refusal(json, {{"one", packed<float>({1, 2})}, {"short", std::string(7, 'x')}, {"", ""}});
        QVERIFY2(refused != "accepted" && refused.find("asked for") == std::string::npos, refused.c_str());
        QVERIFY2(refused.find(why) != std::string::npos, refused.c_str());
    }

    void eachBitFlippedIsReadOrRefused()
    {
        const std::string json = manifest(kFloats, R"("one")");
        const Shards shards{{"one", packed<float>({1, 2})}};
        QCOMPARE(refusal(json, shards), std::string("accepted"));
        int refused = 0;
        for (std::size_t at = 0; at < json.size(); ++at) {
            QVERIFY(refusal(json.substr(0, at), shards) != "accepted");
            for (int bit = 0; bit < 8; ++bit) {
                std::string bent = json;
                bent[at] = static_cast<char>(bent[at] ^ (1 << bit));
                refused += refusal(bent, shards) != "accepted";
            }
        }
        QVERIFY(refused > static_cast<int>(json.size()) * 4);
    }

    void shardsLieBesideTheModel()
    {
        const QTemporaryDir folder;
        const std::filesystem::path model = folder.filePath("in/model.json").toStdString();
        const auto said = [&] {
            try {
                openWeightsFile(model);
            } catch (const Error &error) {
                return (error.kind() == ErrorKind::Format ? "" : "wrong kind: ") + std::string(error.what());
            }
            return std::string("accepted");
        };
        createFolder(model.parent_path());
        writeFileAtomically(model, manifest(kFloats, R"("one")"));
        QVERIFY2(said().find("its file 'one' is not beside it") != std::string::npos, said().c_str());
        // A link is followed no further than the folder.
        writeFileAtomically(folder.filePath("outside").toStdString(), packed<float>({1, 2}));
        std::filesystem::create_symlink("../outside", model.parent_path() / "one");
        QVERIFY2(said().find("its file 'one' is a link out of its folder") != std::string::npos, said().c_str());
        std::filesystem::remove(model.parent_path() / "one");
        writeFileAtomically(model.parent_path() / "one", packed<float>({1, 2}));
        QVERIFY2(said().find("is not a usable TensorFlow.js model file: its layers ('conv2d_1') are of no network here")
                     != std::string::npos,
                 said().c_str());
        QVERIFY(liesInSeveralFiles(model));
        QVERIFY(!liesInSeveralFiles(model.parent_path() / "one"));
        const std::string json = manifest(kFloats, R"("one")");
        QVERIFY_EXCEPTION_THROWN(parseWeightsFile(std::as_bytes(std::span(json))), Error);
    }
};

QTEST_GUILESS_MAIN(TfjsModelTest)
#include "tfjs_model_test.moc"
