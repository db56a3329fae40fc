#include <QTest>

#include <cmath>

#include "core/base/error.h"
#include "core/words/ctc.h"
#include "tests/base/error_kind_name.h"

using namespace dank;

namespace {

/// Classes: nothing, a, b, é, the wide !, the space.
const CharacterClasses kClasses("a\nb\r\n\u00e9\n\uff01\n", "list.txt");

/// A step in which a class has that likelihood and the others share the rest; `space` of it for the space.
std::vector<float> step(std::size_t best, float likely = 0.9f, float space = 1e-5f)
{
    std::vector<float> row(kClasses.size(), (1 - likely - space) / 4);
    row[kClasses.space()] = space;
    row[best] = likely;
    return row;
}

std::vector<LineWord> read(const std::vector<std::vector<float>> &steps)
{
    std::vector<float> all;
    for (const std::vector<float> &one : steps)
        all.insert(all.end(), one.begin(), one.end());
    return readLine(all, kClasses);
}

}  // namespace

class TestCtc : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void repeatsCountOnce();
    void spacesAreHeardBetter();
    void wordsLieAlongTheLine();
    void listsOfCharacters();
};

void TestCtc::repeatsCountOnce()
{
    const std::vector<LineWord> words =
        read({step(0), step(1, 0.8f), step(1), step(0), step(1, 0.6f), step(2), step(3), step(4), step(0)});
    QCOMPARE(words.size(), std::size_t(1));
    QCOMPARE(words[0].text, std::string("aab\u00e9!"));
    QVERIFY(std::abs(words[0].from - 1.0 / 9) < 1e-12 && std::abs(words[0].to - 8.0 / 9) < 1e-12);
    QVERIFY2(std::abs(words[0].confidence - (0.8 + 0.6 + 0.9 * 3) / 5) < 1e-6,
             qPrintable(QString::number(words[0].confidence)));
    QVERIFY(read({}).empty() && read({step(0), step(0)}).empty());
}

/// A hundredth of what is likeliest is enough for one, and not less.
void TestCtc::spacesAreHeardBetter()
{
    const auto count = [](float space) { return read({step(1), step(0, 0.9f, space), step(2)}).size(); };
    QCOMPARE(count(0.0095f), std::size_t(2));
    QCOMPARE(count(0.0085f), std::size_t(1));
    // Beside a character it counts once, or apostrophes would be lost.
    QCOMPARE(read({step(1), step(4, 0.6f, 0.3f), step(2)}).front().text, std::string("a!b"));
    // The same letter on both sides of a space is no repeat; spaces at the ends make no words.
    QCOMPARE(read({step(5), step(1), step(5), step(5), step(1), step(5)}).size(), std::size_t(2));
}

void TestCtc::wordsLieAlongTheLine()
{
    const std::vector<LineWord> line{{"a", 0, 0.25, 0.9}, {"b", 0.5, 1, 0.8}};
    const TextQuad flat{{{{100, 50}, {300, 50}, {300, 90}, {100, 90}}}, 1};
    const std::vector<TextWord> words = wordsInPicture(line, flat, 290, 200);
    QCOMPARE(words[0], (TextWord{"a", 100, 50, 50, 40, 0.9}));
    QCOMPARE(words[1], (TextWord{"b", 200, 50, 90, 40, 0.8}));  // cut at the picture's edge
    // Read upwards: the first word lies below.
    const std::vector<TextWord> upwards = wordsInPicture(line, flat.turned(), 400, 200);
    QCOMPARE(upwards[0], (TextWord{"a", 100, 80, 200, 10, 0.9}));
    QCOMPARE(upwards[1], (TextWord{"b", 100, 50, 200, 20, 0.8}));
}

void TestCtc::listsOfCharacters()
{
    QCOMPARE(kClasses.size(), std::size_t(6));
    QCOMPARE(kClasses[3], std::string("\u00e9"));
    QCOMPARE(kClasses[4], std::string("!"));
    const std::pair<std::string, const char *> wrong[] = {
        {"", "it is empty"}, {"a\n\xff\n", "it is not UTF-8"}, {"a\nabcdefghijklmnopqrst\n", "line 2 has more than"}};
    for (const auto &[list, why] : wrong) {
        try {
            CharacterClasses(list, "list.txt");
            QFAIL(why);
        } catch (const Error &error) {
            QCOMPARE(QString(errorKindName(error.kind())), QString("format"));
            QVERIFY2(QString(error.what()).startsWith("list.txt is no list of characters, one a line: ")
                         && QString(error.what()).contains(why),
                     error.what());
        }
    }
    QVERIFY_THROWS_EXCEPTION(Error, readLine(std::vector<float>(7), kClasses));
}

QTEST_GUILESS_MAIN(TestCtc)
#include "ctc_test.moc"
