#pragma once

#include <QDir>
#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTemporaryDir>
#include <QTest>

#include <cmath>
#include <memory>

#include "staged_engine.h"
#include "ui/runs/runs_card.h"
#include "ui/window/main_window.h"

// A window with a dataset and a library of its own, for pictures of it.

namespace dank::test {

using namespace dank::ui;

inline constexpr int kPatience = 20000;
inline constexpr int kRows = 72;
inline constexpr int kMissing = 9;

inline QString writeDataset(const QString &folder)
{
    QDir().mkpath(folder + "/memes");
    const QStringList titles{"me_irl",
                             "When the code compiles on the first try",
                             "מם בעברית שנכתב מימין לשמאל",
                             "🔥🔥🔥 absolute unit 🐶",
                             "<b>not bold</b> <img src=x onerror=alert(1)>",
                             QString("A title that somebody wrote without ever stopping to think ").repeated(8)};
    const QList<QSize> sizes{{320, 240}, {240, 320}, {300, 300}, {480, 160}, {150, 420}};
    QJsonObject rows;
    for (int i = 1; i <= kRows; ++i) {
        const QString id = QString("m%1").arg(i, 3, 10, QChar('0'));
        QJsonObject row{{"id", id},
                        {"title", titles[i % titles.size()]},
                        {"author", i % 7 == 0 ? QString("None") : QString("sloth%1").arg(i % 23)},
                        {"ups", static_cast<int>(200 + 90 * std::pow(1.09, i * 37 % kRows + 20))},
                        {"media", QString("https://i.example/%1.png").arg(id)},
                        {"created_utc", 1523000000 + i * 3600}};
        if (i % 31 == 0)
            row.remove("ups");
        rows.insert(QString::number(i), row);
        if (i > kRows - kMissing)
            continue;
        const QString file = QString("%1/memes/%2.png").arg(folder, id);
        if (i % 29 == 0) {
            QFile text(file);
            if (text.open(QIODevice::WriteOnly))
                text.write("<html>not found</html>");
        } else {
            memePicture(i, sizes[i % sizes.size()]).save(file);
        }
    }
    QFile file(folder + "/db.json");
    if (!file.open(QIODevice::WriteOnly))
        qFatal("The dataset cannot be written.");
    file.write(QJsonDocument(QJsonObject{{"_default", rows}}).toJson());
    return folder + "/db.json";
}

/// A window on a library of its own.
struct Stage {
    QTemporaryDir folder;
    QString db;
    std::shared_ptr<StagedEngine> engine = std::make_shared<StagedEngine>();
    std::unique_ptr<Session> session;
    std::unique_ptr<MainWindow> window;

    Stage()
    {
        db = writeDataset(folder.path() + "/reddit-2018");
        engine->makeSample = [this](const std::filesystem::path &) -> SampleReport {
            return {.rows = kRows, .images = kRows - kMissing, .db = db.toStdString()};
        };
    }
    ~Stage()
    {
        engine->holdOpening = engine->holdSample = false;
        engine->holdExtractAt = engine->holdTrainAt = engine->holdFetchAt = engine->holdJudgeAt = -1;
        window.reset();
        session.reset();
    }

    void open()
    {
        session = std::make_unique<Session>(
            Session::Options{.library = (folder.path() + "/library").toStdString(), .threads = 2, .engine = engine});
        window = std::make_unique<MainWindow>(*session);
        window->show();
    }
    /// And waits for all pages, which are made in idle moments.
    void openDataset()
    {
        open();
        session->data().open(db);
        QTRY_VERIFY_WITH_TIMEOUT(window->findChild<RunsCard *>() && session->data().dataset()
                                     && !session->features().statuses().empty()
                                     && session->jobs().status().state == JobState::Done,
                                 kPatience);
    }
    void extract()
    {
        openDataset();
        session->features().extract();
        QTRY_VERIFY_WITH_TIMEOUT(session->features().summary() && session->jobs().status().state == JobState::Done,
                                 kPatience);
    }
    /// Trains up to an epoch and stands there.
    void trainTo(int epoch)
    {
        extract();
        engine->holdTrainAt = epoch;
        session->training().train();
        QTRY_VERIFY_WITH_TIMEOUT(static_cast<int>(session->chart().shown().curve.size()) >= epoch - 1, kPatience);
    }
    void trained()
    {
        extract();
        session->training().train();
        QTRY_VERIFY_WITH_TIMEOUT(session->jobs().status().kind == JobKind::Train
                                     && session->jobs().status().state == JobState::Done && session->rater().model(),
                                 kPatience);
    }
    /// Trains with 5 folds and 3 seeds to the end, or up to one of their 15 trainings and stands there.
    void crossValidate(int holdAt)
    {
        extract();
        TrainConfig config = session->choices().config();
        config.folds = 5;
        config.seeds = 3;
        session->choices().setConfig(config);
        engine->holdJudgeAt = holdAt;
        session->training().train();
        QTRY_VERIFY_WITH_TIMEOUT(holdAt < 0
                                     ? session->evaluations().crossValidation() != nullptr
                                     : session->jobs().status().verb == "Cross-validating"
                                           && session->jobs().status().done + 1 == static_cast<std::size_t>(holdAt),
                                 kPatience);
    }
    QStringList pictures(int count)
    {
        QStringList files;
        for (int i = 0; i < count; ++i) {
            const QString name = i == 2   ? QStringLiteral("broken.jpg")
                                 : i == 4 ? QStringLiteral("a file name that just does not want to end, not now and "
                                                           "not ever, whatever the window does about it.png")
                                          : QStringLiteral("shower_thought_%1.png").arg(i);
            const QString file = folder.path() + "/" + name;
            memePicture(i + 3, {300, 240}).save(file, "PNG");
            files << file;
        }
        return files;
    }
};

/// Finished runs of several backbones on the dataset, as a library would hold them.
inline void recordRuns(const Stage &stage)
{
    Library library = Library::open((stage.folder.path() + "/library").toStdString());
    const Dataset dataset = Dataset::load(stage.db.toStdString(), {});
    const std::initializer_list<std::pair<const char *, double>> runs{
        {"classic/whole/fp32/v-1", 0.071},        {"inception_v3/warp/fp32/w-0123", 0.058},
        {"inception_v3/warp/fp32/w-0123", 0.052}, {"resnet50/warp/bf16/w-4567", 0.0498},
        {"vgg16/warp/fp32/seed-1", 0.0901},       {"torchscript/warp/fp32/w-89ab", 0.0834}};
    for (const auto &[backbone, loss] : runs) {
        RunRecord record;
        record.dataset = stage.db.toStdString();
        record.datasetHash = dataset.contentHash();
        record.backbone = backbone;
        record.weightsFile = "/home/someone/networks/my_clip_vit_b32_finetuned_on_memes.pt";
        record.meanPredictorLoss = 0.0835;
        record.config.epochs = 1;
        auto [run, lock] = library.runs().create(record);
        library.runs().addEpoch(run, {.epoch = 1, .trainLoss = loss, .validationLoss = loss, .seconds = 1});
        library.runs().setState(run, RunState::Done);
    }
}

}  // namespace dank::test
