#pragma once

#include <QString>

#include <optional>

#include "core/store/library.h"

namespace dank::ui {

/// A run's state in a word: "training", "done".
QString runStateText(RunState state);

/// A figure of an evaluation with `digits` behind the point, shorter from 1000 on; empty for what it does not have or
/// what is not finite.
QString figureText(const std::optional<double> &value, int digits);

/// How much better the best validation loss is than what always predicting the mean gets, as a share of the latter;
/// nothing before the first epoch.
std::optional<double> gainOf(const RunRecord &run);
/// That gain in words: "38 % better", "the same", "12 × worse"; empty for none.
QString gainText(const std::optional<double> &gain);

/// A backbone's name without what its full id adds: "inception_v3".
QString shortBackbone(const std::string &fullId);

}  // namespace dank::ui
