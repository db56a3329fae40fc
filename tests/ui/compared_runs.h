#pragma once

#include <cmath>
#include <filesystem>
#include <string>

#include "core/store/library.h"

namespace dank::test {

/// Fills a library with `count` finished runs that differ in settings, curve and figures, as somebody who compares
/// would have them: the first is noted, the second locked, every fifth was never judged, the last one failed.
inline void recordComparedRuns(const std::filesystem::path &folder, const std::string &db, const std::string &hash,
                               int count, int epochs = 60)
{
    Library library = Library::open(folder);
    constexpr const char *kBackbones[] = {"classic/whole/fp32/v-1", "inception_v3/warp/fp32/w-0123",
                                          "resnet50/warp/bf16/w-4567"};
    for (int i = 1; i <= count; ++i) {
        RunRecord record;
        record.dataset = db;
        record.datasetHash = hash;
        record.backbone = kBackbones[i % 3];
        record.created = "2026-03-0" + std::to_string(1 + i % 9) + "T10:00:00Z";
        record.meanPredictorLoss = 0.0835;
        record.config.epochs = epochs;
        record.config.dropout = i % 2 ? 0.2 : 0.5;
        record.config.learningRate = i % 3 ? 1e-3 : 3e-4;
        record.config.seed = std::uint64_t(40 + i);
        if (i == 4) {
            record.config = TrainConfig::paper();
            record.config.epochs = epochs;
        }
        const auto [run, lock] = library.runs().create(record);
        double best = 1;
        for (int epoch = 1; epoch <= epochs; ++epoch) {
            const double loss = 0.045 + 0.006 * (i % 6) + 0.06 * std::exp(-epoch / (6.0 + 2 * (i % 6)))
                                + 0.00006 * epoch * (i % 3) + 0.001 * std::sin(epoch * 0.7 + i);
            best = std::min(best, loss);
            library.runs().addEpoch(run, {epoch, loss * 0.8, loss, 0.1});
        }
        if (i % 5 != 0) {
            Evaluation evaluation;
            evaluation.subset = "14 held-out memes";
            evaluation.verdict.kind = VerdictKind((i - 1) % 6);
            evaluation.model.spearman = 0.6 - 0.08 * (i % 6);
            evaluation.model.r2 = 0.35 - 0.1 * (i % 6);
            evaluation.model.mae = best * 2;
            if (i % 2 == 0) {
                evaluation.within = evaluation.model;
                evaluation.within->spearman = 0.4 - 0.09 * (i % 6);
            }
            library.evaluations().put(run, evaluation);
        }
        library.runs().setState(run, i == count ? RunState::Failed : RunState::Done,
                                i == count ? "The loss became infinite at epoch 61. Lower the learning rate." : "");
        if (i == 1)
            library.runs().setNote(run, "the baseline: everything as it comes");
        if (i == 2)
            library.runs().setLocked(run, true);
    }
}

}  // namespace dank::test
