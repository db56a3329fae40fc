#include <QFile>
#include <QTest>

#include <limits>

#include "core/learn/settings_list.h"
#include "core/store/run_export.h"

using namespace dank;

class TestEventFile : public QObject {
    Q_OBJECT
private slots:
    void crc()
    {
        QCOMPARE(crc32c("123456789"), 0xe3069283u);
        QCOMPARE(crc32c(""), 0u);
        QCOMPARE(crc32c(std::string(32, '\0')), 0x8a9136aau);  // RFC 3720, appendix B.4
        QCOMPARE(crc32c(std::string(32, '\xff')), 0x62a8ab43u);
    }

    /// Byte by byte what tests/reference/tensorboard_events.py wrote with Google's protobuf.
    void equalsTheReference()
    {
        EventFile file(1767322000.25);
        file.add(1767322001.5, 1,
                 std::vector<EventScalar>{{"loss/train", 0.1F},
                                          {"loss/validation", std::numeric_limits<float>::infinity()}});
        const std::string longTag = "ünïcode/" + std::string(200, 'x');
        file.add(1767322003.75, 300, std::vector<EventScalar>{{longTag, -1e30F}});
        file.add(1767322004.0, std::int64_t{1} << 40, {});
        QFile golden(QStringLiteral(DANK_TEST_DATA "/golden/events.tfevents"));
        QVERIFY(golden.open(QIODevice::ReadOnly));
        QCOMPARE(QByteArray::fromStdString(file.bytes()).toHex(), golden.readAll().toHex());
    }

    void settingsAreListedAndCompared()
    {
        TrainConfig first, second;
        second.hidden = {};
        second.learningRate = 0.5;
        second.within = true;
        const auto list = settingsList(first);
        QVERIFY(list.size() > 20);
        const auto valueOf = [](const TrainConfig &config, const std::string &key) {
            for (const Setting &setting : settingsList(config))
                if (setting.key == key)
                    return QString::fromStdString(setting.value);
            return QString("missing");
        };
        QCOMPARE(valueOf(first, "hidden"), QString("512,256,128,32,8"));
        QCOMPARE(valueOf(second, "hidden"), QString("none"));
        QCOMPARE(valueOf(first, "learning_rate"), QString("0.001"));
        QCOMPARE(valueOf(second, "within"), QString("yes"));
        QCOMPARE(valueOf(first, "loss"), QString("mse"));
        QVERIFY((differingSettings(std::vector<TrainConfig>{first, first, second})
                 == std::vector<std::string>{"hidden", "learning_rate", "within"}));
        QVERIFY(differingSettings(std::vector<TrainConfig>{first, first}).empty());
        QVERIFY(differingSettings({}).empty());
    }
};

QTEST_GUILESS_MAIN(TestEventFile)
#include "event_file_test.moc"
