#include <QTemporaryDir>
#include <QTest>

#include <torch/script.h>

#include <cmath>
#include <fstream>

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/nn/networks/network_description.h"
#include "core/nn/networks/torchscript.h"
#include "tests/base/error_kind_name.h"

using namespace dank;

/// A user's own network: the description beside it, what it answers, and what is told when the two disagree.
class TorchScriptTest : public QObject {
    Q_OBJECT

    static constexpr const char *kGood =
        R"({"title": "Means", "input_side": 8, "columns": 3, "mean": [0.5, 0.25, 0], "std": [0.5, 1, 2]})";

    /// Saves a program whose forward() is `body`, with `description` beside it.
    std::filesystem::path program(const std::string &name, const std::string &body, const std::string &description)
    {
        torch::jit::Module module("own");
        module.define("def forward(self, x):\n    " + body + "\n");
        const std::filesystem::path file = std::filesystem::path(m_folder.path().toStdString()) / (name + ".pt");
        module.save(file.string());
        if (!description.empty())
            writeFileAtomically(networkDescriptionPath(file), description);
        return file;
    }

    static std::string refusal(const std::filesystem::path &file)
    {
        try {
            makeTorchScriptBackbone(torchScriptSpec(file), file, chooseDevice("cpu"), Precision::Float32);
        } catch (const Error &error) {
            return std::string(errorKindName(error.kind())) + ": " + error.what();
        }
        return "accepted";
    }

    QTemporaryDir m_folder;

private Q_SLOTS:
    void answersWithTheDescribedPreprocessing()
    {
        const auto file = program("means", "return x.mean([2, 3])", kGood);
        const BackboneSpec spec = torchScriptSpec(file);
        QCOMPARE(spec.title, std::string("Means"));
        QCOMPARE(spec.inputSide, 8);
        QCOMPARE(spec.cropSide, 8);
        const auto backbone = makeTorchScriptBackbone(spec, file, chooseDevice("cpu"), Precision::Float32);
        Image image{8, 8, {}};
        for (int i = 0; i < 64; ++i)
            image.rgb.insert(image.rgb.end(), {255, 51, 102});
        std::vector<float> out(6);
        backbone->extract(std::vector{image, image}, out);
        for (int row = 0; row < 2; ++row) {
            QVERIFY(std::abs(out[row * 3] - 1) < 1e-6);            // (1 - 0.5) / 0.5
            QVERIFY(std::abs(out[row * 3 + 1] - (-0.05)) < 1e-6);  // 0.2 - 0.25
            QVERIFY(std::abs(out[row * 3 + 2] - 0.2) < 1e-6);      // 0.4 / 2
        }
    }

    void disagreementsAreTold_data()
    {
        QTest::addColumn<QString>("body");
        QTest::addColumn<QString>("description");
        QTest::addColumn<QString>("told");
        const QString good = kGood;
        QTest::newRow("no description") << "return x.mean([2, 3])"
                                        << ""
                                        << "input_side, columns, mean and std";
        QTest::newRow("not JSON") << "return x.mean([2, 3])"
                                  << "mean: 0.5"
                                  << "not valid JSON";
        QTest::newRow("field missing") << "return x.mean([2, 3])"
                                       << R"({"input_side": 8})"
                                       << "'columns' is missing";
        QTest::newRow("side too large") << "return x.mean([2, 3])" << QString(good).replace("8,", "800000,")
                                        << "'input_side' is not a whole number of 8 to 2048";
        QTest::newRow("std of nothing") << "return x.mean([2, 3])"
                                        << QString(good).replace("[0.5, 1, 2]", "[0.5, 0, 2]") << "above 0";
        QTest::newRow("mean of two") << "return x.mean([2, 3])"
                                     << QString(good).replace("[0.5, 0.25, 0]", "[0.5, 0.25]")
                                     << "'mean' is not a list of 3";
        QTest::newRow("other width") << "return x.mean([1, 2])" << good << "not [2, 3]";
        QTest::newRow("a map") << "return x" << good << "not [2, 3]";
        QTest::newRow("no tensor") << "return 3" << good << "not a tensor";
        QTest::newRow("throws") << "return x.view([7, 7])" << good << "cannot be used as a network";
    }
    void disagreementsAreTold()
    {
        QFETCH(QString, body);
        QFETCH(QString, description);
        QFETCH(QString, told);
        const auto file =
            program(std::string("bad") + QTest::currentDataTag(), body.toStdString(), description.toStdString());
        const QString message = QString::fromStdString(refusal(file));
        QVERIFY2(message.startsWith("weights: "), qPrintable(message));
        QVERIFY2(message.contains(told), qPrintable(message));
        QVERIFY2(message.count('\n') == 0 && message.size() < 500, qPrintable(message));
    }

    void whatIsNoProgramIsRefused()
    {
        const std::filesystem::path file = std::filesystem::path(m_folder.path().toStdString()) / "text.pt";
        writeFileAtomically(file, "hello");
        writeFileAtomically(networkDescriptionPath(file), kGood);
        QVERIFY(QString::fromStdString(refusal(file)).startsWith("weights: "));
    }
};

QTEST_GUILESS_MAIN(TorchScriptTest)
#include "torchscript_test.moc"
