// The Features page: what its cards say in every state, the dialogs before a download and before a program, the
// comparison of backbones.

#include <QClipboard>
#include <QDialogButtonBox>
#include <QGuiApplication>
#include <QLabel>
#include <QPlainTextEdit>
#include <QProgressBar>
#include <QPushButton>
#include <QRadioButton>
#include <QSignalSpy>
#include <QTest>

#include "tests/ui/session_fixture.h"
#include "ui/features/backbone_card.h"
#include "ui/features/features_page.h"
#include "ui/features/own_network_dialog.h"
#include "ui/features/weights_dialog.h"
#include "ui/runs/comparison_card.h"
#include "ui/session/next_step.h"
#include "ui/widgets/text_format.h"
#include "ui/widgets/theme.h"

using namespace dank;
using namespace dank::ui;
using namespace dank::test;

namespace {

/// Everything that a widget says.
QString words(const QWidget &widget)
{
    QStringList all;
    for (const QLabel *label : widget.findChildren<QLabel *>())
        if (!label->isHidden())
            all << label->text();
    for (const QPlainTextEdit *text : widget.findChildren<QPlainTextEdit *>())
        all << text->toPlainText();
    return all.join(QLatin1Char('\n'));
}

QPushButton *button(const QWidget &widget, const QString &text)
{
    for (QPushButton *found : widget.findChildren<QPushButton *>())
        if (found->text().remove(QLatin1Char('&')).startsWith(text) && !found->isHidden())
            return found;
    return nullptr;
}

RunRecord finished(std::int64_t run, const std::string &backbone, double loss, const std::string &hash = "h")
{
    RunRecord record;
    record.run = run;
    record.state = RunState::Done;
    record.backbone = backbone;
    record.datasetHash = hash;
    record.bestEpoch = 3;
    record.bestValidationLoss = loss;
    record.meanPredictorLoss = 0.1;
    return record;
}

struct PageFixture : Fixture {
    std::vector<Page> away;
    std::unique_ptr<QWidget> page;

    explicit PageFixture(const std::string &installed = {})
    {
        if (!installed.empty())
            engine->setInstalled(installed);
        page.reset(makeFeaturesPage(*session, [this](Page to) { away.push_back(to); }));
        page->resize(1096, 700);
        page->show();
    }
    bool ready()
    {
        return load() && waitFor([&] { return session->features().requested() && card("classic"); });
    }
    BackboneCard *card(const QString &id) const
    {
        for (BackboneCard *found : page->findChildren<BackboneCard *>())
            if (found->id() == id)
                return found;
        return nullptr;
    }
    ~PageFixture() { page.reset(); }
};

}  // namespace

class FeaturesTest : public QObject {
    Q_OBJECT

private slots:
    void initTestCase() { applyTheme(*qApp, ThemeMode::Light); }

    void sizesRead()
    {
        const QString gap(QChar(0xa0));
        QCOMPARE(bytesText(108'949'747), "109" + gap + "MB");
        QCOMPARE(bytesText(9'540'000), "9.5" + gap + "MB");
        QCOMPARE(bytesText(1'240'000'000), "1.2" + gap + "GB");
        QCOMPARE(bytesText(950'000), "950" + gap + "kB");
        QCOMPARE(bytesOfText(41'000'000, 104'000'000), "41 of 104" + gap + "MB");
        QCOMPARE(bytesOfText(41'000'000, 0), "41" + gap + "MB");
    }

    void cardsSayWhatIsThere()
    {
        PageFixture f("resnet50");
        QVERIFY(f.ready());
        QCOMPARE(f.card("classic")->badge(), QString("nothing to install"));
        QVERIFY(words(*f.card("classic")).contains("place to start"));
        QVERIFY(words(*f.card("classic")).contains("whole picture"));
        QVERIFY(!button(*f.card("classic"), "Download"));
        QCOMPARE(f.card("resnet50")->badge(), QString("installed"));
        QVERIFY(f.card("resnet50")->accessibleDescription().contains("chosen"));
        QVERIFY(words(*f.card("resnet50")).contains("224 × 224"));
        QVERIFY(button(*f.card("resnet50"), "Other weights"));
        BackboneCard *inception = f.card("inception_v3");
        QCOMPARE(inception->badge(), QString("not installed"));
        QVERIFY(button(*inception, "Download… (104"));
        QVERIFY(button(*inception, "Choose file…"));
        QVERIFY(!button(*inception, "Use untrained"));  // tucked away until it is chosen
        QVERIFY(!button(*inception, "Download")->property("primary").toBool());
        QVERIFY(button(*f.page, "Extract")->isEnabled());

        QTest::keyClick(inception, Qt::Key_Space);
        QCOMPARE(f.session->features().request().backbone, std::string("inception_v3"));
        QVERIFY(button(*inception, "Download")->property("primary").toBool());
        QVERIFY(!button(*f.page, "Extract")->isEnabled());
        QVERIFY(!weightsReady(*f.session));
        QVERIFY(nextStep(*f.session).text.contains("weights"));
        button(*inception, "Use untrained")->click();
        QCOMPARE(f.session->features().request().weights, std::string("none"));
        QTRY_COMPARE(inception->badge(), QString("untrained"));
        QVERIFY(button(*f.page, "Extract")->isEnabled());
        QTest::keyClick(f.card("classic"), Qt::Key_Return);
        QCOMPARE(f.session->features().request().backbone, std::string("classic"));
        QCOMPARE(f.session->features().request().weights, std::string());
    }

    void downloadShowsOnItsCard()
    {
        PageFixture f;
        QVERIFY(f.ready());
        BackboneCard *card = f.card("inception_v3");
        f.engine->holdFetchAt = 41;
        f.session->weights().fetch("inception_v3");
        QTRY_VERIFY(words(*card).contains("5.2"));
        QTRY_VERIFY2(words(*card).contains("43 of 104"), qPrintable(words(*card)));
        QVERIFY(words(*card).contains("left"));
        QCOMPARE(card->badge(), QString("downloading"));
        QCOMPARE(card->findChild<QProgressBar *>()->value(), 410);
        QVERIFY(!button(*card, "Download"));
        QVERIFY(!button(*f.card("resnet50"), "Download")->isEnabled());
        QVERIFY(!button(*f.card("resnet50"), "Download")->toolTip().isEmpty());
        f.engine->ignoresCancel = true;
        button(*card, "Cancel")->click();
        QVERIFY(words(*card).contains("Stopping…"));
        QVERIFY(!button(*card, "Cancel")->isEnabled());
        f.engine->ignoresCancel = false;
        f.engine->holdFetchAt = -1;
        QTRY_COMPARE(card->badge(), QString("not installed"));
        QVERIFY(button(*card, "Download…"));
        QVERIFY(button(*f.card("resnet50"), "Download")->isEnabled());
    }

    void begunDownloadGoesOnWithoutAsking()
    {
        PageFixture f;
        const QString folder = f.folder.path() + "/library/weights/downloads";
        QVERIFY(QDir().mkpath(folder));
        QFile part(folder + "/inception_v3-0cc3c7bd.pth.part");
        QVERIFY(part.open(QIODevice::WriteOnly) && part.resize(41'000'000));
        QVERIFY(f.ready());
        QPushButton *resume = button(*f.card("inception_v3"), "Resume (41 of 104");
        QVERIFY(resume);
        resume->click();
        QVERIFY(!f.page->findChild<WeightsDialog *>());
        QCOMPARE(f.session->weights().job().id, std::string("inception_v3"));
        QTRY_COMPARE(f.card("inception_v3")->badge(), QString("installed"));
    }

    void failureStaysOnTheCard()
    {
        PageFixture f;
        QVERIFY(f.ready());
        f.engine->onFetch = [](int) { throw Error(ErrorKind::Network, "The server could not be reached."); };
        f.session->weights().fetch("inception_v3");
        QTRY_VERIFY(words(*f.card("inception_v3")).contains("could not be reached"));
        QVERIFY(button(*f.card("inception_v3"), "Try again"));
        QVERIFY(button(*f.card("resnet50"), "Download…"));
    }

    void dialogTellsBeforeItDownloads()
    {
        PageFixture f;
        QVERIFY(f.ready());
        button(*f.card("inception_v3"), "Download…")->click();
        auto *dialog = f.page->findChild<WeightsDialog *>();
        QVERIFY(dialog);
        QCOMPARE(f.engine->fetches.load(), 0);
        const WeightsEntry entry = FakeEngine::offer("inception_v3");
        const QString said = words(*dialog);
        for (const std::string &fact : {entry.file, entry.url, entry.sha256, entry.licence, entry.source,
                                        std::string("inception_v3.safetensors"), std::string("Nothing is sent")})
            QVERIFY2(said.contains(QString::fromStdString(fact)), fact.c_str());
        QVERIFY(dialog->downloadButton()->isDefault());
        dialog->downloadButton()->click();
        QTRY_COMPARE(f.card("inception_v3")->badge(), QString("installed"));
        QCOMPARE(f.engine->fetches.load(), 1);
        QCOMPARE(f.session->features().request().backbone, std::string("inception_v3"));
    }

    void dialogOffersAChoice()
    {
        PageFixture f;
        QVERIFY(f.ready());
        BackboneStatus status = *f.session->features().requested();
        status.kind = BackboneKind::Network;
        WeightsEntry second = FakeEngine::offer("resnet50");
        second.id = "resnet50-v2";
        second.sha256 = "11ad3fa6";
        status.offers = {FakeEngine::offer("resnet50"), second};
        WeightsDialog dialog(*f.session, status);
        QVERIFY(!words(dialog).contains("first 8 digits"));
        dialog.findChildren<QRadioButton *>().at(1)->setChecked(true);
        QVERIFY(words(dialog).contains("first 8 digits"));
        dialog.downloadButton()->click();
        QCOMPARE(f.session->weights().job().id, std::string("resnet50-v2"));
    }

    void programAsksForConsent()
    {
        QTemporaryDir folder;
        const QString file = folder.filePath("net.v2.pt");
        OwnNetworkDialog missing(file);
        missing.show();
        QVERIFY(missing.finding().contains("net.v2.json is missing"));
        QVERIFY(!missing.acceptButton()->isEnabled());
        QVERIFY(words(missing).contains("\"input_side\": 224"));
        button(missing, "Copy example")->click();
        QCOMPARE(QGuiApplication::clipboard()->text(), OwnNetworkDialog::example());

        QFile description(OwnNetworkDialog::descriptionPath(file));
        QVERIFY(description.open(QIODevice::WriteOnly));
        description.write(OwnNetworkDialog::example().toUtf8());
        description.close();
        OwnNetworkDialog dialog(file);
        dialog.show();
        QVERIFY(dialog.finding().contains("512 numbers from 224 × 224"));
        QVERIFY(dialog.acceptButton()->isEnabled());
        QVERIFY(words(dialog).contains("anything that you can do"));
        // Return without a thought is a no.
        auto *cancel = dialog.findChild<QDialogButtonBox *>()->button(QDialogButtonBox::Cancel);
        QVERIFY(cancel->isDefault());
        QCOMPARE(dialog.focusWidget(), cancel);
        QVERIFY(!dialog.acceptButton()->isDefault() && !dialog.acceptButton()->autoDefault());
        QSignalSpy accepted(&dialog, &QDialog::accepted);
        QTest::keyClick(&dialog, Qt::Key_Return);
        QCOMPARE(accepted.count(), 0);
        QVERIFY(!dialog.isVisible());
    }

    void ownNetworkHasItsCard()
    {
        PageFixture f;
        QVERIFY(f.ready());
        QVERIFY(f.card(QString()));
        QVERIFY(words(*f.card(QString())).contains("a program"));
        BackboneRequest request = f.session->features().request();
        request.backbone = "/data/net.pt";
        f.session->features().setRequest(request);
        QTRY_VERIFY(f.card("/data/net.pt"));
        QCOMPARE(f.card("/data/net.pt")->badge(), QString("your own program"));
        QVERIFY(!f.card(QString()));
        QVERIFY(weightsReady(*f.session));
        // Still there while another is chosen.
        QTest::keyClick(f.card("classic"), Qt::Key_Space);
        QTRY_VERIFY(f.session->features().requested() && f.session->features().requested()->id == "classic"
                    && f.session->features().statuses().size() == 3);
        QTest::keyClick(f.card("/data/net.pt"), Qt::Key_Space);
        QCOMPARE(f.session->features().request().backbone, std::string("/data/net.pt"));
    }

    /// An ONNX file is data: nothing warns of it.
    void ownDataIsNoProgram()
    {
        PageFixture f;
        QVERIFY(f.ready());
        BackboneRequest request = f.session->features().request();
        request.backbone = "/data/net.onnx";
        f.session->features().setRequest(request);
        QTRY_VERIFY(f.card("/data/net.onnx"));
        QCOMPARE(f.card("/data/net.onnx")->badge(), QString("your own network"));
        QVERIFY(!f.card(QString()));
        QVERIFY(weightsReady(*f.session));
    }

    void comparisonTakesTheBestOfEach()
    {
        const auto title = [](const std::string &id) { return QString::fromStdString(id); };
        std::vector<RunRecord> runs{finished(1, "classic/whole/fp32/v-1", 0.09),
                                    finished(2, "resnet50/warp/fp32/w-1", 0.07),
                                    finished(3, "resnet50/warp/fp32/w-1", 0.06),
                                    finished(4, "resnet50/warp/fp32/seed-1", 0.12),
                                    finished(5, "vgg16/warp/fp32/w-1", 0.01, "another dataset"),
                                    finished(6, "torchscript/warp/fp32/w-1", 0.08),
                                    finished(7, "torchscript/warp/fp32/w-2", 0.085)};
        runs[5].weightsFile = "/data/mine.pt";
        runs.push_back(finished(8, "xception/warp/fp32/w-1", 0.01));
        runs.back().state = RunState::Running;
        runs.push_back(finished(9, "vgg19/warp/fp32/w-1", std::nan("")));
        const auto rows = compareBackbones(runs, "h", title);
        QStringList told;
        for (const auto &row : rows)
            told << QString("%1 %2 %3 %4%5")
                        .arg(row.title)
                        .arg(row.run)
                        .arg(row.runs)
                        .arg(row.gain, 0, 'f', 2)
                        .arg(row.untrained ? " untrained" : "");
        QCOMPARE(told, QStringList({"resnet50 3 2 0.40", "mine.pt 6 1 0.20", "Your own network 7 1 0.15",
                                    "classic 1 1 0.10", "resnet50 4 1 -0.20 untrained"}));
        QVERIFY(compareBackbones(runs, {}, title).empty());
    }

    void comparisonAppearsWithTwo()
    {
        PageFixture f("inception_v3");
        f.setEpochs(12);
        QVERIFY(f.ready());
        auto *card = f.page->findChild<ComparisonCard *>();
        QVERIFY(card->isHidden());
        f.session->training().train();
        QVERIFY(f.waitFor([&] { return f.settled() && f.session->runs().all().size() == 1; }));
        Library library = Library::open(f.library);
        library.runs().setMeanPredictorLoss(1, 0.2);
        f.session->runs().setNote(1, "so that it is read again");
        QVERIFY(f.session->runs().all().front().meanPredictorLoss > 0);
        QVERIFY(card->isHidden());
        BackboneRequest request = f.session->features().request();
        request.backbone = "classic";
        f.session->features().setRequest(request);
        f.session->training().train();
        QVERIFY(f.waitFor([&] { return f.settled() && f.session->runs().all().size() == 2; }));
        for (const RunRecord &run : f.session->runs().all())
            library.runs().setMeanPredictorLoss(run.run, 0.2);
        f.session->runs().setNote(1, "read again");
        QTRY_VERIFY(!card->isHidden());
        const auto rows = card->findChildren<ComparisonRow *>();
        QCOMPARE(rows.size(), 2);
        QVERIFY(card->accessibleDescription().contains("Inception V3"));
        QVERIFY(card->accessibleDescription().contains("less held-out loss"));
        for (ComparisonRow *row : rows)
            if (row->run() == 1)
                QTest::keyClick(row, Qt::Key_Return);
        QCOMPARE(f.away, std::vector{Page::Train});
        QCOMPARE(f.session->chart().shown().run, std::int64_t(1));
    }

    void everythingByKeyboard()
    {
        PageFixture f;
        QVERIFY(f.ready());
        QSet<QString> keys;
        for (QPushButton *each : f.page->findChildren<QPushButton *>()) {
            if (each->isVisibleTo(f.page.get())) {
                QVERIFY2(each->focusPolicy() & Qt::TabFocus, qPrintable(each->text()));
                const QString key = QKeySequence::mnemonic(each->text()).toString();
                QVERIFY2(key.isEmpty() || !keys.contains(key), qPrintable(each->text()));
                keys << key;
            }
        }
        // The cards, and what is in them, in the order of the eye.
        QWidget *at = f.card("classic");
        QStringList order;
        for (int i = 0; i < 60; ++i) {
            at = at->nextInFocusChain();
            if (auto *card = qobject_cast<BackboneCard *>(at))
                order << card->id();
            else if (auto *push = qobject_cast<QPushButton *>(at);
                     push && push->isVisible() && push->text().startsWith("Download"))
                order << "download";
        }
        const qsizetype from = order.indexOf("inception_v3");
        QVERIFY(from >= 0);
        QCOMPARE(order.mid(from, 5), QStringList({"inception_v3", "download", "resnet50", "download", ""}));
    }
};

QTEST_MAIN(FeaturesTest)
#include "features_test.moc"
