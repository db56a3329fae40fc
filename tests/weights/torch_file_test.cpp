#include <QTest>

#include "core/base/error.h"
#include "core/weights/safetensors.h"
#include "core/weights/weights_file.h"
#include "tests/weights/weight_fixtures.h"

using namespace dank;

class TestTorchFile : public QObject {
    Q_OBJECT
private slots:
    void sameBits_data()
    {
        QTest::addColumn<QString>("file");
        QTest::addColumn<QString>("expected");
        QTest::newRow("zip") << "state.zip.pth"
                             << "state.safetensors";
        QTest::newRow("legacy") << "state.legacy.pth"
                                << "state.safetensors";
        QTest::newRow("checkpoint, zip") << "checkpoint.zip.pth"
                                         << "checkpoint.safetensors";
        QTest::newRow("checkpoint, legacy") << "checkpoint.legacy.pth"
                                            << "checkpoint.safetensors";
        QTest::newRow("under \"model\"") << "model_wrapper.pth"
                                         << "checkpoint.safetensors";
        QTest::newRow("beside a tensor") << "imagenet.pth"
                                         << "checkpoint.safetensors";
        QTest::newRow("under \"net\", beside numbers") << "net_wrapper.pth"
                                                       << "checkpoint.safetensors";
        QTest::newRow("under \"ema\", beside a tensor") << "ema_wrapper.pth"
                                                        << "checkpoint.safetensors";
        QTest::newRow("a plain dict") << "plain_dict.pth"
                                      << "checkpoint.safetensors";
        QTest::newRow("Python 2") << "python2.pth"
                                  << "python2.safetensors";
    }
    void sameBits()
    {
        QFETCH(QString, file);
        QFETCH(QString, expected);
        const TensorFile reference = openSafetensors(golden(expected.toStdString()));
        const std::filesystem::path path = golden(file.toStdString());
        const TensorFile opened = openWeightsFile(path);
        QCOMPARE(difference(reference, opened), std::string());
        QCOMPARE(opened.path(), path);
        QVERIFY(opened.metadata().empty());
        // The bytes given may go away before the result does.
        const TensorFile parsed = parseWeightsFile(bytesOf(path));
        QCOMPARE(difference(reference, parsed), std::string());
    }

    void everyTypeIsThere()
    {
        const TensorFile file = openWeightsFile(golden("state.zip.pth"));
        QCOMPARE(file.find("short")->type, DType::I16);
        QCOMPARE(file.find("char")->type, DType::I8);
        QCOMPARE(file.find("byte")->type, DType::U8);
        QCOMPARE(file.find("bool")->type, DType::Bool);
        QCOMPARE(file.find("bfloat")->type, DType::BF16);
        QVERIFY(file.find("scalar")->shape.empty());
        QCOMPARE(file.find("scalar")->toFloat().at(0), -0.5F);
        QVERIFY((file.find("transposed")->shape == std::vector<std::int64_t>{5, 3}));
        QVERIFY(file.find("größe.重み"));
    }

    /// A whole file stays in place: only what does not lie in row-major order is copied.
    void legacyTensorsAreViews()
    {
        const TensorFile file = openWeightsFile(golden("state.legacy.pth"));
        QCOMPARE(file.find("shared.last")->bytes.data(), file.find("shared.first")->bytes.data() + 3 * sizeof(float));
        QVERIFY(file.find("special")->bytes.data() > file.find("shared.first")->bytes.data() - 4096);
    }

    void truncated_data()
    {
        QTest::addColumn<QString>("file");
        for (const char *const file :
             {"state.zip.pth", "state.legacy.pth", "checkpoint.zip.pth", "checkpoint.legacy.pth", "python2.pth"})
            QTest::newRow(file) << file;
    }
    void truncated()
    {
        QFETCH(QString, file);
        const auto whole = bytesOf(golden(file.toStdString()));
        for (std::size_t size = 0; size < whole.size(); ++size) {
            bool refused = false;
            try {
                parseWeightsFile(std::span(whole).first(size));
            } catch (const Error &error) {
                refused = error.kind() == ErrorKind::Format;
            }
            QVERIFY2(refused, qPrintable(QString("cut at %1").arg(size)));
        }
        auto longer = whole;
        longer.push_back(std::byte{0});
        QVERIFY_THROWS_EXCEPTION(Error, parseWeightsFile(longer));
    }

    /// Every tensor byte and every name is under a checksum; what may change unseen is what has no meaning here, such
    /// as dates and padding. Each bit is turned, alone.
    void flippedZip_data()
    {
        QTest::addColumn<QString>("file");
        QTest::newRow("state") << "state.zip.pth";
        QTest::newRow("checkpoint") << "checkpoint.zip.pth";
    }
    void flippedZip()
    {
        QFETCH(QString, file);
        const auto whole = bytesOf(golden(file.toStdString()));
        const TensorFile reference = parseWeightsFile(whole);
        auto flipped = whole;
        std::size_t refused = 0;
        for (std::size_t bit = 0; bit < whole.size() * 8; ++bit) {
            flipped[bit / 8] ^= std::byte(1u << bit % 8);
            try {
                const TensorFile read = parseWeightsFile(flipped);
                const std::string what = difference(reference, read);
                QVERIFY2(what.empty(), qPrintable(QString("bit %1: ").arg(bit) + QString::fromStdString(what)));
            } catch (const Error &error) {
                QCOMPARE(error.kind(), ErrorKind::Format);
                ++refused;
            }
            flipped[bit / 8] = whole[bit / 8];
        }
        qInfo("%zu of %zu bits refused", refused, whole.size() * 8);
    }

    /// The older container has no checksum: a flipped bit may pass, but only as a file that is sound.
    void flippedLegacy()
    {
        const auto whole = bytesOf(golden("state.legacy.pth"));
        const TensorFile reference = parseWeightsFile(whole);
        auto flipped = whole;
        std::size_t refused = 0, shapes = 0;
        for (std::size_t bit = 0; bit < whole.size() * 8; ++bit) {
            flipped[bit / 8] ^= std::byte(1u << bit % 8);
            try {
                const TensorFile read = parseWeightsFile(flipped);
                readAll(read);
                for (const auto &[name, view] : read.tensors()) {
                    std::int64_t elements = 1;
                    for (const std::int64_t side : view.shape)
                        elements *= side;
                    shapes += elements * std::int64_t(dtypeSize(view.type)) == std::int64_t(view.bytes.size()) ? 0 : 1;
                }
            } catch (const Error &error) {
                QCOMPARE(error.kind(), ErrorKind::Format);
                ++refused;
            }
            flipped[bit / 8] = whole[bit / 8];
        }
        QCOMPARE(shapes, std::size_t(0));
        qInfo("%zu of %zu bits refused", refused, whole.size() * 8);
    }

    /// What people have is often a checkpoint of a training with more than weights in it: no attack.
    void ofSeveralThingsOneIsAskedFor_data()
    {
        QTest::addColumn<QString>("file");
        QTest::addColumn<QString>("reason");
        const auto checkpoint = [](const char *file, const char *what) {
            QTest::newRow(file) << file
                                << QString("is a checkpoint of a training, with more than weights in it (%1); if "
                                           "you trust it, save its state_dict alone in Python")
                                       .arg(what);
        };
        checkpoint("checkpoint_namespace.pth", "argparse.Namespace");
        checkpoint("checkpoint_numpy_scalar.pth", "numpy.core.multiarray.scalar");
        checkpoint("checkpoint_array.pth", "numpy.core.multiarray._reconstruct");
        checkpoint("checkpoint_set.pth", "__builtin__.set");
        checkpoint("checkpoint_path.pth", "pathlib.PurePosixPath");
        checkpoint("checkpoint_defaultdict.pth", "collections.defaultdict");
        checkpoint("checkpoint_time.pth", "datetime.datetime");
        checkpoint("checkpoint_bytes.pth", "_codecs.encode");
        QTest::newRow("two networks") << "two_networks.pth"
                                      << "it holds several networks' tensors ('generator', 'critic'); in Python, save "
                                         "the one that is meant alone";
    }
    void ofSeveralThingsOneIsAskedFor()
    {
        QFETCH(QString, file);
        QFETCH(QString, reason);
        try {
            openWeightsFile(golden(file.toStdString()));
            QFAIL("it was taken");
        } catch (const Error &error) {
            QCOMPARE(error.kind(), ErrorKind::Format);
            const QString message = error.what();
            QVERIFY2(message.contains(reason) && !message.contains("attack"), qPrintable(message));
        }
    }

    void missingFile()
    {
        try {
            openWeightsFile("/nowhere/a.pth");
            QFAIL("a missing file was opened");
        } catch (const Error &error) {
            QCOMPARE(error.kind(), ErrorKind::File);
        }
    }
};

QTEST_GUILESS_MAIN(TestTorchFile)
#include "torch_file_test.moc"
