#include <QTest>

#include "library_fixture.h"

using namespace dank;

class TestFactStore : public QObject {
    Q_OBJECT
private slots:
    void lastOneCounts()
    {
        Folder folder;
        Library library = Library::open(folder.path());
        QVERIFY(!library.facts().get("precision"));
        library.facts().set("precision", "bf16");
        library.facts().set("precision", "fp32");
        QCOMPARE(library.facts().get("precision").value(), std::string("fp32"));
    }

    void manyUnderAPrefix()
    {
        Folder folder;
        Library library = Library::open(folder.path());
        library.facts().set({{"picture/a", "1"}, {"picture/b", "2"}, {"picturf", "3"}, {"picture", "4"}});
        library.facts().set({{"picture/b", "5"}});
        QCOMPARE(library.facts().under("picture/"),
                 (std::map<std::string, std::string>{{"picture/a", "1"}, {"picture/b", "5"}}));
        QVERIFY(library.facts().under("none").empty());
    }
};

QTEST_GUILESS_MAIN(TestFactStore)
#include "fact_store_test.moc"
