#include <QTemporaryDir>
#include <QTest>

#include <sys/stat.h>

#include "core/base/file.h"
#include "core/dataset/rate_input.h"

using namespace dank;
namespace fs = std::filesystem;

class TestRateInput : public QObject {
    Q_OBJECT

private slots:
    void expandsFoldersInOrder()
    {
        QTemporaryDir temporary;
        const fs::path root = temporary.path().toStdString();
        createFolder(root / "pile/b");
        createFolder(root / "pile/.hidden");
        createFolder(root / "elsewhere");
        const std::string jpeg = "\xff\xd8\xff" + std::string(20, 'x');
        for (const char *name : {"pile/c.jpg", "pile/a.PNG", "pile/b/z.webp", "pile/.x.jpg", "pile/.hidden/y.jpg",
                                 "pile/notes.txt", "elsewhere/e.jpg", "alone.txt"})
            writeFileAtomically(root / name, "text");
        writeFileAtomically(root / "pile/nameless", jpeg);
        writeFileAtomically(root / "pile/short", "\xff\xd8");
        fs::create_directory_symlink("../elsewhere", root / "pile/link");
        fs::create_directory_symlink(".", root / "pile/loop");
        fs::create_symlink("../elsewhere/e.jpg", root / "pile/d.jpg");
        QCOMPARE(::mkfifo((root / "pile/pipe.jpg").c_str(), 0600), 0);

        const std::vector<fs::path> given{root / "absent.jpg", root / "pile", root / "alone.txt"};
        const std::vector<fs::path> expected{root / "absent.jpg", root / "pile/a.PNG", root / "pile/b/z.webp",
                                             root / "pile/c.jpg", root / "pile/d.jpg", root / "pile/nameless",
                                             root / "alone.txt"};
        QVERIFY(expandRatePaths(given) == expected);
        // A link to a folder that was given by name is what the user meant.
        const std::vector<fs::path> link{root / "pile/link"};
        QCOMPARE(expandRatePaths(link).size(), 1u);
    }

    void survivesDeepFoldersAndStops()
    {
        QTemporaryDir temporary;
        fs::path deep = temporary.path().toStdString();
        for (int i = 0; i < 300; ++i)
            deep /= "d";
        createFolder(deep);
        writeFileAtomically(deep / "a.jpg", "x");
        const std::vector<fs::path> given{temporary.path().toStdString()};
        QCOMPARE(expandRatePaths(given).size(), 1u);
        JobContext job;
        job.cancel.cancel();
        bool stopped = false;
        try {
            (void)expandRatePaths(given, job);
        } catch (const Cancelled &) {
            stopped = true;
        }
        QVERIFY(stopped);
        QVERIFY(expandRatePaths({}).empty());
    }
};

QTEST_GUILESS_MAIN(TestRateInput)
#include "rate_input_test.moc"
