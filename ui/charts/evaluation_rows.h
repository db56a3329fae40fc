#pragma once

#include <vector>

#include "core/dataset/dataset.h"
#include "core/evaluate/calibration.h"
#include "core/evaluate/evaluation.h"
#include "core/evaluate/residuals.h"
#include "ui/charts/row_chart.h"

namespace dank::ui {

/// The judged memes, one a row: id, title, upvotes, group, predicted, actual, error (predicted minus actual).
/// `dataset` gives the titles and may be null.
ChartTable memeTable(const Evaluation &evaluation, const Dataset *dataset);
/// The fields of memeTable() for one meme.
QStringList memeFields(const JudgedMeme &meme, const Dataset *dataset);

/// Text of the group or of another name that others wrote, in one line.
QString oneLine(const std::string &utf8);

/// Whether a baseline knows nothing about the memes it is asked about: "mean", "random_features", "shuffled".
bool knowsNothing(const BaselineResult &baseline);

/// The model and every baseline by one figure, within groups where the evaluation is judged there. Only Spearman has
/// intervals for the baselines too. R² is cut off below -1, errors beyond four times the mean predictor's.
RowChartContent baselineRows(const Evaluation &evaluation, Figure figure = Figure::Spearman);

/// The calibration bins of an evaluation, with intervals from as many resamples as a waiting user can afford.
std::vector<CalibrationBin> binsOf(const Evaluation &evaluation);

/// Median errors by group, the worst first, at most `most` of them.
RowChartContent residualRows(const GroupResiduals &residuals, const QString &subset, std::size_t most = 20);

}  // namespace dank::ui
