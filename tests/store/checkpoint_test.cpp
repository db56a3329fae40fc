#include <QTemporaryDir>
#include <QTest>

#include <QProcess>
#include <sys/resource.h>

#include <csignal>
#include <fstream>

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/store/checkpoint.h"
#include "core/weights/safetensors.h"
#include "store_helper.h"

using namespace dank;
namespace fs = std::filesystem;

namespace {

bool same(const TrainingState &left, const TrainingState &right)
{
    return left.epoch == right.epoch && left.step == right.step && left.parameters == right.parameters
           && left.firstMoment == right.firstMoment && left.secondMoment == right.secondMoment
           && left.best == right.best && left.bestEpoch == right.bestEpoch && left.curve == right.curve
           && left.featureMean == right.featureMean && left.featureScale == right.featureScale;
}

TrainingState tiny(int epoch)
{
    TrainingState state = stateOfEpoch(epoch);
    for (auto *values : {&state.parameters, &state.firstMoment, &state.secondMoment, &state.best})
        values->resize(3);
    return state;
}

class Folder {
public:
    fs::path path() const { return m_folder.path().toStdString(); }
    fs::path a() const { return path() / "checkpoint.a"; }
    fs::path b() const { return path() / "checkpoint.b"; }

private:
    QTemporaryDir m_folder;
};

int epochOf(const CheckpointFile &file)
{
    const auto state = file.load();
    return state ? state->epoch : 0;
}

/// In place: shortening and rewriting a file thousands of times would wait for the disk each time.
void setByte(const fs::path &path, std::size_t offset, std::byte value)
{
    std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(std::streamoff(offset));
    file.put(char(value));
}

}  // namespace

class TestCheckpoint : public QObject {
    Q_OBJECT
private slots:
    void roundTrip()
    {
        Folder folder;
        CheckpointFile file{folder.path() / "new" / "folder"};
        QVERIFY(!file.load());
        const TrainingState state = stateOfEpoch(20);
        file.save(state);
        file.sync();
        QVERIFY(same(*file.load(), state));
        TrainingState velocityOnly = stateOfEpoch(21);  // gradient descent with momentum keeps no second moment
        velocityOnly.secondMoment.clear();
        file.save(velocityOnly);
        QVERIFY(same(*file.load(), velocityOnly));
        file.save(state);
        TrainingState empty;
        empty.epoch = 22;
        file.save(empty);
        QVERIFY(same(*file.load(), empty));
        // Any reader of safetensors can look into one.
        const TensorFile slot = openSafetensors(folder.path() / "new" / "folder" / "checkpoint.a");
        QVERIFY(slot.find("parameters")->toFloat() == state.parameters);
    }

    void slotsTakeTurns()
    {
        Folder folder;
        CheckpointFile file{folder.path()};
        for (int epoch = 1; epoch <= 6; ++epoch) {
            file.save(tiny(epoch));
            QVERIFY(same(*file.load(), tiny(epoch)));
        }
        // With the newest gone, the one before it is there.
        fs::remove(folder.b());
        QCOMPARE(epochOf(file), 5);
    }

    void reopeningSparesTheNewest_data()
    {
        QTest::addColumn<int>("epochs");
        for (int epochs = 1; epochs <= 4; ++epochs)
            QTest::addRow("%d", epochs) << epochs;
    }
    void reopeningSparesTheNewest()
    {
        QFETCH(int, epochs);
        Folder folder;
        for (int epoch = 1; epoch <= epochs; ++epoch)
            CheckpointFile{folder.path()}.save(tiny(epoch));
        const fs::path newest = epochs % 2 ? folder.a() : folder.b();
        const fs::file_time_type before = fs::last_write_time(newest);
        CheckpointFile file{folder.path()};
        file.save(tiny(epochs + 1));
        QCOMPARE(epochOf(file), epochs + 1);
        QVERIFY(fs::last_write_time(newest) == before);
        fs::remove(epochs % 2 ? folder.b() : folder.a());
        QCOMPARE(epochOf(file), epochs);
    }

    void tornAtEveryByte()
    {
        Folder folder;
        CheckpointFile file{folder.path()};
        file.save(tiny(1));
        file.save(tiny(2));
        const auto whole = readFile(folder.b(), 1 << 20);
        for (std::size_t size = whole.size(); size-- > 0;) {
            fs::resize_file(folder.b(), size);
            QCOMPARE(epochOf(file), 1);
        }
    }

    void everyBitFlipped()
    {
        Folder folder;
        CheckpointFile file{folder.path()};
        file.save(tiny(1));
        file.save(tiny(2));
        const auto whole = readFile(folder.b(), 1 << 20);
        int harmless = 0;
        for (std::size_t bit = 0; bit < whole.size() * 8; ++bit) {
            setByte(folder.b(), bit / 8, whole[bit / 8] ^ std::byte(1 << bit % 8));
            const auto state = file.load();
            setByte(folder.b(), bit / 8, whole[bit / 8]);
            QVERIFY(state);
            // Only white space of the header may change unnoticed: then all numbers are still there.
            if (state->epoch == 1)
                continue;
            QVERIFY(same(*state, tiny(2)));
            ++harmless;
        }
        QVERIFY2(harmless < 64, qPrintable(QString::number(harmless)));
    }

    void damagedIsPassedOver()
    {
        Folder folder;
        std::ofstream(folder.a()) << "nonsense";
        CheckpointFile file{folder.path()};
        QVERIFY(!file.load());
        file.save(tiny(1));
        QCOMPARE(epochOf(file), 1);
        // A safetensors file of another kind is none either.
        const std::vector<float> values{1};
        const std::vector<TensorToWrite> tensors{{"parameters", DType::F32, {1}, std::as_bytes(std::span(values))}};
        writeSafetensors(folder.b(), tensors, {});
        QCOMPARE(epochOf(file), 1);
        fs::remove(folder.b());
        fs::create_directory(folder.b());
        QCOMPARE(epochOf(file), 1);
    }

    void fullDiskLeavesTheOtherSlot()
    {
        Folder folder;
        CheckpointFile file{folder.path()};
        file.save(stateOfEpoch(1));
        // A limit on the file's size stands in for a full disk; SIGXFSZ is ignored so that writes fail instead.
        std::signal(SIGXFSZ, SIG_IGN);
        rlimit old{};
        ::getrlimit(RLIMIT_FSIZE, &old);
        rlimit small = old;
        small.rlim_cur = 100000;
        ::setrlimit(RLIMIT_FSIZE, &small);
        int refused = 0;
        for (int i = 0; i < 2; ++i) {  // a second try must not turn to the good slot
            try {
                file.save(stateOfEpoch(2));
            } catch (const Error &) {
                ++refused;
            }
        }
        ::setrlimit(RLIMIT_FSIZE, &old);
        QCOMPARE(refused, 2);
        QCOMPARE(epochOf(file), 1);
        file.save(stateOfEpoch(2));
        QCOMPARE(epochOf(file), 2);
    }

    void killedWhileSaving()
    {
        Folder folder;
        for (int round = 0; round < 8; ++round) {
            const fs::path path = folder.path() / std::to_string(round);
            QProcess helper;
            helper.start(QStringLiteral(DANK_BIN "/store_helper"),
                         {"checkpoint", QString::fromStdString(path.string())});
            QVERIFY(helper.waitForStarted());
            QByteArray said;
            while (!said.contains("\n1\n")) {
                QVERIFY2(helper.waitForReadyRead(60'000), "the helper got nowhere");
                said += helper.readAllStandardOutput();
            }
            QTest::qWait(17 * round);
            helper.kill();
            helper.waitForFinished();
            said += helper.readAllStandardOutput();
            const int reported = said.left(said.lastIndexOf('\n')).split('\n').last().toInt();
            QVERIFY(reported >= 1);
            const auto state = CheckpointFile{path}.load();
            QVERIFY(state);
            // The one that was reported last, or the next, which was whole before it could be reported.
            QVERIFY(state->epoch == reported || state->epoch == reported + 1);
            QVERIFY(same(*state, stateOfEpoch(state->epoch)));
        }
    }
};

QTEST_GUILESS_MAIN(TestCheckpoint)
#include "checkpoint_test.moc"
