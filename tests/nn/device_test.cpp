#include <QRegularExpression>
#include <QTest>

#include "core/base/error.h"
#include "core/nn/device.h"

using namespace dank;

class DeviceTest : public QObject {
    Q_OBJECT

private slots:
    void cpuIsAlwaysThere()
    {
        const Device cpu = chooseDevice("cpu");
        QCOMPARE(cpu.name, std::string("cpu"));
        QVERIFY(!cpu.isCuda());
        QVERIFY(cpu.note.empty());
        QVERIFY(cpu.description.starts_with("CPU, "));
        QCOMPARE(availableDevices().front().name, std::string("cpu"));
    }

    void autoTakesCudaOrSaysWhyNot()
    {
        const Device device = chooseDevice("auto");
        const bool hasCuda = availableDevices().size() > 1;
        QCOMPARE(device.isCuda(), hasCuda);
        QCOMPARE(device.note.find("CUDA") != std::string::npos, !hasCuda);
    }

    void absentCudaIsADeviceError()
    {
        const auto count = availableDevices().size() - 1;
        const std::string request = "cuda:" + std::to_string(count);
        try {
            chooseDevice(request);
            QFAIL("a device that is not there was accepted");
        } catch (const Error &error) {
            QCOMPARE(error.kind(), ErrorKind::Device);
            QVERIFY(std::string(error.what()).find(request) != std::string::npos);
        }
    }

    void otherWordsAreAFormatError_data()
    {
        QTest::addColumn<QString>("request");
        for (const char *word : {"", "gpu", "CPU", "cuda:", "cuda:x", "cuda:-1", "cuda:1x", "cuda:99999999999", "cpu "})
            QTest::newRow(word) << word;
    }
    void otherWordsAreAFormatError()
    {
        QFETCH(QString, request);
        try {
            chooseDevice(request.toStdString());
            QFAIL("accepted");
        } catch (const Error &error) {
            QCOMPARE(error.kind(), ErrorKind::Format);
        }
    }

    void namesPrecisionsAndVersion()
    {
        QCOMPARE(precisionName(Precision::Float32), "fp32");
        QCOMPARE(precisionName(Precision::BFloat16), "bf16");
        QCOMPARE(precisionName(Precision::Float16), "fp16");
        QCOMPARE(precisionName(Precision::TensorFloat32), "tf32");
        QVERIFY(QRegularExpression("^[1-9][0-9.]+").match(QString::fromStdString(torchVersion())).hasMatch());
    }
};

QTEST_GUILESS_MAIN(DeviceTest)
#include "device_test.moc"
