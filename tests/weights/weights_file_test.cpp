#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include <memory>
#include <span>

#include "core/base/error.h"
#include "core/weights/weights_file.h"
#include "tests/weights/weight_fixtures.h"

using namespace dank;

namespace {

void write(const std::filesystem::path &path, const QByteArray &bytes)
{
    QFile file(QString::fromStdString(path.string()));
    if (!file.open(QIODevice::WriteOnly) || file.write(bytes) != bytes.size())
        qFatal("cannot write %s", path.c_str());
}

TensorFile inMemory(const std::string &name, DType type, std::vector<std::int64_t> shape, std::vector<float> values)
{
    const auto owner = std::make_shared<std::vector<float>>(std::move(values));
    return TensorFile("memory", {{name, {type, std::move(shape), std::as_bytes(std::span(*owner))}}}, {}, owner);
}

}  // namespace

class TestWeightsFile : public QObject {
    Q_OBJECT
private slots:
    void containerByBytes_data()
    {
        QTest::addColumn<QString>("file");
        QTest::newRow("zip") << "state.zip.pth";
        QTest::newRow("legacy") << "state.legacy.pth";
        QTest::newRow("safetensors") << "state.safetensors";
    }
    /// Whatever it is called, the same tensors, the same hash, and byte for byte the same file after a conversion.
    void containerByBytes()
    {
        QFETCH(QString, file);
        QTemporaryDir folder;
        const std::filesystem::path misnamed = folder.filePath("weights.txt").toStdString();
        std::filesystem::copy_file(golden(file.toStdString()), misnamed);
        const TensorFile reference = openSafetensors(golden("state.safetensors"));
        const TensorFile opened = openWeightsFile(misnamed);
        QCOMPARE(difference(reference, opened), std::string());
        QCOMPARE(contentHash(opened), contentHash(reference));
        QVERIFY(!isTorchScript(misnamed));

        const std::filesystem::path out = folder.filePath("out.safetensors").toStdString();
        const std::filesystem::path again = folder.filePath("again.safetensors").toStdString();
        convertToSafetensors(opened, out, {{"source", "a test"}});
        convertToSafetensors(reference, again, {{"source", "a test"}});
        QVERIFY(bytesOf(out) == bytesOf(again));
        const TensorFile converted = openWeightsFile(out);
        QCOMPARE(difference(reference, converted), std::string());
        QCOMPARE(converted.metadata().at("source"), std::string("a test"));
        QCOMPARE(contentHash(converted), contentHash(reference));
        // Aligned in the file: the header is padded to 8 and the widest elements come first.
        const auto *const begin = converted.find("bn.num_batches_tracked")->bytes.data();
        for (const auto &[name, view] : converted.tensors())
            if (!view.bytes.empty())
                QCOMPARE((view.bytes.data() - begin) % std::ptrdiff_t(dtypeSize(view.type)), std::ptrdiff_t(0));
    }

    void hashTellsThemApart()
    {
        const std::string hash = contentHash(inMemory("w", DType::F32, {2, 2}, {1, 2, 3, 4}));
        QCOMPARE(hash.size(), std::size_t(32));
        QCOMPARE(hash, contentHash(inMemory("w", DType::F32, {2, 2}, {1, 2, 3, 4})));
        QVERIFY(hash != contentHash(inMemory("v", DType::F32, {2, 2}, {1, 2, 3, 4})));
        QVERIFY(hash != contentHash(inMemory("w", DType::F32, {4}, {1, 2, 3, 4})));
        QVERIFY(hash != contentHash(inMemory("w", DType::I32, {2, 2}, {1, 2, 3, 4})));
        QVERIFY(hash != contentHash(inMemory("w", DType::F32, {2, 2}, {1, 2, 3, 5})));
    }

    void torchScript()
    {
        QVERIFY(isTorchScript(golden("network.pt")));
        QVERIFY(!isTorchScript(golden("state.safetensors")));
        QVERIFY(!isTorchScript(golden("hostile/zip_names_differ.pth")));
        QVERIFY_THROWS_EXCEPTION(Error, isTorchScript("/nowhere/a.pt"));
        try {
            openWeightsFile(golden("network.pt"));
            QFAIL("TorchScript was taken for weights");
        } catch (const Error &error) {
            QCOMPARE(error.kind(), ErrorKind::Format);
            const QString text = error.what();
            QVERIFY2(text.contains("network.pt' is not a weights file: it is TorchScript, a network that is a program"),
                     error.what());
            QVERIFY(text.contains("--backbone FILE"));
        }
    }

    void otherFiles_data()
    {
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<QString>("reason");
        const auto row = [](const char *name, const QByteArray &bytes, const char *reason) {
            QTest::newRow(name) << bytes << reason;
        };
        const char *const page = "it is a web page, probably an error message saved as a file: download it again";
        row("empty", {}, "it is empty");
        row("page", "<!DOCTYPE html>\n<html><head><title>404</title></head></html>\n", page);
        row("page in capitals", "\xef\xbb\xbf \n<HTML><body>Forbidden</body>", page);
        row("xml", "<?xml version=\"1.0\"?><Error><Code>AccessDenied</Code></Error>", "a server's error message");
        row("text", "weights go here\n", "it is a text file");
        row("text, cut inside a letter", QByteArray(1023, 'a') + "ä", "it is a text file");
        row("JSON", "{\"error\": \"not found\"}", "it is a JSON text");
        row("LFS", "version https://git-lfs.example/spec/v1\noid sha256:00\nsize 1\n", "Git LFS's note");
        row("gzip", "\x1f\x8b\x08\x08rest", "compressed with gzip: unpack it first");
        row("HDF5", QByteArray("\x89HDF\r\n\x1a\n\0\0\0\0", 12), "it is cut off or damaged");
        row("ONNX",
            QByteArray("\x08\x07\x12\x07pytorch\x1a\x05"
                       "1.9.0",
                       18),
            "it seems to be an ONNX model");
        row("NumPy", "\x93NUMPY\x01", "a NumPy array");
        row("picture", "\x89PNG\r\n\x1a\n", "it is a picture");
        row("bare pickle", QByteArray("\x80\x04}.", 4), "a Python pickle that torch.save did not write");
        row("noise", QByteArray("\xde\xad\xbe\xef\0\1\2\3\xff\xff\xff\xff", 12), "it is neither safetensors nor");
        row("header length of a text", "const x={};\n", "it is a text file");
        QByteArray tar(1024, '\0');
        tar.replace(0, 8, "storages");
        tar.replace(257, 5, "ustar");
        row("tar", tar, "the tar archive that PyTorch wrote before 2017; in Python, load it and save it again");
        row("cut safetensors", QByteArray("\x40\0\0\0\0\0\0\0{\"a\":", 14), "it ends inside its header");
        row("cut zip", QByteArray("PK\x03\x04", 4), "does not end where it should");
        row("NumPy's zip", QByteArray(), "a zip archive without PyTorch's data.pkl");
        row("protocol 4", QByteArray(), "has protocol 4, not 2; in Python, save it again without a pickle_protocol");
    }
    /// Each by what it is, under the name that a weights file would have.
    void otherFiles()
    {
        QFETCH(QByteArray, bytes);
        QFETCH(QString, reason);
        QTemporaryDir folder;
        const std::filesystem::path path = folder.filePath("inception_v3_google-0cc3c7bd.pth").toStdString();
        write(path, bytes);
        if (QTest::currentDataTag() == QByteArray("NumPy's zip"))
            std::filesystem::copy_file(golden("hostile/zip_other.pth"), path,
                                       std::filesystem::copy_options::overwrite_existing);
        if (QTest::currentDataTag() == QByteArray("protocol 4"))
            std::filesystem::copy_file(golden("protocol4.pth"), path,
                                       std::filesystem::copy_options::overwrite_existing);
        try {
            openWeightsFile(path);
            QFAIL("it was opened");
        } catch (const Error &error) {
            QCOMPARE(error.kind(), ErrorKind::Format);
            QCOMPARE(error.path(), path);
            QVERIFY2(QString(error.what()).contains(reason), error.what());
            QVERIFY2(QString(error.what()).contains("inception_v3_google-0cc3c7bd.pth"), error.what());
        }
        QVERIFY(!isTorchScript(path));
    }

    void notAFile()
    {
        QTemporaryDir folder;
        QVERIFY_THROWS_EXCEPTION(Error, openWeightsFile(folder.path().toStdString()));
        QVERIFY_THROWS_EXCEPTION(Error, openWeightsFile(folder.filePath("missing").toStdString()));
    }

    /// A conversion that cannot be written leaves what was there.
    void failedConversionLeavesTheOldFile()
    {
        QTemporaryDir folder;
        const std::filesystem::path path = folder.filePath("a.safetensors").toStdString();
        write(path, "old");
        const TensorFile bad("memory", {{"\xff", {DType::F32, {0}, {}}}}, {}, nullptr);
        QVERIFY_THROWS_EXCEPTION(Error, convertToSafetensors(bad, path, {}));
        QVERIFY(bytesOf(path).size() == 3);
        QCOMPARE(std::distance(std::filesystem::directory_iterator(folder.path().toStdString()), {}), 1);
    }
};

QTEST_GUILESS_MAIN(TestWeightsFile)
#include "weights_file_test.moc"
