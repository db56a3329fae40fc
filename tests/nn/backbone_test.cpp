#include <QTemporaryDir>
#include <QtTest>

#include <cstring>
#include <fstream>
#include <limits>
#include <thread>

#include "core/base/error.h"
#include "core/nn/backbone.h"
#include "tests/nn/inception_fixture.h"

using namespace dank;

namespace {

using Features = std::vector<float>;

double norm(const Features &a)
{
    double sum = 0;
    for (float value : a)
        sum += static_cast<double>(value) * value;
    return std::sqrt(sum);
}

double cosine(const Features &a, const Features &b)
{
    double sum = 0;
    for (std::size_t i = 0; i < a.size(); ++i)
        sum += static_cast<double>(a[i]) * b[i];
    return sum / (norm(a) * norm(b));
}

Features difference(const Features &a, const Features &b)
{
    Features result(a.size());
    for (std::size_t i = 0; i < a.size(); ++i)
        result[i] = a[i] - b[i];
    return result;
}

double maximum(const Features &a)
{
    double most = 0;
    for (float value : a)
        most = std::max(most, static_cast<double>(std::abs(value)));
    return most;
}

Features row(const Features &all, std::size_t i)
{
    return {all.begin() + static_cast<std::ptrdiff_t>(i * 2048), all.begin() + static_cast<std::ptrdiff_t>((i + 1) * 2048)};
}

Features features(const Backbone &backbone, const std::vector<Image> &images)
{
    Features out(images.size() * static_cast<std::size_t>(backbone.spec().columns));
    backbone.extract(images, out);
    return out;
}

}  // namespace

class BackboneTest : public QObject {
    Q_OBJECT

private:
    std::unique_ptr<Backbone> load(const std::string &file, Precision precision = Precision::Float32) const
    {
        return makeBackbone(backboneSpec("inception_v3"), file, 0, chooseDevice("cpu"), precision);
    }
    std::string path(const char *name) const { return m_folder.filePath(name).toStdString(); }

    std::string failure(const fixture::Parameters &parameters) const
    {
        fixture::write(parameters, path("bad.safetensors"));
        try {
            load(path("bad.safetensors"));
        } catch (const Error &error) {
            return (error.kind() == ErrorKind::Weights ? "" : "wrong kind: ") + std::string(error.what());
        }
        return "accepted";
    }

private slots:
    void initTestCase()
    {
        setIntraOpThreads(2);
        QVERIFY(m_folder.isValid());
        m_parameters = fixture::parameters(DANK_TEST_DATA "/golden/inception_v3.keys");
        QCOMPARE(m_parameters.size(), std::size_t(580));
        fixture::write(m_parameters, path("good.safetensors"));
        m_backbone = load(path("good.safetensors"));

        std::ifstream in(DANK_TEST_DATA "/golden/inception_v3.f32", std::ios::binary);
        m_golden.resize(2 * 2048);
        in.read(reinterpret_cast<char *>(m_golden.data()), static_cast<std::streamsize>(m_golden.size() * 4));
        QVERIFY(in.good());
        m_images = {fixture::picture(0), fixture::picture(1)};
    }

    void float32EqualsTorchvision()
    {
        QVERIFY(!m_backbone->isUntrained());
        const Features ours = features(*m_backbone, m_images);
        const Features off = difference(ours, m_golden);
        qInfo("relative: norm %.2g, largest %.2g", norm(off) / norm(m_golden), maximum(off) / maximum(m_golden));
        QVERIFY(norm(off) / norm(m_golden) < 1e-4);
        QVERIFY(maximum(off) / maximum(m_golden) < 1e-4);
    }

    void bfloat16FollowsTorchvision()
    {
        if (!cpuHasNativeBFloat16())
            QSKIP("this processor has no bfloat16");
        const auto backbone = load(path("good.safetensors"), Precision::BFloat16);
        QCOMPARE(backbone->precision(), Precision::BFloat16);
        const Features ours = features(*backbone, m_images);
        QVERIFY(cosine(row(ours, 0), row(m_golden, 0)) >= 0.99);
        QVERIFY(cosine(row(ours, 1), row(m_golden, 1)) >= 0.99);
        // What tells the pictures apart survives too, not only what they share.
        const double apart = cosine(difference(row(ours, 0), row(ours, 1)),
                                    difference(row(m_golden, 0), row(m_golden, 1)));
        qInfo("cosine %.6f, of the pictures' difference %.4f", cosine(ours, m_golden), apart);
        QVERIFY(apart >= 0.9);
    }

    void batchSizeDoesNotMatter()
    {
        const Features together =
            features(*m_backbone, {m_images[0], m_images[1], m_images[0], m_images[1], m_images[0]});
        for (std::size_t i = 0; i < 5; ++i) {
            const Features alone = features(*m_backbone, {m_images[i % 2]});
            QVERIFY(maximum(difference(alone, row(together, i))) / maximum(alone) < 1e-5);
        }
        QVERIFY(features(*m_backbone, {}).empty());
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
            QVERIFY(maximum(difference(mine, expected)) / maximum(expected) < 1e-5);
    }

    void whatIsWrongWithAFileIsToldByName()
    {
        fixture::Parameters bad = m_parameters;
        bad.erase("Mixed_6e.branch7x7dbl_5.bn.running_mean");
        bad["Conv2d_1a_3x3.conv.weight"] = bad["Conv2d_2a_3x3.conv.weight"];
        bad["Mixed_7c.branch_pool.bn.bias"].type = DType::I32;
        const float nan = std::numeric_limits<float>::quiet_NaN();
        std::memcpy(bad["Mixed_5b.branch1x1.bn.weight"].bytes.data(), &nan, sizeof nan);
        const std::string message = failure(bad);
        for (const char *part : {"Mixed_6e.branch7x7dbl_5.bn.running_mean (missing)",
                                 "Conv2d_1a_3x3.conv.weight (shape [32, 32, 3, 3], expected [32, 3, 3, 3])",
                                 "Mixed_7c.branch_pool.bn.bias (type I32", "Mixed_5b.branch1x1 (its numbers are not finite",
                                 "bad.safetensors"})
            QVERIFY2(message.find(part) != std::string::npos, message.c_str());
        QVERIFY2(message.find("wrong kind") == std::string::npos, message.c_str());
        QVERIFY2(message.find("more") == std::string::npos, message.c_str());
    }

    void aLongListIsCutShort()
    {
        fixture::Parameters other;
        other["conv1.weight"] = m_parameters["fc.bias"];
        const std::string message = failure(other);
        QVERIFY2(message.find("and 450 more") != std::string::npos, message.c_str());  // 94 convolutions of 5 arrays
        QVERIFY(message.size() < 2000);
    }

    void extraParametersAreNotNeeded()
    {
        fixture::Parameters slim = m_parameters;
        std::erase_if(slim, [](const auto &entry) {
            return entry.first.starts_with("AuxLogits.") || entry.first.starts_with("fc.") ||
                   entry.first.ends_with("num_batches_tracked");
        });
        QCOMPARE(slim.size(), std::size_t(470));
        QCOMPARE(failure(slim), std::string("accepted"));
    }

    void seededWeights()
    {
        const auto make = [](std::uint64_t seed) {
            return makeBackbone(backboneSpec("inception_v3"), {}, seed, chooseDevice("cpu"), Precision::Float32);
        };
        const auto first = make(1);
        QVERIFY(first->isUntrained());
        const Features a = features(*first, m_images);
        QCOMPARE(features(*make(1), m_images), a);
        QVERIFY(features(*make(2), m_images) != a);
        QVERIFY2(maximum(a) > 1e-2 && maximum(a) < 1e2, std::to_string(maximum(a)).c_str());
        QVERIFY(row(a, 0) != row(a, 1));
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
        QCOMPARE(kindOf([&] { load(path("good.safetensors"), Precision::Float16); }), ErrorKind::Device);
        QCOMPARE(kindOf([&] { load(path("absent.safetensors")); }), ErrorKind::File);
        QCOMPARE(kindOf([&] { backboneSpec("vgg99"); }), ErrorKind::Weights);
    }

private:
    QTemporaryDir m_folder;
    fixture::Parameters m_parameters;
    std::unique_ptr<Backbone> m_backbone;
    Features m_golden;
    std::vector<Image> m_images;
};

QTEST_GUILESS_MAIN(BackboneTest)
#include "backbone_test.moc"
