#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include <thread>

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/templates/known_templates.h"
#include "tests/templates/made_signatures.h"

using namespace dank;

namespace {

KnownTemplate::Look lookOf(std::uint64_t seed)
{
    return {QString("%1").arg(seed, 32, 16, QLatin1Char('0')).toStdString(), madeSignature(seed)};
}

}  // namespace

class TestKnownTemplates : public QObject {
    Q_OBJECT

private:
    QTemporaryDir m_folder;
    std::filesystem::path folder() const { return m_folder.path().toStdString(); }

private slots:
    void init() { std::filesystem::remove(KnownTemplates::fileIn(folder())); }

    void namesOfFiles_data()
    {
        QTest::addColumn<QString>("file");
        QTest::addColumn<QString>("name");
        QTest::newRow("dashes") << "a/Distracted-Boyfriend.jpg"
                                << "Distracted Boyfriend";
        QTest::newRow("underscores") << "drake__hotline_bling_.png"
                                     << "drake hotline bling";
        QTest::newRow("dots") << "v2.0.webp"
                              << "v2.0";
        QTest::newRow("UTF-8") << "Ça-va.jpg"
                               << "Ça va";
        QTest::newRow("an escape") << "a\x1b[31m.jpg"
                                   << "a\uFFFD[31m";
        QTest::newRow("nothing") << "---.jpg"
                                 << "";
    }
    void namesOfFiles()
    {
        QFETCH(QString, file);
        QFETCH(QString, name);
        QCOMPARE(QString::fromStdString(templateNameOf(file.toStdString())), name);
    }

    void keepsWhatItKnows()
    {
        QVERIFY(KnownTemplates::load(folder()).empty());
        KnownTemplates known;
        QCOMPARE(known.add("Drake", lookOf(1)), KnownTemplates::Added::New);
        QCOMPARE(known.add("Ça \"va\"", lookOf(2)), KnownTemplates::Added::New);
        QCOMPARE(known.add("DRAKE", lookOf(3)), KnownTemplates::Added::AnotherLook);
        QCOMPARE(known.add("Drake", lookOf(1)), KnownTemplates::Added::Already);
        known.write(folder());
        const KnownTemplates read = KnownTemplates::load(folder());
        QCOMPARE(read.templates().size(), std::size_t(2));
        QCOMPARE(read.templates()[0].name, std::string("Drake"));
        QCOMPARE(read.looks(), std::size_t(3));
        for (std::size_t i = 0; i < 2; ++i)
            QVERIFY(read.templates()[0].looks[i].signature == known.templates()[0].looks[i].signature);
        KnownTemplates fewer = read;
        QVERIFY(fewer.remove("drake") && !fewer.remove("drake"));
        QCOMPARE(fewer.templates().size(), std::size_t(1));
        for (const std::string &bad : {std::string(), std::string(201, 'x'), std::string("a\nb")})
            QVERIFY_THROWS_EXCEPTION(Error, fewer.add(bad, lookOf(9)));
    }

    /// Many at once, each with a name of its own: none is lost.
    void changesTogether()
    {
        constexpr std::uint64_t kThreads = 8, kNames = 6;
        {
            std::vector<std::jthread> threads;
            for (std::uint64_t thread = 0; thread < kThreads; ++thread)
                threads.emplace_back([this, thread] {
                    for (std::uint64_t i = 0; i < kNames; ++i)
                        KnownTemplates::change(folder(), [&](KnownTemplates &known) {
                            const std::uint64_t seed = 100 * thread + i;
                            return known.add("name " + std::to_string(seed), lookOf(seed))
                                   == KnownTemplates::Added::New;
                        });
                });
        }
        QCOMPARE(KnownTemplates::load(folder()).templates().size(), std::size_t(kThreads * kNames));
        const KnownTemplates unchanged = KnownTemplates::change(folder(), [](KnownTemplates &known) {
            known.remove("name 0");
            return false;  // not to be kept
        });
        QCOMPARE(unchanged.looks() + 1, KnownTemplates::load(folder()).looks());
        QVERIFY_THROWS_EXCEPTION(Error, KnownTemplates::change(folder(), [](KnownTemplates &known) -> bool {
                                     known.remove("name 1");
                                     throw Error(ErrorKind::File, "as a command does that finds nothing");
                                 }));
        QCOMPARE(KnownTemplates::load(folder()).looks(), std::size_t(kThreads * kNames));
    }

    void matches()
    {
        KnownTemplates known;
        QVERIFY(!known.match(madeSignature(1)));
        known.add("one", lookOf(1));
        known.add("two", lookOf(2));
        const auto same = known.match(madeSignature(2));
        QVERIFY(same && same->name == "two" && same->distance == 0 && same->sure);
        QCOMPARE(QString::fromStdString(templateText(same)), QString("two (distance 0, sure)"));
        QVERIFY(!known.match(madeSignature(3)));
        QCOMPARE(QString::fromStdString(templateText(std::nullopt)), QString("none that is known"));
        known.add("twin of two", {std::string(32, 'a'), madeSignature(2, 8)});  // then nobody can be sure
        const auto twin = known.match(madeSignature(2));
        QVERIFY(twin && twin->name == "two" && !twin->sure);
        QCOMPARE(confidenceName(*twin), "likely");
    }

    /// A file that is not what write() makes is refused by a sentence that names it, and never replaced unasked.
    void foreignFiles()
    {
        KnownTemplates known;
        known.add("one", lookOf(1));
        known.write(folder());
        const std::string file = KnownTemplates::fileIn(folder()).string();
        const std::string good = readTextFile(file, 1 << 20);
        const auto replaced = [&](const std::string &from, const std::string &to) {
            std::string text = good;
            const std::size_t at = text.find(from);
            return at == std::string::npos ? std::string("the test is wrong") : text.replace(at, from.size(), to);
        };
        std::vector<std::string> bad{"",
                                     "[]",
                                     "no JSON",
                                     "{}",
                                     replaced("\"version\": 1", "\"version\": 2"),
                                     replaced("\"signatures\": 1", "\"signatures\": 7"),
                                     replaced("\"one\"", "\"\""),
                                     replaced("\"one\"", "\"\\u001b[31m\""),
                                     replaced("\"one\"", '"' + std::string(300, 'x') + '"'),
                                     replaced("\"one\"", "1e400"),
                                     replaced("0000000000000001", "000000000000000g"),
                                     replaced("\"signature\": \"", "\"signature\": \"0"),
                                     replaced("\"signature\": \"", "\"signature\": \"-"),
                                     replaced("\"looks\"", "\"name\"")};
        for (std::size_t share = 1; share < 20; ++share)
            bad.push_back(good.substr(0, good.size() * share / 20));
        for (const std::string &text : bad) {
            writeFileAtomically(file, text);
            try {
                KnownTemplates::load(folder());
                QFAIL(text.substr(0, 200).c_str());
            } catch (const Error &error) {
                QCOMPARE(error.kind(), ErrorKind::Library);
                QVERIFY2(QString(error.what()).contains("templates.json"), error.what());
            }
            QCOMPARE(readTextFile(file, 1 << 20), text);
        }
        writeFileAtomically(file, good);
        QCOMPARE(KnownTemplates::load(folder()).looks(), std::size_t(1));
        std::filesystem::remove(file);
        std::filesystem::create_directory(file);
        QVERIFY_THROWS_EXCEPTION(Error, KnownTemplates::load(folder()));
    }
};

QTEST_GUILESS_MAIN(TestKnownTemplates)
#include "known_templates_test.moc"
