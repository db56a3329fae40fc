// HDF5 as Keras writes it: files by h5py (tests/reference/keras_files.py), damaged ones and refused ones.

#include <QTest>

#include <set>

#include "core/base/error.h"
#include "core/weights/readers.h"
#include "core/weights/tensorflow/hdf5_reader.h"
#include "core/weights/tensorflow/keras_hdf5.h"
#include "core/weights/weights_file.h"
#include "tests/weights/allocations.h"
#include "tests/weights/weight_fixtures.h"

using namespace dank;

namespace {

std::vector<std::byte> file(const std::string &name)
{
    return bytesOf(golden("keras/" + name));
}

/// Why it is refused, or "accepted".
std::string refusal(std::span<const std::byte> bytes)
{
    try {
        readKerasHdf5(bytes);
    } catch (const BadFile &bad) {
        return bad.why;
    }
    return "accepted";
}

/// "layer/part [shape]" of all, and whether each number is its place / 8.
std::set<std::string> contents(const KerasLayers &layers)
{
    std::set<std::string> names;
    for (const auto &[layer, parts] : layers.all()) {
        for (const auto &[part, view] : parts) {
            std::string name = layer + '/' + part + " [";
            for (const std::int64_t side : view.shape)
                name += std::to_string(side) + ' ';
            const std::vector<float> values = view.toFloat();
            for (std::size_t i = 0; i < values.size(); ++i)
                if (values[i] != static_cast<float>(i) / 8)
                    name += "wrong ";
            names.insert(name + ']');
        }
    }
    return names;
}

const std::set<std::string> kLayers{"conv2d/kernel [1 2 2 3 ]",
                                    "conv2d/bias [3 ]",
                                    "norm/gamma [3 ]",
                                    "norm/beta [3 ]",
                                    "norm/moving_mean [3 ]",
                                    "norm/moving_variance [3 ]",
                                    "sep/depthwise_kernel [1 1 2 1 ]",
                                    "sep/pointwise_kernel [1 1 2 1 ]"};

}  // namespace

class Hdf5ReaderTest : public QObject {
    Q_OBJECT

private slots:
    void readsEveryLayoutOfKeras()
    {
        for (const char *const name : {"weights.h5", "whole.h5", "numbered.h5"}) {
            const auto bytes = file(name);
            QVERIFY2(contents(readKerasHdf5(bytes)) == kLayers, name);
        }
        const auto nested = file("nested.h5");
        QCOMPARE(contents(readKerasHdf5(nested)),
                 (std::set<std::string>{"conv2d_1/kernel [2 ]", "conv2d_2/kernel [3 ]", "conv2d_3/kernel [4 ]"}));
    }

    void readsFloatsOfEverySizeAndPassesOverOthers()
    {
        const auto bytes = file("types.h5");
        const KerasLayers layers = readKerasHdf5(bytes);
        std::set<std::string> wanted{"layer/float16 [3 ]", "layer/float32 [3 ]", "layer/float64 [3 ]"};
        const std::set<std::string> all = contents(layers);
        for (int i = 0; i < 40; ++i)
            QVERIFY(all.contains("many/weight_" + std::to_string(i) + " [1 ]"));
        QCOMPARE(all.size(), wanted.size() + 40);
        for (const std::string &name : wanted)
            QVERIFY2(all.contains(name), name.c_str());
        QVERIFY(layers.find("layer", "float16")->type == DType::F16);
    }

    void refusesWhatLeadsAway_data()
    {
        QTest::addColumn<QString>("why");
        QTest::newRow("external_link") << "has an external link 'k', which is not followed";
        QTest::newRow("soft_link") << "has a symbolic link 'k', which is not followed";
        QTest::newRow("external_storage") << "'/a/k' lies in another file, which is not opened";
        QTest::newRow("gzip") << "'/a/k' is compressed or filtered; `h5repack";
        QTest::newRow("chunked") << "'/a/k' is stored in chunks; `h5repack";
        QTest::newRow("latest") << "in a newer layout (superblock";
        QTest::newRow("loop") << "is a group that is there under another name too";
        QTest::newRow("unnamed") << "its layers have no names";
        QTest::newRow("empty") << "no weights are in it";
    }
    void refusesWhatLeadsAway()
    {
        QFETCH(QString, why);
        const auto bytes = file("hostile/" + std::string(QTest::currentDataTag()) + ".h5");
        const std::string refused = refusal(bytes);
        QVERIFY2(refused.find(why.toStdString()) != std::string::npos, refused.c_str());
        try {
            parseWeightsFile(bytes, "a.h5");
            QFAIL("taken");
        } catch (const Error &error) {
            const std::string message = error.what();
            QVERIFY2(message.starts_with("'a.h5' is not a usable Keras file: "), message.c_str());
        }
    }

    void wrongNetworksAreNamed()
    {
        const auto bytes = file("weights.h5");
        try {
            parseWeightsFile(bytes, "a.h5");
            QFAIL("taken");
        } catch (const Error &error) {
            QVERIFY2(std::string(error.what()).find("its layers ('conv2d', 'norm', 'sep') are of no network here")
                         != std::string::npos,
                     error.what());
        }
    }

    void cutOffAnywhereItIsRefused()
    {
        for (const char *const name : {"weights.h5", "whole.h5", "numbered.h5"}) {
            const auto bytes = file(name);
            for (std::size_t size = 8; size < bytes.size(); size += std::max<std::size_t>(1, bytes.size() / 400))
                QVERIFY2(refusal(std::span(bytes).first(size)) != "accepted", name);
        }
    }

    // Each bit, on a copy of exactly the file's size, so that a sanitizer sees a step beyond.
    void eachBitFlippedIsReadOrRefused()
    {
        for (const char *const name : {"weights.h5", "numbered.h5"}) {
            const std::vector<std::byte> bytes = file(name);
            int refused = 0;
            beginCounting();
            for (std::size_t at = 0; at < bytes.size(); ++at) {
                for (int bit = 0; bit < 8; ++bit) {
                    std::vector<std::byte> bent = bytes;
                    bent[at] ^= std::byte(1 << bit);
                    try {
                        const KerasLayers layers = readKerasHdf5(bent);
                        for (const auto &[layer, parts] : layers.all())
                            for (const auto &[part, view] : parts)
                                QVERIFY(view.bytes.data() >= bent.data()
                                        && view.bytes.data() + view.bytes.size() <= bent.data() + bent.size());
                    } catch (const BadFile &) {
                        ++refused;
                    }
                }
            }
            QVERIFY(endCounting().largest < std::size_t{1} << 20);
            QVERIFY(refused > 500);
        }
    }
};

QTEST_GUILESS_MAIN(Hdf5ReaderTest)
#include "hdf5_reader_test.moc"
