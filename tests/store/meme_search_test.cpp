#include <QTest>

#include "core/base/hash.h"
#include "core/base/random.h"
#include "core/base/searched_text.h"
#include "core/store/meme_search.h"
#include "library_fixture.h"

using namespace dank;

namespace {

/// "0 title, 2 both"
QString found(const MemeSearch &search, std::string_view query)
{
    QStringList hits;
    for (const MemeHit &hit : search.find(searchedWords(query)))
        hits << QString("%1 %2").arg(hit.meme).arg(whereName(hit)).trimmed();
    return hits.join(", ");
}

}  // namespace

class TestMemeSearch : public QObject {
    Q_OBJECT
private slots:
    void finds_data()
    {
        QTest::addColumn<QString>("query");
        QTest::addColumn<QString>("hits");
        QTest::newRow("a word of a title") << "simply"
                                           << "0 title, 2 both";
        QTest::newRow("part of a word, in any case") << "IMPL"
                                                     << "0 title, 2 both";
        QTest::newRow("of a picture's text") << "mordor"
                                             << "2 text";
        QTest::newRow("several, each somewhere") << "mordor simply"
                                                 << "2 both";
        QTest::newRow("several, one of them nowhere") << "mordor cat"
                                                      << "";
        QTest::newRow("beyond ASCII") << "ÄUFT"
                                      << "1 title";
        QTest::newRow("accents count") << "lauft"
                                       << "";
        QTest::newRow("one letter") << "ä"
                                    << "1 title";
        QTest::newRow("two letters") << "DO"
                                     << "0 title, 2 both, 3";  // and Frodo
        QTest::newRow("one emoji") << "🐸"
                                   << "1 text";
        QTest::newRow("a title shorter than three letters") << "ok"
                                                            << "4 title";
        QTest::newRow("the author finds it too") << "frodo"
                                                 << "3";
        QTest::newRow("author and title") << "frodo ring"
                                          << "3 title";
        QTest::newRow("nothing asked") << "  "
                                       << "";
        QTest::newRow("nothing found") << "zzzz"
                                       << "";
        QTest::newRow("right to left") << "שלום"
                                       << "5 title";
        QTest::newRow("past its direction marks") << "ab"
                                                  << "5 title";
        QTest::newRow("over a line of the picture") << "walk into"
                                                    << "2 text";
    }
    void finds()
    {
        const std::vector<SearchedMeme> memes{
            {"One does not SIMPLY", "", "boromir"},
            {"Es läuft", "frog 🐸", ""},
            {"one does not simply", "walk\ninto MORDOR simply do", ""},
            {"the ring", "", "frodo"},
            {"OK", "", ""},
            {"שלום a\u202Eb", "", ""},
        };
        const MemeSearch search(memes);
        QCOMPARE(search.size(), memes.size());
        QFETCH(QString, query);
        QTEST(found(search, query.toStdString()), "hits");
    }

    /// What FTS5 takes for its own language is text like any other.
    void noSyntax_data()
    {
        QTest::addColumn<QString>("query");
        for (const char *query : {"\"", "\"\"\"", "AND", "OR NOT", "NEAR(a", "title:", "{title}:", "a*", "^one", "(",
                                  "-x", "one + two", "'", "''; DROP TABLE memes; --", "%", "_", "\\", "???", "\"one"})
            QTest::newRow(query) << query;
    }
    void noSyntax()
    {
        QFETCH(QString, query);
        const std::string text = query.toStdString();
        const std::vector<SearchedMeme> memes{
            {"one two three", "four", ""}, {"<" + text + ">", "", ""}, {"", text, ""}};
        const MemeSearch search(memes);
        QCOMPARE(found(search, text), QString("1 title, 2 text"));
    }

    /// The index says of every query what looking through all texts says.
    void agreesWithLookingThrough()
    {
        Random random(3);
        const char *const kLetters[] = {"a", "b", "Ä", "ß", "🐸", " ", "\"", "é"};
        const auto text = [&](std::uint64_t length) {
            std::string made;
            for (; length > 0; --length)
                made += kLetters[random.below(std::size(kLetters))];
            return made;
        };
        std::vector<SearchedMeme> memes;
        for (int i = 0; i < 300; ++i)
            memes.push_back({text(random.below(12)), text(random.below(12)), ""});
        const MemeSearch search(memes);
        std::size_t hits = 0;
        for (int i = 0; i < 500; ++i) {
            const auto words = searchedWords(text(1 + random.below(6)));
            QString expected, got;
            for (std::size_t meme = 0; meme < memes.size() && !words.empty(); ++meme) {
                const std::string title = searchedText(memes[meme].title), read = searchedText(memes[meme].text);
                bool all = true, inTitle = false, inText = false;
                for (const std::string &word : words) {
                    const bool here = title.find(word) != std::string::npos,
                               there = read.find(word) != std::string::npos;
                    all = all && (here || there);
                    inTitle = inTitle || here;
                    inText = inText || there;
                }
                if (all)
                    expected += QString("%1 %2 %3,").arg(meme).arg(inTitle).arg(inText);
            }
            for (const MemeHit &hit : search.find(words))
                got += QString("%1 %2 %3,").arg(hit.meme).arg(hit.inTitle).arg(hit.inText);
            hits += got.isEmpty() ? 0 : 1;
            QCOMPARE(got, expected);
        }
        QVERIFY2(hits > 100, qPrintable(QString::number(hits)));
    }

    void oddTitles()
    {
        QCOMPARE(found(MemeSearch({}), "a"), QString());
        const std::vector<SearchedMeme> empty(5), same(5, {"the same", "", ""});
        QCOMPARE(found(MemeSearch(empty), "the"), QString());
        QCOMPARE(found(MemeSearch(same), "the e"), QString("0 title, 1 title, 2 title, 3 title, 4 title"));

        std::string large(1'000'000, 'x');
        large.replace(777'777, 6, "needle");
        const std::vector<SearchedMeme> odd{{large, std::string("\0\x01\x02 hidden \xff\xfe", 13), ""}};
        const MemeSearch search(odd);
        QCOMPARE(found(search, "Needle"), QString("0 title"));
        QCOMPARE(found(search, "hidden"), QString("0 text"));
        QCOMPARE(found(search, large), QString("0 title"));  // what is looked for may be as large
        QCOMPARE(found(search, std::string(1'000'000, 'y')), QString());
    }

    void canBeStopped()
    {
        const std::vector<SearchedMeme> memes(10);
        JobContext job;
        job.cancel.cancel();
        QVERIFY_THROWS_EXCEPTION(Cancelled, MemeSearch(memes, job));
    }

    /// Without texts no picture is read; with them each row has that of its picture.
    void textsOfPictures()
    {
        Folder folder;
        const auto picture = [&](const char *name, const QByteArray &bytes) {
            const std::filesystem::path path = folder.path() / name;
            QFile file(QString::fromStdString(path.string()));
            return file.open(QIODevice::WriteOnly) && file.write(bytes) == bytes.size() ? path
                                                                                        : std::filesystem::path();
        };
        std::vector<MemeRecord> records(4);
        records[0].image = picture("a", "aaa");
        records[1].image = picture("b", "bbb");
        records[2].image = picture("copy", "aaa");
        records[3].image = folder.path() / "gone";
        for (std::size_t i = 0; i < records.size(); ++i)
            records[i].id = std::to_string(i);
        const Dataset dataset = Dataset::fromRecords(folder.path() / "db.json", records);
        std::size_t hashed = 0;
        JobContext job;
        job.progress = [&](const Progress &progress) { hashed += progress.stage == "hash"; };
        const std::vector<std::string> none(4);
        QCOMPARE(textsInPictures(dataset, 1, nullptr, job), none);
        Library library = Library::open(folder.path() / "library");
        QCOMPARE(textsInPictures(dataset, 1, &library, job), none);
        QCOMPARE(hashed, std::size_t(0));
        library.texts().put("r", std::vector<TextStore::Entry>{{hashText("aaa"), {"words", 0.5, {}}}});
        QCOMPARE(textsInPictures(dataset, 1, &library, job), (std::vector<std::string>{"words", "", "words", ""}));
    }
};

QTEST_GUILESS_MAIN(TestMemeSearch)
#include "meme_search_test.moc"
