// What a network is told and refuses, on Inception V3; its numbers are in networks_test.cpp.

#include <QTest>

#include <limits>
#include <optional>
#include <span>
#include <thread>

#include "core/base/error.h"
#include "core/nn/networks/backbone.h"
#include "tests/nn/network_fixture.h"

using namespace dank;
using namespace fixture;

namespace {

std::unique_ptr<Backbone> load(const Tensors &tensors, const char *path, Precision precision = Precision::Float32)
{
    return makeBackbone(specOf("inception_v3"), tensors.file(path), 0, chooseDevice("cpu"), precision);
}

/// What is said against the tensors, or "accepted".
std::string refusal(const Tensors &tensors)
{
    try {
        load(tensors, "folder/bad.safetensors");
    } catch (const Error &error) {
        return (error.kind() == ErrorKind::Weights ? "" : "wrong kind: ") + std::string(error.what());
    }
    return "accepted";
}

}  // namespace

class BackboneTest : public QObject {
    Q_OBJECT

private slots:
    void initTestCase()
    {
        setIntraOpThreads(2);
        m_tensors = formulaTensors("inception_v3");
        QCOMPARE(m_tensors.views.size(), std::size_t(580));
        m_backbone = load(m_tensors, "memory");
        m_images = {picture(0, 299), picture(1, 299)};
    }

    void twoThreadsShareOneNetwork()
    {
        const Features expected = features(*m_backbone, m_images);
        std::vector<Features> got(2);
        std::vector<std::thread> threads;
        for (Features &mine : got) {
            threads.emplace_back([&] {
                setIntraOpThreads(1);
                for (int round = 0; round < 2; ++round)
                    mine = features(*m_backbone, m_images);
            });
        }
        for (std::thread &thread : threads)
            thread.join();
        for (const Features &mine : got)
            QVERIFY(off(mine, expected) < 1e-5);
    }

    void whatIsWrongWithAFileIsToldByName()
    {
        Tensors bad = m_tensors;
        bad.views.erase("Mixed_6e.branch7x7dbl_5.bn.running_mean");
        bad.views["Conv2d_1a_3x3.conv.weight"] = bad.views["Conv2d_2a_3x3.conv.weight"];
        bad.views["Mixed_7c.branch_pool.bn.bias"].type = DType::I32;
        TensorView &scale = bad.views["Mixed_5b.branch1x1.bn.weight"];
        std::vector<float> spoilt = scale.toFloat();
        spoilt[0] = std::numeric_limits<float>::quiet_NaN();
        scale.bytes = std::as_bytes(std::span(spoilt));
        const std::string message = refusal(bad);
        for (const char *part : {"Mixed_6e.branch7x7dbl_5.bn.running_mean (missing)",
                                 "Conv2d_1a_3x3.conv.weight (shape [32, 32, 3, 3], expected [32, 3, 3, 3])",
                                 "Mixed_7c.branch_pool.bn.bias (type I32",
                                 "Mixed_5b.branch1x1.conv (its numbers are not finite", "bad.safetensors"})
            QVERIFY2(message.find(part) != std::string::npos, message.c_str());
        QVERIFY2(message.find("wrong kind") == std::string::npos, message.c_str());
        QVERIFY2(message.find("more") == std::string::npos, message.c_str());
    }

    void aLongListIsCutShort()
    {
        Tensors other = m_tensors;
        std::erase_if(other.views, [](const auto &entry) { return entry.first != "fc.bias"; });
        const std::string message = refusal(other);
        QVERIFY2(message.find("and 450 more") != std::string::npos, message.c_str());  // 94 convolutions of 5 arrays
        QVERIFY(message.size() < 2000);
    }

    void anUnknownNetworkIsNotFound()
    {
        QVERIFY(findNetworkSpec("vgg99") == nullptr);
        QVERIFY(findNetworkSpec("") == nullptr);
    }

    void wrongCallsAreRefused()
    {
        const auto kindOf = [](auto &&call) -> std::optional<ErrorKind> {
            try {
                call();
            } catch (const Error &error) {
                return error.kind();
            }
            return std::nullopt;
        };
        Features out(2048);
        Image small{16, 16, std::vector<std::uint8_t>(16 * 16 * 3)};
        Image lying = m_images[0];
        lying.rgb.pop_back();
        QCOMPARE(kindOf([&] { m_backbone->extract(std::span(&small, 1), out); }), ErrorKind::Shape);
        QCOMPARE(kindOf([&] { m_backbone->extract(std::span(&lying, 1), out); }), ErrorKind::Shape);
        QCOMPARE(kindOf([&] { m_backbone->extract(m_images, out); }), ErrorKind::Shape);
        QCOMPARE(kindOf([&] { load(m_tensors, "memory", Precision::Float16); }), ErrorKind::Device);
    }

private:
    Tensors m_tensors;
    std::unique_ptr<Backbone> m_backbone;
    std::vector<Image> m_images;
};

QTEST_GUILESS_MAIN(BackboneTest)
#include "backbone_test.moc"
