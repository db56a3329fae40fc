#include <QTest>

#include "library_fixture.h"

using namespace dank;

class TestUserChoices : public QObject {
    Q_OBJECT
private slots:
    void exclusions()
    {
        Folder folder;
        Library library = Library::open(folder.path());
        library.choices().setExclusions("d", {"a", "b"});
        library.choices().setExclusions("e", {"c"});
        library.choices().setExclusions("d", {"b"});
        QVERIFY(library.choices().exclusions("d") == std::set<MemeId>{"b"});
        QVERIFY(library.choices().exclusions("e") == std::set<MemeId>{"c"});
    }

    void recents()
    {
        Folder folder;
        Library library = Library::open(folder.path());
        for (int i = 0; i < 25; ++i)
            library.choices().addRecent("dataset", std::to_string(i));
        library.choices().addRecent("dataset", "20");
        library.choices().addRecent("model", "m");
        const auto recents = library.choices().recents("dataset");
        QCOMPARE(recents.size(), std::size_t(20));
        QCOMPARE(recents[0], std::string("20"));
        QCOMPARE(recents[1], std::string("24"));
        QCOMPARE(recents.back(), std::string("5"));
        QVERIFY(library.choices().recents("model") == std::vector<std::string>{"m"});
    }
};

QTEST_GUILESS_MAIN(TestUserChoices)
#include "user_choices_test.moc"
