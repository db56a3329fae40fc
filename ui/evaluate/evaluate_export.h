#pragma once

#include "core/dataset/dataset.h"
#include "core/evaluate/evaluation.h"
#include "core/model/model.h"
#include "ui/charts/plot.h"
#include "ui/lanes/workplace.h"

namespace dank::ui {

/// The three walls, one meme a row: wall (overrated, slept_on, nailed), place, then as memeTable(). At most `most`
/// each.
ChartTable wallsTable(const Evaluation &evaluation, const Dataset *dataset, std::size_t most = 100);

/// Asks where, and writes the table as CSV; a failure becomes a message.
void saveTable(QWidget *parent, Workplace &place, const QString &suggestedName, const ChartTable &table,
               const QString &title, const ChartProvenance &provenance);

/// Where an evaluation's figures come from.
ChartProvenance provenanceOf(const Model &model, const Dataset *dataset);

}  // namespace dank::ui
