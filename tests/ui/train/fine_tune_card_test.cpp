#include <QClipboard>
#include <QComboBox>
#include <QGuiApplication>
#include <QLineEdit>
#include <QPushButton>
#include <QSpinBox>
#include <QTest>

#include "core/store/fine_tuned_run.h"
#include "core/store/library.h"
#include "tests/ui/session_fixture.h"
#include "ui/train/fine_tune_card.h"

using namespace dank;
using namespace dank::test;

namespace {

constexpr auto kNetwork = "resnet50/warp/fp32/seed-1";
constexpr auto kTuning = "{\"fine_tune\": {\"from\": 1}}";

/// Remembers what is asked, and stands after its estimate until it may go on.
class TuningEngine : public FakeEngine {
public:
    std::atomic<std::int64_t> tuned{0};
    TuneConfig asked;  ///< read once `tuned` is set
    std::atomic_bool held{false};

    TrainReport fineTune(std::int64_t run, const TuneConfig &tuning, const std::filesystem::path &folder,
                         const TrainingObserver &observer, TrainingControl &, const JobContext &job) override
    {
        asked = tuning;
        tuned = run;
        Library library = Library::open(folder);
        RunRecord record = library.runs().get(run);
        record.request = kTuning;
        record.model.clear();
        TrainReport report;
        report.run = library.runs().create(record).first;
        TuningEstimate estimate;
        estimate.seconds = 120;
        estimate.memory = 780'000'000;
        estimate.disk = 490'000'000;
        estimate.parameters = 10'136'753;
        observer.estimated(estimate);
        while (held)
            job.cancel.check();
        auto model = std::make_shared<Model>();
        model->run = report.run;
        report.model = model;
        report.tuning.emplace();
        report.tuning->comparison = {0.20, 0.25, 0.05, std::nullopt};
        library.runs().setState(report.run, RunState::Done);
        return report;
    }
};

/// A run in the library.
std::int64_t addRun(const Fixture &f, const std::string &backbone, RunState state, const std::string &request = {})
{
    Library library = Library::open(f.library);
    RunRecord record;
    record.dataset = f.db.string();
    record.backbone = backbone;
    record.request = request;
    auto [run, lock] = library.runs().create(record);
    library.runs().setState(run, state);
    library.runs().setModel(run, library.modelPath(run).string());
    return run;
}

/// A finished run on the chart, and an engine that can fine-tune it.
struct TuningFixture : Fixture {
    std::shared_ptr<TuningEngine> tuning = std::make_shared<TuningEngine>();
    std::int64_t run = 0;

    bool ready()
    {
        engine = tuning;
        open();
        if (!load())
            return false;
        run = addRun(*this, kNetwork, RunState::Done);
        session->runs().refresh();
        session->runs().show(run);
        return true;
    }
};

}  // namespace

/// Which runs it is offered for, what it asks of the engine, and what it says meanwhile and afterwards.
class TestFineTuneCard : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void whereItIsOffered_data();
    void whereItIsOffered();
    void whatIsAsked();
    void whatIsWrong();
    void whileItRuns();
};

void TestFineTuneCard::whereItIsOffered_data()
{
    QTest::addColumn<QString>("backbone");
    QTest::addColumn<RunState>("state");
    QTest::addColumn<QString>("request");
    QTest::addColumn<bool>("offered");
    QTest::newRow("a finished run") << kNetwork << RunState::Done << QString() << true;
    QTest::newRow("an interrupted run") << kNetwork << RunState::Interrupted << QString() << false;
    QTest::newRow("descriptors") << "classic/whole/fp32/v-1" << RunState::Done << QString() << false;
    QTest::newRow("a network of one's own") << "onnx/warp/fp32/w-1" << RunState::Done << QString() << false;
    QTest::newRow("a fine-tuning that kept the frozen network") << kNetwork << RunState::Done << kTuning << false;
    QTest::newRow("a tuned network") << "resnet50/warp/fp32/seed-1+t-00" << RunState::Done << QString() << false;
}

void TestFineTuneCard::whereItIsOffered()
{
    QFETCH(QString, backbone);
    QFETCH(RunState, state);
    QFETCH(QString, request);
    QFETCH(bool, offered);
    Fixture f;
    const std::int64_t run = addRun(f, backbone.toStdString(), state, request.toStdString());
    f.session->runs().refresh();
    FineTuneCard card(*f.session);
    QVERIFY(card.isHidden());  // no run is on the chart
    f.session->runs().show(run);
    card.refresh();
    QCOMPARE(!card.isHidden(), offered);
    if (offered) {
        QVERIFY(card.note().contains("20,000"));
        QCOMPARE(card.button()->text(), QString("Fine-tune run %1").arg(run));
    }
}

void TestFineTuneCard::whatIsAsked()
{
    TuningFixture f;
    QVERIFY(f.ready());
    FineTuneCard card(*f.session);
    card.refresh();
    card.findChild<QComboBox *>()->setCurrentIndex(1);
    card.findChild<QSpinBox *>()->setValue(7);
    const auto lines = card.findChildren<QLineEdit *>(QString(), Qt::FindDirectChildrenOnly);
    QCOMPARE(lines.size(), 2);
    lines[0]->setText("1e-5");
    card.findChildren<QPushButton *>()[0]->click();
    const QString command = QGuiApplication::clipboard()->text();
    QVERIFY2(command.endsWith(QString("--from %1 --fine-tune last2 --backbone-lr 1e-05 --tune-epochs 7").arg(f.run)),
             qPrintable(command));
    card.button()->click();
    QVERIFY(f.waitFor([&] { return f.tuning->tuned == f.run && f.settled(); }));
    QCOMPARE(f.tuning->asked.depth, TuneDepth::LastTwo);
    QCOMPARE(f.tuning->asked.networkRate, 1e-5);
    QCOMPARE(f.tuning->asked.headRate, 0.0);
    QCOMPARE(f.tuning->asked.epochs, 7);
}

void TestFineTuneCard::whatIsWrong()
{
    TuningFixture f;
    QVERIFY(f.ready());
    FineTuneCard card(*f.session);
    const auto lines = card.findChildren<QLineEdit *>(QString(), Qt::FindDirectChildrenOnly);
    for (const char *wrong : {"-1", "0", "x", "nan", "inf"}) {
        lines[1]->setText(wrong);
        card.refresh();
        QVERIFY2(!card.button()->isEnabled(), wrong);
        QVERIFY(card.note().contains("a number above 0"));
    }
    lines[1]->setText(" 0.001 ");
    card.refresh();
    QVERIFY(card.button()->isEnabled());
}

/// What it takes is said as soon as it was measured, and how it ended stays to be read.
void TestFineTuneCard::whileItRuns()
{
    TuningFixture f;
    QVERIFY(f.ready());
    FineTuneCard card(*f.session);
    QObject::connect(f.session.get(), &Session::changed, &card, [&card] { card.refresh(); });
    f.tuning->held = true;
    card.refresh();
    card.button()->click();
    QVERIFY(f.waitFor([&] { return card.note().contains("about 2 min"); }));
    QVERIFY2(card.note().replace(QChar::Nbsp, u' ').contains("780 MB of memory and 490 MB on disk"),
             qPrintable(card.note()));
    QVERIFY(!card.button()->isEnabled());
    f.tuning->held = false;
    QVERIFY(f.waitFor([&] { return f.settled(); }));
    QVERIFY(f.session->workplace().message());
    const QString told = f.session->workplace().message()->text;
    QVERIFY2(told.contains("0.25 fine-tuned and 0.20 frozen") && told.contains("the frozen network is kept"),
             qPrintable(told));
}

QTEST_MAIN(TestFineTuneCard)
#include "fine_tune_card_test.moc"
