// Decisions about memes: kept apart from the database, never lost between two windows, and learnt from.

#include <QTest>

#include <sys/file.h>

#include <fstream>
#include <thread>

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/dataset/dataset.h"
#include "core/store/moderation/moderation_export.h"
#include "library_fixture.h"

using namespace dank;

namespace {

const Label kLabel{"hateful", {"no", "yes"}};

DecisionStore storeIn(const Folder &folder, const std::string &dataset = "3f9a", const Label &label = kLabel)
{
    return {folder.path(), dataset, label};
}

void decide(const DecisionStore &store, const std::string &id, std::optional<Decision> decision)
{
    const DecisionChange change{id, decision};
    store.change(std::span(&change, 1));
}

/// What the refusal says; empty where it was not refused.
template <typename Work>
QByteArray refusal(Work work)
{
    try {
        work();
    } catch (const Error &error) {
        return error.what();
    }
    return {};
}

/// A text without control characters as JSON.
std::string json(const std::string &text)
{
    std::string quoted = "\"";
    for (const char c : text) {
        if (c == '\"')
            quoted += '\\';
        quoted += c;
    }
    return quoted + '\"';
}

/// A picture of one dot.
void writePicture(const std::filesystem::path &file)
{
    static const unsigned char kPng[] = {
        0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0x00, 0x00, 0x00, 0x0d, 0x49, 0x48, 0x44, 0x52, 0x00, 0x00,
        0x00, 0x01, 0x00, 0x00, 0x00, 0x01, 0x08, 0x02, 0x00, 0x00, 0x00, 0x90, 0x77, 0x53, 0xde, 0x00, 0x00, 0x00,
        0x0c, 0x49, 0x44, 0x41, 0x54, 0x08, 0xd7, 0x63, 0xf8, 0xcf, 0xc0, 0x00, 0x00, 0x03, 0x01, 0x01, 0x00, 0x18,
        0xdd, 0x8d, 0xb0, 0x00, 0x00, 0x00, 0x00, 0x49, 0x45, 0x4e, 0x44, 0xae, 0x42, 0x60, 0x82};
    std::ofstream(file, std::ios::binary).write(reinterpret_cast<const char *>(kPng), sizeof kPng);
}

}  // namespace

class TestDecisionStore : public QObject {
    Q_OBJECT

private slots:
    void decisionsComeBack()
    {
        Folder folder;
        QVERIFY(storeIn(folder).load().empty());
        decide(storeIn(folder), "a", Decision::Keep);
        decide(storeIn(folder), "b \"x\",\n\xf0\x9f\x90\xb6", Decision::Remove);
        decide(storeIn(folder), "c", Decision::Unsure);
        decide(storeIn(folder), "a", std::nullopt);
        QVERIFY((storeIn(folder).load()
                 == Decisions{{"b \"x\",\n\xf0\x9f\x90\xb6", Decision::Remove}, {"c", Decision::Unsure}}));
    }

    void eachDatasetAndLabelHasItsOwn()
    {
        Folder folder;
        decide(storeIn(folder), "a", Decision::Keep);
        QVERIFY(storeIn(folder, "other").load().empty());
        QVERIFY(storeIn(folder, "3f9a", {"spam", {"no", "yes"}}).load().empty());
        // The other way round, what was to be kept would be removed.
        QVERIFY(storeIn(folder, "3f9a", {"hateful", {"yes", "no"}}).load().empty());
    }

    void twoWindowsLoseNothing()
    {
        Folder folder;
        constexpr int kEach = 40;
        const auto work = [&](const char *who) {
            const DecisionStore store = storeIn(folder);
            for (int i = 0; i < kEach; ++i)
                decide(store, who + std::to_string(i), Decision::Remove);
        };
        std::thread other(work, "a");
        work("b");
        other.join();
        QCOMPARE(storeIn(folder).load().size(), std::size_t(2 * kEach));
    }

    void aDamagedFileIsToldAndLeftAlone()
    {
        Folder folder;
        const DecisionStore store = storeIn(folder);
        decide(store, "a", Decision::Keep);
        const std::string whole = readTextFile(store.file(), 1 << 20);
        const auto with = [&](const std::string &from, const std::string &to) {
            std::string text = whole;
            return text.replace(text.find(from), from.size(), to);
        };
        for (const std::string &damaged :
             {std::string(), whole.substr(0, whole.size() / 2), std::string("[]"), with("keep", "delete"),
              with("\"version\": 1", "\"version\": 2"), with("3f9a", "4f9a"), with("hateful", "other"),
              with("\"id\": \"a\"", "\"id\": 7"),
              with("{\n   \"id\"", "{\"id\": \"a\", \"decision\": \"keep\"}, {\n   \"id\"")}) {
            writeFileAtomically(store.file(), damaged);
            for (const QByteArray &told :
                 {refusal([&] { store.load(); }), refusal([&] { decide(store, "b", Decision::Keep); })}) {
                QVERIFY2(told.contains("cannot be used") && told.contains("Move the file away"), told);
                QVERIFY(told.contains(store.file().filename().c_str()));
            }
            QCOMPARE(readTextFile(store.file(), 1 << 20), damaged);
        }
    }

    void whatCannotBeKeptIsRefused()
    {
        Folder folder;
        const DecisionStore store = storeIn(folder);
        QVERIFY(refusal([&] { decide(store, "\xff", Decision::Keep); }).contains("not UTF-8"));
        QVERIFY(!refusal([&] { decide(store, std::string(5000, 'x'), Decision::Keep); }).isEmpty());
        QVERIFY(store.load().empty());
    }

    void theTableNeutralisesFormulas()
    {
        std::vector<MemeRecord> records(3);
        records[0].id = "=1+1";
        records[0].title = "he said \"no\", then\nleft";
        records[1].id = "b";
        records[2].id = "c";
        records[2].title = "@SUM(A1)";
        for (MemeRecord &record : records)
            record.image = "/data/memes/" + record.id + ".png";
        const Dataset dataset = Dataset::fromRecords("/data/db.json", records);
        const JudgedMeme judged{.id = "=1+1", .predicted = 0.75};
        QCOMPARE(decisionsAsCsv(dataset, kLabel, std::span(&judged, 1),
                                {{"=1+1", Decision::Remove}, {"c", Decision::Unsure}, {"gone", Decision::Keep}}),
                 std::string("id,title,decision,class,label,probability,image\n"
                             "'=1+1,\"he said \"\"no\"\", then\nleft\",remove,yes,,0.75,memes/=1+1.png\n"
                             "c,'@SUM(A1),unsure,,,,memes/c.png\n"));
    }

    void aFeedOfDecisionsIsOpenedAgain()
    {
        Folder folder;
        const auto data = folder.path() / "data";
        std::filesystem::create_directories(data / "memes");
        const std::vector<std::string> ids{"=1+1", "a,b", "say \"hi\"", "plain", "-x", "#tag"};
        std::string lines;
        for (std::size_t i = 0; i < ids.size(); ++i) {
            writePicture(data / "memes" / (std::to_string(i) + ".png"));
            const std::string number = std::to_string(i);
            lines += "{\"id\": " + json(ids[i]) + ", \"img\": " + json(number + ".png")
                     + ", \"hateful\": " + json(i % 2 == 0 ? "no" : "yes")
                     + ", \"text\": " + json("=t)" + number + ", so") + ", \"who\": " + json(i < 3 ? "x" : "y") + "}\n";
        }
        writeFileAtomically(data / "feed.jsonl", lines);
        const Dataset before = Dataset::load(data / "feed.jsonl");
        QCOMPARE(before.records().size(), ids.size());

        writeFileAtomically(data / "moderated.csv", decisionsAsFeed(before, kLabel, "who",
                                                                    {{"=1+1", Decision::Remove},
                                                                     {"a,b", Decision::Keep},
                                                                     {"say \"hi\"", Decision::Unsure},
                                                                     {"#tag", Decision::Keep}}));
        const Dataset after = Dataset::load(data / "moderated.csv");
        // Nothing is learnt from the unsure one, which the file of nothing but labels has no other use for.
        QCOMPARE(after.records().size(), ids.size() - 1);
        QCOMPARE(after.skipped().size(), std::size_t(1));
        QCOMPARE(after.skipped()[0].id, std::string("say \"hi\""));
        QVERIFY(after.skipped()[0].reason == SkipReason::LabelMissing);
        const std::vector<std::string> expected{"yes", "no", "", "yes", "no", "no"};
        for (std::size_t i = 0; i < ids.size(); ++i) {
            const MemeRecord *record = after.find(ids[i]);
            QCOMPARE(record == nullptr, expected[i].empty());
            if (!record)
                continue;
            QCOMPARE(record->title, before.records()[i].title);
            QCOMPARE(record->image, before.records()[i].image);
            QCOMPARE(record->columns.value("hateful"), expected[i]);
            QCOMPARE(record->columns.value("who"), std::string(i < 3 ? "x" : "y"));
        }
        QVERIFY(resolveLabel(after.records(), Label{"hateful", {}}).label == kLabel);
    }
};

QTEST_GUILESS_MAIN(TestDecisionStore)
#include "decision_store_test.moc"
