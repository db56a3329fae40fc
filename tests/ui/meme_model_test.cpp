#include "ui/memes/meme_model.h"

#include <QSignalSpy>
#include <QTest>

#include "tests/ui/session_fixture.h"
#include "ui/lanes/thumbnails.h"

using namespace dank;
using namespace dank::ui;
using namespace dank::test;

class MemeModelTest : public QObject {
    Q_OBJECT

private slots:
    void memesThatShareAPictureBothGetIt()
    {
        Fixture f;
        const auto memes = f.db.parent_path() / "memes";
        std::filesystem::remove(memes / "m2.png");
        std::filesystem::create_symlink("m1.png", memes / "m2.png");
        QVERIFY(f.load());
        const auto dataset = f.session->data().dataset();
        const auto sharing = [&] {
            std::vector<int> rows;
            for (int row = 0; row < int(dataset->records().size()); ++row)
                if (dataset->records()[std::size_t(row)].image == dataset->find("m1")->image)
                    rows.push_back(row);
            return rows;
        }();
        QCOMPARE(sharing.size(), std::size_t(2));
        MemeModel model(f.session->thumbnails());
        model.setDataset(dataset);
        QSignalSpy changed(&model, &QAbstractItemModel::dataChanged);
        QVERIFY(f.waitFor([&] { return !f.session->thumbnails().get(dataset->find("m1")->image).isNull(); }));
        QCOMPARE(changed.size(), 2);
    }
};

QTEST_MAIN(MemeModelTest)
#include "meme_model_test.moc"
