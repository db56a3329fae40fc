// What a pass on a device does around the network, with a stand-in for the network.

#include <QTest>

#include <atomic>
#include <cmath>
#include <optional>

#include <ATen/ATen.h>

#include "core/base/error.h"
#include "core/nn/networks/network.h"
#include "core/nn/networks/picture_input.h"
#include "core/nn/training/practice_data.h"

using namespace dank;

namespace {

/// Its features are the pictures' mean colours. Takes no more than `room` pictures at once, as if memory ended there.
class SmallNetwork : public Network {
public:
    SmallNetwork(std::int64_t room, std::atomic<int> &passes) : m_room(room), m_passes(passes) {}
    at::Tensor forward(at::Tensor x, const CancelToken &cancel) const override
    {
        cancel.check();
        ++m_passes;
        if (x.size(0) > m_room)
            C10_THROW_ERROR(OutOfMemoryError, "no room for " + std::to_string(x.size(0)));
        return globalAverage(x);
    }

private:
    std::int64_t m_room;
    std::atomic<int> &m_passes;
};

const BackboneSpec kSpec{"small", "Small", "", 24, 24, 3, {0.485f, 0.456f, 0.406f}, {0.229f, 0.224f, 0.225f}, 0};

std::unique_ptr<Backbone> small(std::int64_t room, std::atomic<int> &passes)
{
    return makeNetworkBackbone(kSpec, chooseDevice("cpu"), Precision::Float32,
                               [&](const Placement &) { return std::make_unique<SmallNetwork>(room, passes); });
}

std::optional<ErrorKind> kindOf(auto &&call)
{
    try {
        call();
    } catch (const Error &error) {
        return error.kind();
    }
    return std::nullopt;
}

}  // namespace

class DevicePassTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void aBatchIsHalvedUntilMemoryHoldsIt()
    {
        const std::vector<Image> images = practicePictures(23, kSpec.inputSide);
        std::atomic<int> passes = 0;
        const auto roomy = small(100, passes), tight = small(3, passes);
        std::vector<float> expected(23 * 3), got(23 * 3);
        roomy->extract(images, expected);
        QVERIFY(!roomy->memoryHolds());
        QCOMPARE(passes, 1);

        passes = 0;
        tight->extract(images, got);
        QCOMPARE(got, expected);
        QCOMPARE(tight->memoryHolds(), std::optional<std::size_t>(2));
        QCOMPARE(passes, 3 + 12);  // 23, 11 and 5 were too many; then 11 of two and the last

        passes = 0;  // what it has learned it keeps
        std::fill(got.begin(), got.end(), 0.0f);
        tight->extract(images, got);
        QCOMPARE(got, expected);
        QCOMPARE(passes, 12);
    }

    void noRoomForOnePictureIsAnError()
    {
        const std::vector<Image> images = practicePictures(5, kSpec.inputSide);
        std::atomic<int> passes = 0;
        std::vector<float> out(5 * 3);
        QCOMPARE(kindOf([&] { small(0, passes)->extract(images, out); }), ErrorKind::Memory);
        QCOMPARE(passes, 3);  // 5, 2, 1
    }

    void anotherErrorIsNotTriedAgain()
    {
        const std::vector<Image> images = practicePictures(4, kSpec.inputSide);
        std::vector<float> out(4 * 2);
        BackboneSpec spec = kSpec;
        spec.columns = 2;  // not what the network answers
        std::atomic<int> passes = 0;
        const auto wrong = makeNetworkBackbone(spec, chooseDevice("cpu"), Precision::Float32, [&](const Placement &) {
            return std::make_unique<SmallNetwork>(100, passes);
        });
        QCOMPARE(kindOf([&] { wrong->extract(images, out); }), ErrorKind::Shape);
        QCOMPARE(passes, 1);
        QVERIFY(!wrong->memoryHolds());
    }

    void bytesOnTheDeviceGiveWhatTheTableGives()
    {
        const std::vector<Image> images = practicePictures(3, kSpec.inputSide);
        const PictureInput input(kSpec, {c10::Device(at::kCPU), at::kFloat});
        const at::Tensor exact = input.place(input.gather(images));
        at::Tensor bytes = at::empty({3, kSpec.inputSide, kSpec.inputSide, 3}, at::kByte);
        std::uint8_t *out = bytes.data_ptr<std::uint8_t>();
        for (const Image &image : images)
            out = std::copy(image.rgb.begin(), image.rgb.end(), out);
        const at::Tensor placed = input.normalised(bytes);
        QCOMPARE(placed.sizes(), exact.sizes());
        QVERIFY(placed.is_contiguous(at::MemoryFormat::ChannelsLast));
        const double off = (placed - exact).abs().max().item<double>();
        QVERIFY2(off < 1e-6, qPrintable(QString::number(off)));
    }

    void whatOnlyCudaHasIsRefusedOnTheProcessor()
    {
        std::atomic<int> passes = 0;
        for (const Precision precision : {Precision::Float16, Precision::TensorFloat32}) {
            QCOMPARE(kindOf([&] {
                         makeNetworkBackbone(kSpec, chooseDevice("cpu"), precision, [&](const Placement &) {
                             return std::make_unique<SmallNetwork>(1, passes);
                         });
                     }),
                     ErrorKind::Device);
        }
        const auto mine = precisionsOf(chooseDevice("cpu"));
        QVERIFY(std::find(mine.begin(), mine.end(), Precision::TensorFloat32) == mine.end());
    }
};

QTEST_GUILESS_MAIN(DevicePassTest)
#include "device_pass_test.moc"
