#include <QTest>

#include <algorithm>

#include "library_fixture.h"

using namespace dank;

class TestThumbnailStore : public QObject {
    Q_OBJECT
private slots:
    void roundTrip()
    {
        Folder folder;
        const std::string small = std::string("\xff\xd8\0jpeg", 7), large(70'000, 'x');
        const auto bytes = [](const std::string &text) { return std::as_bytes(std::span(text)); };
        {
            Library library = Library::open(folder.path());
            QVERIFY(!library.thumbnails().get(128, "a"));
            library.thumbnails().put(128, std::vector<ThumbnailStore::Entry>{{"a", bytes(large)}, {"b", bytes(large)}});
            library.thumbnails().put(128, std::vector<ThumbnailStore::Entry>{{"a", bytes(small)}});  // replaces
            library.thumbnails().put(256, std::vector<ThumbnailStore::Entry>{{"a", {}}});
            library.thumbnails().put(256, {});
        }
        const Library library = Library::open(folder.path());
        const auto is = [&](int side, const char *hash, const std::string &text) {
            const auto found = library.thumbnails().get(side, hash);
            return found && std::ranges::equal(*found, bytes(text));
        };
        QVERIFY(is(128, "a", small));
        QVERIFY(is(128, "b", large));
        QVERIFY(is(256, "a", ""));
        QVERIFY(!library.thumbnails().get(256, "b"));
    }
};

QTEST_GUILESS_MAIN(TestThumbnailStore)
#include "thumbnail_store_test.moc"
