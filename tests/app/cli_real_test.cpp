#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include "tests/app/dank_process.h"

using namespace Qt::StringLiterals;

/// `dank demo --real`, and the same network with `dank weights add`: a network that was really trained, as
/// packaging/test.sh fetches it.
class TestCliReal : public QObject {
    Q_OBJECT

private slots:
    void withoutNodeItSaysWhatToDo()
    {
        const QByteArray path = qgetenv("PATH");
        qputenv("PATH", "/nowhere");
        const Outcome run = runDank(library({"demo", "--real"}));
        qputenv("PATH", path);
        QCOMPARE(run.code, 1);
        QVERIFY2(run.err.contains("there is no node. Install both, or leave --real out."), run.err);
        QCOMPARE(runDank(library({"demo", "--real", "--backbone", "vgg16"})).code, 2);
    }

    void theDemoLearnsWithIt()
    {
        const QString fetched = qEnvironmentVariable("DANK_TEST_INCEPTION");
        if (fetched.isEmpty())
            QSKIP(
                "DANK_TEST_INCEPTION names no folder with the model: packaging/test.sh fetches it where npm is there");
        const QString folder = path("library/trained/nsfwjs-4.3.0");
        QVERIFY(QDir().mkpath(folder));
        for (const QString &file : QDir(fetched).entryList(QDir::Files))
            QVERIFY(QFile::copy(fetched + "/" + file, folder + "/" + file));
        const Outcome demo = runDank(library({"demo", path("sample"), "--real", "--count", "40", "--json"}));
        QVERIFY2(demo.code == 0, demo.err);
        const QJsonObject document = demo.object();
        QCOMPARE(document["untrained"], QJsonValue(false));
        QVERIFY(!document["scores"].toArray().isEmpty());
        const QString model = document["model"].toString();

        // Without a word about how its pictures were given the file is not installed.
        const QString file = folder + "/model.json";
        const Outcome asks = runDank(library({"weights", "add", file}));
        QCOMPARE(asks.code, 1);
        QVERIFY2(asks.err.contains("Inception V3 in Keras' names, with a head for 5 classes")
                     && asks.err.contains("--convention unit"),
                 asks.err);
        QVERIFY(!QFile::exists(path("library/weights/inception_v3.safetensors")));
        const Outcome added = runDank(library({"weights", "add", file, "--convention", "unit"}));
        QVERIFY2(added.code == 0, added.err);
        QCOMPARE(runDank(library({"weights", "verify"})).code, 0);

        // The model finds the installed weights by what is in them, and rates a picture as it did.
        QVERIFY(QDir(path("library/trained")).removeRecursively());
        const QStringList pictures = QDir(path("sample/memes")).entryList({"*.jpg"}, QDir::Files);
        QVERIFY(!pictures.isEmpty());
        QVERIFY(QFile::copy(path("sample/memes/") + pictures.front(), path("copy.jpg")));
        QFile copy(path("copy.jpg"));
        QVERIFY(copy.open(QIODevice::Append));
        copy.write("x");  // another file, the same picture: it has to be computed
        copy.close();
        const Outcome rated = runDank(
            library({"rate", model, path("sample/memes/") + pictures.front(), path("copy.jpg"), "--format", "csv"}));
        QVERIFY2(rated.code == 0, rated.err + rated.out);
        QCOMPARE(rated.out.count('\n'), 3);
        const Outcome backbones = runDank(library({"extract", document["db"].toString(), "--json"}));
        QVERIFY2(backbones.code == 0, backbones.err);
        QVERIFY2(backbones.object()["backbone"].toString().contains("/unit-"), backbones.out);
        QCOMPARE(backbones.object()["computed"].toInt(), 0);  // all were known by the same id
    }

private:
    QString path(const QString &name) const { return m_folder.filePath(name); }
    QStringList library(const QStringList &rest) const { return QStringList{"--library", path("library")} + rest; }

    QTemporaryDir m_folder;
};

QTEST_GUILESS_MAIN(TestCliReal)
#include "cli_real_test.moc"
