// What a drag carries: told by its types and names, without touching a file; then what the files are.

#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QImage>
#include <QMimeData>
#include <QProcess>
#include <QSysInfo>
#include <QTemporaryDir>
#include <QTest>
#include <QUrl>

#include <fstream>

#include "ui/widgets/drop_content.h"
#include "ui/widgets/file_names.h"

using namespace dank::ui;
using Kind = DropContent::Kind;

class DropContentTest : public QObject {
    Q_OBJECT

    QTemporaryDir m_folder;

    QString file(const QString &name, const QByteArray &bytes = "x") const
    {
        const QString path = m_folder.filePath(name);
        QDir().mkpath(QFileInfo(path).path());
        QFile out(path);
        if (!out.open(QIODevice::WriteOnly) || out.write(bytes) != bytes.size())
            qFatal("cannot write");
        return path;
    }

    static DropContent readList(const QByteArray &list)
    {
        QMimeData mime;
        mime.setData("text/uri-list", list);
        return readDrop(mime, true);
    }

private slots:
    void files_data()
    {
        QTest::addColumn<QStringList>("paths");
        QTest::addColumn<int>("kind");
        QTest::addColumn<int>("used");
        QTest::addColumn<QString>("before");
        QTest::addColumn<QString>("headline");
        const QString folder = QFileInfo(file("pile/a.jpg")).path();
        const QString open = QFileInfo(file("set/db.json")).path();
        const auto row = [](const char *name, const QStringList &paths, Kind kind, int used, const char *before,
                            const char *headline) {
            QTest::newRow(name) << paths << static_cast<int>(kind) << used << QString(before) << QString(headline);
        };
        row("one", {file("a.png")}, Kind::Pictures, 1, "Drop 1 image to rate", "Drop 1 image to rate");
        row("upper case", {file("A.JPG")}, Kind::Pictures, 1, "Drop 1 image to rate", "Drop 1 image to rate");
        row("pile", {file("a.png"), file("b.webp"), file("c.gif")}, Kind::Pictures, 3, "Drop 3 images to rate",
            "Drop 3 images to rate");
        row("folder", {folder}, Kind::Pictures, 1, "Drop 1 file or folder", "Drop 1 folder to rate");
        row("mixed", {file("a.png"), folder, file("n.txt")}, Kind::Pictures, 3, "Drop 3 files and folders",
            "Drop 1 image and 1 folder to rate");
        row("content decides", {file("noname", "\x89PNG\r\n\x1a\n....")}, Kind::Pictures, 1, "Drop 1 file or folder",
            "Drop 1 image to rate");
        row("HEIC and AVIF", {file("a.HEIC"), file("b.avif")}, Kind::Pictures, 2, "Drop 2 images to rate",
            "Drop 2 images to rate");
        row("AVIF by its content",
            {file("odd", QByteArray("\0\0\0\x1c"
                                    "ftypmif1\0\0\0\0miafavif....",
                                    28))},
            Kind::Pictures, 1, "Drop 1 file or folder", "Drop 1 image to rate");
        row("dataset", {file("db.json")}, Kind::Dataset, 1, "Open this dataset", "Open this dataset");
        row("folder with a dataset", {open}, Kind::Dataset, 1, "Drop 1 file or folder", "Open this dataset");
        row("model", {file("m.dankmodel")}, Kind::Model, 1, "Use this model", "Use this model");
        row("two datasets", {file("db.json"), file("x.json")}, Kind::Nothing, 0, "Drop 2 files and folders",
            "One dataset, model or weights file at a time");
        row("weights", {file("net.safetensors")}, Kind::Weights, 1, "Drop to install weights",
            "Drop to install weights");
        row("weights of PyTorch", {file("net.PTH")}, Kind::Weights, 1, "Drop to install weights",
            "Drop to install weights");
        const QByteArray zip("PK\3\4\0\0\10\10\0\0archive/data.pkl", 26), tensors("\x40\0\0\0\0\0\0\0{\"w\":{}}", 16);
        for (const char *name : {"net.pt", "net.bin", "net.ckpt", "net.pth.tar", "net", "net.jpg"})
            row(qPrintable(QString("weights called %1").arg(name)), {file(QString("pt/") + name, zip)}, Kind::Weights,
                1, QString(name).endsWith("jpg") ? "Drop 1 image to rate" : "Drop 1 file or folder",
                "Drop to install weights");
        row("old weights of PyTorch",
            {file("old.bin", QByteArray("\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19", 14))},
            Kind::Weights, 1, "Drop 1 file or folder", "Drop to install weights");
        row("safetensors by their bytes", {file("net.weights", tensors)}, Kind::Weights, 1, "Drop 1 file or folder",
            "Drop to install weights");
        row("weights of Keras", {file("net.h5", "\x89HDF\r\n\x1a\n....")}, Kind::Weights, 1, "Drop 1 file or folder",
            "Drop to install weights");
        row("a network of TensorFlow.js",
            {file("tf/model.json", "{\"format\": \"layers-model\", \"modelTopology\": 1}")}, Kind::Weights, 1,
            "Open this dataset", "Drop to install weights");
        row("a model by its bytes",
            {file("mine.bin", QByteArray("\x40\0\0\0\0\0\0\0", 8) + "{\"__metadata__\":{\"dank\":\"{}\"}}")},
            Kind::Model, 1, "Drop 1 file or folder", "Use this model");
        row("an archive of other things", {file("a.zip", QByteArray("PK\3\4\0\0\10\10\0\0word/document.xml", 28))},
            Kind::Nothing, 0, "Drop 1 file or folder", "Nothing here that can be opened");
        row("a picture called like weights", {file("pic.pth", "\x89PNG\r\n\x1a\n....")}, Kind::Pictures, 1,
            "Drop to install weights", "Drop 1 image to rate");
        row("weights and a model", {file("net.pth"), file("m.dankmodel")}, Kind::Nothing, 0, "Drop 2 files and folders",
            "One dataset, model or weights file at a time");
        row("weights among pictures", {file("a.png"), file("net.pth")}, Kind::Pictures, 2, "Drop 2 files and folders",
            "Drop 1 image to rate");
        row("pictures win over a dataset", {file("a.png"), file("db.json")}, Kind::Pictures, 1,
            "Drop 2 files and folders", "Drop 1 image to rate");
        row("text", {file("n.txt")}, Kind::Nothing, 0, "Drop 1 file or folder", "Nothing here that can be opened");
        row("a word without a point", {file("dankmodel")}, Kind::Nothing, 0, "Drop 1 file or folder",
            "Nothing here that can be opened");
    }
    void files()
    {
        QFETCH(QStringList, paths);
        QFETCH(int, kind);
        QFETCH(int, used);
        QFETCH(QString, before);
        QFETCH(QString, headline);
        QMimeData mime;
        QList<QUrl> list;
        for (const QString &path : paths)
            list << QUrl::fromLocalFile(path);
        mime.setUrls(list);
        const DropContent dragged = readDrop(mime, false);
        QCOMPARE(dragged.kind, Kind::Files);
        QCOMPARE(dragged.headline, before);
        QCOMPARE(readDrop(mime, true).paths, paths);
        const DropContent content = lookAtFiles(dragged.paths);
        QCOMPARE(static_cast<int>(content.kind), kind);
        QCOMPARE(content.paths.size(), used);
        QCOMPARE(content.headline, headline);
    }

    /// A page in a browser chooses the text of a drag.
    void textIsNoFile()
    {
        const QString path = file("secret.png");
        QMimeData mime;
        mime.setText(path);
        QCOMPARE(readDrop(mime, true).kind, Kind::Nothing);
        mime.setText(QUrl::fromLocalFile(path).toString());
        QCOMPARE(readDrop(mime, true).kind, Kind::Nothing);
    }

    void addresses_data()
    {
        QTest::addColumn<QByteArray>("list");
        QTest::addColumn<QStringList>("paths");
        const QByteArray own = QSysInfo::machineHostName().toUtf8();
        const auto row = [](const char *name, const QByteArray &list, const QStringList &paths) {
            QTest::newRow(name) << list << paths;
        };
        row("plain", "file:///a/b.png\r\n", {"/a/b.png"});
        row("without slashes", "file:/a/b.png", {"/a/b.png"});
        row("localhost", "file://localhost/a/b.png\r\n", {"/a/b.png"});
        row("in capitals", "FILE://LOCALHOST/a/b.png\r\n", {"/a/b.png"});
        row("own host", "file://" + own + "/a/b.png\n", {"/a/b.png"});
        row("another host", "file://elsewhere.example/a/b.png\r\n", {});
        row("a web address", "https://elsewhere.example/a/b.png\r\n", {});
        row("several and a comment", "# two\r\nfile:///a%20b\r\n\r\nfile:///%C3%BC.png\r\n", {"/a b", "/\u00fc.png"});
        row("number sign and question mark", "file:///a%23b%3Fc\r\nfile:///d#e?f\r\n", {"/a#b?c", "/d"});
        row("no whole path", "file:a.png\r\nfile://localhost\r\nfile:\r\nfile://\r\n", {});
        row("NUL", "file:///a%00b\r\n", {});
    }
    void addresses()
    {
        QFETCH(QByteArray, list);
        QFETCH(QStringList, paths);
        const DropContent content = readList(list);
        QCOMPARE(content.paths, paths);
        QCOMPARE(content.kind, paths.isEmpty() ? Kind::Nothing : Kind::Files);
    }

    void namesThatAreNotUtf8()
    {
        const std::string folder = m_folder.path().toStdString();
        const std::filesystem::path path = folder + "/caf\xe9 \xf0\x9f\x98\x80\xff.txt";
        std::ofstream(path, std::ios::binary) << "\x89PNG\r\n\x1a\n....";
        QVERIFY(std::filesystem::exists(path));
        const QByteArray bytes = QByteArray::fromStdString(path.native());
        const DropContent dragged = readList("file://" + bytes.toPercentEncoding("/") + "\r\n");
        QCOMPARE(dragged.paths.size(), 1);
        QVERIFY(toPath(dragged.paths.first()) == path);
        QCOMPARE(lookAtFiles(dragged.paths).kind, Kind::Pictures);
        std::filesystem::remove(path);  // QTemporaryDir cannot name it
    }

    void pathsGoThroughTextUnharmed()
    {
        for (const char *name : {"", "/a", "\xff", "a\xc3", "\xed\xb2\x80", "\xef\xbf\xbd", "\xf0\x9f\x98\x80\x80z",
                                 "\xc3\xa9\xe9\xc3\xa9"}) {
            const std::filesystem::path path(name);
            QVERIFY2(toPath(toQString(path)) == path, name);
        }
        QCOMPARE(toQString("\xc3\xa9"), QString("\u00e9"));
    }

    void browserImageIsTakenOnlyOnDrop()
    {
        QMimeData mime;
        mime.setUrls({QUrl("https://i.example/funny.png")});
        mime.setData("image/png", "\x89PNG-the-bytes");
        const DropContent peeked = readDrop(mime, false);
        QCOMPARE(peeked.kind, Kind::ImageBytes);
        QVERIFY(peeked.image.isEmpty());
        const DropContent taken = readDrop(mime, true);
        QCOMPARE(taken.image, QByteArray("\x89PNG-the-bytes"));
        QCOMPARE(taken.imageName, QString("funny.png"));
    }

    /// Our decoders see the bytes, or nobody does.
    void qtDecodesNothing()
    {
        QMimeData mime;
        mime.setImageData(QImage(4, 4, QImage::Format_RGB32));
        const DropContent content = readDrop(mime, true);
        QCOMPARE(content.kind, Kind::Nothing);
        QVERIFY(content.detail.contains("JPEG"));
        mime.setData("image/jpeg", "not a picture");
        QCOMPARE(readDrop(mime, true).image, QByteArray("not a picture"));
    }

    void addressAloneIsNotUsed()
    {
        QMimeData mime;
        mime.setUrls({QUrl("https://i.example/funny.png")});
        const DropContent content = readDrop(mime, true);
        QCOMPARE(content.kind, Kind::Nothing);
        QVERIFY(content.detail.contains("downloaded"));
    }

    /// Nobody waits for what writes into a pipe.
    void pipesAreNotOpened()
    {
        const QByteArray pipe = QFile::encodeName(m_folder.filePath("pipe"));
        QCOMPARE(QProcess::execute("mkfifo", {QFile::decodeName(pipe)}), 0);
        QCOMPARE(lookAtFiles({QFile::decodeName(pipe)}).kind, Kind::Nothing);
    }
};

QTEST_MAIN(DropContentTest)
#include "drop_content_test.moc"
