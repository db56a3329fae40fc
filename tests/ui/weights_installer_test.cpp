// Downloads and installations through the Session: beside everything else, stoppable, and never a surprise.

#include <QElapsedTimer>
#include <QTest>

#include <fstream>

#include "tests/ui/session_fixture.h"

using namespace dank;
using namespace dank::ui;
using namespace dank::test;
using State = WeightsJob::State;

namespace {

bool known(const Fixture &f)
{
    return f.waitFor([&] { return f.session->features().requested() != nullptr; });
}

void choose(const Fixture &f, const std::string &backbone, const std::string &weights = {})
{
    BackboneRequest request = f.session->features().request();
    request.backbone = backbone;
    request.weights = weights;
    f.session->features().setRequest(request);
}

bool ended(const Fixture &f)
{
    return f.waitFor([&] { return !f.session->weights().job().isBusy(); });
}

}  // namespace

class WeightsInstallerTest : public QObject {
    Q_OBJECT

private slots:
    void emptyRequestMeansTheDefault()
    {
        Fixture f;
        QVERIFY(f.session->features().request().backbone.empty());
        QVERIFY(known(f));
        QCOMPARE(f.session->features().request().backbone, std::string("classic"));
        QVERIFY(!f.session->workplace().message());
        // Another default later does not change what is settled.
        f.engine->setInstalled("resnet50");
        QVERIFY(f.load());
        QVERIFY(f.waitFor([&] { return f.session->features().statuses().back().isDefault; }));
        QCOMPARE(f.session->features().request().backbone, std::string("classic"));
        f.open();
        QVERIFY(known(f));
        QCOMPARE(f.session->features().request().backbone, std::string("resnet50"));
    }

    void fetchInstallsAndChooses()
    {
        Fixture f;
        QVERIFY(known(f));
        f.engine->holdFetchAt = 41;
        f.session->weights().fetch("inception_v3");
        QCOMPARE(f.session->weights().job().state, State::Running);  // at once
        QCOMPARE(f.session->weights().job().backbone, std::string("inception_v3"));
        QCOMPARE(f.session->weights().job().total, std::uint64_t(104'000'000));
        QVERIFY(f.waitFor([&] { return f.session->weights().job().done == 41 * std::uint64_t(1'040'000); }));
        QCOMPARE(f.session->weights().job().bytesPerSecond, 5.2e6);
        f.engine->holdFetchAt = -1;
        QVERIFY(ended(f));
        QCOMPARE(f.session->weights().job().state, State::Done);
        QCOMPARE(f.session->workplace().message()->text, QString("Inception V3's weights are installed."));
        QCOMPARE(f.session->features().request().backbone, std::string("inception_v3"));
        QVERIFY(f.waitFor([&] { return !f.session->features().requested()->weights.empty(); }));
        QVERIFY(f.changes[Change::Weights] > 2);
    }

    void choiceMadeMeanwhileStays()
    {
        Fixture f;
        QVERIFY(known(f));
        f.engine->holdFetchAt = 50;
        f.session->weights().fetch("inception_v3");
        choose(f, "resnet50", "none");
        f.engine->holdFetchAt = -1;
        QVERIFY(ended(f));
        QCOMPARE(f.session->features().request().backbone, std::string("resnet50"));
        QCOMPARE(f.session->workplace().message()->actionText, QString("Use Inception V3"));
        f.session->workplace().message()->action();
        QCOMPARE(f.session->features().request().backbone, std::string("inception_v3"));
        QCOMPARE(f.session->features().request().weights, std::string());
    }

    void failureCanBeTriedAgain()
    {
        Fixture f;
        QVERIFY(known(f));
        f.engine->onFetch = [&](int percent) {
            if (percent == 30 && f.engine->fetches == 1)
                throw Error(ErrorKind::Network, "The server stopped answering. What has arrived is kept.");
        };
        f.session->weights().fetch("resnet50");
        QVERIFY(ended(f));
        QCOMPARE(f.session->weights().job().state, State::Failed);
        QCOMPARE(f.session->workplace().message()->severity, Message::Severity::Error);
        QCOMPARE(f.session->workplace().message()->text,
                 QString("The server stopped answering. What has arrived is kept."));
        QCOMPARE(f.session->features().request().backbone, std::string("classic"));
        QCOMPARE(f.session->workplace().message()->actionText, QString("Try again"));
        f.session->workplace().message()->action();
        QVERIFY(ended(f));
        QCOMPARE(f.session->weights().job().state, State::Done);
        QCOMPARE(f.session->features().request().backbone, std::string("resnet50"));
    }

    void cancelIsAcknowledgedAtOnce()
    {
        Fixture f;
        QVERIFY(known(f));
        f.engine->holdFetchAt = 41;
        f.session->weights().fetch("inception_v3");
        QVERIFY(f.waitFor([&] { return f.session->weights().job().done > 40'000'000; }));
        f.session->weights().cancel();
        QCOMPARE(f.session->weights().job().state, State::Stopping);
        f.session->weights().cancel();
        QVERIFY(ended(f));
        QCOMPARE(f.session->weights().job().state, State::Idle);
        QVERIFY(!f.session->workplace().message());
        QVERIFY(!f.engine->isInstalled("inception_v3"));
        QCOMPARE(f.session->features().request().backbone, std::string("classic"));
    }

    void knowsWhatAnEarlierDownloadLeft()
    {
        Fixture f;
        QVERIFY(known(f));
        const WeightsEntry entry = FakeEngine::offer("inception_v3");
        QCOMPARE(f.session->weights().partialBytes(entry), std::uint64_t(0));
        std::filesystem::create_directories(f.library / "weights/downloads");
        std::ofstream(f.library / "weights/downloads" / (entry.file + ".part")) << "12345";
        QCOMPARE(f.session->weights().partialBytes(entry), std::uint64_t(5));
    }

    void oneAtATime()
    {
        Fixture f;
        QVERIFY(known(f));
        f.engine->holdFetchAt = 10;
        f.session->weights().fetch("inception_v3");
        f.session->weights().fetch("resnet50");
        QVERIFY(f.session->workplace().message().has_value());
        QCOMPARE(f.session->weights().job().id, std::string("inception_v3"));
        f.session->weights().add("/tmp/mine.pth");
        QCOMPARE(f.session->weights().job().id, std::string("inception_v3"));
        f.engine->holdFetchAt = -1;
        QVERIFY(ended(f));
        QCOMPARE(f.engine->fetches.load(), 1);
        QVERIFY(!f.engine->isInstalled("resnet50"));
    }

    void nothingElseWaitsForADownload()
    {
        Fixture f;
        QVERIFY(known(f));
        f.engine->holdFetchAt = 10;
        f.session->weights().fetch("inception_v3");
        QVERIFY(f.waitFor([&] { return f.engine->fetching == 1; }));
        QVERIFY(f.load());
        f.session->features().extract();
        QVERIFY(f.waitFor([&] { return f.settled(); }));
        QVERIFY(f.session->features().summary());
        f.setEpochs(20);
        f.session->training().train();
        QVERIFY(f.waitFor([&] { return f.settled() && f.session->rater().model(); }));
        f.session->board().rate({f.folder.path() + "/data/memes/m1.png"});
        QVERIFY(f.waitFor([&] {
            return f.session->board().items().size() == 1
                   && f.session->board().items()[0].state == RatedItem::State::Scored;
        }));
        QCOMPARE(f.session->weights().job().state, State::Running);
        QCOMPARE(f.engine->fetching.load(), 1);
        f.session->weights().cancel();
        QVERIFY(ended(f));
    }

    void finishDuringAnExtractionLeavesItAlone()
    {
        Fixture f;
        QVERIFY(f.load());
        QVERIFY(known(f));
        f.engine->imageMs = 30;
        f.session->features().extract();
        f.session->weights().fetch("inception_v3");
        QVERIFY(ended(f));
        QCOMPARE(f.session->features().request().backbone, std::string("classic"));
        QCOMPARE(f.session->workplace().message()->actionText, QString("Use Inception V3"));
        QVERIFY(f.waitFor([&] { return f.settled(); }));
        QVERIFY(f.session->features().summary());
        QCOMPARE(f.session->features().summary()->asMade.backbone, std::string("classic"));
    }

    void closingCancelsAndJoins()
    {
        Fixture f;
        QVERIFY(known(f));
        f.engine->holdFetchAt = 10;  // would stand there for ever
        f.session->weights().fetch("inception_v3");
        QVERIFY(f.waitFor([&] { return f.engine->fetching == 1; }));
        f.session.reset();
        QCOMPARE(f.engine->fetching.load(), 0);
        QVERIFY(!f.engine->isInstalled("inception_v3"));
    }

    void addInstallsWhatTheFileIs()
    {
        Fixture f;
        QVERIFY(known(f));
        f.engine->onAdd = [](const std::filesystem::path &file) {
            if (file.filename() == "page.pth")
                throw Error(ErrorKind::Format, "page.pth is a web page, not weights.");
            return std::string("resnet50");
        };
        f.session->weights().add("/data/page.pth");
        QCOMPARE(f.session->weights().job().state, State::Running);
        QVERIFY(ended(f));
        QCOMPARE(f.session->weights().job().state, State::Failed);
        QCOMPARE(f.session->workplace().message()->text, QString("page.pth is a web page, not weights."));
        QVERIFY(f.session->workplace().message()->actionText.isEmpty());
        QCOMPARE(f.session->features().request().backbone, std::string("classic"));
        f.session->weights().add("/data/net.pth");
        QVERIFY(ended(f));
        QCOMPARE(f.session->weights().job().backbone, std::string("resnet50"));
        QCOMPARE(f.session->workplace().message()->text,
                 QString("net.pth holds the weights of ResNet-50. They are installed."));
        QCOMPARE(f.session->features().request().backbone, std::string("resnet50"));
    }

    void otherWeightsMakeOtherFeatures()
    {
        Fixture f;
        f.engine->setInstalled("inception_v3");
        QVERIFY(f.load());
        QVERIFY(known(f));
        f.session->features().extract();
        QVERIFY(f.waitFor([&] { return f.settled(); }));
        QVERIFY(f.session->features().summary());
        f.session->weights().add("/data/other.pth");
        QVERIFY(ended(f));
        QVERIFY(!f.session->features().summary());
    }

    void blockedModelRatesOnceWeightsAreThere()
    {
        Fixture f;
        QVERIFY(f.load());
        f.engine->onOpenRating = [&] {
            if (!f.engine->isInstalled("inception_v3"))
                throw Error(ErrorKind::Weights, "The weights that this model was made with are not here.");
        };
        f.setEpochs(5);
        f.session->training().train();
        QVERIFY(f.waitFor([&] { return f.settled() && f.session->rater().model(); }));
        f.session->board().rate({f.folder.path() + "/data/memes/m1.png"});
        QVERIFY(f.waitFor([&] { return f.session->workplace().message().has_value(); }));
        QCOMPARE(f.session->board().items()[0].state, RatedItem::State::Waiting);
        f.session->weights().fetch("inception_v3");
        QVERIFY(f.waitFor([&] { return f.session->board().items()[0].state == RatedItem::State::Scored; }));
    }
};

QTEST_MAIN(WeightsInstallerTest)
#include "weights_installer_test.moc"
