#pragma once

// What the tests of the library share.

#include <QFile>
#include <QString>
#include <QTemporaryDir>

#include <filesystem>

#include "core/base/error.h"
#include "core/store/library.h"
#include "tests/base/error_kind_name.h"

namespace dank {

inline constexpr int kVersion = 4;  ///< of the library's tables

class Folder {
public:
    std::filesystem::path path() const { return m_folder.path().toStdString(); }
    std::filesystem::path file() const { return path() / "library.sqlite"; }

private:
    QTemporaryDir m_folder;
};

/// The kind of Error that `work` throws, or "none"; its words go to `said`.
template <typename Work>
QString kindOf(Work &&work, QString *said = nullptr)
{
    try {
        work();
    } catch (const Error &error) {
        if (said)
            *said = QString::fromUtf8(error.what());
        return errorKindName(error.kind());
    }
    return "none";
}

inline QByteArray bytesOf(const std::filesystem::path &path)
{
    QFile file(QString::fromStdString(path.string()));
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray("unreadable");
}

inline RunRecord exampleRun()
{
    RunRecord run;
    run.dataset = "/data/ünïcode/db.json";
    run.datasetHash = "abc";
    run.backbone = "inception_v3@1";
    run.weightsFile = "/w.safetensors";
    run.request = R"({"resize":"warp"})";
    run.config = TrainConfig::paper();
    run.config.seed = 18446744073709551615ULL;
    run.trainIds = {"a", "b\"c", "ä"};
    run.validationIds = {"d"};
    run.testIds = {"e"};
    run.meanPredictorLoss = 0.1;
    return run;
}

inline Evaluation exampleEvaluation()
{
    Evaluation evaluation;
    evaluation.subset = "2 held-out memes";
    evaluation.verdict = {VerdictKind::ExplainedByGroup, "The group explains it.", "It does."};
    evaluation.model.spearman = 0.5;
    evaluation.model.mae = 0.125;
    evaluation.within = evaluation.model;
    evaluation.within->spearman = 0.25;
    evaluation.memes = {{"ä", 0.1, 0.2, 3}, {"b", 0.3, 0.4, 5}};
    return evaluation;
}

inline CrossValidation exampleCross()
{
    CrossValidation cross;
    cross.folds = 5;
    cross.seeds = {7, 18446744073709551615ULL};
    cross.evaluation = exampleEvaluation();
    cross.metrics = {{Figure::Spearman, {2, 0.5, 0.01}}};
    cross.within = {{Figure::Spearman, {1, 0.25, std::nullopt}}};
    cross.notes = {"One of them diverged."};
    return cross;
}

}  // namespace dank
