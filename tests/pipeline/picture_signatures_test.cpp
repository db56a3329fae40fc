#include <QTemporaryDir>
#include <QTest>

#include <fstream>
#include <set>

#include "core/base/file.h"
#include "core/dataset/dataset.h"
#include "core/pipeline/features/picture_signatures.h"
#include "core/templates/find_templates.h"
#include "tests/image/made_memes.h"

using namespace dank;

class TestPictureSignatures : public QObject {
    Q_OBJECT

private:
    QTemporaryDir m_folder;
    std::filesystem::path path(const std::string &name) const { return m_folder.filePath(name.c_str()).toStdString(); }

private slots:
    void eachPictureOnce()
    {
        const std::vector<std::byte> one = encodePng(madeTemplate(1)), two = encodeJpeg(madeTemplate(2), 80);
        writeFileAtomically(path("one.png"), one);
        writeFileAtomically(path("copy.png"), one);
        writeFileAtomically(path("two.jpg"), two);
        writeFileAtomically(path("cut.png"), std::span(one).first(one.size() / 2));
        writeFileAtomically(path("text.jpg"), std::string_view("no picture"));
        writeFileAtomically(path("empty.png"), std::string_view());
        std::filesystem::create_directory(path("folder.png"));
        const std::vector<std::filesystem::path> files{path("one.png"),  path("cut.png"),   path("two.jpg"),
                                                       path("copy.png"), path("text.jpg"),  path("gone.png"),
                                                       path("one.png"),  path("empty.png"), path("folder.png")};
        const std::size_t before = decodedPictures();
        const PictureSignatures found = signaturesOf(files, path("library"), 2, {});
        QCOMPARE(found.pictures.size(), std::size_t(2));
        QCOMPARE(found.hashes.size(), std::size_t(2));
        const std::vector<std::optional<std::size_t>> expected{
            0, std::nullopt, 1, 0, std::nullopt, std::nullopt, 0, std::nullopt, std::nullopt};
        QCOMPARE(found.pictureOf, expected);
        for (std::size_t i = 0; i < files.size(); ++i)
            QCOMPARE(found.skipped[i].empty(), expected[i].has_value());
        QVERIFY(decodedPictures() > before);

        // What the library has is not decoded again; what was no picture is looked at again.
        const std::vector<std::filesystem::path> good{files[0], files[2], files[3]};
        const std::size_t then = decodedPictures();
        const PictureSignatures again = signaturesOf(good, path("library"), 2, {});
        QCOMPARE(decodedPictures(), then);
        QVERIFY(again.pictures == found.pictures && again.hashes == found.hashes);
        writeFileAtomically(path("cut.png"), one);
        const std::vector<std::filesystem::path> mended{files[1]};
        QVERIFY(signaturesOf(mended, path("library"), 2, {}).pictureOf[0]);
        QVERIFY(signaturesOf({}, path("library"), 2, {}).pictures.empty());
    }

    /// Real memes are nearly all different; those of one template were looked up by eye.
    void realPictures()
    {
        const QString folder = qEnvironmentVariable("DANK_TEST_REDDIT");
        if (folder.isEmpty())
            QSKIP("DANK_TEST_REDDIT is not set");
        std::set<std::pair<std::string, std::string>> same;  // of one template
        std::ifstream golden(DANK_TEST_DATA "/golden/templates.txt");
        for (std::string a, b; golden >> a >> b;)
            same.insert(std::minmax(a, b));
        const Dataset dataset = Dataset::load((folder + "/db.json").toStdString());
        std::vector<std::filesystem::path> files;
        for (const MemeRecord &record : dataset.records())
            files.push_back(record.image);
        const PictureSignatures found = signaturesOf(files, path("reddit"), 2, {});
        QVERIFY(found.pictures.size() > 200);
        const TemplateClusters clusters = findTemplates(found.pictures, 2);
        QStringList wrong;
        for (std::size_t i = 0; i < files.size(); ++i)
            for (std::size_t j = 0; j < i; ++j) {
                if (!found.pictureOf[i] || !found.pictureOf[j] || found.pictureOf[i] == found.pictureOf[j]
                    || clusters.of[*found.pictureOf[i]] != clusters.of[*found.pictureOf[j]])
                    continue;
                const auto pair = std::minmax(dataset.records()[i].id, dataset.records()[j].id);
                if (!same.contains(pair))
                    wrong << QString("%1 %2").arg(pair.first.c_str(), pair.second.c_str());
            }
        QVERIFY2(wrong.size() <= 2, qPrintable(wrong.join(", ")));
    }
};

QTEST_GUILESS_MAIN(TestPictureSignatures)
#include "picture_signatures_test.moc"
