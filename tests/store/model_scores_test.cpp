#include "tests/store/model_file_fixture.h"

using namespace dank;

namespace {

/// With everything that scores rest on.
Model withScores()
{
    Model model = example();
    model.trainIds = {"a", "c", "x"};
    model.config = TrainConfig::standard();
    model.config.group = "subreddit";
    model.config.within = true;
    model.targetGroup = "subreddit";
    const std::vector<MemeId> ids{"a", "c", "x", "d", "e", "f"};
    model.splitHash = splitHash(ids, {{0, 1, 2}, {3}, {4, 5}, {}});
    model.interval = ConformalInterval{0.9, 48, -0.1, 0.1 + 0.2};
    model.judgement = Judgement{VerdictKind::NoEvidence,
                                "No evidence of learning.",
                                "On 48 held-out memes its order could be luck: R² −0.05 and Spearman 0.14.",
                                "48 held-out memes of ü",
                                "subreddit",
                                40,
                                0.1 + 0.2,
                                -1.0 / 3,
                                Interval{-0.1, 0.5}};
    model.range.emplace();
    for (int i = 0; i < 20; ++i)
        model.range->distances.push_back(0.1F * float(i));
    model.trainPictures = {{0, std::string(32, 'a'), 12345, "memes/ü a.png", "a title 🐸"},
                           {2, std::string(32, '0'), 0, ""}};
    for (const char *group : {"dank\"memes", "memes"})
        model.groupTargets.emplace(
            group, TargetTransform::fit(TargetKind::Percentile, std::vector<std::int64_t>{1, 5, 5, 70, 90}));
    return model;
}

}  // namespace

class TestModelScores : public QObject {
    Q_OBJECT
private slots:
    void whatScoresRestOn()
    {
        File file;
        const Model model = withScores();
        saveModel(model, file.path());
        const Model loaded = loadModel(file.path());
        QCOMPARE(loaded.splitHash, model.splitHash);
        QCOMPARE(loaded.interval->below, -0.1);
        QCOMPARE(loaded.interval->above, 0.1 + 0.2);
        QCOMPARE(loaded.interval->rows, std::size_t(48));
        QCOMPARE(loaded.interval->level, 0.9);
        QCOMPARE(loaded.judgement.value(), model.judgement.value());
        QVERIFY(loaded.range->mean.empty() && loaded.range->scale.empty());
        QVERIFY(loaded.range->distances == model.range->distances);
        QVERIFY(loaded.trainPictures == model.trainPictures);
        QCOMPARE(loaded.targetGroup, std::string("subreddit"));
        QCOMPARE(loaded.groupTargets.size(), std::size_t(2));
        QVERIFY(loaded.groupTargets.at("memes").parameters() == model.groupTargets.at("memes").parameters());
        const auto document = json::parse(openSafetensors(file.path()).metadata().at("dank"));
        QCOMPARE(document.at("format").get<int>(), 1);  // older programs pass over what they do not know

        // An older file.
        rewrite(file.path(), [](Parts &parts) {
            for (const char *key :
                 {"split_hash", "judgement", "interval", "training_range", "train_pictures", "group_targets"})
                QCOMPARE(parts.document.erase(key), std::size_t(1));
        });
        const Model old = loadModel(file.path());
        QVERIFY(!old.judgement && old.verdict() == notJudged());
        QVERIFY(!old.interval && !old.range && old.trainPictures.empty() && old.groupTargets.empty());
        QVERIFY(old.splitHash.empty());
        QCOMPARE(old.targetGroup, std::string("subreddit"));

        Model raw = model;
        raw.featureMean.clear();
        raw.featureScale.clear();
        raw.range->mean = {1, 2, 3};
        raw.range->scale = {1, 0.1F, 1e-30F};
        saveModel(raw, file.path());
        QVERIFY(loadModel(file.path()).range->scale == raw.range->scale);
    }

    void verdictsOfOtherKinds()
    {
        File file;
        Model model = withScores();
        model.judgement = Judgement{};
        model.judgement->headline = "It could not be judged.";
        model.judgement->reason = "Two\nlines \x1b[31m.";
        saveModel(model, file.path());
        Judgement loaded = loadModel(file.path()).judgement.value();
        QVERIFY(!loaded.kind && !loaded.spearman && !loaded.r2 && !loaded.spearmanInterval);
        QCOMPARE(verdictText(loaded), std::string("It could not be judged. Two lines  [31m."));

        // What it took from a stranger's column is never so long that the file cannot be read again.
        model.judgement->group = std::string(3999, 'x') + "ü" + std::string(100'000, 'y');
        saveModel(model, file.path());
        QCOMPARE(loadModel(file.path()).judgement->group, std::string(3999, 'x'));

        // A newer version may know more verdicts: they are told, not refused.
        saveModel(withScores(), file.path());
        rewrite(file.path(), [](Parts &parts) {
            parts.document["judgement"]["verdict"] = "learned_by_heart";
            parts.document["judgement"]["headline"] = "It learned by heart.";
            parts.document["judgement"]["reason"] = "All of it.";
            parts.document["judgement"]["poems"] = {1, 2};
        });
        loaded = loadModel(file.path()).judgement.value();
        QVERIFY(!loaded.kind);
        QCOMPARE(verdictName(loaded), "not_judged");
        QVERIFY2(verdictText(loaded).ends_with("It learned by heart. All of it."), verdictText(loaded).c_str());
        QVERIFY(verdictText(loaded).find("learned_by_heart") != std::string::npos);
        QCOMPARE(loaded.rows, std::size_t(40));
    }

    void refusesScores_data()
    {
        QTest::addColumn<Change>("change");
        QTest::addColumn<QString>("reason");
        const auto set = [&](const char *pointer, json value, const char *reason) {
            const std::string name = std::string(pointer) + " = " + value.dump().substr(0, 40);
            const Change change = [=](Parts &parts) { parts.document[json::json_pointer(pointer)] = value; };
            QTest::newRow(name.c_str()) << change << QString(reason);
        };
        set("/split_hash", std::string(32, '0'), "sides");
        set("/split_hash", 5, "'split_hash' is no text");
        set("/split_hash", "", "sides");
        set("/train_ids", json::array({"a"}), "sides");
        set("/judgement", json::array(), "'judgement' is no object");
        set("/judgement", nullptr, "'judgement' is no object");
        set("/judgement", json::object(), "'verdict' is missing");
        set("/judgement/verdict", 5, "'verdict' is no text");
        set("/judgement/verdict", std::string(20000, 'x'), "'verdict' is longer than 16384 bytes");
        set("/judgement/verdict", "\x1b[2J", "control characters");
        set("/judgement/headline", "one\ntwo", "control characters");
        set("/judgement/headline", std::string(20000, 'x'), "'headline' is longer than 16384 bytes");
        set("/judgement/reason", nullptr, "'reason' is no text");
        set("/judgement/reason", std::string(20000, 'x'), "'reason' is longer than 16384 bytes");
        set("/judgement/subset", "\x07", "control characters");
        set("/judgement/group", 3, "'group' is no text");
        set("/judgement/rows", -1, "'rows' is not a whole number");
        set("/judgement/rows", "all", "'rows' is not a whole number");
        set("/judgement/spearman", 1.5, "out of range");
        set("/judgement/spearman", "high", "'spearman' is no finite number");
        set("/judgement/r2", 1.01, "out of range");
        set("/judgement/r2", nullptr, "'r2' is no finite number");
        set("/judgement/spearman_interval", json::array({0.1}), "a list of 2 values");
        set("/judgement/spearman_interval", json::array({0.2, 0.1}), "out of range");
        set("/judgement/spearman_interval", json::array({-1.1, 0.1}), "out of range");
        set("/judgement/spearman_interval/1", "high", "'spearman_interval' is no finite number");
        set("/interval", json::array(), "'interval' is no object");
        set("/interval", json::object(), "'level' is missing");
        set("/interval", nullptr, "'interval' is no object");
        set("/interval/level", 1, "level");
        set("/interval/rows", 2, "too few");
        set("/interval/rows", -1, "'rows' is not a whole number");
        set("/interval/below", 0.1, "own answer");
        set("/interval/above", 1e300, "own answer");
        set("/interval/above", "wide", "'above' is no finite number");
        set("/training_range", 3, "'training_range' is no object");
        set("/training_range/distances", json::array(), "too few");
        set("/training_range/distances", json(std::vector<int>(1002, 1)), "a list of at most 1001");
        set("/training_range/distances/0", 5000, "ascending");
        set("/training_range/distances/19", 1e300, "ascending");
        set("/training_range/distances/3", nullptr, "'distances' is no finite number");
        set("/training_range/mean", json::array({1, 2, 3}), "number of features");
        set("/train_pictures", json::array(), "'train_pictures' is no object");
        set("/train_pictures/rows", json::array({0}), "differ in length");
        set("/train_pictures/rows", json::array({0, 9}), "training memes");
        set("/train_pictures/rows", json::array({1, 0}), "training memes");
        set("/train_pictures/rows", json(std::vector<int>(20001, 1)), "a list of at most 20000");
        set("/train_pictures/hashes/0", "abc", "hash");
        set("/train_pictures/hashes/0", 4, "'hashes' is no text");
        set("/train_pictures/upvotes/1", -4, "'upvotes' is not a whole number");
        set("/train_pictures/files/1", "/etc/passwd", "outside");
        set("/train_pictures/files/1", "../../x.png", "outside");
        set("/group_targets", json::object(), "'group_targets' is not a list");
        set("/group_targets/0", json::array({"memes"}), "a list of 2 values");
        set("/group_targets/0/0", "", "proper name");
        set("/group_targets/0/0", "\x1b[2J", "proper name");
        set("/group_targets/0/0", "memes", "two targets");
        set("/group_targets/0/1", json::array(), "make no sense");
        set("/group_targets/0/1", json::array({3, 1}), "not ascending");
        set("/group_targets/0/1", json::array({"many"}), "'group_targets' is no finite number");
    }
    void refusesScores()
    {
        QFETCH(Change, change);
        QFETCH(QString, reason);
        File file;
        saveModel(withScores(), file.path());
        QCOMPARE(refusal(file.path()), QString("taken"));
        rewrite(file.path(), change);
        const QString said = refusal(file.path());
        QVERIFY2(said.startsWith("format: ") && said.contains(reason), qPrintable(said));
    }
};

QTEST_GUILESS_MAIN(TestModelScores)
#include "model_scores_test.moc"
