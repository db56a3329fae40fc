#include <QTest>

#include <fstream>

#include "core/base/hash.h"
#include "tests/store/model_file_fixture.h"

using namespace dank;

namespace {

/// In place: writing a file anew thousands of times would wait for the disk each time.
void setByte(const fs::path &path, std::size_t offset, std::byte value)
{
    std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(std::streamoff(offset));
    file.put(char(value));
}

std::string textOf(const fs::path &path)
{
    return readTextFile(path, 1 << 20);
}

}  // namespace

/// The checksum over the whole of a model's file.
class TestModelChecksum : public QObject {
    Q_OBJECT
private slots:
    void everyBitFlippedIsRefused()
    {
        File file;
        saveModel(example(), file.path());
        const auto whole = readFile(file.path(), 1 << 20);
        int told = 0;
        for (std::size_t bit = 0; bit < whole.size() * 8; ++bit) {
            setByte(file.path(), bit / 8, whole[bit / 8] ^ std::byte(1 << bit % 8));
            const QString said = refusal(file.path());
            QVERIFY2(said.startsWith("format: ") && said.endsWith('.'),
                     qPrintable(QString("bit %1: %2").arg(bit).arg(said)));
            told += said.contains("its checksum is another");
            setByte(file.path(), bit / 8, whole[bit / 8]);
        }
        QVERIFY(told > int(whole.size()));  // the rest is no model any more
        QCOMPARE(refusal(file.path()), QString("taken"));
    }

    /// XXH3-128 of the file with zeros for the digits: what another program would compute.
    void itIsOfTheWholeFile()
    {
        File file;
        saveModel(example(), file.path());
        std::string text = textOf(file.path());
        const std::string key = "\"dank_hash\":\"";
        const std::size_t at = text.find(key) + key.size();
        const std::string sum = text.substr(at, 32);
        text.replace(at, 32, 32, '0');
        QCOMPARE(sum, hashText(text));
        QVERIFY(modelFileNote(file.path()).empty());
        // The same model, the same bytes; another model, another sum.
        const std::string before = textOf(file.path());
        saveModel(example(), file.path());
        QCOMPARE(textOf(file.path()), before);
        Model other = example();
        other.layers[0].weight[1] = 0.0F;
        saveModel(other, file.path());
        QVERIFY(textOf(file.path()).substr(at, 32) != sum);
    }

    void olderFilesAreTakenAndTold()
    {
        File file;
        saveModel(example(), file.path());
        rewrite(file.path(), {});  // without one
        QCOMPARE(refusal(file.path()), QString("taken"));
        QVERIFY(modelFileNote(file.path()).starts_with("an older file without a checksum"));
    }

    /// A text in the model that reads like the entry is not taken for it.
    void aLikenessInTheModelIsNoChecksum()
    {
        File file;
        Model model = example();
        model.referenceName = "\"dank_hash\":\"00000000000000000000000000000000\"";
        saveModel(model, file.path());
        QCOMPARE(loadModel(file.path()).referenceName, model.referenceName);
    }

    void otherEntriesAreRefused()
    {
        File file;
        saveModel(example(), file.path());
        const TensorFile written = parseSafetensors(readFile(file.path(), 1 << 20));
        std::vector<TensorToWrite> tensors;
        for (const auto &[name, view] : written.tensors())
            tensors.push_back({name, view.type, view.shape, view.bytes});
        auto metadata = written.metadata();
        auto entry = metadata.extract("dank_hash");
        entry.key() = "dank_hasi";  // one bit of it
        metadata.insert(std::move(entry));
        writeSafetensors(file.path(), tensors, metadata);
        QVERIFY(refusal(file.path()).contains("has the entry 'dank_hasi', which no model has"));
        metadata["dank_hash"] = "short";
        metadata.erase("dank_hasi");
        writeSafetensors(file.path(), tensors, metadata);
        QVERIFY(refusal(file.path()).contains("its checksum is another"));
    }
};

QTEST_GUILESS_MAIN(TestModelChecksum)
#include "model_checksum_test.moc"
