#include <QTemporaryDir>
#include <QTest>

#include <cmath>

#include "core/evaluate/title_features.h"
#include "core/rating/scorer.h"
#include "core/store/library.h"

using namespace dank;

namespace {

std::string hashOf(char digit)
{
    return std::string(32, digit);
}

/// Three training pictures of two features each; the model reads captions and keeps two of their titles.
Model readingModel()
{
    Model model;
    model.name = "model";
    model.backbone = "classic/whole/fp32/v-1";
    model.featureMean = {0, 0};
    model.featureScale = {1, 1};
    Blend &blend = model.blend.emplace();
    blend.line = {0.1F, 0};
    blend.lineBias = 0.5;
    blend.title.rarity.assign(kTitleColumns, 1.0F);
    blend.title.weight.assign(kTitleColumns, 0.01F);
    blend.image = {0, 0, 1, 0, 0};
    blend.withTitle = {0, 0, 1, 1, 0};
    model.trainIds = {"a", "b", "c"};
    model.trainPictures = {{0, hashOf('a'), 10, "", "One does not simply"},
                           {1, hashOf('b'), 20, "", ""},
                           {2, hashOf('c'), 30, "", "a cat 🐸"}};
    return model;
}

}  // namespace

/// In what the memes are alike that a score names beside it.
class SimilarMemesTest : public QObject {
    Q_OBJECT

    QTemporaryDir m_folder;
    std::filesystem::path library() const { return m_folder.filePath("library").toStdString(); }

private slots:
    void initTestCase()
    {
        Library made = Library::open(library());
        const std::vector<float> a{1, 0.1F}, b{-1, 1}, c{0.1F, -1};
        made.features().put(readingModel().backbone,
                            std::vector<FeatureStore::Entry>{{hashOf('a'), a}, {hashOf('b'), b}, {hashOf('c'), c}});
    }

    void pictureAndWords()
    {
        const Model model = readingModel();
        const SimilarMemes memes(model, library());
        const std::vector<float> picture{1, 0};
        const auto found = memes.find(picture, hashOf('d'), 3, {.title = "ONE does not simply"});
        QCOMPARE(found.size(), std::size_t(3));
        QCOMPARE(found[0].id, std::string("a"));
        QVERIFY(found[0].similarity > found[1].similarity);
        QVERIFY(std::abs(found[0].wordsSimilarity.value() - 1) < 1e-5);  // the very words
        for (const SimilarMeme &meme : found) {
            if (meme.id == "b")
                QVERIFY(!meme.wordsSimilarity);  // no title is known of it
            if (meme.id == "c")
                QVERIFY(meme.wordsSimilarity.value() < 0.2);
        }
        const TitleFeatures words(model.blend->title.rarity);
        double cosine = 0;
        for (const auto &[column, value] : words.of("simply a cat"))
            for (const auto &[other, theirs] : words.of("One does not simply"))
                cosine += column == other ? double{value} * theirs : 0;
        QVERIFY(std::abs(memes.find(picture, "", 1, {.title = "simply a cat"})[0].wordsSimilarity.value() - cosine)
                < 1e-12);
    }

    void nothingToSayOfWords()
    {
        const Model model = readingModel();
        const SimilarMemes memes(model, library());
        const std::vector<float> picture{1, 0};
        for (const std::string caption : {"", " \n", "\xff"})
            for (const SimilarMeme &meme : memes.find(picture, "", 3, {.title = caption}))
                QVERIFY(!meme.wordsSimilarity || *meme.wordsSimilarity < 1e-9 || caption == "\xff");
        Model blind = readingModel();
        blind.blend->title = {};
        blind.blend->withTitle = {};
        const SimilarMemes others(blind, library());
        for (const SimilarMeme &meme : others.find(picture, "", 3, {.title = "a cat"}))
            QVERIFY(!meme.wordsSimilarity);
    }

    /// A model that reads the text in pictures compares it with what the library has of theirs.
    void textsInPictures()
    {
        Library store = Library::open(library());
        store.texts().put("r", std::vector<TextStore::Entry>{{hashOf('a'), {"walk into mordor", 0.9, {}}}});
        Model model = readingModel();
        std::swap(model.blend->title, model.blend->text);
        model.blend->withText = {0, 0, 1, 0, 1};
        model.blend->withTitle = {};
        const SimilarMemes memes(model, library());
        const auto found = memes.find(std::vector<float>{1, 0}, "", 3, {.text = "Walk into MORDOR"});
        QCOMPARE(found[0].id, std::string("a"));
        QVERIFY(std::abs(found[0].wordsSimilarity.value() - 1) < 1e-5);
        QVERIFY(!found[1].wordsSimilarity);
    }

    /// Whatever a caption holds, the score is a number.
    void oddCaptions_data()
    {
        QTest::addColumn<QByteArray>("caption");
        QTest::newRow("1 MB") << QByteArray(1'000'000, 'x');
        QTest::newRow("1 MB of words") << QByteArray("cat ").repeated(250'000);
        QTest::newRow("emoji") << QByteArray("🐸👩‍🚀").repeated(50);
        QTest::newRow("right to left") << QByteArray("\u202Eשלום עולם");
        QTest::newRow("controls") << QByteArray("\0\x01\x1b[31m\n\r\t", 9);
        QTest::newRow("no UTF-8") << QByteArray("\xff\xfe\xc3");
    }
    void oddCaptions()
    {
        QFETCH(QByteArray, caption);
        const Scorer scorer(std::make_shared<const Model>(readingModel()), library());
        const Score score = scorer.score(std::vector<float>{1, 0}, hashOf('d'), {}, "picture", caption.toStdString());
        QVERIFY(score.skipped.empty() && score.dankness >= 0 && score.dankness <= 1);
        for (const SimilarMeme &meme : score.neighbours)
            QVERIFY(!meme.wordsSimilarity || (*meme.wordsSimilarity >= 0 && *meme.wordsSimilarity <= 1));
    }
};

QTEST_GUILESS_MAIN(SimilarMemesTest)
#include "similar_memes_test.moc"
