#pragma once

#include <QDialog>

#include <optional>

#include "core/dataset/dataset.h"
#include "ui/session/dataset_state.h"

namespace dank::ui {

/// Every row that was set aside, with its reason and what was found; rows can be copied, and memes that the user
/// excluded can be taken back.
class SkippedDialog : public QDialog {
    Q_OBJECT
public:
    /// `reason`: which are shown at first; all without one.
    SkippedDialog(DatasetState &dataset, std::vector<Skipped> rows, std::optional<SkipReason> reason,
                  QWidget *parent = nullptr);

private:
    struct Model;
    DatasetState &m_data;
    Model *m_model;
};

/// Reasons and how many rows have each, most frequent first.
std::vector<std::pair<SkipReason, std::size_t>> countReasons(std::span<const Skipped> rows);

}  // namespace dank::ui
