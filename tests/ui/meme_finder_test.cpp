// The search of the Dataset page: what it finds, that the last question counts, and what is drawn of it.

#include "ui/session/meme_finder.h"

#include <QPainter>
#include <QTest>

#include "core/base/hash.h"
#include "tests/ui/session_fixture.h"
#include "ui/memes/marked_text.h"
#include "ui/memes/meme_model.h"

using namespace dank;
using namespace dank::ui;
using namespace dank::test;

namespace {

QString marked(const QString &line, const std::vector<std::string> &words, int shown = 100)
{
    return markWords(line, words, shown).spoken();
}

}  // namespace

class MemeFinderTest : public QObject {
    Q_OBJECT

private slots:
    void findsWhatWasReadToo()
    {
        Fixture f;
        QVERIFY(f.load());
        MemeFinder &finder = f.session->finder();
        const auto asked = [&](const QString &query) {
            finder.ask(query);
            return f.waitFor([&] { return !finder.isBusy(); });
        };
        QVERIFY(asked("mordor"));
        QVERIFY(finder.found() && finder.found()->hits.empty());
        QVERIFY(asked("M10"));  // an id
        QCOMPARE(finder.found()->hits.size(), std::size_t(1));
        QVERIFY(!finder.found()->hits[0].inTitle && !finder.found()->hits[0].inText);

        // All pictures of this dataset are the same one; what is read while the window is open is found as well.
        {
            Library library = Library::open(f.library);
            const std::string hash = hashFile(f.session->data().dataset()->records()[0].image);
            library.texts().put("r", std::vector<TextStore::Entry>{{hash, {"walk into\nMORDOR", 0.9, {}}}});
        }
        QVERIFY(asked("mordor m10"));
        QCOMPARE(finder.found()->hits.size(), std::size_t(1));
        QVERIFY(finder.found()->hits[0].inText);
        QCOMPARE(std::string(finder.found()->texts[0]), std::string("walk into\nMORDOR"));

        QVERIFY(asked("  "));
        QVERIFY(!finder.found());
    }

    /// Answers of questions that were typed over never arrive.
    void theLastQuestionCounts()
    {
        Fixture f;
        QVERIFY(f.load());
        MemeFinder &finder = f.session->finder();
        QString query;
        for (const char letter : QByteArray("m1nowhere"))
            finder.ask(query += QLatin1Char(letter));
        finder.ask("m2");
        QVERIFY(finder.isBusy());
        QVERIFY(f.waitFor([&] { return !finder.isBusy(); }));
        QCOMPARE(finder.found()->query, QStringLiteral("m2"));
        QCOMPARE(finder.found()->hits.size(), std::size_t(1));
        finder.ask("m3");
        finder.ask({});
        QVERIFY(!finder.isBusy() && !finder.found());
        QTest::qWait(100);
        QVERIFY(!finder.found());
    }

    /// What is set aside is not found; the answer is about the rows that are shown.
    void followsTheDataset()
    {
        Fixture f;
        QVERIFY(f.load());
        MemeFinder &finder = f.session->finder();
        finder.ask("m1");
        QVERIFY(f.waitFor([&] { return !finder.isBusy(); }));
        QCOMPARE(finder.found()->hits.size(), std::size_t(2));  // and m10
        f.session->data().setExcluded({"m1"}, true);
        const auto dataset = f.session->data().dataset();
        QVERIFY(f.waitFor([&] { return finder.found()->dataset == dataset; }));
        QCOMPARE(finder.found()->hits.size(), std::size_t(1));
        QCOMPARE(dataset->records()[finder.found()->hits[0].meme].id, std::string("m10"));
    }

    void modelShowsOnlyWhatIsFound()
    {
        Fixture f;
        QVERIFY(f.load());
        MemeModel model(f.session->thumbnails());
        MemeFilter filter(model);
        model.setDataset(f.session->data().dataset());
        QCOMPARE(filter.rowCount(), kRows);
        auto found = std::make_shared<FoundMemes>();
        found->dataset = f.session->data().dataset();
        found->words = {"mordor"};
        found->hits = {{3, false, true}, {5, true, false}};
        found->texts = {"one does not simply walk\ninto \u202EMORDOR", ""};
        filter.setFound(found);
        QCOMPARE(filter.rowCount(), 2);
        const QModelIndex first = filter.mapFromSource(model.index(3, 0));  // wherever the order has it
        QVERIFY2(filter.hit(first, 10).spoken().endsWith(QStringLiteral("…to «MORDOR»")),
                 qPrintable(filter.hit(first, 10).spoken()));
        QVERIFY(filter.rowHit(first).spoken().startsWith(QStringLiteral("t · in the picture: ")));
        const QString tip = first.data(Qt::ToolTipRole).toString().replace(QChar::Nbsp, ' ');
        QVERIFY2(tip.contains(QStringLiteral("into MORDOR")), qPrintable(tip));
        auto other = std::make_shared<FoundMemes>(*found);
        other->dataset.reset();
        filter.setFound(other);  // of a dataset that is not open any more
        QCOMPARE(filter.rowCount(), kRows);
        filter.setFound(nullptr);
        QCOMPARE(filter.rowCount(), kRows);
    }

    void marks()
    {
        QCOMPARE(marked("One does not", {"does"}), QStringLiteral("One «does» not"));
        QCOMPARE(marked("Es LÄUFT 🐸", {"läuft", "🐸"}), QStringLiteral("Es «LÄUFT» «🐸»"));
        QCOMPARE(marked("שלום cat", {"cat"}), QStringLiteral("שלום «cat»"));
        QCOMPARE(marked("nothing", {"cat"}), QStringLiteral("nothing"));
        QCOMPARE(marked({}, {"cat"}), QString());
        const QString late = QString("x").repeated(100) + " cat";
        QCOMPARE(marked(late, {"cat"}, 12), QStringLiteral("…xxx «cat»"));
        QCOMPARE(marked(QString("🐸").repeated(50) + "cat", {"cat"}, 12).count(QChar(0xFFFD)), 0);
    }

    /// Long, right-to-left and broken texts are drawn inside their line.
    void drawsInsideItsLine()
    {
        for (const QString &text :
             {QString("cat ").repeated(300), QString("שלום cat ").repeated(50), QString("🐸").repeated(200),
              QString(QChar(0xD83D)) + "cat", QString("cat"), QString()}) {
            QImage image(200, 40, QImage::Format_RGB32);
            image.fill(Qt::white);
            {
                QPainter painter(&image);
                drawMarked(painter, {50, 10, 100, 20}, markWords(text, {"cat"}, 1000), Qt::black, {});
            }
            bool drawn = false;
            for (int y = 0; y < image.height(); ++y)
                for (int x = 0; x < image.width(); ++x) {
                    const bool ink = image.pixel(x, y) != qRgb(255, 255, 255);
                    drawn = drawn || ink;
                    QVERIFY2(!ink || QRect(50, 10, 100, 20).contains(x, y), qPrintable(text.left(20)));
                }
            QCOMPARE(drawn, !text.isEmpty());
        }
    }
};

QTEST_MAIN(MemeFinderTest)
#include "meme_finder_test.moc"
