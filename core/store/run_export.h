#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "core/store/run_record.h"

namespace dank {

/// The per-epoch figures as CSV: epoch,train_loss,validation_loss,seconds. What is not finite is left empty.
std::string curveCsv(std::span<const EpochStats> curve);
std::string curveCsvHeader();
std::string curveCsvLine(const EpochStats &stats);

/// Runs as CSV, one a line, in the order given: what a run is, its losses and figures, then a column for each setting
/// (with `differencesOnly`, for each whose value is not the same in all of them), and the note.
std::string runsCsv(std::span<const RunRecord> runs, bool differencesOnly = false);

/// A run as a TensorBoard event file: loss/train, loss/validation and loss/predict_the_mean by epoch, and the figures
/// of its evaluation, test/…, at its best epoch.
std::string runEvents(const RunRecord &run, std::span<const EpochStats> curve);
/// Where it goes in a log folder: DIR/run-7/events.out.tfevents.SECONDS.dank, so that several runs share the folder.
std::filesystem::path eventPath(const std::filesystem::path &folder, const RunRecord &run);

}  // namespace dank
