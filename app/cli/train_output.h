#pragma once

#include <filesystem>
#include <fstream>
#include <vector>

#include "app/cli/context.h"
#include "core/engine/engine.h"

namespace dank::cli {

/// The figures of each epoch as a CSV file, written as they come and once more, atomically, at the end.
class CurveLog {
public:
    /// An empty path writes nothing. Throws Error{Disk|File} when the file cannot be made.
    explicit CurveLog(std::filesystem::path file);

    void add(const EpochStats &stats);
    void finish();

private:
    std::filesystem::path m_file;
    std::ofstream m_stream;
    std::vector<EpochStats> m_curve;
};

/// Runs `work`, which trains with the observer and control it is given: shows epochs, keeps `log`, and makes the
/// first Ctrl+C stop and keep what was learnt (or give up, before the first epoch began).
TrainReport runTraining(Context &context, CurveLog &log,
                        const std::function<TrainReport(const TrainingObserver &, TrainingControl &)> &work);

/// One loss of every epoch.
Json lossesOf(const std::vector<EpochStats> &curve, double EpochStats::*member);

/// Copies the model to `out` if that is not empty, prints the outcome, and returns the exit code.
int finishTraining(Context &context, const TrainReport &report, const std::filesystem::path &out, bool strict);

/// The mean and spread over the seeds, the baselines on the same splits, and the verdict.
void printCrossValidation(const CrossValidation &cross);

/// The model's and the mean predictor's figures side by side, and the verdict.
void printEvaluation(const Evaluation &evaluation);

}  // namespace dank::cli
