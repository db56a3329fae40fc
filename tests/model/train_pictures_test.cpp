#include <QTest>

#include <string>
#include <vector>

#include "core/base/error.h"
#include "core/model/model.h"

using namespace dank;

class TrainPicturesTest : public QObject {
    Q_OBJECT
private slots:
    void nonsenseIsRefused()
    {
        const TrainPicture picture{1, std::string(32, 'a'), 5, "memes/a.png"};
        validateTrainPictures(std::vector{picture}, 2);
        const auto turnedDown = [&](auto change) {
            std::vector<TrainPicture> pictures{{0, std::string(32, '0'), 0, ""}, picture};
            change(pictures[1]);
            QVERIFY_EXCEPTION_THROWN(validateTrainPictures(pictures, 2), Error);
        };
        turnedDown([](TrainPicture &p) { p.row = 2; });
        turnedDown([](TrainPicture &p) { p.row = 0; });
        turnedDown([](TrainPicture &p) { p.hash = "../../../etc/passwd0000000000000"; });
        turnedDown([](TrainPicture &p) { p.hash.clear(); });
        turnedDown([](TrainPicture &p) { p.upvotes = -1; });
        turnedDown([](TrainPicture &p) { p.title = std::string(kMaxTrainTitle + 1, 'a'); });
        for (const std::string &file : {std::string("/etc/passwd"), std::string("../x"), std::string("a/../../x"),
                                        std::string("a\0b", 3), std::string(5000, 'a')})
            turnedDown([&](TrainPicture &p) { p.file = file; });
    }
};

QTEST_GUILESS_MAIN(TrainPicturesTest)
#include "train_pictures_test.moc"
